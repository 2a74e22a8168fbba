import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { EXAMPLES } from './examples';

// The pictures are reviewed by eye when they change: UPDATE_SNAPSHOTS=1 npm test -- plots/examples, then look at them.
const FOLDER = path.join(__dirname, 'snapshots');
const UPDATE = process.env['UPDATE_SNAPSHOTS'] === '1';

/**
 * The picture with its identifiers numbered in the order they occur. They are drawn from a hash of the figure, whose numbers
 * differ in the last bit between versions of Node (Math.exp and its like), which no eye can see.
 */
function numbered(svg: string): string {
  const seen = new Map<string, number>();
  return svg.replace(/(?<=\b(?:s|clip|defs-|topdefs-|trace|legend))[0-9a-f]{6}(?=\b|[-a-z])/g, (identifier) => {
    if (!seen.has(identifier)) seen.set(identifier, seen.size);
    return `-${seen.get(identifier)}-`;
  });
}

for (const [name, make] of Object.entries(EXAMPLES)) {
  test(`the example ${name} is drawn as it was reviewed`, () => {
    const figure = make();
    const svg = `${figure.toSVG()}\n`;
    const file = path.join(FOLDER, `${name}.svg`);
    if (UPDATE) fs.writeFileSync(file, svg);
    const reviewed = fs.readFileSync(file, 'utf8');
    // A kept picture for the reviewer instead of a page of differences.
    const same = numbered(svg) === numbered(reviewed);
    if (!same) fs.writeFileSync(file.replace(/svg$/, 'changed.svg'), svg);
    assert.ok(same, `the picture changed: compare snapshots/${name}.svg with snapshots/${name}.changed.svg`);
    assert.ok(figure.title.length > 0 && figure.summary.rows.length > 0, 'a figure carries a title and its numbers');
    assert.ok(svg.length < 400_000, `the picture has ${svg.length} bytes`);
  });
}

test('every snapshot belongs to an example', () => {
  const names = fs.readdirSync(FOLDER).map((file) => file.replace(/\.svg$/, ''));
  assert.deepEqual(
    names.filter((name) => !(name in EXAMPLES)),
    [],
  );
});
