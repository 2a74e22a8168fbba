import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, tf } from '../../src/core';
import { census, quantiles } from '../../src/evaluation';
import * as inspect from '../../src/inspection';
import { selectQuantiles } from '../../src/inspection/selection';
import { twoHeads } from './models';

const near = (actual: number, wanted: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${actual} is not ${wanted}`);

test('inspect.activations sees dead units and the pre-activations of fused activations', () => {
  const model = twoHeads();
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  const before = tf.memory().numTensors;
  const table = inspect.activations(model, x);
  assert.equal(tf.memory().numTensors, before);
  const trunk = table.find({ layer: 'trunk' })!;
  assert.equal(trunk.deadShare, 0.5);
  assert.deepEqual([trunk.preMin, trunk.preMax, trunk.min, trunk.max], [-4, 3, 0, 3]);
  assert.deepEqual(
    table.units.rows.filter((unit) => unit.dead).map(({ layer, unit }) => `${layer}:${unit}`),
    ['trunk:1', 'a:0'],
  );
  near(table.find({ layer: 'a' })!.preMax, 3 - 100);
  assert.ok(Number.isNaN(table.find({ layer: 'b' })!.deadShare));
  // The model is what it was: the same class method, the same predictions.
  assert.ok(!Object.hasOwn(model.getLayer('trunk'), 'call'));
  const [, b] = model.predict(x) as ReturnType<typeof tf.tensor>[];
  assert.deepEqual([...b!.dataSync()], [2, 6]);
});

test('inspect.activations measures saturation where the slope is below 1 % of its steepest', () => {
  const layer = (name: string, activation: 'sigmoid' | 'tanh') =>
    tf.layers.dense({ units: 1, inputShape: [1], name, activation, kernelInitializer: 'ones' });
  const x = tf.tensor2d([-9, -5, -2, 0, 3.5, 7], [6, 1]);
  const of = (activation: 'sigmoid' | 'tanh') =>
    inspect.activations(tf.sequential({ layers: [layer(`s_${activation}`, activation)] }), x).rows[0]!.saturatedShare;
  near(of('sigmoid'), 2 / 6);
  near(of('tanh'), 4 / 6);
});

test('inspect.activations opens nested models, counts NaN and refuses inputs that do not fit', () => {
  const inner = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [2], name: 'inner_dense', activation: 'relu' })],
  });
  const outer = tf.sequential({ layers: [inner, tf.layers.dense({ units: 1, name: 'outer_dense' })] });
  assert.deepEqual(inspect.activations(outer, tf.ones([5, 2])).column('layer'), ['inner_dense', 'outer_dense']);
  const broken = inspect.activations(outer, tf.tensor2d([[Number.NaN, 1]]));
  assert.equal(broken.find({ layer: 'outer_dense' })!.nan, 1);
  assert.throws(() => inspect.activations(outer, tf.ones([5, 7])), /shape \[5,7\], the model takes \[,2\]/);
  assert.throws(() => inspect.activations(outer, tf.zeros([0, 2])), /0 rows/);
});

test('inspect.weights agrees with hand-computed statistics and counts what is not finite', () => {
  const model = twoHeads();
  const initial = inspect.snapshot(model);
  model.getLayer('b').setWeights([tf.tensor2d([[2], [7]]), tf.tensor1d([Number.NaN])]);
  const before = tf.memory().numTensors;
  const table = inspect.weights(model, { initial });
  assert.equal(tf.memory().numTensors, before);
  const kernel = table.find({ name: 'b/kernel' })!;
  near(kernel.moved, 4);
  near(kernel.movedShare, 4 / Math.sqrt(13));
  near(kernel.norm, Math.sqrt(53));
  near(kernel.p50, 4.5);
  assert.equal(table.find({ name: 'b/bias' })!.nan, 1);
  near(table.find({ name: 'trunk/kernel' })!.effectiveRank, 2);
  near(kernel.effectiveRank, 1);
});

test('inspect.weights knows the standard deviation that initialisers draw from', () => {
  const kinds = [
    'heNormal',
    'heUniform',
    'glorotNormal',
    'glorotUniform',
    'leCunNormal',
    'randomNormal',
    'randomUniform',
    'truncatedNormal',
  ] as const;
  for (const kind of kinds) {
    const kernelInitializer = tf.initializers[kind]({ seed: 5 } as never);
    const layer = tf.layers.dense({ units: 300, inputShape: [200], kernelInitializer, name: `d_${kind}` });
    const row = inspect.weights(tf.sequential({ layers: [layer] })).rows[0]!;
    assert.ok(Math.abs(row.std / row.initialStd - 1) < 0.01, `${kind}: drew ${row.std}, expected ${row.initialStd}`);
  }
});

test('selected quantiles equal sorted ones, with NaN and Infinity left out', () => {
  const random = new Random(11);
  for (const n of [1, 2, 7, 1000, 70_000]) {
    const values = Float32Array.from({ length: n }, () => Math.round(random.normal() * 50) ** 3);
    const levels = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
    const dirty = Float32Array.from([...values, Number.NaN, Infinity]);
    const found = selectQuantiles(dirty, census(dirty), levels);
    quantiles(values, levels).forEach((value, k) => {
      near(found[k]!, value, 1e-9);
    });
  }
});

test('inspect.gradients splits the gradient on shared weights by loss term', () => {
  const model = twoHeads();
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  const targets = { a: tf.ones([2, 1]), b: tf.zeros([2, 1]) };
  const losses = { a: 'meanSquaredError', b: 'meanSquaredError' } as const;
  const before = tf.memory().numTensors;
  const table = inspect.gradients(model, { inputs: x, targets }, { losses, lossWeights: { a: 5, b: 0.5 } });
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(table.sharedWeights, ['trunk/kernel', 'trunk/bias']);
  const a = table.terms.find({ term: 'a' })!;
  const b = table.terms.find({ term: 'b' })!;
  assert.equal(a.norm, 0); // the head is dead
  assert.equal(b.share, 1);
  near(a.loss, 1);
  near(b.loss, (4 + 36) / 2);
  near(a.lossShare, 5 / 15);
  // d(0.5 * mean(b^2))/d kernel_b = mean(b * h) with h = (1, 0), (3, 0) and b = 2, 6.
  near(table.tensors.find({ weight: 'b/kernel' })!.norm, (2 * 1 + 6 * 3) / 2);
  assert.equal(table.find({ layer: 'a' })!.zeroShare, 1);
});

test('inspect.gradients reports opposite terms with a cosine of -1 and the penalty as a term of its own', () => {
  const input = tf.input({ shape: [1] });
  const trunk = tf.layers
    .dense({ units: 1, kernelInitializer: 'ones', kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }), name: 't' })
    .apply(input);
  const head = (name: string) => tf.layers.dense({ units: 1, kernelInitializer: 'ones', name }).apply(trunk);
  const model = tf.model({ inputs: input, outputs: [head('up'), head('down')] as ReturnType<typeof tf.input>[] });
  const targets = { up: tf.tensor2d([[5]]), down: tf.tensor2d([[-3]]) };
  const losses = { up: 'meanSquaredError', down: 'meanSquaredError' } as const;
  const table = inspect.gradients(model, { inputs: tf.ones([1, 1]), targets }, { losses });
  near(table.cosines.find({ term: 'up', other: 'down' })!.cosine, -1);
  near(table.terms.find({ term: 'regularization' })!.norm, 0.2);
  assert.throws(
    () => inspect.gradients(model, { inputs: tf.ones([1, 1]), targets: { up: targets.up } }, { losses }),
    /no targets \(head down\)/,
  );
});

test('inspect.predictions shows a dead, a negative and a saturated head', () => {
  const truth = { dead: [0.01, 0.02, 0.03], negative: [0.01, 0.02, 0.03], saturated: [0.01, 0.02, 0.03] };
  const told = { dead: [0, 0, 0], negative: [-0.01, -0.02, -0.03], saturated: [1, 1, 1] };
  const table = inspect.predictions(truth, told, { bound: { saturated: 0.15 } });
  const dead = table.find({ head: 'dead' })!;
  assert.deepEqual([dead.zeroShare, dead.scaleRatio, dead.ks], [1, 0, 1]);
  assert.ok(Number.isNaN(dead.ic));
  const negative = table.find({ head: 'negative' })!;
  assert.deepEqual([negative.negativeShare, negative.targetNegativeShare], [1, 0]);
  near(negative.slope, -1);
  near(table.find({ head: 'saturated' })!.wasserstein, 0.98);
  assert.equal(table.find({ head: 'saturated' })!.beyondShare, 1);
});

test('inspect.predictions opens classes, counts incomplete rows and refuses what has no answer', () => {
  const classes = inspect.predictions(
    {
      direction: [
        [1, 0],
        [0, 1],
      ],
    },
    {
      direction: [
        [0.9, 0.1],
        [0.3, 0.7],
      ],
    },
  );
  assert.deepEqual(classes.column('head'), ['direction[0]', 'direction[1]']);
  assert.equal(classes.rows[0]!.auc, 1);
  assert.equal(inspect.predictions([1, Number.NaN, 3], [1, 2, 3]).rows[0]!.incomplete, 1);
  assert.throws(() => inspect.predictions({ v: [] }, { v: [] }), /0 rows \(head v\)|head v.*0 rows/);
  assert.throws(() => inspect.predictions({}, { v: [1] }), /no targets \(head v\)/);
  assert.throws(() => inspect.predictions({ v: [1] }, { v: [Number.NaN] }), /all 1 predictions are NaN.*head v/);
  assert.throws(() => inspect.predictions({ v: [1, 2] }, { v: [1] }), /different shapes \(head v\)/);
});

test('inspect.predictions: shares beyond the bound leave it out, and skill is counted in squares and in absolute values', () => {
  const row = inspect.predictions({ v: [0, 0, 10, 10] }, { v: [0, 1, 10, 9] }, { bound: 1 }).rows[0]!;
  near(row.beyondShare, 2 / 4);
  near(row.skill, 1 - 2 / 100); // against the mean, 5
  near(row.skillAbsolute, 1 - 2 / 20); // against the median, 5
});

test('inspect.weights has no effective rank where a weight is not finite, and keeps the moments of the rest', () => {
  const layer = tf.layers.dense({ units: 2, inputShape: [2], useBias: false, name: 'broken' });
  const model = tf.sequential({ layers: [layer] });
  layer.setWeights([
    tf.tensor2d([
      [1, Number.NaN],
      [3, Number.POSITIVE_INFINITY],
    ]),
  ]);
  const row = inspect.weights(model).rows[0]!;
  assert.deepEqual([row.nan, row.infinite, row.mean, row.min, row.max], [1, 1, 2, 1, 3]);
  assert.ok(Number.isNaN(row.effectiveRank));
  layer.setWeights([
    tf.tensor2d([
      [1, 0],
      [0, 1],
    ]),
  ]);
  near(inspect.weights(model).rows[0]!.effectiveRank, 2);
});
