import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import * as fc from 'fast-check';
import { type TF, tf } from '../../src/core';
import { type FitOptions, fit, type Samples, type StreamedBatch, type TrainingData } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const ROWS = 50;
const rows = twoHeadRows(ROWS);

/** Rows of all parts from one place on, as new tensors. */
function cut(from: number, count: number): Samples {
  const of = (tensor: TF.Tensor) => tensor.slice(from, count);
  const { direction, volatility } = rows.targets;
  return { inputs: of(rows.inputs), targets: { direction: of(direction), volatility: of(volatility) } };
}

/** All rows in batches of these sizes, again and again; what is asked for is noted. */
async function* batchesOf(sizes: readonly number[], asked: number[] = []): AsyncGenerator<StreamedBatch> {
  for (let from = 0, k = 0; from < ROWS; k++) {
    const count = Math.min(sizes[k % sizes.length]!, ROWS - from);
    await null;
    asked.push(from);
    yield cut(from, count);
    from += count;
  }
}

const options = { losses: twoHeadLosses, epochs: 3, batchSize: 8, mode: 'graph' } as const;
const valuesOf = (model: TF.LayersModel) => model.getWeights().map((weight) => Array.from(weight.dataSync()));

/** The weights after training on data. */
async function trained(data: TrainingData, more: Partial<FitOptions> = {}) {
  const model = twoHeadModel();
  const run = await fit(model, data, { ...options, ...more } as FitOptions);
  const weights = valuesOf(model);
  model.dispose();
  return { run, weights };
}

test('batches of any sizes train two heads to the bits of the same rows in memory, the smaller last batch included', async () => {
  const few = cut(0, 2);
  for (const mode of ['graph', 'eager', 'xla'] as const) {
    const { weights: expected, run: inMemory } = await trained(rows, { shuffle: false, mode });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: ROWS }), { minLength: 1, maxLength: 5 }), async (sizes) => {
        const { run, weights } = await trained(
          { ...few, stream: { rows: ROWS, batches: () => batchesOf(sizes) } },
          { mode },
        );
        assert.deepEqual(weights, expected);
        assert.deepEqual(run.column('loss'), inMemory.column('loss'));
      }),
      { numRuns: mode === 'graph' ? 10 : 2, seed: 3 },
    );
  }
});

test('a dataset of tf.data, an iterable and an async iterable give the same weights; weights of rows and several inputs come along', async () => {
  const make = () => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 4 });
    const ends = ['left', 'right'].map((name) => tf.input({ shape: [2], name }));
    const joined = tf.layers.concatenate().apply(ends) as TF.SymbolicTensor;
    const sum = tf.layers.dense({ units: 1, kernelInitializer }).apply(joined) as TF.SymbolicTensor;
    return tf.model({ inputs: ends, outputs: sum });
  };
  const left = tf.randomNormal([24, 2], 0, 1, 'float32', 1);
  const right = tf.randomNormal([24, 2], 0, 1, 'float32', 2);
  const targets = left.sum(1, true).add(right.max(1, true));
  const sampleWeights = tf.randomUniform([24], 0.5, 1.5, 'float32', 5) as TF.Tensor1D;
  const whole = { inputs: { left, right }, targets };
  const settings = { losses: 'meanSquaredError', epochs: 2, batchSize: 6, mode: 'graph' } as const;
  const weightsOf = async (data: TrainingData, more: Partial<FitOptions> = {}) => {
    const model = make();
    await fit(model, data, { ...settings, ...more } as FitOptions);
    return valuesOf(model);
  };
  const batch = (from: number, count: number) => ({
    inputs: { left: left.slice(from, count), right: right.slice(from, count) },
    targets: targets.slice(from, count),
  });
  const expected = await weightsOf(whole, { shuffle: false });
  const dataset = tf.data
    .zip({
      xs: tf.data.zip({ left: tf.data.array(await listOf(left)), right: tf.data.array(await listOf(right)) }),
      ys: tf.data.array(await listOf(targets)),
    } as never)
    .batch(7);
  assert.deepEqual(await weightsOf({ ...batch(0, 1), stream: { rows: 24, batches: dataset } }), expected);
  assert.deepEqual(await weightsOf({ ...batch(0, 1), stream: { rows: 24, batches: () => dataset } }), expected);
  const list = () => [batch(0, 20), batch(20, 4)];
  assert.deepEqual(await weightsOf({ ...batch(0, 1), stream: { rows: 24, batches: list } }), expected);
  const weighed = (from: number, count: number) => ({
    ...batch(from, count),
    sampleWeights: sampleWeights.slice(from, count),
  });
  assert.deepEqual(
    await weightsOf({ ...weighed(0, 3), stream: { rows: 24, batches: () => [weighed(0, 13), weighed(13, 11)] } }),
    await weightsOf({ ...whole, sampleWeights }, { shuffle: false }),
  );
});

const listOf = async (tensor: TF.Tensor) => (await tensor.array()) as number[][];

test('augmentation is drawn from the seed, batch by batch and epoch by epoch, and leaves no tensor', async () => {
  const drawn: number[] = [];
  const data = {
    ...cut(0, 2),
    stream: {
      rows: ROWS,
      batches: () => batchesOf([10]),
      augment: ({ inputs, targets }: Samples, random: { uniform(): number }) => {
        const factor = random.uniform();
        drawn.push(factor);
        return { inputs: (inputs as TF.Tensor).mul(factor), targets };
      },
    },
  };
  const first = await trained(data);
  const { numTensors } = tf.memory();
  assert.equal(new Set(drawn).size, 15);
  assert.deepEqual((await trained(data)).weights, first.weights);
  assert.equal(tf.memory().numTensors, numTensors);
  assert.notDeepEqual((await trained(data, { seed: 9 })).weights, first.weights);
});

test('later batches are read while steps run', async () => {
  const asked: number[] = [];
  const data = { ...cut(0, 2), stream: { rows: ROWS, batches: () => batchesOf([1], asked) } };
  const waited: number[] = [];
  // 48 of 50 rows are whole batches of one: 8 steps to a call, and the rows of the call after are read while they run.
  await trained(data, {
    epochs: 1,
    batchSize: 1,
    onBatch: ({ step }) => void waited.push(asked.length - step - 1),
  });
  assert.equal(asked.length, ROWS);
  assert.ok(Math.max(...waited.slice(1, 7)) > 7, `${waited}`);
});

test('reading and training overlap: an epoch takes less than the two one after the other', async () => {
  const BATCHES = 40;
  const inputs = () => tf.ones([256, 64]);
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 1000, inputShape: [64] }),
      tf.layers.dense({ units: 1000 }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const few = { inputs: tf.ones([1, 64]), targets: tf.ones([1, 1]) };
  const time = async (pause: number) => {
    async function* slow() {
      for (let k = 0; k < BATCHES; k++) {
        if (pause > 0) await wait(pause);
        yield { inputs: inputs(), targets: tf.ones([256, 1]) };
      }
    }
    const started = performance.now();
    await fit(
      model,
      { ...few, stream: { rows: BATCHES * 256, batches: slow } },
      { losses: 'meanSquaredError', epochs: 1, batchSize: 256, mode: 'graph' },
    );
    return performance.now() - started;
  };
  await time(0);
  const least = async (pause: number) => Math.min(await time(pause), await time(pause));
  const training = await least(0);
  const pauses = 0.6 * training;
  const together = await least(pauses / BATCHES);
  // The first call's rows are waited for; of the others most come while steps run.
  assert.ok(
    together < training + 0.8 * pauses,
    `${together} ms, of ${training} ms of training and ${pauses} ms of waiting`,
  );
});

test('a stream that waits for ever hears the signal, and is told that it is over', async () => {
  let ended = false;
  async function* stuck(): AsyncGenerator<StreamedBatch> {
    try {
      yield cut(0, 10);
      await once(new EventTarget(), 'never');
    } finally {
      ended = true;
    }
  }
  const controller = new AbortController();
  const model = twoHeadModel();
  setTimeout(() => controller.abort(), 100);
  const { numTensors } = tf.memory();
  const few = cut(0, 2);
  const run = await fit(
    model,
    { ...few, stream: { rows: ROWS, batches: stuck } },
    { ...options, signal: controller.signal },
  );
  assert.equal(run.stopReason, 'aborted');
  tf.dispose(few as unknown as TF.TensorContainer);
  assert.equal(tf.memory().numTensors, numTensors);
  async function* whole() {
    try {
      for (;;) yield cut(0, 10);
    } finally {
      ended = true;
    }
  }
  await fit(model, { ...cut(0, 2), stream: { rows: ROWS, batches: whole } }, { ...options, epochs: 1 });
  assert.ok(ended);
});

test('what is wrong with a stream is said in our words, before a step where it can be, and no tensor is left', async () => {
  const few = cut(0, 2);
  const short = () => batchesOf([10]);
  const stream = { rows: ROWS, batches: short };
  const fails = async function* () {
    yield cut(0, 10);
    throw new Error('the disk is gone');
  };
  const one = (batch: unknown) => ({ rows: ROWS, batches: () => [batch] });
  const wrong: [object, RegExp, object?][] = [
    [{ ...stream, rows: 0 }, /stream\.rows is not usable/],
    [{ ...stream, row: 3 }, /no option "row".*did you mean "rows"/],
    [{ ...stream, batches: 7 }, /stream\.batches is not usable.*function of the epoch/],
    [{ ...stream, augment: true }, /stream\.augment is not usable/],
    [stream, /rows of a stream come in its own order/, { shuffle: true }],
    [stream, /classes of a stream cannot be counted/, { classWeights: { direction: 'balanced' } }],
    [{ ...stream, batches: () => 7 }, /nothing to go through.*epoch 0/],
    [{ ...stream, rows: 60 }, /ended before the rows of an epoch were there.*epoch 0/],
    [{ ...stream, batches: fails }, /the disk is gone.*epoch 0, batch 1/],
    [one(7), /batch of the stream is not usable/],
    [one({ inputs: cut(0, 3).inputs }), /batch of the stream is not usable/],
    [one({ ...cut(0, 3), target: 1 }), /no part of a batch "target".*did you mean "targets"/],
    [one({ ...cut(0, 3), inputs: tf.ones([3, 4]) }), /input "\w+" has another shape.*batch 0 of the stream/],
    [one({ ...cut(0, 3), sampleWeights: tf.ones([3]) }), /is not as the few rows beside it/],
    [one({ ...cut(0, 3), inputs: tf.ones([4, 5]) }), /different numbers of rows/],
    [{ ...stream, augment: () => undefined }, /batch of the stream is not usable.*augmented/],
  ];
  const model = twoHeadModel();
  const before = valuesOf(model);
  for (const [given, says, more] of wrong) {
    const { numTensors } = tf.memory();
    await assert.rejects(
      fit(model, { ...few, stream: given } as never, { ...options, ...more } as FitOptions),
      (error: Error) => error.name === 'ReluctantError' && says.test(error.message),
      String(says),
    );
    // A batch that one() made and that was never asked for is the test's own.
    assert.ok(tf.memory().numTensors <= numTensors, String(says));
  }
  assert.deepEqual(valuesOf(model), before);
});

test('a run over a stream goes on from its checkpoint to the same bits', async () => {
  const data = { ...cut(0, 2), stream: { rows: ROWS, batches: () => batchesOf([7, 12]) } };
  const whole = await trained(data, { epochs: 4 });
  const states: unknown[] = [];
  await trained(data, { epochs: 4, onCheckpoint: (save) => void states.push(save()) });
  const { weights } = await trained(data, { epochs: 4, resumeFrom: states[1] as never });
  assert.deepEqual(weights, whole.weights);
});
