import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { type FitOptions, fit, type Schedule, schedules } from '../../src/training';

/** A model whose loss is its one weight: every step takes the learning rate off it, so that the rates add up. */
async function taken(options: Partial<FitOptions>, rows = 12) {
  const weight = tf.variable(tf.tensor2d([[0]]));
  const model = {
    heads: ['w'],
    variables: [weight],
    predict: ({ input }: Record<string, TF.Tensor>) => ({ w: tf.matMul(input as TF.Tensor2D, weight as TF.Tensor2D) }),
  };
  const data = { inputs: tf.ones([rows, 1]), targets: tf.zeros([rows, 1]) };
  const run = await fit(model, data, {
    losses: (_, predictions) => predictions.reshape([-1]),
    optimizer: { kind: 'sgd', learningRate: 0.5 },
    batchSize: 4,
    epochs: 4,
    mode: 'graph',
    ...options,
  });
  const total = -weight.dataSync()[0]!;
  tf.dispose([weight, data.inputs, data.targets]);
  return { total, rates: run.column('learning_rate') };
}

const near = (received: number, expected: number) =>
  assert.ok(Math.abs(received - expected) < 1e-6, `${received}, ${expected}`);

const SCHEDULES: Record<keyof typeof schedules, { make: () => Schedule; factors: number[] }> = {
  constant: { make: () => schedules.constant(), factors: Array(12).fill(1) },
  // 3 steps of warm-up, then half a cosine over the 9 steps left, down to a tenth.
  warmupCosine: {
    make: () => schedules.warmupCosine({ warmupEpochs: 1, finalFraction: 0.1 }),
    factors: [1 / 3, 2 / 3, 1, ...Array.from({ length: 9 }, (_, k) => 0.1 + 0.45 * (1 + Math.cos((Math.PI * k) / 9)))],
  },
  // Half a cosine up over 3 steps, then one down over the 8 steps behind the peak.
  oneCycle: {
    make: () => schedules.oneCycle({ warmupShare: 0.25, startFraction: 0.2, finalFraction: 0.1 }),
    factors: [
      ...[0, 1, 2].map((k) => 0.2 + 0.4 * (1 - Math.cos((Math.PI * k) / 3))),
      ...Array.from({ length: 9 }, (_, k) => 1 - 0.45 * (1 - Math.cos((Math.PI * k) / 8))),
    ],
  },
  stepDecay: {
    make: () => schedules.stepDecay({ factor: 0.5, epochs: 2 }),
    factors: [1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
  },
};

for (const [name, { make, factors }] of Object.entries(SCHEDULES)) {
  test(`fit takes every step at the rate that ${name} gives, in every mode`, async () => {
    for (const mode of ['eager', 'graph', 'xla'] as const) {
      const { total, rates } = await taken({ schedule: make(), mode });
      near(total, 0.5 * factors.reduce((sum, factor) => sum + factor, 0));
      // The history has the rate of each epoch's last step.
      [2, 5, 8, 11].forEach((step, epoch) => void near(rates[epoch]!, 0.5 * factors[step]!));
    }
  });
}

test('warmupCosine ends at the final fraction, and refuses one above 1', () => {
  const at = (step: number) =>
    schedules.warmupCosine({ finalFraction: 0.2 })({ step, stepsPerEpoch: 10, totalSteps: 100 });
  near(at(0), 1);
  near(at(50), 0.6);
  near(at(100), 0.2);
  near(at(1000), 0.2);
  assert.throws(() => schedules.warmupCosine({ finalFraction: 2 }), { code: 'number-out-of-range' });
  assert.throws(() => schedules.stepDecay({ factor: 0.5, epochs: 0 }), { code: 'number-out-of-range' });
});

test('fit with reduceOnPlateau lowers the rate after so many epochs without improvement, as Keras does', async () => {
  // Losses fall by less than the least that counts, so that only the first epoch is an improvement. Keras's ReduceLROnPlateau
  // with patience 2 reduces after epochs 2, 4, 6 ... counted from 0.
  const options = { epochs: 8, optimizer: { kind: 'sgd', learningRate: 0.5 } } as const;
  const plateau = { monitor: 'loss', patience: 2, factor: 0.5, minDelta: 100 };
  const { rates, total } = await taken({ ...options, reduceOnPlateau: plateau });
  const expected = [0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625];
  expected.forEach((rate, epoch) => void near(rates[epoch]!, rate));
  near(total, 3 * expected.reduce((sum, rate) => sum + rate, 0));
  const floored = await taken({ ...options, reduceOnPlateau: { ...plateau, minLearningRate: 0.2 } });
  [0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2].forEach((rate, epoch) => void near(floored.rates[epoch]!, rate));
  const improving = await taken({ ...options, reduceOnPlateau: { monitor: 'loss', patience: 2 } });
  improving.rates.forEach((rate) => void near(rate, 0.5));
});

test('fit multiplies the schedule and the plateau', async () => {
  const schedule = schedules.stepDecay({ factor: 0.1, epochs: 4 });
  const { rates } = await taken({
    epochs: 6,
    schedule,
    reduceOnPlateau: { monitor: 'loss', patience: 2, factor: 0.5, minDelta: 100 },
  });
  [0.5, 0.5, 0.5, 0.25, 0.025, 0.0125].forEach((rate, epoch) => void near(rates[epoch]!, rate));
});
