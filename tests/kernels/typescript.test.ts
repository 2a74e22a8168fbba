import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KernelClient } from './client';

let project: string;
let kernel: KernelClient;
const write = (name: string, text: string) => {
  const file = path.join(project, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
};
before(async () => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-project-'));
  write('tsconfig.json', '{ "compilerOptions": { "strict": true } }');
  write('notebooks/beside.ts', "export { deep } from './lib/deep'; export const beside: string = 'beside';");
  write('notebooks/lib/deep.ts', 'export const deep = 1;');
  write('src/shared.ts', 'export type Shape = { side: number }; export const area = ({ side }: Shape) => side ** 2;');
  kernel = await KernelClient.start(path.join(project, 'notebooks'));
});
after(async () => {
  await kernel.stop();
  fs.rmSync(project, { recursive: true, force: true });
});

test('a type error blocks its own cell only, and names line, column and code', async () => {
  await kernel.run('let before = 1');
  const { reply } = await kernel.run('before = 2;\nconst text: string = 5;');
  assert.equal(reply['ename'], 'TypeScriptError');
  assert.match(String(reply['evalue']), /cell \d+:2:7 - TS2322/);
  assert.match((reply['traceback'] as string[]).join('\n'), /> 2 \| const text: string = 5;/);
  assert.equal((await kernel.run('before')).result, '1');
});

test('a failed cell keeps the variables it had set, and only those', async () => {
  await kernel.run('let reached = 1; throw new Error("here"); let missed = 2;');
  assert.equal((await kernel.run('reached')).result, '1');
  assert.match(String((await kernel.run('missed')).reply['evalue']), /Cannot find name 'missed'/);
});

test('a cell that fails before it defines a name anew leaves the old value', async () => {
  await kernel.run('let twice = "old"');
  await kernel.run('throw new Error("early"); let twice = 5;');
  assert.equal((await kernel.run('twice.length')).result, '3');
});

test('names can be declared again, with other types', async () => {
  await kernel.run('let name = "a"; class Thing { one = 1 }');
  assert.equal((await kernel.run('let name = 5; class Thing { two = 2 }; new Thing().two + name')).result, '7');
});

describe('names of earlier cells', () => {
  const value = async (code: string) => {
    const { result, stdout, reply } = await kernel.run(code);
    return reply['status'] === 'ok' ? (result ?? stdout.trim()) : reply['evalue'];
  };
  before(async () => {
    await kernel.run('let seed = 7; let rate = 0.5; const base = { a: 1 };');
    await kernel.run('interface Options { seed: number; rate?: number } const options: Options = { seed: 4 };');
    await kernel.run(
      "import { sep, join as glue } from 'node:path'; function twice(x: number) { return 2 * x } class Box {}",
    );
  });

  test('as properties written by their name alone', async () => {
    assert.equal(await value('({ seed })'), '{ seed: 7 }');
    assert.equal(await value('({ ...base, seed })'), '{ a: 1, seed: 7 }');
    assert.equal(
      await value('const of = (n: number) => ({ n, inner: { seed, rate } }); of(1)'),
      '{ n: 1, inner: { seed: 7, rate: 0.5 } }',
    );
    assert.equal(await value('await Promise.resolve({ seed })'), '{ seed: 7 }');
    assert.equal(
      await value('class Held { all() { return { seed, base } } } new Held().all()'),
      '{ seed: 7, base: { a: 1 } }',
    );
    assert.equal(await value('Object.keys({ sep, twice, Box, glue }).join()'), "'sep,twice,Box,glue'");
    assert.equal(await value('({ glue }).glue("a", "b")'), "'a/b'");
    assert.equal(
      await value('let held: { seed: typeof seed } = { seed }; [held, typeof seed]'),
      "[ { seed: 7 }, 'number' ]",
    );
    assert.equal(await value('export const shown = { seed }; shown'), '{ seed: 7 }');
  });

  test('as names that a parameter or a loop hides', async () => {
    assert.equal(await value('((seed: number) => ({ seed }))(99)'), '{ seed: 99 }');
    assert.equal(await value('for (const seed of [1]) console.log({ seed })'), '{ seed: 1 }');
    assert.equal(
      await value(
        'const take = ({ seed = 3, ...rest }: Partial<Options> = {}) => ({ seed, rest }); [take(), take(options)]',
      ),
      '[ { seed: 3, rest: {} }, { seed: 4, rest: {} } ]',
    );
  });

  test('as properties that are taken apart', async () => {
    assert.equal(
      await value('const { seed: taken, rate: other = 0.1, ...rest } = options; [taken, other, rest]'),
      '[ 4, 0.1, {} ]',
    );
    assert.equal(await value('((o: Options) => { const { seed: inner } = o; return inner })({ seed: 6 })'), '6');
    assert.equal(await value('const { a } = base; ({ a })'), '{ a: 1 }');
  });

  test('as targets of assignments', async () => {
    assert.equal(await value('({ seed } = options); seed'), '4');
    assert.equal(await value('({ seed, rate = 0.25 } = { seed: 9 } as Options); [seed, rate]'), '[ 9, 0.25 ]');
    assert.equal(await value('({ seed: rate } = options); [seed, rate]'), '[ 9, 4 ]');
    assert.equal(await value('[seed, rate] = [1, 2]; for ({ seed } of [options]); [seed, rate]'), '[ 4, 2 ]');
    assert.equal(await value('"seed" in globalThis || "rate" in globalThis'), 'false');
  });
});

describe('variables that a later cell sets', () => {
  test('are seen by the functions that were declared with them, and the other way round', async () => {
    await kernel.run('let n = 1, { m } = { m: 10 }; function next() { return ++n } const both = () => [n, m]; n = 2;');
    assert.equal((await kernel.run('n = 5; m += 1; [next(), both(), n]')).result, '[ 6, [ 6, 11 ], 6 ]');
    assert.equal((await kernel.run('({ n } = { n: 8 }); both()')).result, '[ 8, 11 ]');
  });

  test('leave those functions alone once the name is declared anew', async () => {
    for (const anew of [
      'let n = 100;',
      'const n = 100;',
      'function n() {} ',
      'class n {}',
      "import * as n from 'node:os';",
    ]) {
      await kernel.run('let n = 1; const kept = () => n; n = 2;');
      assert.equal((await kernel.run(`${anew} kept()`)).result, '2', anew);
      assert.equal((await kernel.run('[kept(), typeof n]')).reply['status'], 'ok');
    }
    await kernel.run('let n = 1; const kept = () => n;');
    await kernel.run('throw new Error("before"); let n = 2;');
    assert.equal((await kernel.run('n = 3; kept()')).result, '3');
  });

  test('take no longer in a loop than in a function', async () => {
    const seconds = async (code: string) => Number((await kernel.run(code)).result);
    const outside = 'let sum = 0; let began = process.cpuUsage().user; for (let k = 0; k < 3e6; k++) sum += k;';
    const top = await seconds(`${outside} process.cpuUsage().user - began`);
    const inside = 'let sum = 0; const began = process.cpuUsage().user; for (let k = 0; k < 3e6; k++) sum += k;';
    const nested = await seconds(`(() => { ${inside} return process.cpuUsage().user - began })()`);
    assert.ok(top < 10 * nested + 50_000, `${top} us at the top, ${nested} us in a function`);
  });

  test('show nothing when a cell ends in their declaration', async () => {
    assert.equal((await kernel.run('let quiet = 3;')).result, undefined);
    assert.equal((await kernel.run('quiet; let second = 4')).result, undefined);
  });
});

test("the user's strict is honoured", async () => {
  const { reply } = await kernel.run('function loose(x) { return x }');
  assert.match(String(reply['evalue']), /TS7006/);
  const relaxed = await KernelClient.start();
  assert.equal((await relaxed.run('function loose(x) { return x } loose(3)')).result, '3');
  await relaxed.stop();
});

describe('imports', () => {
  test('from the folder of the notebook, its parents and the project', async () => {
    assert.equal((await kernel.run("import { beside, deep } from './beside'; beside + deep")).result, "'beside1'");
    assert.equal(
      (await kernel.run("import { area, type Shape } from '../src/shared'; const s: Shape = { side: 3 }; area(s)"))
        .result,
      '9',
    );
  });

  test('an edited module and those that import it are run anew', async () => {
    write('notebooks/lib/deep.ts', 'export const deep = 22;');
    assert.equal((await kernel.run("import { deep } from './beside'; deep")).result, '22');
  });

  test('a type error in a module names its file', async () => {
    write('notebooks/wrong.ts', 'export const wrong: number = "x";');
    const { reply } = await kernel.run("import { wrong } from './wrong'; wrong");
    assert.match(String(reply['evalue']), /wrong\.ts:1:14 - TS2322/);
    write('notebooks/wrong.ts', 'export const wrong: number = 4;');
    assert.equal((await kernel.run("import { wrong } from './wrong'; wrong")).result, '4');
  });

  test('a module that is written after it was missed is found', async () => {
    assert.match(String((await kernel.run("import { late } from './late'; late")).reply['evalue']), /TS2307/);
    write('notebooks/late.ts', 'export const late = 5;');
    assert.equal((await kernel.run("import { late } from './late'; late")).result, '5');
  });

  test('errors in modules are told in lines of their TypeScript', async () => {
    write(
      'notebooks/thrower.ts',
      'interface A { a: 1 }\n\nexport function raise(): never {\n  throw new Error("in module");\n}',
    );
    const { reply } = await kernel.run("import { raise } from './thrower'; raise()");
    assert.match((reply['traceback'] as string[]).join('\n'), /thrower\.ts:4:9/);
  });

  test('the library and its packages, from any folder', async () => {
    assert.equal((await kernel.run("import * as rl from 'reluctant'; typeof rl.display")).result, "'function'");
    assert.equal((await kernel.run("import * as aq from 'arquero'; aq.table({ a: [1, 2] }).numRows()")).result, '2');
  });

  test('types that packages keep inside, in variables and in what later cells see of them', async () => {
    const use = "import * as dfd from 'danfojs-node'; const head = (frame: dfd.DataFrame) => frame.head();";
    assert.equal(
      (await kernel.run(`${use} const top = head(new dfd.DataFrame({ a: [1, 2] }));`)).reply['status'],
      'ok',
    );
    assert.equal((await kernel.run('top.shape')).result, '[ 2, 1 ]');
    assert.match(String((await kernel.run('const wrong: string = top.shape')).reply['evalue']), /TS2322.*number/);
  });

  test('modules made by cells', async () => {
    await kernel.run('/** @module made */\nexport const made = 8;');
    assert.equal((await kernel.run("import { made } from './made'; made")).result, '8');
  });
});

test('top-level await, for await, exports and JSON-like results as in Node', async () => {
  assert.equal((await kernel.run('const waited = await Promise.resolve(3); waited')).result, '3');
  const loop = await kernel.run('for await (const x of (async function* () { yield 1; yield 2 })()) console.log(x)');
  assert.equal(loop.stdout, '1\n2\n');
  assert.equal((await kernel.run('export const shared = { a: [1, "b"] }; shared')).result, "{ a: [ 1, 'b' ] }");
  assert.equal((await kernel.run('null')).result, 'null');
  assert.equal((await kernel.run('undefined')).result, undefined);
});

describe('exports in a cell', () => {
  const value = async (code: string) => {
    const { result, reply } = await kernel.run(code);
    return reply['status'] === 'ok' ? result : reply['evalue'];
  };
  before(() => {
    write(
      'notebooks/exporting.ts',
      'export const one = 1; export const two = 2; export interface Shape { side: number } export default () => 3;',
    );
  });

  test('of names, declarations and other modules show later cells what they would show a module', async () => {
    await kernel.run('const told = 4; export { told };\nexport default function named() { return told }');
    assert.equal(await value('named() + told'), '8');
    await kernel.run('export default class Kept { one = 1 }');
    assert.equal(await value('new Kept()'), 'Kept { one: 1 }');
    await kernel.run(
      "export { one as first, default as three } from './exporting'; export * as all from './exporting';" +
        " export type { Shape as Form } from './exporting';",
    );
    assert.equal(await value('const form: Form = { side: first }; form.side + three() + all.two'), '6');
    await kernel.run(
      'interface Own { one: 1 } const own: Own = { one: 1 }; export { told, own, first, type Own }; export {}',
    );
    assert.equal(await value('const again: Own = own; told + first + again.one'), '6');
    assert.match(String(await value('export { told, misspelt };')), /:1:16 - TS2304: Cannot find name 'misspelt'/);
  });

  test('under a name that no cell would see are refused, at their line', async () => {
    for (const [code, place, message] of [
      [
        'const old = 5;\nexport {\n  old as other };',
        '3:3',
        /cannot rename it; for a second name write const other = old/,
      ],
      ['1;\nexport default 5;', '2:1', /nothing can import the default export of a cell; give it a name/],
      ['export default () => 5;', '1:1', /give it a name/],
      ['export default class {}', '1:1', /give it a name/],
      ['export = 5', '1:1', /give it a name/],
      ["let x = 1; export * from './exporting';", '1:12', /write import \* as name from '.\/exporting'/],
      ["export { default } from './exporting';", '1:10', /write import name from '.\/exporting'/],
      ["export { one as default } from './exporting';", '1:10', /write import name from/],
    ] as const) {
      const evalue = String(await value(code));
      assert.match(evalue, new RegExp(`^cell \\d+:${place} - `), code);
      assert.match(evalue, message);
    }
    assert.match(String(await value('old')), /Cannot find name 'old'/);
  });
});
