import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { attention, layerNormalization } from '../../src/layers';
import { financialWaveNet } from '../../src/models';
import { type FitOptions, fit, type Trainable } from '../../src/training';
import { chooseMode, whyNotXLA } from '../../src/training/loop/modeChoice';

type Small = { shape: number[]; model: () => Trainable; losses: FitOptions['losses']; targets?: 'classes' };

const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
const apply = (layer: TF.layers.Layer, x: TF.SymbolicTensor | TF.SymbolicTensor[]) =>
  layer.apply(x) as TF.SymbolicTensor;
const head = (x: TF.SymbolicTensor, units = 1, activation?: 'softmax') =>
  apply(tf.layers.dense({ units, activation, kernelInitializer: seeded(9) }), x);

function onInput(shape: number[], build: (x: TF.SymbolicTensor) => TF.SymbolicTensor): TF.LayersModel {
  const input = tf.input({ shape });
  return tf.model({ inputs: input, outputs: build(input) });
}

const cell = { units: 6, kernelInitializer: seeded(1), recurrentInitializer: seeded(2) };

/** The kinds of model that `npm run bench` times, in small. */
const KINDS: Record<string, Small> = {
  MLP: {
    shape: [8],
    losses: 'meanSquaredError',
    model: () =>
      onInput([8], (x) =>
        head(apply(tf.layers.dense({ units: 16, activation: 'relu', kernelInitializer: seeded(1) }), x)),
      ),
  },
  'Financial WaveNet': {
    shape: [16, 3],
    losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'huber' },
    model: () => financialWaveNet({ window: 16, features: 3, channels: 4, fusionUnits: 8 }),
  },
  PatchTST: {
    shape: [24, 3],
    losses: 'meanSquaredError',
    model: () =>
      onInput([24, 3], (x) => {
        const tokens = apply(
          tf.layers.conv1d({ filters: 8, kernelSize: 8, strides: 4, kernelInitializer: seeded(1) }),
          x,
        );
        const normal = apply(layerNormalization({}), tokens);
        const mixed = apply(attention({ heads: 2, keyDimension: 4, causal: false }), normal);
        return head(apply(tf.layers.flatten(), apply(tf.layers.add(), [tokens, mixed])));
      }),
  },
  GRU: {
    shape: [7, 3],
    losses: 'meanSquaredError',
    model: () => onInput([7, 3], (x) => head(apply(tf.layers.gru(cell), x))),
  },
  LSTM: {
    shape: [7, 3],
    losses: 'meanSquaredError',
    model: () => onInput([7, 3], (x) => head(apply(tf.layers.lstm(cell), x))),
  },
  convolutions: {
    shape: [8, 8, 1],
    losses: 'meanSquaredError',
    model: () =>
      onInput([8, 8, 1], (x) => {
        const made = apply(
          tf.layers.conv2d({
            filters: 4,
            kernelSize: 3,
            padding: 'same',
            activation: 'relu',
            kernelInitializer: seeded(1),
          }),
          x,
        );
        return head(apply(tf.layers.flatten(), apply(tf.layers.maxPooling2d({ poolSize: 2 }), made)));
      }),
  },
  'graph attention': {
    shape: [4],
    losses: 'meanSquaredError',
    model: () => {
      const weight = (shape: number[], seed: number) => tf.variable(tf.randomNormal(shape, 0, 0.4, 'float32', seed));
      const [kernel, from, to, output] = [weight([4, 6], 1), weight([6, 1], 2), weight([6, 1], 3), weight([6, 1], 4)];
      const product = (a: TF.Tensor, b: TF.Tensor): TF.Tensor => tf.matMul(a as TF.Tensor2D, b as TF.Tensor2D);
      return {
        heads: ['value'],
        variables: [kernel!, from!, to!, output!],
        predict: (inputs: Record<string, TF.Tensor>) => {
          const h = product(Object.values(inputs)[0]!, kernel!);
          const scores = tf.leakyRelu(tf.add(product(h, from!), tf.transpose(product(h, to!))), 0.2);
          return { value: product(product(tf.softmax(scores), h), output!) };
        },
      };
    },
  },
};

async function losses({ shape, model, losses }: Small, mode: NonNullable<FitOptions['mode']>): Promise<number[]> {
  const inputs = tf.randomNormal([40, ...shape], 0, 1, 'float32', 1);
  const flat = inputs.reshape([40, -1]);
  const value = flat.mean(1, true);
  const targets =
    typeof losses === 'string'
      ? value
      : {
          direction: tf.oneHot(flat.slice([0, 0], [40, 3]).argMax(1), 3).toFloat(),
          volatility: value.abs(),
          magnitude: value.abs(),
        };
  const made = model();
  const run = await fit(made, { inputs, targets } as never, { losses, epochs: 10, batchSize: 8, seed: 5, mode });
  assert.equal(run.mode, mode, run.modeReason);
  return run.column('loss') as number[];
}

/** Layers that draw their initial weights without a seed would start every run elsewhere. */
async function allModes(one: Small) {
  const shared = one.model();
  const weights =
    'getWeights' in shared ? shared.getWeights().map((w) => w.clone()) : shared.variables.map((v) => v.clone());
  const model = () => {
    if ('setWeights' in shared) shared.setWeights(weights);
    else shared.variables.forEach((variable, k) => void variable.assign(weights[k]!));
    return shared;
  };
  const fixed = { ...one, model };
  const runs: Record<string, number[]> = {};
  for (const mode of ['graph', 'xla', 'xla-step'] as const) {
    runs[mode] = await losses(fixed, mode);
    assert.deepEqual(await losses(fixed, mode), runs[mode], `${mode}: the same seed and mode give the same bits`);
  }
  return runs;
}

for (const [name, one] of Object.entries(KINDS)) {
  test(`${name}: all modes agree to 1e-5 over 50 steps, and each gives the same bits again`, async () => {
    const { graph, ...others } = await allModes(one);
    for (const [mode, column] of Object.entries(others)) {
      column.forEach((loss, k) => {
        assert.ok(Math.abs(loss - graph![k]!) < 1e-5, `${mode}, epoch ${k}: ${loss}, as a graph ${graph![k]}`);
      });
    }
  });
}

const loop = (more: object) => ({
  operations: 100,
  hasConvolutions: false,
  stepKey: `test-${Math.random()}`,
  lineOf: () => 'model.ts:3:1',
  ...more,
});

test('the mode is the fastest of those measured, and what was measured is not measured again', () => {
  const step = loop({});
  const seconds = { graph: 0.003, xla: 0.002, 'xla-step': 0.001 };
  const measured: string[] = [];
  const choose = () =>
    chooseMode(step, 1e6, (mode) => {
      measured.push(mode);
      return seconds[mode];
    });
  const first = choose();
  assert.equal(first.mode, 'xla-step');
  assert.match(first.reason, /^measured before the first epoch: 1000 µs per step compiled by XLA step by step, /);
  assert.deepEqual(measured, ['graph', 'xla', 'xla-step']);
  const again = choose();
  assert.equal(again.mode, 'xla-step');
  assert.match(again.reason, /^measured in a run before/);
  assert.equal(measured.length, 3);
});

test('convolutions are not tried inside a loop of XLA, and a short run does not wait for a compiler', () => {
  const tried: string[] = [];
  const measure = (mode: string) => tried.push(mode) && 0.01;
  chooseMode(loop({ hasConvolutions: true }), 1e6, measure);
  assert.deepEqual(tried, ['graph', 'xla-step']);
  const short = chooseMode(loop({}), 10, measure);
  assert.equal(short.mode, 'graph');
  assert.match(short.reason, /XLA would take about/);
  assert.equal(tried.length, 3);
});

test('a mode that fails is not tried again, and the reason is in terms of the step', () => {
  const step = loop({ operations: 10 });
  let failures = 0;
  const measure = (mode: string) => {
    if (mode === 'graph') return 0.001;
    failures++;
    throw new Error(
      'Detected unsupported operations when trying to compile graph x on XLA_CPU_JIT: Frobnicate (No registered',
    );
  };
  for (const _ of [1, 2]) {
    const { mode, reason } = chooseMode(step, 1e6, measure);
    assert.equal(mode, 'graph');
    assert.equal(
      reason,
      'XLA cannot compile the step: it has no code for the operation Frobnicate, called at model.ts:3:1',
    );
  }
  assert.equal(failures, 1);
  assert.match(whyNotXLA(step, new Error('RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes')), /smaller batch/);
});
