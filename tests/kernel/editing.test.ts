// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells with templates
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CellCompiler } from '../../src/kernel/compiler/cells';
import { complete, inspect } from '../../src/kernel/editing';
import type { Json } from '../../src/kernel/message';

const INSTALLATION = path.join(__dirname, '..', '..');
let folder: string;
let compiler: CellCompiler;

/** Runs nothing; takes over what a cell would declare. */
const declare = (code: string) => compiler.adopt(compiler.compile(code).declarations);
/** The text with a `|` for the cursor. */
const at = (marked: string) => ({
  code: marked.replace('|', ''),
  cursor_pos: [...marked.slice(0, marked.indexOf('|'))].length,
});
const completed = (marked: string): { names: string[]; text: (name: string) => string } => {
  const { code, cursor_pos } = at(marked);
  const { matches, cursor_start, cursor_end } = complete(compiler, { code, cursor_pos }) as {
    matches: string[];
    cursor_start: number;
    cursor_end: number;
  };
  const units = [...code];
  return {
    names: matches,
    text: (name) => `${units.slice(0, cursor_start).join('')}${name}${units.slice(cursor_end).join('')}`,
  };
};
const inspected = (marked: string): { found: boolean; plain: string; markdown: string } => {
  const { found, data } = inspect(compiler, at(marked)) as { found: boolean; data: Json };
  return { found, plain: String(data['text/plain'] ?? ''), markdown: String(data['text/markdown'] ?? '') };
};

before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-editing-'));
  fs.mkdirSync(path.join(folder, 'features'));
  fs.writeFileSync(path.join(folder, 'features', 'momentum.ts'), 'export const days = 20;');
  fs.writeFileSync(path.join(folder, 'market.ts'), 'export const symbols = 8;');
  compiler = new CellCompiler(folder, INSTALLATION);
  declare(`
    type Loss = 'meanSquaredError' | 'meanAbsoluteError' | 'huber';
    /** Options of a run. */
    interface Options { losses: Loss; epochs?: number; optimizer: { kind: 'adam' | 'sgd' } }
    /**
     * Trains a model.
     * @param name what to call it
     * @param options how to train it
     * @example train('a', { losses: 'huber', optimizer: { kind: 'adam' } })
     */
    function train(name: string, options: Options): number { return name.length + (options.epochs ?? 0) }
    function over(n: number): number;
    function over(text: string, times: number): string;
    function over(x: number | string, times = 1): number | string { return typeof x === 'number' ? x : x.repeat(times) }
    const prices = { open: 1, close: 2 };
    let processedRows = 3;
  `);
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('complete', () => {
  test('in a text that is typed: what fits, in the place of what is typed', () => {
    const open = completed("train('a', { losses: 'meanS|");
    assert.deepEqual(open.names, ['meanSquaredError']);
    assert.equal(open.text(open.names[0]!), "train('a', { losses: 'meanSquaredError");
    const closed = completed("train('a', { losses: 'mean|' })");
    assert.deepEqual(closed.names, ['meanAbsoluteError', 'meanSquaredError']);
    assert.equal(closed.text('huber'), "train('a', { losses: 'huber' })");
    const nested = completed("train('a', { losses: 'huber', optimizer: { kind: '|' } })");
    assert.deepEqual(nested.names, ['adam', 'sgd']);
    assert.deepEqual(completed("const plain = 'meanS|'").names, []);
  });

  test('characters outside the basic plane count as one', () => {
    assert.equal(completed("const a = '👩‍🔬'; prices.op|").text('open'), "const a = '👩‍🔬'; prices.open");
  });

  test('names of modules: files beside the notebook, packages, modules of Node', () => {
    assert.deepEqual(completed("import {} from './|'").names, ['./features', './market']);
    assert.equal(
      completed("import {} from './features/mo|'").text('./features/momentum'),
      "import {} from './features/momentum'",
    );
    assert.ok(completed("import * as fs from 'node:f|'").names.includes('node:fs'));
    assert.deepEqual(completed("require('arqu|')").names, ['arquero']);
  });

  test('own names come before those of the language', () => {
    assert.equal(completed('p|').names[0], 'prices');
    assert.equal(completed('proc|').names[0], 'processedRows');
    assert.ok(completed('proc|').names.includes('process'));
    assert.equal(completed('const pricey = 1; const inner = 2; in|').names[0], 'inner');
  });

  test('members, also behind a part of a name', () => {
    assert.deepEqual(completed('prices.|').names, ['close', 'open']);
    assert.deepEqual(completed('prices.cl|').names, ['close']);
    assert.deepEqual(completed('prices.CL|').names, ['close']);
  });

  test('says what kind each is', () => {
    const { metadata } = complete(compiler, at('prices.|')) as { metadata: { _jupyter_types_experimental: Json[] } };
    assert.equal(metadata._jupyter_types_experimental[0]!['type'], 'property');
  });
});

describe('inspect', () => {
  test('a name: its declaration and its documentation in Markdown', () => {
    const { plain, markdown } = inspected('tra|in');
    assert.match(plain, /function train\(name: string, options: Options\): number/);
    assert.match(markdown, /^```typescript\n/);
  });

  test('a call: the signature at any argument', () => {
    for (const marked of ['train(|', "train('a', |", "train('a', {|"]) {
      assert.match(inspected(marked).plain, /train\(name: string, options: Options\): number/, marked);
    }
  });

  test('a call of several signatures: all of them', () => {
    const { plain } = inspected('over(|');
    assert.match(plain, /over\(n: number\): number/);
    assert.match(plain, /over\(text: string, times: number\): string/);
  });

  test('documentation of a package', () => {
    declare("import * as rl from 'reluctant'");
    const { markdown } = inspected('rl.diagn|ose');
    assert.match(markdown, /```typescript[\s\S]*diagnose/);
    assert.ok(markdown.length > 200, markdown);
  });

  test('a name that nobody has declared is not found', () => {
    for (const marked of ['nobody|', 'nobody.knows|', '|', '1 + |'])
      assert.equal(inspected(marked).found, false, marked);
  });
});

test('isComplete knows what may go on', () => {
  const { isComplete } = { isComplete: (code: string) => compiler.isComplete(code).status };
  for (const code of ['1 + 1', 'const a = `x`', 'function f() {}', '', '// x', 'const r = /a/']) {
    assert.equal(isComplete(code), 'complete', code);
  }
  for (const code of [
    '1 +',
    'const a = `x',
    'const a = `${b',
    '`a ${b} c',
    'function f() {',
    'f(',
    '[1,',
    '/* open',
    'if (a) {',
  ]) {
    assert.equal(isComplete(code), 'incomplete', code);
  }
  for (const code of ['const = 1', 'a b', 'const a = "x', ')']) assert.equal(isComplete(code), 'invalid', code);
});

test('a type error is told once, with its reasons', () => {
  assert.throws(
    () => compiler.compile("const f: (x: number) => string = (x: string) => x; const s: Options['losses'] = 3"),
    (error: { complaints: { message: string }[] }) => {
      assert.equal(error.complaints.length, 2);
      assert.match(error.complaints[0]!.message, /not assignable[\s\S]*\n[\s\S]*not assignable/);
      return true;
    },
  );
});
