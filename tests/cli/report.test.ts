import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { Desk, ROOT, reluctant } from './notebooks';

const desk = new Desk();
const out = desk.path('out');
after(() => desk.remove());

const CLAIMS = [
  "const rl = require('reluctant');\nrl.claim('one and one make two', 1 + 1 === 2, { sum: 1 + 1 });",
  { tag: 'verdict', code: "'the sum is right'" },
];

test('run --quiet --html shows the verdict and the count of claims, and writes the report', async () => {
  const file = desk.notebook('holds.ipynb', CLAIMS);
  const { code, out: text } = await reluctant(['run', file, '--quiet', '--html', '--out', out]);
  assert.equal(code, 0, text);
  assert.match(text, /^'?the sum is right'?$/m);
  assert.match(text, /^Claims: 1 of 1 hold$/m);
  assert.doesNotMatch(text, /✔ one and one make two/);
  assert.match(text, /report: .*holds\.html/);
  const page = desk.read('out/holds.html');
  assert.match(page, /one and one make two/);
  assert.doesNotMatch(page, /<script[^>]+src=/);
});

test('a claim that does not hold ends the run with 1, is listed, and stands in the report', async () => {
  const file = desk.notebook('fails.ipynb', [
    "const rl = require('reluctant');\nrl.claim('one and one make three', 1 + 1 === 3, { sum: 1 + 1 });",
    "console.log('never')",
  ]);
  const { code, out: text } = await reluctant(['run', file, '--quiet', '--html', '--out', out]);
  assert.equal(code, 1, text);
  assert.match(text, /Claims: 0 of 1 hold/);
  assert.match(text, /✘ +one and one make three/);
  assert.match(text, /fails\.ipynb, cell 1, line 2: ReluctantError/);
  assert.match(desk.read('out/fails.html'), /one and one make three/);
});

test('investigate refuses parameters that its notebook does not have, before anything is run', async () => {
  for (const parameter of ['nosuch=1', 'epochs=many', 'mode=fast']) {
    const { code, errors } = await reluctant(['investigate', '-p', parameter, '--out', out]);
    assert.equal(code, 2, parameter);
    assert.match(errors, /epochs|mode|seed/);
  }
});

test('a reader who stops reading is no error', () => {
  const ended = spawnSync('sh', ['-c', `"${process.execPath}" bin/reluctant.js --help | true`], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(ended.stderr, '');
});
