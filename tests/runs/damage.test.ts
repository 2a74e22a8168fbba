// Flipped bits and cut ends in what a run keeps: the right result, or one clear message; never another number.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { Random, ReluctantError } from '../../src/core';
import * as rl from '../../src/index';

/** Damages to try; `npm run test:damage` tries 2,000. */
const DAMAGES = process.env['npm_lifecycle_event'] === 'test:damage' ? 2000 : 200;

let scratch: string;
const market = rl.synthetic.market({ symbols: 2, days: 150, seed: 7 });
before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-damage-'));
  await rl.trainRobust(market, path.join(scratch, 'run'), { epochs: 2, mode: 'graph' });
});
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** Everything that a later program is told by a run. */
function told(folder: string): string {
  const run = rl.runs.read(scratch, path.basename(folder));
  const predictions = rl.predictRobust(market, folder);
  return JSON.stringify([
    run.history,
    run.options,
    run.seed,
    run.verdicts,
    run.dataHash,
    [...predictions.ranks],
    [...predictions.returns],
  ]);
}

test('a run that is damaged is refused, or says the same as before', { timeout: 1_200_000 }, async () => {
  const folder = path.join(scratch, 'run');
  const right = told(folder);
  const files = (fs.readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    fs.statSync(path.join(folder, name)).isFile(),
  );
  assert.ok(files.includes('digests.json') && files.includes('weights.safetensors') && files.includes('model.json'));
  const random = new Random(3);
  const outcomes = { refused: 0, same: 0 };
  for (let k = 0; k < DAMAGES; k++) {
    const file = path.join(folder, files[k % files.length]!);
    const bytes = fs.readFileSync(file);
    const damaged = Buffer.from(bytes);
    const at = random.integer(0, bytes.length - 1);
    if (random.uniform() < 0.8) damaged[at]! ^= 1 << random.integer(0, 7);
    fs.writeFileSync(file, random.uniform() < 0.1 ? damaged.subarray(0, at) : damaged);
    try {
      assert.equal(told(folder), right, `${path.basename(file)}, byte ${at}: another result without a word`);
      outcomes.same += 1;
    } catch (error) {
      if (!(error instanceof ReluctantError)) throw error;
      assert.match(error.message, /folder |file /);
      outcomes.refused += 1;
    } finally {
      fs.writeFileSync(file, bytes);
    }
  }
  console.log(
    `${DAMAGES} damages of ${files.length} files: ${outcomes.refused} refused, ${outcomes.same} without effect`,
  );
  assert.ok(outcomes.refused > DAMAGES / 4);
});
