import assert from 'node:assert/strict';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { call, Desk, ROOT, reluctant } from './notebooks';

// The notebook tools of the Python world, on this kernel: each has to fail on a notebook that throws in the middle.
const desk = new Desk();
after(() => desk.remove());
const bin = path.join(ROOT, '.venv', 'bin');
const tool = (name: string, args: string[]) =>
  call(path.join(bin, name), args, {
    cwd: desk.folder,
    env: { PATH: `${bin}${path.delimiter}${process.env['PATH']}` },
  });

const throws = desk.notebook('throws.ipynb', [
  { tag: 'parameters', code: 'let rate = 0.1; // learning rate' },
  'console.log("before", rate);',
  'const units = 3;\nthrow new Error("middle " + units);',
  'console.log("after");',
]);

test('pytest --nbmake fails on a notebook that throws in the middle, and names the cell', async () => {
  const { code, out } = await tool('pytest', ['--nbmake', '-p', 'no:cacheprovider', throws]);
  assert.equal(code, 1, out);
  assert.match(out, /middle 3/);
  assert.match(out, /cell 3/i);
});

test('pytest --nbval-lax fails on a notebook that throws in the middle, and names the cell', async () => {
  const { code, out } = await tool('pytest', ['--nbval-lax', '-p', 'no:cacheprovider', throws]);
  assert.equal(code, 1, out);
  assert.match(out, /throws\.ipynb::Cell 2/); // it counts from 0
  assert.match(out, /middle 3/);
  assert.match(out, /cell 3:2:7/); // it keeps its cells out of the history, where they would get their numbers
});

test('jupyter execute fails on a notebook that throws in the middle', async () => {
  const { code, errors } = await tool('jupyter', ['execute', throws]);
  assert.notEqual(code, 0);
  assert.match(errors, /cell 3:2:7[\s\S]*middle 3|middle 3[\s\S]*cell 3:2:7/);
});

test('papermill sets parameters, fails where the notebook throws, and refuses unknown names and wrong types', async () => {
  const executed = desk.path('papermill.ipynb');
  const papermill = (...args: string[]) => tool('papermill', [throws, executed, '--no-progress-bar', ...args]);
  const failed = await papermill('-p', 'rate', '0.25');
  assert.notEqual(failed.code, 0);
  assert.match(failed.errors, /In \[4\]/);
  assert.match(failed.errors, /middle 3/);
  assert.match(desk.read('papermill.ipynb'), /before 0\.25/);
  const unknown = await papermill('-p', 'rates', '1');
  assert.notEqual(unknown.code, 0);
  assert.match(unknown.errors, /no parameter "rates"/);
  const hostile = await papermill('-r', 'rate', '0; process.exit(0)');
  assert.notEqual(hostile.code, 0);
  assert.match(hostile.errors, /another type/);
  const help = await tool('papermill', ['--help-notebook', throws]);
  assert.match(help.out, /rate: number \(default 0\.1\) +learning rate/);
});

test('reluctant parameters shows what a notebook can be given, and the cell that a value becomes', async () => {
  const table = await reluctant(['parameters', throws]);
  assert.equal(table.code, 0);
  assert.match(table.out, /rate +number +0\.1 +learning rate/);
  const cell = await reluctant(['parameters', throws, '-p', 'rate=1e-3']);
  assert.equal(cell.out, '// Parameters\nrate = 0.001;\n');
  assert.equal((await reluctant(['parameters', throws, '--values', '[1]'])).code, 2);
});
