import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type TF, tf } from '../../src/core';
import { attention, causalConvolution, forwardOnNeededSteps, lastStep, layerNormalization } from '../../src/layers';
import { financialWaveNet } from '../../src/models';

/** A stack of residual convolutions of which the last step, or all of them, are the output. */
function stack(window: number, dilations: number[], kernelSize: number, ending: 'last' | 'flatten' | 'attention') {
  const input = tf.input({ shape: [window, 2] });
  const apply = (layer: TF.layers.Layer, x: TF.SymbolicTensor) => layer.apply(x) as TF.SymbolicTensor;
  let x = apply(tf.layers.dense({ units: 3, activation: 'tanh' }), input);
  for (const dilation of dilations) {
    const y = apply(causalConvolution({ filters: 3, kernelSize, dilation, activation: 'tanh' }), x);
    x = tf.layers.add().apply([x, apply(layerNormalization({}), y)]) as TF.SymbolicTensor;
  }
  if (ending === 'attention') x = apply(attention({ heads: 1, keyDimension: 2 }), x);
  const end = apply(ending === 'flatten' ? tf.layers.flatten() : lastStep({}), x);
  return tf.model({ inputs: input, outputs: apply(tf.layers.dense({ units: 1 }), end) });
}

/** The sum of squared outputs and its gradients. */
function results(model: TF.LayersModel, x: TF.Tensor, forward: (x: TF.Tensor) => TF.Tensor[]) {
  const variables = model.trainableWeights.map((weight) => weight.read() as TF.Variable);
  const sum = () => tf.addN(forward(x).map((y) => tf.sum(tf.square(y)))) as TF.Scalar;
  const { value, grads } = tf.variableGrads(sum, variables);
  return [value, ...variables.map(({ name }) => grads[name]!)].map((tensor) => tensor.dataSync() as Float32Array);
}

function assertSame(model: TF.LayersModel, x: TF.Tensor, forward: (x: TF.Tensor) => TF.Tensor[]): void {
  tf.tidy(() => {
    const whole = results(model, x, (input) => [model.apply(input, { training: true }) as TF.Tensor].flat());
    results(model, x, forward).forEach((found, k) => {
      const expected = whole[k]!;
      const size = Math.max(1, ...expected.map(Math.abs));
      for (let i = 0; i < found.length; i++) assert.ok(Math.abs(found[i]! - expected[i]!) < 1e-5 * size, `${k}, ${i}`);
    });
  });
}

test('forwardOnNeededSteps gives the outputs and gradients of the whole model, for any dilations and window', () => {
  const dilation = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 14 }),
      fc.array(dilation, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 3 }),
      (window, dilations, kernelSize) => {
        const model = stack(window, dilations, kernelSize, 'last');
        const forward = forwardOnNeededSteps(model);
        const x = tf.randomNormal([3, window, 2], 0, 1, 'float32', 1);
        if (forward) assertSame(model, x, (input) => forward([input], true));
        model.dispose();
        x.dispose();
      },
    ),
    { numRuns: 25, seed: 1 },
  );
});

test('forwardOnNeededSteps computes 15 of the 128 block steps of the Financial WaveNet', () => {
  const model = financialWaveNet({ window: 32, features: 4, channels: 3, dropoutRate: 0 });
  const forward = forwardOnNeededSteps(model)!;
  const x = tf.randomNormal([2, 32, 4], 0, 1, 'float32', 1);
  assertSame(model, x, (input) => forward([input], true));
  const steps = (run: () => unknown) => {
    const seen: number[] = [];
    for (let block = 1; block <= 4; block++) {
      const layer = model.getLayer(`block${block}_gated`);
      const { apply } = layer;
      layer.apply = function (...all) {
        const output = apply.apply(this, all) as TF.Tensor;
        seen.push(output.shape[1]!);
        return output;
      };
    }
    tf.tidy(() => void run());
    for (let block = 1; block <= 4; block++) Reflect.deleteProperty(model.getLayer(`block${block}_gated`), 'apply');
    return seen;
  };
  assert.deepEqual(
    steps(() => forward([x], true)),
    [8, 4, 2, 1],
  );
  assert.deepEqual(
    steps(() => model.apply(x)),
    [32, 32, 32, 32],
  );
});

test('forwardOnNeededSteps leaves models alone that need every step, or pass masks along', () => {
  assert.equal(forwardOnNeededSteps(stack(8, [1, 2], 2, 'flatten')), undefined);
  const attentive = stack(8, [1, 2], 2, 'attention');
  const x = tf.randomNormal([2, 8, 2], 0, 1, 'float32', 1);
  assertSame(attentive, x, (rows) => forwardOnNeededSteps(attentive)!([rows], true));
  assert.equal(
    forwardOnNeededSteps(tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] })),
    undefined,
  );
  const input = tf.input({ shape: [6, 2] });
  const masked = tf.layers.masking({ maskValue: 0 }).apply(input) as TF.SymbolicTensor;
  const convolved = causalConvolution({ filters: 1 }).apply(masked) as TF.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: lastStep({}).apply(convolved) as TF.SymbolicTensor });
  assert.equal(forwardOnNeededSteps(model), undefined);
});
