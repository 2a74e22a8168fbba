import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReluctantError, type TF, tf } from '../../src/core';
import { horizonScores } from '../../src/evaluation';
import { listNet, weightedLosses } from '../../src/losses';
import { panel as syntheticPanel } from '../../src/synthetic';
import { fit, overPanel, predict, windowsOf } from '../../src/training';

const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;

/** A line over the window; its weights are zero at first, so nothing depends on a seed. */
const line = (window: number, features: number, heads = ['h1']): TF.LayersModel => {
  const input = tf.input({ shape: [window, features] });
  const flat = tf.layers.flatten().apply(input) as TF.SymbolicTensor;
  const outputs = heads.map(
    (name, k) =>
      tf.layers
        .dense({ units: k + 1, name, kernelInitializer: tf.initializers.randomNormal({ seed: k + 1 }) })
        .apply(flat) as TF.SymbolicTensor,
  );
  return tf.model({ inputs: input, outputs });
};

describe('a model over a panel', () => {
  test('sees the windows that end on its days, of every stock, and nothing else', () => {
    const [days, stocks, features, window] = [12, 3, 2, 4];
    const columns = tf.variable(tf.randomNormal([days, stocks, features], 0, 1, 'float32', 2), false);
    const all = columns.arraySync() as number[][][];
    const day = tf.tensor1d([3, 11, 7], 'int32');
    const windows = windowsOf(columns, day, window).arraySync();
    [3, 11, 7].forEach((end, row) => {
      for (let stock = 0; stock < stocks; stock++)
        assert.deepEqual(
          windows[row]![stock],
          Array.from({ length: window }, (_, k) => all[end - window + 1 + k]![stock]),
        );
    });

    const model = line(window, features, ['h1', 'h5']);
    const { h1, h5 } = overPanel(model, columns).predict({ day }, false);
    assert.deepEqual(
      [h1!.shape, h5!.shape],
      [
        [3, 3],
        [3, 3, 2],
      ],
    );
    const [one] = model.predict(windowsOf(columns, day, window).reshape([9, window, features])) as TF.Tensor[];
    assert.deepEqual(h1!.dataSync(), one!.dataSync());

    const seen = h1!.arraySync() as number[][];
    columns.assign(tf.concat([columns.slice([0], [8]), tf.fill([4, stocks, features], 99)], 0));
    const later = overPanel(model, columns).predict({ day }, false)['h1']!.arraySync() as number[][];
    assert.deepEqual([later[0], later[2]], [seen[0], seen[2]]);
    assert.notDeepEqual(later[1], seen[1]);
  });

  test('learns the planted signal from days in compiled steps; without a signal it finds none', async () => {
    for (const informationCoefficient of [0.15, 0]) {
      const made = syntheticPanel({
        stocks: 60,
        days: 260,
        noiseFeatures: 1,
        informationCoefficient,
        partlyListed: 0.2,
        seed: 9,
      });
      const panel = made.standardised();
      const { training, validation } = panel.split({ window: 5, horizon: 1 });
      const columns = panel.columns();
      const model = overPanel(line(5, panel.features.length), columns);
      const samples = panel.samples(training, { labels: 'standardised' });
      const held = panel.samples(validation, { labels: 'standardised' });
      const losses = weightedLosses([{ loss: listNet({ temperature: 0.5 }) }]);
      const optimizer = { kind: 'adam', learningRate: 0.01, weightDecay: 0 } as const;
      const run = await fit(
        model,
        { ...samples, validation: held },
        { losses, epochs: 30, batchSize: 16, optimizer, mode: 'graph' },
      );
      assert.ok(run.history.every(({ loss, val_loss }) => Number.isFinite(loss) && Number.isFinite(val_loss)));
      const predictions = await predict(model, held.inputs);
      const score = (values: ArrayLike<number>) => horizonScores(panel.signals(validation, values)).IC;
      const stocks = panel.stocks.length;
      const best = Array.from(validation).flatMap((day) => [
        ...made.truth.signal.subarray(day * stocks, (day + 1) * stocks),
      ]);
      const { mean, standardError } = score(predictions['h1']!.dataSync());
      if (informationCoefficient > 0) assert.ok(mean > 0.7 * score(best).mean, `${mean} of ${score(best).mean}`);
      else assert.ok(Math.abs(mean) < 3 * standardError, `${mean} +- ${standardError}`);
    }
  });

  test('gives the same numbers whether validated in one go or by few days', async () => {
    const made = syntheticPanel({ stocks: 10, days: 120, noiseFeatures: 0 });
    const { training, validation } = made.split({ window: 3 });
    const columns = made.columns();
    const results = [];
    for (const daysAtOnce of [5, 1000]) {
      const model = overPanel(line(3, 4), columns, { daysAtOnce });
      const data = { ...made.samples(training), validation: made.samples(validation) };
      const { history } = await fit(model, data, { losses: listNet(), epochs: 1, mode: 'eager' });
      results.push(history[0]!.val_loss);
    }
    assert.ok(Math.abs(results[0]! - results[1]!) < 1e-6, String(results));
  });

  test('refuses what does not go together', () => {
    const columns = tf.variable(tf.ones([10, 4, 2]), false);
    assert.throws(() => overPanel(line(3, 5), columns), code('not-for-a-panel'));
    assert.throws(() => overPanel(line(11, 2), columns), code('not-for-a-panel'));
    assert.throws(() => overPanel({} as TF.LayersModel, columns), code('not-for-a-panel'));
    assert.throws(() => overPanel(line(3, 2), columns, { days: 3 } as object), code('unknown-option'));
    assert.throws(
      () => overPanel(line(3, 2), columns).predict({ input: tf.ones([1, 3, 2]) }, false),
      code('not-for-a-panel'),
    );
    const input = tf.input({ shape: [3, 2] });
    const flat = tf.layers.flatten().apply(input) as TF.SymbolicTensor;
    const dense = tf.layers.dense({ units: 1, kernelRegularizer: 'l1l2' });
    const penalised = tf.model({ inputs: input, outputs: dense.apply(flat) as TF.SymbolicTensor });
    assert.throws(() => overPanel(penalised, columns), code('not-for-a-panel'));
  });
});
