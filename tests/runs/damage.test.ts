// Flipped bits and cut ends in what a run, a cache and a set-up keep: the right result, or one clear message; never another number.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import { KEPT, SAID } from './kept';

/** Damages to try; `npm run test:damage` tries 2,000. */
const DAMAGES = process.env['npm_lifecycle_event'] === 'test:damage' ? 2000 : 200;

let scratch: string;
const asked = ['XDG_CACHE_HOME', 'XDG_STATE_HOME'].map((name) => [name, process.env[name]] as const);
before(() => {
  scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-damage-')));
});
after(() => {
  for (const [name, value] of asked)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  fs.rmSync(scratch, { recursive: true, force: true });
});

for (const [name, { share, make }] of Object.entries(KEPT))
  test(`${name}, damaged, is refused or says the same as before`, { timeout: 1_800_000 }, async () => {
    const { files, told, restore } = await make(scratch);
    const right = await told();
    assert.ok(right !== SAID && files.length > 0);
    const random = new Random(3);
    const outcomes = { refused: 0, said: 0, same: 0 };
    const count = Math.round(DAMAGES * share);
    for (let k = 0; k < count; k++) {
      const file = files[k % files.length]!;
      const bytes = fs.readFileSync(file);
      const { mode } = fs.statSync(file);
      const damaged = Buffer.from(bytes);
      const at = random.integer(0, bytes.length - 1);
      const isFlipped = random.uniform() < 0.8;
      if (isFlipped) damaged[at]! ^= 1 << random.integer(0, 7);
      fs.writeFileSync(file, !isFlipped || random.uniform() < 0.1 ? damaged.subarray(0, at) : damaged);
      try {
        const now = await told();
        if (now === SAID) outcomes.said += 1;
        else {
          assert.equal(now, right, `${path.basename(file)}, byte ${at}: another result without a word`);
          outcomes.same += 1;
        }
      } catch (error) {
        if (!(error instanceof ReluctantError)) throw error;
        assert.match(error.message, /folder |file /);
        outcomes.refused += 1;
      } finally {
        fs.writeFileSync(file, bytes, { mode });
        restore?.();
      }
    }
    console.log(`${count} damages of ${files.length} files of ${name}: ${JSON.stringify(outcomes)}`);
  });
