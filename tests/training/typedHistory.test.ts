import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { type FitOptions, fit, type HistoryRow, type Metric, type Run, type TrainingData } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const data = twoHeadRows(48);
const validation = twoHeadRows(16, 2);
const few = { epochs: 1, mode: 'eager' } as const;

/** Compiles only where the two types are the same. */
function same<A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : ['differ']
): void {}

/** What `npm run check` compiles: each line below an expected error must not compile, each other line must. */
test('the history is typed by the heads, metrics and validation of literal options', async () => {
  const model = twoHeadModel();
  const metrics = { direction: ['auc', 'aucMicro'], volatility: ['mae'] } as const;
  const run = await fit(model, { ...data, validation }, { losses: twoHeadLosses, metrics, ...few });
  const row = run.last;
  const numbers: number[] = [row.loss, row.val_loss, row.direction_loss, row.val_volatility_loss, row.learning_rate];
  numbers.push(row.direction_auc, row.val_direction_auc, run.best.val_volatility_mae, row.val_direction_auc_micro);
  assert.ok(numbers.every(Number.isFinite));
  // @ts-expect-error misspelt
  assert.equal(row.val_direction_acu, undefined);
  // @ts-expect-error of another head
  assert.equal(row.val_volatility_auc, undefined);
  // @ts-expect-error the key in the history is auc_micro
  assert.equal(row.direction_aucMicro, undefined);
  // @ts-expect-error no balancer, no weight
  assert.equal(row.direction_weight, undefined);

  const inCall = await fit(
    model,
    { inputs: data.inputs, targets: data.targets },
    {
      losses: { direction: 'huber', volatility: (t, p) => t.sub(p).square().mean() },
      metrics: { volatility: ['mse'] },
      ...few,
    },
  );
  assert.ok(Number.isFinite(inCall.last.volatility_mse));
  // @ts-expect-error without validation rows
  assert.equal(inCall.last.val_loss, undefined);

  const balanced = await fit(model, data, {
    losses: twoHeadLosses,
    balancer: 'uncertainty',
    gradientShares: true,
    ...few,
  });
  assert.ok(Number.isFinite(balanced.last.direction_weight + balanced.last.volatility_gradient_share));
  model.dispose();
});

test('the history of one head has no prefix, and one of a metric of one’s own has its key', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5], name: 'y' })] });
  const rows = { inputs: data.inputs, targets: data.targets.volatility };
  const largest = {
    key: 'largest_error',
    best: 'lowest',
    whole: (t: Float32Array, p: Float32Array) => Math.max(...t.map((value, k) => Math.abs(value - p[k]!))),
  } as const satisfies Metric;
  const run = await fit(
    model,
    { ...rows, validation: rows },
    { losses: 'huber', metrics: ['rankIC', largest], ...few },
  );
  assert.ok(Number.isFinite(run.last.rank_ic + run.last.val_largest_error));
  // @ts-expect-error one head has no prefix
  assert.equal(run.last.y_rank_ic, undefined);
  const named = await fit(model, rows, { losses: { dense: 'huber' }, metrics: { dense: ['mae'] }, ...few }).catch(
    () => undefined,
  );
  // @ts-expect-error one head by name has no prefix either
  assert.equal(named?.last.dense_mae, undefined);
  model.dispose();
});

test('looser options give rows of any key, and every run passes for one', async () => {
  const model = twoHeadModel();
  const loose: FitOptions = { losses: twoHeadLosses, ...few };
  const run = await fit(model, data, loose);
  same<typeof run, Run>();
  assert.equal(run.last['anything'], undefined);
  const either: TrainingData = { ...data, ...(Math.random() < 2 ? { validation } : {}) };
  const unsure = await fit(model, either, { losses: twoHeadLosses, ...few });
  same<(typeof unsure.history)[number], HistoryRow>();
  const balancer = (['static', 'uncertainty'] as const)[Math.random() < 2 ? 0 : 1]!;
  const chosen = await fit(model, data, { losses: twoHeadLosses, balancer, ...few });
  same<typeof chosen, Run>();
  const typed: Run = await fit(model, data, { losses: twoHeadLosses, ...few });
  assert.ok(Number.isFinite(typed.last['direction_loss']));
  model.dispose();
});

test('heads, options and data that are misspelt do not compile', () => {
  const model = twoHeadModel();
  const calls = () => [
    // @ts-expect-error a head of the loss weights
    fit(model, data, { losses: twoHeadLosses, lossWeights: { directoin: 1 } }),
    // @ts-expect-error an option
    fit(model, data, { losses: twoHeadLosses, epoch: 3 }),
    // @ts-expect-error an option inside another
    fit(model, data, { losses: twoHeadLosses, earlyStopping: { patient: 3 } }),
    // @ts-expect-error a metric
    fit(model, data, { losses: twoHeadLosses, metrics: { direction: ['acc'] } }),
    // @ts-expect-error the data
    fit(model, { ...data, validaton: validation }, { losses: twoHeadLosses }),
  ];
  assert.equal(typeof calls, 'function');
  model.dispose();
});
