import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { graphCache } from '../../src/core/compileCache';
import { Seals } from '../../src/core/seals';

function inFolder(run: (home: string) => void): void {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'seals-'));
  try {
    run(home);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

test('a seal holds for one content under one name, of one user', () => {
  inFolder((home) => {
    const seals = Seals.open(path.join(home, 'a'))!;
    const content = Buffer.from('machine code');
    const seal = seals.of('name', content);
    assert.equal(seals.holds(seal, 'name', content), true);
    assert.equal(seals.holds(seal, 'other', content), false);
    assert.equal(seals.holds(seal, 'name', Buffer.from('machine c0de')), false);
    assert.equal(seals.holds('', 'name', content), false);
    assert.equal(Seals.open(path.join(home, 'a'))!.holds(seal, 'name', content), true);
    assert.equal(Seals.open(path.join(home, 'b'))!.holds(seal, 'name', content), false);
    assert.equal(fs.statSync(path.join(home, 'a', 'reluctant', 'seals.key')).mode & 0o777, 0o600);
  });
});

test('a folder is left with what was sealed and has not changed', () => {
  inFolder((home) => {
    const seals = Seals.open(home)!;
    const folder = path.join(home, 'code');
    fs.mkdirSync(folder);
    const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
    for (const name of ['kept', 'flipped', 'swapped', 'taken']) write(name, `code of ${name}`);
    seals.seal(folder);
    write('flipped', 'code of flippee');
    write('swapped', 'code of kept');
    fs.rmSync(path.join(folder, 'taken'));
    write('foreign', 'code of somebody else');
    fs.symlinkSync(path.join(folder, 'kept'), path.join(folder, 'link'));
    fs.mkdirSync(path.join(folder, 'below'));
    seals.clean(folder);
    assert.deepEqual(fs.readdirSync(folder), ['kept']);
    // A list of seals that is damaged vouches for nothing.
    fs.writeFileSync(path.join(home, 'reluctant', 'seals-code.json'), '{"kept":');
    seals.clean(folder);
    assert.deepEqual(fs.readdirSync(folder), []);
  });
});

test('there are no seals where others may write, or a secret is not one', () => {
  inFolder((home) => {
    Seals.open(home);
    const key = path.join(home, 'reluctant', 'seals.key');
    fs.chmodSync(key, 0o622);
    assert.equal(Seals.open(home), undefined);
    fs.chmodSync(key, 0o600);
    fs.truncateSync(key, 5);
    assert.equal(Seals.open(home), undefined);
    fs.rmSync(key);
    fs.chmodSync(path.join(home, 'reluctant'), 0o777);
    assert.equal(Seals.open(home), undefined);
    fs.chmodSync(path.join(home, 'reluctant'), 0o700);
    assert.ok(Seals.open(home));
    // Whoever may rename the folder puts another in its place; where everybody may, but not what is another's, nobody can.
    fs.chmodSync(home, 0o777);
    assert.equal(Seals.open(home), undefined);
    assert.equal(graphCache(home, Seals.open(path.join(home, 'other'))), undefined);
    fs.chmodSync(home, 0o1777);
    assert.ok(Seals.open(home));
    fs.chmodSync(home, 0o700);
    const file = path.join(home, 'file');
    fs.writeFileSync(file, '');
    assert.equal(Seals.open(file), undefined);
  });
});
