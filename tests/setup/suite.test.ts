import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';

const SUITE = path.join(__dirname, '..', '..', 'bin', 'suite.js');
const TEST = "const { test } = require('node:test');";
const FILES = {
  'tests/core/one.test.js': `${TEST} test('one', () => {}); test('left out', { skip: true }, () => {});`,
  'tests/core/two.test.js': `${TEST} test('two', () => { throw new Error('broken'); });`,
  'tests/core/none.test.js': 'process.exit(3);',
  // Of those that run alone.
  'tests/kernels/three.test.js': `${TEST} test('three', () => {});`,
};

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'suite-'));
  for (const [name, code] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), code);
  }
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The suite as `npm test` starts it: without what tells a process that it is a test of another runner. */
function suite(...files: string[]) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [SUITE, ...files], { cwd: folder, encoding: 'utf8', env });
  const count = (kind: string) => Number(new RegExp(`^ℹ ${kind} (\\d+)$`, 'm').exec(stdout)?.[1]);
  return { status, stdout, counts: ['tests', 'pass', 'fail', 'skipped'].map(count) };
}

test('files side by side and files alone have one closing count, and a failure in any of them is one of the whole', () => {
  const whole = suite(...Object.keys(FILES));
  assert.equal(whole.status, 1);
  assert.deepEqual(whole.counts, [5, 2, 2, 1]);
  assert.equal(whole.stdout.split('ℹ tests ').length, 2, 'the count stands once');
  assert.match(whole.stdout, /failing tests:[\s\S]*broken/);
  const well = suite('tests/core/one.test.js', 'tests/kernels/three.test.js');
  assert.deepEqual([well.status, well.counts], [0, [3, 2, 0, 1]]);
  assert.deepEqual(suite('tests/kernels/three.test.js').counts, [1, 1, 0, 0]);
  assert.equal(suite().status, 1, 'no test at all proves nothing');
});
