// Folders that version 0.1.0 wrote, both of its kinds: they stay readable, and its models still predict what they predicted.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { load } from '../../src/data';
import { runs } from '../../src/diagnosis';
import { predictRobust, robustRecipe, train } from '../../src/programs';

const SAMPLES = path.join(__dirname, 'samples');
const MARKET = path.join(__dirname, '..', '..', 'data', 'market.csv');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-earlier-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

test('a recorded fit of 0.1.0 is read with all it says', () => {
  const { history, ...record } = runs.read(SAMPLES, 'recorded-0.1.0');
  assert.equal(history.length, 3);
  assert.equal(record.status, 'finished');
  assert.equal(record.seed, 51);
  assert.equal(record.options['batchSize'], 32);
  assert.equal(record.verdicts![0]!.cause, 'dead-head');
  assert.equal(record.last['loss'], history[2]!['loss']);
});

test('a run of train of 0.1.0 is read with all it says, and what has no record of its own from its checkpoint', () => {
  const { history, ...record } = runs.read(SAMPLES, 'train-0.1.0');
  assert.deepEqual(history.length, 2);
  assert.deepEqual(record.last, history[1]);
  assert.equal(record.program!.name, 'robust');
  assert.deepEqual(record.program!.setting['hiddenDims'], [16, 8]);
  assert.deepEqual(record.options['optimizer'], { kind: 'adam', learningRate: 0.001 });
  const killed = path.join(scratch, 'killed');
  fs.cpSync(path.join(SAMPLES, 'train-0.1.0'), killed, { recursive: true });
  fs.rmSync(path.join(killed, 'history.csv'));
  assert.deepEqual(runs.read(scratch, 'killed').history, history);
});

test('runs of both kinds are listed and compared with each other', () => {
  const { rows, skipped } = runs.list(SAMPLES);
  assert.deepEqual(rows.map(({ run }) => run).sort(), ['recorded-0.1.0', 'train-0.1.0']);
  assert.deepEqual(skipped, []);
  const compared = runs.compare(SAMPLES, 'recorded-0.1.0', 'train-0.1.0');
  assert.deepEqual(compared.find({ what: 'batchSize' }), {
    what: 'batchSize',
    'recorded-0.1.0': '32',
    'train-0.1.0': '256',
  });
  assert.equal(compared.find({ what: 'epochs' })!['train-0.1.0'], 2);
});

test('a model of 0.1.0 predicts what it predicted then', async () => {
  const { rows, ranks, horizon } = predictRobust(await load(MARKET), path.join(SAMPLES, 'train-0.1.0'));
  assert.deepEqual([rows.length, ...rows.slice(0, 3), horizon], [5448, 19, 20, 21, 1]);
  const then = [0.46930256485939026, 0.4666176438331604, 0.46280357241630554];
  then.forEach((rank, k) => void assert.ok(Math.abs(ranks[k]! - rank) < 1e-6, `${ranks[k]}`));
});

test('a run that 0.1.0 began is gone on with from its checkpoint, with the settings it was begun with', async () => {
  const folder = path.join(scratch, 'goes-on');
  fs.cpSync(path.join(SAMPLES, 'train-0.1.0'), folder, { recursive: true });
  const program = robustRecipe().with({ source: { files: [MARKET] }, epochs: 2, batchSize: 256, learningRate: 0.001 });
  await assert.rejects(train(program, { folder, resume: true, epochs: 1 }), { code: 'settings-differ' });
  const run = await train(program, { folder, resume: true });
  assert.deepEqual(
    run.history.map(({ loss }) => loss),
    runs.read(SAMPLES, 'train-0.1.0').history.map(({ loss }) => loss),
  );
  assert.equal(runs.read(scratch, 'goes-on').formatVersion, 2);
});
