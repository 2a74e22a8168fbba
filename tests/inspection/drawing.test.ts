import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import * as inspect from '../../src/inspection';
import { causalConvolution } from '../../src/layers';
import { twoHeads } from './models';

const x = tf.tensor2d([
  [1, 2],
  [3, 4],
  [2, -1],
]);
const targets = { a: tf.ones([3, 1]), b: tf.tensor2d([[1], [2], [3]]) };
const losses = { a: 'meanSquaredError', b: 'meanSquaredError' } as const;
const predictionsOf = (model: ReturnType<typeof twoHeads>) => {
  const [a, b] = model.predict(x) as ReturnType<typeof tf.tensor>[];
  return { a: a!, b: b! };
};
const INSPECTIONS = {
  weights: () => inspect.weights(twoHeads()),
  activations: () => inspect.activations(twoHeads(), x),
  gradients: () => inspect.gradients(twoHeads(), { inputs: x, targets }, { losses }),
  predictions: () => inspect.predictions(targets, predictionsOf(twoHeads())),
};

for (const [name, make] of Object.entries(INSPECTIONS)) {
  test(`inspect.${name} shows its rows and its pictures in a notebook, its rows in a terminal`, () => {
    const table = make();
    const shown = table as unknown as Record<symbol, () => Record<string, string>>;
    const bundle = shown[Symbol.for('Jupyter.display')]!();
    assert.equal(bundle['text/plain'], table.toString());
    assert.match(bundle['text/html']!, /<table class="reluctant-table">/);
    const pictures = [
      ...bundle['text/html']!.matchAll(/<img alt="([^"]+)" src="data:image\/svg\+xml;base64,([^"]+)"/g),
    ];
    assert.equal(pictures.length, table.figures().length);
    for (const [, , data] of pictures) assert.match(Buffer.from(data!, 'base64').toString(), /^<svg[\s\S]*<\/svg>$/);
    assert.ok(table.figure().summary.rows.length > 0);
    assert.doesNotMatch(bundle['text/html']!, /no picture/);
  });
}

test('an inspection of values that are all NaN is drawn without a crash, and says so in the picture', () => {
  const model = twoHeads();
  model.getLayer('b').setWeights([tf.tensor2d([[Number.NaN], [Number.NaN]]), tf.tensor1d([0])]);
  assert.match(inspect.weights(model).figure().toSVG(), /2 not finite/);
  assert.match(inspect.activations(model, x).figure().toSVG(), /3 not finite/);
  assert.match(inspect.activations(twoHeads(), x).figure().toSVG(), /dead 100 %/);
});

test('names from a file cannot write into the page', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const table = inspect.weights([{ name: hostile, shape: [2], dtype: 'float32', values: () => Float32Array.of(1, 2) }]);
  const shown = table as unknown as Record<symbol, () => Record<string, string>>;
  const html = shown[Symbol.for('Jupyter.display')]!()['text/html']!;
  assert.ok(!html.includes(hostile));
  assert.ok(!table.figure().toSVG().includes('<img'));
});

test('inspect.activations sees through the activations that layers of this library keep inside', async () => {
  const layer = causalConvolution({ filters: 1, kernelSize: 2, dilation: 1, activation: 'sigmoid', name: 'gate' });
  const input = tf.input({ shape: [3, 1] });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as ReturnType<typeof tf.input> });
  layer.setWeights([tf.tensor3d([[[0]], [[8]]]), tf.zeros([1])]);
  const row = inspect.activations(model, tf.tensor3d([[[1], [-1], [0]]])).find({ layer: 'gate' })!;
  assert.equal(row.activation, 'sigmoid');
  assert.deepEqual([row.preMin, row.preMax], [-8, 8]);
  assert.ok(Math.abs(row.saturatedShare - 2 / 3) < 1e-9);
});
