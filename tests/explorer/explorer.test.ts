import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { benchmark, runs } from '../../src/diagnosis';
import * as evaluation from '../../src/evaluation';
import { type ExploredSetting, type ExploreOptions, Explorer } from '../../src/explorer';
import { explore } from '../../src/notebook/explorer';
import type { Figure } from '../../src/plots';
import { program } from '../../src/programs';
import { type RecordedRun, readWeights, weightsOf } from '../../src/runs';
import { type FitOptions, METRICS, type MetricName } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from '../training/models';

const data = { ...twoHeadRows(160), validation: twoHeadRows(60, 2) };
const twoHeads = program({
  name: 'two heads',
  defaults: { seed: 1, learningRate: 0.02, epochs: 3 },
  choices: { size: ['small', 'large'] },
  data,
  model: ({ size }) => twoHeadModel(size === 'large' ? 16 : 8),
  options: {
    losses: twoHeadLosses,
    metrics: { direction: ['auc'], volatility: ['mae'] },
    batchSize: 40,
  },
});
const options: ExploreOptions = { verdicts: false };
const open = (setting: { epochs?: number } = {}, given: ExploreOptions = options) =>
  Explorer.open(twoHeads.with(setting), given);

test('explore runs its presets in order and compares them by the measures of the heads', async () => {
  const presets = { even: {}, quiet: { lossWeights: { volatility: 0.1 } }, large: { size: 'large' } };
  const explorer = await explore(twoHeads, { ...options, presets });
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
  const rowsOf = (figure: Figure) => figure.summary.rows as Record<string, unknown>[];
  const quiet = explorer.runs[1]!.last['val_direction_auc'];
  const curve = rowsOf(explorer.curves()).find(({ run, metric }) => run === 'quiet' && metric === 'val_direction_auc');
  assert.equal(curve!['last'], quiet);
  assert.ok(
    rowsOf(explorer.bars()).some((row) => Object.values(row).includes(quiet)),
    'bars say the same',
  );
  assert.ok(
    rowsOf(explorer.frontFigure()).some((row) => Object.values(row).includes(quiet)),
    'so does the front',
  );
  const curveOfRun = rowsOf(explorer.runs[1]!.curves()).find(
    ({ metric, part }) => metric === 'direction_auc' && part === 'validation',
  );
  assert.equal(curveOfRun!['last'], quiet);
  assert.equal(explorer.runs[0]!.gradientShares().summary.rows.length, 2);
  assert.deepEqual(
    explorer.runs[0]!.predictions.map(({ head }) => head),
    ['direction [0]', 'direction [1]', 'direction [2]', 'volatility'],
  );
});

test('a run is made again from its number or from its record as JSON, to the last bit', async () => {
  const explorer = await open();
  await explorer.run({ lossWeights: { volatility: 0.37 }, balancer: 'random', seed: 9 });
  const [record] = JSON.parse(JSON.stringify(explorer)) as RecordedRun[];
  const again = await explorer.reproduce(record!);
  const other = await (await open()).reproduce(record!);
  assert.deepEqual(again!.history, explorer.runs[0]!.history);
  assert.deepEqual(other!.history, explorer.runs[0]!.history);
  assert.deepEqual((await explorer.reproduce(1))!.history, record!.history);
  await assert.rejects(explorer.reproduce(99), /from 1 to 3/);
  await assert.rejects(explorer.reproduce({ ...record!, options: { ...record!.options, epochs: 5 } }), {
    code: 'run-of-other-length',
  });
});

test('an aborted run is not recorded, and no run leaves tensors behind', async () => {
  const explorer = await open();
  const before = tf.memory().numTensors;
  const abort = new AbortController();
  const run = await explorer.run({}, { signal: abort.signal, onEpoch: () => abort.abort() });
  assert.equal(run, undefined);
  assert.equal(explorer.runs.length, 0);
  await explorer.run({ balancer: 'gradnorm' });
  assert.equal(tf.memory().numTensors, before);
});

test('weights without a meaning are refused before anything is trained; a weight of zero leaves a head out', async () => {
  const explorer = await open();
  const run = (direction: number, volatility: number) => explorer.run({ lossWeights: { direction, volatility } });
  await assert.rejects(run(0, 0), { code: 'loss-weights-all-zero' });
  await assert.rejects(run(1, -1), { code: 'loss-weight-out-of-range' });
  await assert.rejects(run(1, Number.NaN), { code: 'setting-not-json' });
  await assert.rejects(explorer.run({ lossWeights: { magnitude: 1 } }), /head.*does not have/);
  await assert.rejects(explorer.run({ size: 'huge' }), /"small", "large"/);
  await assert.rejects(explorer.run({ learningRate: 0 }), { code: 'number-out-of-range' });
  assert.equal(explorer.runs.length, 0);
  assert.equal((await run(1, 0))!.last['volatility_gradient_share'], 0);
});

test('explore refuses data without validation rows, and a head without a loss', async () => {
  const { validation, ...training } = data;
  assert.ok(validation);
  const literal = { model: () => twoHeadModel(8), data: training, options: { losses: twoHeadLosses } };
  await assert.rejects(explore(literal), { code: 'validation-missing' });
  const losses = { direction: 'categoricalCrossentropy' } as const;
  const lacking = { ...literal, data, options: { losses } };
  await assert.rejects(explore(lacking, { presets: { one: {} } }), { code: 'losses-missing' });
});

test('surface trains every cell at once, as runs of their own would, and frames the best', async () => {
  const explorer = await open({ epochs: 2 });
  const before = tf.memory().numTensors;
  const weights = [0, 0.03, 0.1, 0.3, 1, 3, 10, 30];
  const surface = await explorer.surface('direction', 'volatility', { weights: weights.slice(1) });
  assert.equal(surface.runs.length, 49);
  assert.ok(surface.runs.every(({ record }) => record.together === 49));
  assert.match(surface.how, /^49 settings in .*: all at once/);
  assert.equal(tf.memory().numTensors, before);
  const best = Math.max(...surface.runs.map(({ last }) => last['val_direction_auc']!));
  const figure = surface.figure();
  assert.match(figure.notes[0]!, /^highest: 0\.\d+ at weight of direction/);
  const values = figure.summary.rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'number');
  assert.equal(Math.max(...(values as number[])), best);
  // A cell is a run like any other: made again from its record on its own, it gives the same numbers.
  const cell = surface.at(3, 0.1);
  const again = (await explorer.reproduce(cell.record))!;
  for (const key of ['loss', 'volatility_gradient_share', 'val_direction_auc', 'val_volatility_mae']) {
    assert.ok(Math.abs(cell.last[key]! - again.last[key]!) < 1e-3, `${key}: ${cell.last[key]}, ${again.last[key]}`);
  }
  assert.ok(
    cell.history.every((row) => row['val_loss'] !== undefined),
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
  const explorer = await open({ epochs: 1 });
  const { runs, how } = await explorer.runTogether({
    one: {},
    other: { seed: 2 },
    quiet: { lossWeights: { volatility: 0.1 } },
    slow: { learningRate: 0.001 },
    pcgrad: { balancer: 'pcgrad' },
    'pcgrad, quiet': { balancer: { kind: 'pcgrad' }, lossWeights: { volatility: 0.1 } },
    large: { size: 'large' },
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
  assert.ok(runs.every(({ last }) => Number.isFinite(last['val_direction_auc'])));
});

test('overSeeds gives the mean and standard deviation of the runs themselves', async () => {
  const explorer = await open({ epochs: 1 });
  const { table, runs } = await explorer.overSeeds({ even: {}, pcgrad: { balancer: 'pcgrad' } }, [1, 2, 3]);
  assert.equal(runs.length, 6);
  const values = runs.slice(3).map(({ last }) => last['val_volatility_mae']!);
  const row = table.find({ setting: 'pcgrad', measure: 'val_volatility_mae' })!;
  // The statistics are compared with SciPy where they are tested themselves.
  assert.equal(new Set(values).size, 3, 'every seed is another run');
  assert.ok(Math.abs(row.mean - evaluation.mean(values)) < 1e-12);
  assert.ok(Math.abs(row.spread - evaluation.standardDeviation(values, 1)) < 1e-12);
});

test('the rules judge a finished run when they are asked for, and their verdicts are those of diagnose', async () => {
  const dead = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!.build(91, true);
  const explorer = await explore({ ...dead, options: { ...dead.options, epochs: 8 } }, { presets: { one: {} } });
  const [run] = explorer.runs;
  assert.match(run!.verdicts![0]!, /^dead-head \(volatility\)$/);
  assert.match(String(explorer.table().rows[0]!['verdicts']), /dead-head \(volatility\)/);
  assert.equal((await explorer.run({}, { onTrained: () => false }))!.verdicts, undefined);
});

test('every metric there is can be a measure, under the key that the history has and in its direction', async () => {
  const rows = (seed: number) => {
    const inputs = tf.randomNormal([64, 2], 0, 1, 'float32', seed);
    const sum = inputs.sum(1, true);
    return { inputs, targets: { price: sum, rises: sum.greater(0).toFloat() } };
  };
  const model = () => {
    const input = tf.input({ shape: [2] });
    const price = tf.layers.dense({ units: 1, name: 'price' }).apply(input) as TF.SymbolicTensor;
    const rises = tf.layers.dense({ units: 1, name: 'rises', activation: 'sigmoid' }).apply(input) as TF.SymbolicTensor;
    return tf.model({ inputs: input, outputs: [price, rises] });
  };
  const losses = { price: 'meanSquaredError', rises: 'binaryCrossentropy' } as const;
  const literal = { model, data: { ...rows(1), validation: rows(2) } };
  for (const name of Object.keys(METRICS) as MetricName[]) {
    const options: FitOptions = { losses, metrics: { rises: [name] }, epochs: 1 };
    const explorer = await Explorer.open({ ...literal, options }, { verdicts: false });
    const run = await explorer.run({});
    const measure = explorer.measures[1]!;
    assert.ok(Number.isFinite(run!.value(measure.key)), `${name}: ${measure.key}`);
    assert.equal(measure.best, METRICS[name].best, name);
  }
});

test('runs of an explorer lie in its folder as runs of train do: with weights, verdicts, and those trained at once as well', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-explored-'));
  try {
    const explorer = await open({ epochs: 1 }, { folder });
    await explorer.run({}, { name: '../outside?' });
    const { runs: together } = await explorer.runTogether({ one: {}, other: { lossWeights: { volatility: 0.1 } } });
    const { rows, skipped } = runs.list(folder);
    assert.deepEqual([rows.map(({ run }) => run).sort(), skipped], [['one', 'other', 'outside'], []]);
    const read = runs.read(folder, 'other');
    assert.deepEqual(read.history, together[1]!.history);
    assert.deepEqual([read.together, read.dataHash], [2, runs.read(folder, 'one').dataHash]);
    assert.deepEqual((read.program!.setting as ExploredSetting).lossWeights, { direction: 1, volatility: 0.1 });
    const weights = readWeights(path.join(folder, 'other'));
    const model = twoHeadModel(8);
    assert.deepEqual(
      weights.map(({ shape }) => shape),
      weightsOf(model).map(({ shape }) => shape),
    );
    const again = await explorer.reproduce(read);
    assert.ok(Math.abs(again!.last.loss - read.last['loss']!) < 1e-4);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
