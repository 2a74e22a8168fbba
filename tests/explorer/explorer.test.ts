import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { type ExploreOptions, Explorer, explore, type RunRecord } from '../../src/notebook/explorer';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from '../training/models';

const data = { ...twoHeadRows(160), validation: twoHeadRows(60, 2) };
const options: ExploreOptions = {
  model: ({ choices }) => twoHeadModel(choices['size'] === 'large' ? 16 : 8),
  data,
  losses: twoHeadLosses,
  metrics: { direction: ['auc'], volatility: ['mae'] },
  epochs: 3,
  batchSize: 40,
  start: { learningRate: 0.02 },
  choices: { size: ['small', 'large'] },
  verdicts: false,
};

test('explore runs its presets in order and compares them by the measures of the heads', async () => {
  const presets = { even: {}, quiet: { lossWeights: { volatility: 0.1 } }, large: { choices: { size: 'large' } } };
  const explorer = await explore({ ...options, presets });
  assert.deepEqual(
    explorer.runs.map(({ name }) => name),
    ['even', 'quiet', 'large'],
  );
  assert.deepEqual(explorer.measures, [
    { key: 'val_direction_auc', best: 'highest' },
    { key: 'val_volatility_mae', best: 'lowest' },
  ]);
  const rows = explorer.table().rows;
  assert.ok(rows.every((row) => Number.isFinite(row['val_direction_auc'])));
  assert.ok((rows[1]!['share of volatility'] as number) < (rows[0]!['share of volatility'] as number));
  assert.ok(rows.some((row) => row['on the front']));
  for (const figure of [explorer.curves(), explorer.bars(), explorer.frontFigure(), explorer.runs[0]!.curves()]) {
    assert.ok(figure.summary.rows.length > 0);
  }
  assert.equal(explorer.runs[0]!.gradientShares().summary.rows.length, 2);
  assert.deepEqual(
    explorer.runs[0]!.predictions.map(({ head }) => head),
    ['direction [0]', 'direction [1]', 'direction [2]', 'volatility'],
  );
});

test('a run is made again from its number or from its record as JSON, to the last bit', async () => {
  const explorer = new Explorer(options);
  await explorer.run({ lossWeights: { volatility: 0.37 }, balancer: 'random', seed: 9 });
  const [record] = JSON.parse(JSON.stringify(explorer)) as RunRecord[];
  const again = await explorer.reproduce(record!);
  const other = await new Explorer(options).reproduce(record!);
  assert.deepEqual(again!.record.history, explorer.runs[0]!.record.history);
  assert.deepEqual(other!.record.history, explorer.runs[0]!.record.history);
  assert.deepEqual((await explorer.reproduce(1))!.record.history, record!.history);
  await assert.rejects(explorer.reproduce(99), /from 1 to 3/);
  await assert.rejects(explorer.reproduce({ ...record!, epochs: 5 }), { code: 'run-of-other-length' });
});

test('an aborted run is not recorded, and no run leaves tensors behind', async () => {
  const explorer = new Explorer(options);
  const before = tf.memory().numTensors;
  const abort = new AbortController();
  const run = await explorer.run({}, { signal: abort.signal, onEpoch: () => abort.abort() });
  assert.equal(run, undefined);
  assert.equal(explorer.runs.length, 0);
  await explorer.run({ balancer: 'gradnorm' });
  assert.equal(tf.memory().numTensors, before);
});

test('weights without a meaning are refused before anything is trained; a weight of zero leaves a head out', async () => {
  const explorer = new Explorer(options);
  const run = (direction: number, volatility: number) => explorer.run({ lossWeights: { direction, volatility } });
  await assert.rejects(run(0, 0), { code: 'loss-weights-all-zero' });
  await assert.rejects(run(1, -1), { code: 'loss-weight-out-of-range' });
  await assert.rejects(run(1, Number.NaN), { code: 'loss-weight-out-of-range' });
  await assert.rejects(explorer.run({ lossWeights: { magnitude: 1 } }), /head.*does not have/);
  await assert.rejects(explorer.run({ choices: { size: 'huge' } }), /"small", "large"/);
  await assert.rejects(explorer.run({ learningRate: 0 }), { code: 'number-out-of-range' });
  assert.equal(explorer.runs.length, 0);
  assert.equal((await run(1, 0))!.last!['volatility_gradient_share'], 0);
});

test('explore refuses data without validation rows, and a head without a loss', async () => {
  const { validation, ...training } = data;
  assert.ok(validation);
  await assert.rejects(explore({ ...options, data: training }), { code: 'validation-missing' });
  const losses = { direction: 'categoricalCrossentropy' } as const;
  await assert.rejects(explore({ ...options, losses, presets: { one: {} } }), { code: 'losses-missing' });
});

test('surface trains every cell at once, as runs of their own would, and frames the best', async () => {
  const explorer = new Explorer({ ...options, epochs: 2 });
  const before = tf.memory().numTensors;
  const weights = [0, 0.03, 0.1, 0.3, 1, 3, 10, 30];
  const surface = await explorer.surface('direction', 'volatility', { weights: weights.slice(1) });
  assert.equal(surface.runs.length, 49);
  assert.ok(surface.runs.every(({ record }) => record.together === 49));
  assert.match(surface.how, /^49 settings in .*: all at once/);
  assert.equal(tf.memory().numTensors, before);
  const best = Math.max(...surface.runs.map(({ last }) => last!['val_direction_auc']!));
  const figure = surface.figure();
  assert.match(figure.notes[0]!, /^highest: 0\.\d+ at weight of direction/);
  const values = figure.summary.rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'number');
  assert.equal(Math.max(...(values as number[])), best);
  // A cell is a run like any other: made again from its record on its own, it gives the same numbers.
  const cell = surface.at(3, 0.1);
  const again = (await explorer.reproduce(cell.record))!;
  for (const key of ['loss', 'volatility_gradient_share', 'val_direction_auc', 'val_volatility_mae']) {
    assert.ok(Math.abs(cell.last![key]! - again.last![key]!) < 1e-3, `${key}: ${cell.last![key]}, ${again.last![key]}`);
  }
  assert.ok(
    cell.record.history.every((row) => row['val_loss'] !== undefined),
    'a curve of every cell',
  );
  assert.equal(again.record.together, 1);
  assert.throws(() => surface.at(3, 4), { code: 'cell-not-found' });
  assert.throws(() => cell.predictionScatter(), { code: 'predictions-not-kept' });
  // Both weights 0 train nothing; a cell of them is refused before anything runs.
  await assert.rejects(explorer.surface('direction', 'volatility', { weights }), { code: 'loss-weights-all-zero' });
  await assert.rejects(explorer.surface('direction', 'nothing'), { code: 'unknown-head' });
  const abort = new AbortController();
  abort.abort();
  const given = { weights: [1, 2], signal: abort.signal };
  await assert.rejects(explorer.surface('direction', 'volatility', given), { code: 'surface-interrupted' });
});

test('runTogether trains what differs in weights and rate at once, with any balancer, and everything else on its own', async () => {
  const explorer = new Explorer({ ...options, epochs: 1 });
  const { runs, how } = await explorer.runTogether({
    one: {},
    other: { seed: 2 },
    quiet: { lossWeights: { volatility: 0.1 } },
    slow: { learningRate: 0.001 },
    pcgrad: { balancer: 'pcgrad' },
    'pcgrad, quiet': { balancer: { kind: 'pcgrad' }, lossWeights: { volatility: 0.1 } },
    large: { choices: { size: 'large' } },
  });
  assert.deepEqual(
    runs.map(({ name, record }) => [name, record.together]),
    [
      ['one', 3],
      ['other', 1],
      ['quiet', 3],
      ['slow', 3],
      ['pcgrad', 2],
      ['pcgrad, quiet', 2],
      ['large', 1],
    ],
  );
  assert.match(how, /all at once/);
  assert.ok(runs.every(({ last }) => Number.isFinite(last!['val_direction_auc'])));
});

test('overSeeds gives the mean and standard deviation of the runs themselves', async () => {
  const explorer = new Explorer({ ...options, epochs: 1 });
  const { table, runs } = await explorer.overSeeds({ even: {}, pcgrad: { balancer: 'pcgrad' } }, [1, 2, 3]);
  assert.equal(runs.length, 6);
  const values = runs.slice(3).map(({ last }) => last!['val_volatility_mae']!);
  const mean = (values[0]! + values[1]! + values[2]!) / 3;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
  const row = table.find({ setting: 'pcgrad', measure: 'val_volatility_mae' })!;
  assert.ok(Math.abs(row.mean - mean) < 1e-12 && Math.abs(row.spread - spread) < 1e-12);
});

test('the rules judge a finished run when they are asked for', async () => {
  const explorer = await explore({ ...options, verdicts: true, presets: { one: {} } });
  assert.ok(Array.isArray(explorer.runs[0]!.record.verdicts));
});
