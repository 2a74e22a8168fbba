import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CellCompiler } from '../../src/kernel/compiler/cells';
import { KernelClient } from '../kernels/client';
import { FEATURES, FILES, GLOBALS } from './language';

let kernel: KernelClient;
let folder: string;
const write = (name: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
};
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-language-'));
  for (const [name, text] of Object.entries(FILES)) write(name, text);
  kernel = await KernelClient.start(folder);
});
after(async () => {
  await kernel.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a cell may be written in TypeScript', () => {
  for (const [name, [cell, value]] of Object.entries(FEATURES)) {
    test(name, async () => {
      const { result, reply } = await kernel.run(cell);
      if (typeof value === 'string') assert.equal(result, value, String(reply['evalue']));
      else {
        assert.equal(reply['ename'], 'TypeScriptError');
        assert.match(String(reply['evalue']), value);
      }
    });
  }
});

describe('a type that no declaration file can hold is no reason to refuse a cell', () => {
  const cells: [cell: string, value: string][] = [
    ["const disk = await import('node:fs'); disk.existsSync('/')", 'true'],
    ["const { parseArgs: read } = await import('node:util'); typeof read", "'function'"],
    ['const anonymous = new class { private y = 1; z = 2 }; anonymous.z', '2'],
    [
      'function made() { class Own { private a = 1; b = 3 } return new Own() }\nconst one = made(), four = 4; one.b',
      '3',
    ],
    ['new (class Counts extends Map<string, number> { private n = 0 })().size', '0'],
    ['[anonymous.z, one.b, four, disk.constants.F_OK]', '[ 2, 3, 4, 0 ]'],
  ];
  for (const [cell, value] of cells)
    test(cell, async () => {
      const { result, reply } = await kernel.run(cell);
      assert.equal(result, value, String(reply['evalue']));
    });

  test('what a module is known by stays known, and what is wrong beside it is told alone', async () => {
    const wrong = await kernel.run("disk.existsSync('/') === 'x'");
    assert.match(String(wrong.reply['evalue']), /no overlap/);
    const both = await kernel.run("const bad: number = 'x'; const other = new class { private y = 1 }");
    assert.doesNotMatch(String((both.reply['traceback'] as string[]).join()), /TS4094/);
  });
});

test('a cell that fails keeps what it has imported, types among it', async () => {
  await kernel.run(
    "import { type Stats, readdirSync as list } from 'node:fs';\nimport type { Dirent } from 'node:fs';\nlist('/nope')",
  );
  assert.equal(
    (await kernel.run("const held: Stats | Dirent | undefined = undefined; list('/').length > 0")).result,
    'true',
  );
});

/** Cells of one notebook, in order, with what each shows, or what its error says. */
async function runs(cells: readonly (readonly [cell: string, value: string | RegExp | undefined])[]): Promise<void> {
  for (const [cell, value] of cells) {
    const { result, reply } = await kernel.run(cell, { stop_on_error: false });
    const told = ((reply['traceback'] as string[] | undefined) ?? []).join('\n');
    if (value instanceof RegExp) {
      assert.match(told, value, cell);
      assert.doesNotMatch(told, /__reluctant|__require|tsLastExpr|reluctant-cell/, cell);
    } else assert.equal(result, value, `${cell}\n${told}`);
  }
}

describe('what a cell declares is there in all later cells', () => {
  test('variables of blocks and loops', () =>
    runs([
      ['for (var turn = 0; turn < 2; turn++); if (turn) { var [left, right] = [1, "b"]; }', undefined],
      ['[turn, left, right.length]', '[ 2, 1, 1 ]'],
      ['turn = 7; (() => turn)()', '7'],
      ['while (true) { var odd = new (class { private q = 1; z = 2 }); break }', undefined],
      ['[odd.z, turn]', '[ 2, 7 ]'],
      ['function hides() { var inside = 1; return inside } hides()', '1'],
      ['inside', /TS2304/],
    ]));

  test('namespaces, and what stands for a part of them', () =>
    runs([
      ['namespace Box.Inner { export const size = 4; export interface Lid { x: number } }', undefined],
      ['function counted() { return 1 }\nnamespace counted { export const most = 9 }', undefined],
      ['const lid: Box.Inner.Lid = { x: Box.Inner.size }; lid', '{ x: 4 }'],
      ['import Short = Box.Inner; Short.size', '4'],
      ["import disks = require('node:fs')", undefined],
      ['[Short.size, counted() + counted.most, disks.existsSync("/")]', '[ 4, 10, true ]'],
      ['const Box = 3; Box', '3'],
    ]));

  test('what is declared as global', () =>
    runs([
      [
        'declare global { var shared: number; interface Array<T> { final(): T } }\nArray.prototype.final = function () { return this[this.length - 1] }; globalThis.shared = 5',
        '5',
      ],
      ['[4, shared].final()', '5'],
      ['declare global { var shared: string }\nglobalThis.shared = "text"; ({ shared })', "{ shared: 'text' }"],
      ['shared.toUpperCase() + [1].final()', "'TEXT1'"],
    ]));

  test('a cell with something to dispose of has a value', () =>
    runs([
      ["using tool = { [Symbol.dispose]() {} }; 'value'", "'value'"],
      ["await using other = { async [Symbol.asyncDispose]() {} }; 'awaited'", "'awaited'"],
      ["using broken = { [Symbol.dispose]() { throw new Error('no end') } }; 'lost'", /no end/],
      ['using quiet = null', undefined],
    ]));

  test('what has no name gets none, and what is refused is told of the text', () =>
    runs([
      ['() => 1', '[Function (anonymous)]'],
      ['(class {})', '[class (anonymous)]'],
      ['const exports = 5', /choose another name/],
      ['// @ts-nocheck\nlet twice = 1;\nlet twice = 2;', /cell \d+:3:5 - error .*already been declared/],
      ["// @ts-nocheck\nconst wrong: number = 'a'; wrong", "'a'"],
      ["const right: number = 'a'", /TS2322/],
    ]));
});

test('modules that wait at their top are waited for, whoever imports them', async () => {
  write('waits.mts', 'export const v: number = await Promise.resolve(7);');
  write('above.ts', "import { v } from './waits.mts'; export const twice = 2 * v;");
  write('luckless.mjs', "await Promise.reject(new Error('no luck')); export {};");
  write(
    'first.ts',
    "import { second } from './second'; export const first = await 1; export const use = () => second;",
  );
  write('second.ts', "import { first } from './first'; export const second = 2; export const use = () => first;");
  write('node_modules/waiting/package.json', '{ "name": "waiting", "type": "module", "exports": "./index.js" }');
  write('node_modules/waiting/index.d.ts', 'export const five: number; declare const six: number; export default six;');
  write('node_modules/waiting/index.js', 'export const five = await Promise.resolve(5); export default 6;');
  await runs([
    ["import { twice } from './above'; twice", '14'],
    [
      "const [one, two] = await Promise.all([import('./waits.mts'), import('./above.ts')]); [one.v, two.twice]",
      '[ 7, 14 ]',
    ],
    ["await import('./luckless.mjs')", /no luck/],
    ["await import('./luckless.mjs')", /no luck/],
    ["import six, { five } from 'waiting'; [five, six]", '[ 5, 6 ]'],
    ["(await import('waiting')).default", '6'],
    ["await import('./first.ts')", /circle of modules/],
    ["require('./waits.mts').v", '7'],
  ]);
  write('waits.mts', 'export const v: number = await Promise.resolve(8);');
  await runs([["import { twice as again } from './above'; again", '16']]);
});

test('what is imported is what the module has now, until the name is set anew', async () => {
  write('state.ts', 'export let level = 1; export const raise = (to: number) => { level = to };');
  await runs([
    ["import { level, raise } from './state'", undefined],
    ['raise(4); level', '4'],
    ["let level = 'own'; level", "'own'"],
    ['raise(5); level', "'own'"],
  ]);
});

test('modules are found by names that a running cell makes', async () => {
  write('parts/made.ts', 'export enum Colour { Red } export const here = import.meta.filename;');
  write('parts/broken.ts', 'export const a = ;');
  await runs([
    ["const which = 'made'; (await import('./parts/' + which + '.ts')).Colour.Red", '0'],
    ["require('./parts/' + which).Colour.Red", '0'],
    ["(await import(new URL('./parts/made.ts', import.meta.url).href)).here.endsWith('made.ts')", 'true'],
    ["require('./parts/' + 'broken')", /broken\.ts:1:18 - error TS1109/],
    ["require('./parts/' + 'none')", /Cannot find module '\.\/parts\/none' from /],
    ["(await import('data:text/javascript,export default ' + 12)).default", '12'],
  ]);
  write('parts/made.ts', 'export const later = 3;');
  await runs([
    ["(await import('./parts/' + which + '.ts')).later", '3'],
    [
      "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); require('node:path').sep",
      "'/'",
    ],
  ]);
});

describe('what runs in the folder of a notebook runs in the notebook', () => {
  const runs = async (cell: string, value: string) => {
    const { result, reply } = await kernel.run(cell);
    assert.equal(result, value, String(reply['evalue']));
  };

  test('modules of every ending, from one another', async () => {
    write('kinds/a.mts', 'import { b } from "./b.cjs"; export const a = b + 1;');
    write('kinds/b.cts', 'import c = require("./c"); export const b = c.c + 1;');
    write('kinds/c.js', '/** @type {any} */ const held = { c: 1 }; module.exports = held;');
    await runs('import { a } from "./kinds/a.mjs"; a', '3');
  });

  test('JavaScript is run as it is, with types or without', async () => {
    write('loose.js', 'export function add(a, b) { return a + b } export const text = 1; text.nothing;');
    await runs('import { add } from "./loose.js"; add(1, 2)', '3');
  });

  test('two modules that differ in their ending only are two', async () => {
    write('twins/x.ts', 'export const which = "ts";');
    write('twins/x.mts', 'export const which = "mts";');
    await runs(
      'import * as x1 from "./twins/x.ts"; import * as x2 from "./twins/x.mts"; [x1.which, x2.which]',
      "[ 'ts', 'mts' ]",
    );
  });

  test('packages that show TypeScript, and packages that show themselves to import only', async () => {
    write('node_modules/shows-source/package.json', '{"name":"shows-source","exports":{".":"./src/index.ts"}}');
    write(
      'packages/workspace/package.json',
      '{"name":"workspace","exports":{".":{"types":"./src/index.ts","default":"./src/index.ts"}}}',
    );
    write('packages/workspace/src/index.ts', 'export const size: number = 4;');
    fs.symlinkSync('../packages/workspace', path.join(folder, 'node_modules', 'workspace'));
    await runs('import { size } from "workspace"; size', '4');
    write(
      'node_modules/modern/package.json',
      '{"name":"modern","type":"module","exports":{".":{"import":"./index.mjs"}}}',
    );
    write('node_modules/modern/index.mjs', 'export const modern = 6;');
    write('node_modules/modern/index.d.mts', 'export declare const modern: number;');
    await runs('import { modern } from "modern"; modern', '6');
  });

  test('import.meta, __dirname and __filename, also under names of the cell itself', async () => {
    write(
      'place.ts',
      'export const place = [import.meta.dirname === __dirname, import.meta.url.endsWith("place.ts")];',
    );
    await runs('import { place } from "./place"; place', '[ true, true ]');
    await runs('import.meta.dirname === __dirname && __dirname === process.cwd()', 'true');
    await runs(
      'import { fileURLToPath } from "node:url"; import * as p from "node:path"; const __filename = fileURLToPath(import.meta.url); p.dirname(__filename) === process.cwd()',
      'true',
    );
  });

  test('lines of modules are those that were written', async () => {
    write('fails.mts', 'interface Unused { a: 1 }\n\nexport function fail(): never {\n  throw new Error("here");\n}\n');
    const { reply } = await kernel.run('import { fail } from "./fails.mjs";\nfail()');
    const trace = (reply['traceback'] as string[]).join('\n');
    assert.match(trace, /fails\.mts:4:9/);
    assert.match(trace, /cell \d+:2:/);
  });
});

test('paths and baseUrl of the tsconfig are obeyed', async () => {
  const project = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-paths-'));
  const files = {
    'tsconfig.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@app/*": ["source/*"] } } }',
    'source/deep/value.ts': 'export const value = 11;',
    'source/plain.js': 'exports.plain = 12;',
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    fs.writeFileSync(path.join(project, name), text);
  }
  const other = await KernelClient.start(project);
  try {
    assert.equal((await other.run('import { value } from "@app/deep/value"; value')).result, '11');
    assert.equal((await other.run('import { value as v } from "source/deep/value"; v')).result, '11');
    assert.equal((await other.run('import { plain } from "@app/plain"; plain')).result, '12');
  } finally {
    await other.stop();
    fs.rmSync(project, { recursive: true, force: true });
  }
});

test('every global that the documentation of Node lists, and this Node has, completes and type-checks', () => {
  const ofCells = new Set(['__dirname', '__filename', 'exports', 'module', 'require']);
  const compiler = new CellCompiler(os.tmpdir(), path.join(__dirname, '..', '..'));
  for (const name of GLOBALS.filter((each) => ofCells.has(each) || each in globalThis)) {
    assert.doesNotThrow(() => compiler.compile(`void ${name}`), name);
    const { candidates } = compiler.complete(name.slice(0, -1), name.length - 1);
    assert.ok(
      candidates.some(({ text }) => text === name),
      `${name} does not complete`,
    );
  }
});
