import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import type * as ts from 'typescript';
import { CellCompiler } from '../../../src/kernel/compiler/cells';
import type { CompileError } from '../../../src/kernel/compiler/complaints';
import { DeclarationPack } from '../../../src/kernel/compiler/declarationPack';
import { packDeclarations } from '../../../src/kernel/compiler/packing';

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-pack-')));
const write = (name: string, text: string) => {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
};
const use = "import * as rl from 'reluctant'; const made = rl.make('a');";

beforeEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  write('package.json', '{ "name": "reluctant", "main": "dist/index.js", "types": "dist/index.d.ts" }');
  write('node_modules/.package-lock.json', '{}');
  write('node_modules/shown/package.json', '{ "name": "shown", "version": "1.0.0", "types": "index.d.ts" }');
  write('node_modules/shown/index.d.ts', '/** A thing of a package. */\nexport interface Thing { size: 1 }\n');
  write('dist/index.d.ts', "export * from './inner';\n");
  write(
    'dist/inner.d.ts',
    `import type { Thing } from 'shown';
/**
 * Makes a thing.
 * @param pattern such as "src/**"
 */
export declare function make(pattern: "a" | "/** no comment */"): Thing;
/** Another. */
export declare class Maker {
    /** Its only method. */
    make(): Thing;
}
`,
  );
  fs.mkdirSync(path.join(folder, 'dist', 'kernel'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const compiler = () => {
  const made = new CellCompiler(folder, folder);
  made.adopt(made.compile(use).declarations);
  return made;
};
const documentation = (from: CellCompiler, code: string) =>
  from.inspect(code, code.length - 1)?.documentation.split('\n')[0];
/** Types as the compiler prints them. */
const described = (from: CellCompiler) => from.declarations;
const pack = () => DeclarationPack.read(compiler().typescript, folder);

describe('DeclarationPack', () => {
  test('says the same as the files it was made from', () => {
    const before = described(compiler());
    assert.equal(packDeclarations(folder) > 3, true);
    assert.ok(pack()!.textOf(`${folder}/dist/inner.d.ts`)!.includes('"/** no comment */"'));
    assert.ok(!pack()!.textOf(`${folder}/dist/inner.d.ts`)!.includes('Makes a thing'));
    assert.equal(described(compiler()), before);
    assert.match(before, /made: import\("shown"\)\.Thing|made: .*Thing/);
    const wrong = () => compiler().compile('const size: 2 = made.size');
    assert.throws(wrong, (error: CompileError) => error.complaints[0]!.code === 2322);
  });

  test('leaves documentation out, which is read when somebody asks for it', () => {
    packDeclarations(folder);
    const packed = compiler();
    assert.equal(documentation(packed, 'rl.make'), 'Makes a thing.');
    assert.equal(documentation(packed, 'new rl.Maker().make'), 'Its only method.');
    assert.match(packed.inspect('rl.make', 6)!.documentation, /^- `pattern` such as "src\/\*\*"$/m);
  });

  test('gives way to a file that has changed', () => {
    packDeclarations(folder);
    write('dist/inner.d.ts', 'export declare function make(pattern: string): { weight: 5 };');
    assert.equal(pack()!.textOf(`${folder}/dist/inner.d.ts`), undefined);
    assert.match(described(compiler()), /weight: 5/);
    write('dist/index.d.ts', "export { make } from './other';");
    write('dist/other.d.ts', 'export declare function make(pattern: string): { weight: 6 };');
    assert.match(described(compiler()), /weight: 6/);
  });

  test('holds for one set of packages only', () => {
    packDeclarations(folder);
    assert.ok(pack());
    write('node_modules/.package-lock.json', '{ "changed": true }');
    assert.equal(pack(), undefined);
  });

  test('holds for every Node of the major version that packed it, and for no other', () => {
    packDeclarations(folder);
    const { versions } = process;
    const [major, minor] = process.versions.node.split('.').map(Number);
    for (const [node, holds] of [
      [`${major}.${minor! + 1}.0`, true],
      [`${major! + 1}.0.0`, false],
    ] as const) {
      Object.defineProperty(process, 'versions', { value: { ...versions, node } });
      try {
        assert.equal(pack() !== undefined, holds, node);
      } finally {
        Object.defineProperty(process, 'versions', { value: versions });
      }
    }
  });

  test('is ignored when it is damaged or of another compiler', () => {
    const file = DeclarationPack.fileIn(folder);
    for (const text of ['', '{', 'null\n', '{"form":0}\n', '\u0000'.repeat(100)]) {
      fs.writeFileSync(file, text);
      assert.equal(pack(), undefined);
    }
    packDeclarations(folder);
    assert.equal(DeclarationPack.read({ version: '5.0.4' } as typeof ts, folder), undefined);
    assert.match(described(compiler()), /Thing/);
  });
});

test('CellCompiler.warmUp reads everything ahead in small steps and leaves no trace', () => {
  packDeclarations(folder);
  const warm = new CellCompiler(folder, folder);
  let steps = 0;
  for (const _ of warm.warmUp()) steps += 1;
  assert.equal(steps, pack()!.names.length);
  assert.equal(warm.declarations, '');
  assert.match(warm.compile(use).declarations, /Thing/);
});
