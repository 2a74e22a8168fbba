import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { checkWritable, replaceAtomically, writeAtomically } from '../../src/core';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-atomic-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('writeAtomically replaces a file whole and leaves no draft', () => {
  const file = path.join(folder, 'a.txt');
  writeAtomically(file, 'one');
  writeAtomically(file, Buffer.from('two'));
  assert.equal(fs.readFileSync(file, 'utf8'), 'two');
  assert.deepEqual(fs.readdirSync(folder), ['a.txt']);
});

test('writeAtomically and checkWritable refuse folders, devices, missing folders and files as folders, with the way out', () => {
  const file = path.join(folder, 'a.txt');
  fs.writeFileSync(file, 'there');
  fs.mkdirSync(path.join(folder, 'sub'));
  const cases: [string, RegExp][] = [
    [path.join(folder, 'sub'), /is a folder.*name a file in it/],
    [path.join(folder, 'none', 'b.txt'), /does not exist.*make it first/],
    [path.join(file, 'b.txt'), /is a file/],
    ...(process.platform === 'win32' ? [] : ([['/dev/null', /device/]] as [string, RegExp][])),
  ];
  for (const [place, message] of cases) {
    for (const act of [() => writeAtomically(place, 'x'), () => checkWritable(place)]) {
      assert.throws(
        act,
        (error: Error & { code: string }) => error.code === 'file-not-written' && message.test(error.message),
      );
    }
  }
  assert.equal(fs.readFileSync(file, 'utf8'), 'there');
  if (process.platform !== 'win32') assert.ok(fs.statSync('/dev/null').isCharacterDevice());
});

test('replaceAtomically keeps the old file and removes the draft where the writer fails', async () => {
  const file = path.join(folder, 'c.txt');
  writeAtomically(file, 'old');
  const failing = replaceAtomically(file, (draft) => {
    fs.writeFileSync(draft, 'half');
    throw new Error('stopped');
  });
  await assert.rejects(failing, { code: 'file-not-written' });
  assert.equal(fs.readFileSync(file, 'utf8'), 'old');
  await replaceAtomically(file, (draft) => fs.writeFileSync(draft, 'new'));
  assert.equal(fs.readFileSync(file, 'utf8'), 'new');
  assert.ok(!fs.readdirSync(folder).some((name) => name.includes('draft')));
});
