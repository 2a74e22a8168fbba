import assert from 'node:assert/strict';
import * as path from 'node:path';
import { before, describe, it } from 'node:test';
import { CellCompiler } from '../../../src/kernel/compiler/cells';

const INSTALLATION = path.join(__dirname, '..', '..', '..');
let compiler: CellCompiler;
const programs = new Set<unknown>();

/** Compiles a cell and takes it over. @returns what the compiler complains of, and whether a program was made for it. */
function cell(code: string): { complaints: string[]; isNew: boolean } {
  const { watch } = compiler as unknown as { watch: { current: unknown } };
  const before = programs.size;
  const complaints: string[] = [];
  try {
    compiler.adopt(compiler.compile(code).declarations);
  } catch (error) {
    complaints.push(...(error as Error).message.split('\n'));
  }
  programs.add(watch.current);
  return { complaints, isNew: programs.size > before };
}
const clean = { complaints: [] };

before(() => {
  compiler = new CellCompiler(INSTALLATION, INSTALLATION);
  cell('const first = 1');
});

describe('one program for many cells', () => {
  it('is not made anew for a cell that declares, uses and shadows names of others', () => {
    for (const code of ['first + 1', 'const first = "text"', 'first.length', 'class A { x = 1 }', 'new A().x + 1'])
      assert.deepEqual(cell(code), { ...clean, isNew: false }, code);
  });

  it('is made anew for a file that it does not have, and then serves cells that import it or not', () => {
    assert.deepEqual(cell("import * as arquero from 'arquero'"), { ...clean, isNew: true });
    assert.deepEqual(cell('const table = arquero.table({ a: [1] })'), { ...clean, isNew: false });
    assert.deepEqual(cell("import { table as other } from 'arquero'; other({}).numRows() + first.length"), {
      ...clean,
      isNew: false,
    });
  });

  it('tells every complaint once, in the cell that it is about', () => {
    assert.match(cell('first * 2').complaints.join(), /TS2362/);
    assert.deepEqual(cell('first.length').complaints, []);
    assert.match(cell('const n: number = "a"').complaints.join(), /TS2322/);
    assert.match(cell('const n: number = "b"').complaints.join(), /TS2322/);
    assert.deepEqual(cell('const n: number = 1').complaints, []);
  });

  it('does not take for its own what was wrong with code that was being written', () => {
    compiler.complete('const n: number = "a"; notThere.', 32);
    assert.deepEqual(cell('const n: number = 1').complaints, []);
    compiler.inspect('const n: number = "a"; n', 24);
    assert.deepEqual(cell('first.length').complaints, []);
  });

  it('does not suppress by a comment what another cell has done', () => {
    assert.deepEqual(cell('// @ts-expect-error\nconst k: string = 5').complaints, []);
    assert.match(cell('// @ts-expect-error\nconst k: string = "a"').complaints.join(), /TS2578/);
    compiler.complete('\nconst k: string = 5; k.', 24);
    assert.match(cell('// @ts-expect-error\nconst k: string = "a"').complaints.join(), /TS2578/);
  });

  it('is made anew now and then, so that it does not remember every cell', () => {
    cell('1');
    const before = programs.size;
    for (let k = 0; k < 120; k++) cell(`${k}`);
    assert.equal(programs.size - before, 1);
  });
});
