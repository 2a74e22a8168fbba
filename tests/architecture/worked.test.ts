// The worked examples of CONTRIBUTING.md, made in a copy of the sources: what a newcomer would type.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { complaints } from './rules/rules';

const ROOT = path.resolve(__dirname, '..', '..');
const MOST_FOLDERS = 2;

/** One change to a file, as the first line of a block says it. */
interface Edit {
  file: string;
  /** Absent: a new file. */
  place?: 'top' | 'end' | { after: string };
  code: string;
}

interface Example {
  title: string;
  edits: Edit[];
  /** What is run when the edits are made. */
  usage: string;
}

function examples(): Example[] {
  const text = fs.readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const sections = text
    .split(/^### /m)
    .slice(1)
    .map((section) => section.split(/^## /m)[0]!);
  return sections.flatMap((section) => {
    const blocks = [...section.matchAll(/^```typescript\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
    if (blocks.length === 0) return [];
    const title = section.slice(0, section.indexOf('\n'));
    return { title, edits: blocks.slice(0, -1).map(editOf), usage: blocks.at(-1)! };
  });
}

function editOf(block: string): Edit {
  const [first, ...lines] = block.split('\n');
  const [, file, place] = /^\/\/ (\S+?\.ts)(?:, (.*))?$/.exec(first!) ?? [];
  assert.ok(file, `the block's first line does not say where it goes: ${first}`);
  const code = lines.join('\n');
  if (place === undefined) return { file, code };
  if (place === 'at the top' || place === 'at the end')
    return { file, place: place === 'at the top' ? 'top' : 'end', code };
  assert.match(place, /^after: /, first);
  return { file, place: { after: place.slice('after: '.length) }, code };
}

function make(root: string, { file, place, code }: Edit): void {
  const full = path.join(root, file);
  if (place === undefined) {
    assert.ok(!fs.existsSync(full), `${file} is there already`);
    fs.writeFileSync(full, code);
    return;
  }
  const text = fs.readFileSync(full, 'utf8');
  if (place === 'top') fs.writeFileSync(full, code + text);
  else if (place === 'end') fs.writeFileSync(full, text + code);
  else {
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.trim() === place.after);
    assert.ok(at >= 0, `${file} has no line "${place.after}"`);
    lines.splice(at + 1, 0, code.replace(/\n$/, ''));
    fs.writeFileSync(full, lines.join('\n'));
  }
}

/** A program that uses everything that was added, example by example, and prints what failed. */
const programOf = (all: readonly Example[]): string => `import assert from 'node:assert/strict';
import * as rl from './src';
const { tf } = rl;
const USAGES: Record<string, () => Promise<void>> = {
${all.map(({ title, usage }) => `${JSON.stringify(title)}: async () => {\n${usage}},\n`).join('')}};
async function main(): Promise<void> {
  const failures: Record<string, string> = {};
  for (const [title, use] of Object.entries(USAGES)) await use().catch((error) => (failures[title] = String(error.stack)));
  console.log(JSON.stringify(failures));
}
main();
`;

describe('the worked examples of CONTRIBUTING.md, made in a copy of the sources', () => {
  const all = examples();
  let copy: string;
  let failures: Record<string, string>;

  before(() => {
    copy = fs.mkdtempSync(path.join(os.tmpdir(), 'worked-examples-'));
    for (const name of ['src', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      fs.cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    for (const { edits } of all) for (const edit of edits) make(copy, edit);
    fs.writeFileSync(path.join(copy, 'usage.ts'), programOf(all));
    failures = JSON.parse(run('--import', 'tsx', 'usage.ts').trim().split('\n').at(-1)!);
  });
  after(() => fs.rmSync(copy, { recursive: true, force: true }));

  function run(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    return stdout;
  }

  test('there is one for everything that is added often', () => {
    assert.deepEqual(
      all.map(({ title }) => title),
      ['A metric', 'A loss', 'A rule', 'A layer', 'A recipe'],
    );
  });

  test('they compile together with what uses them', () => {
    const config = {
      extends: './tsconfig.json',
      compilerOptions: { rootDir: '.', noEmit: true },
      include: ['src', 'usage.ts'],
    };
    fs.writeFileSync(path.join(copy, 'tsconfig.usage.json'), JSON.stringify(config));
    run(path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.usage.json');
  });

  test('they break no rule of the house', () => {
    for (const rule of ['circles', 'arrows', 'functions', 'files'] as const)
      assert.deepEqual(complaints(rule, copy), []);
  });

  for (const { title, edits } of all)
    test(`${title} touches at most ${MOST_FOLDERS} folders of src/, and works`, () => {
      const folders = new Set(edits.map(({ file }) => file.split('/').slice(0, 2).join('/')));
      assert.ok(edits.length > 0 && folders.size <= MOST_FOLDERS, [...folders].join(', '));
      assert.equal(failures[title], undefined);
    });
});
