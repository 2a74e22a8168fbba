import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TF, tf } from '../../src/core';
import { financialWaveNet, HEAD_ACTIVATIONS, LEAKY_RELU_SLOPE } from '../../src/models';

const small = { window: 12, features: 3, channels: 4, dilations: [1, 2, 4], fusionUnits: 6, seed: 5 };

function outputsOf(model: TF.LayersModel, x: TF.Tensor): Record<string, Float32Array> {
  const outputs = model.predict(x) as TF.Tensor[];
  return Object.fromEntries(model.outputNames.map((name, k) => [name, outputs[k]!.dataSync() as Float32Array]));
}

describe('financialWaveNet', () => {
  it('has three heads of the documented shapes, and a direction that sums to 1', () => {
    tf.tidy(() => {
      const model = financialWaveNet(small);
      assert.deepEqual(model.outputNames, ['direction', 'volatility', 'magnitude']);
      assert.deepEqual(
        model.outputs.map(({ shape }) => shape),
        [
          [null, 3],
          [null, 1],
          [null, 1],
        ],
      );
      const { direction } = outputsOf(model, tf.randomNormal([4, 12, 3], 0, 1, 'float32', 1));
      for (let row = 0; row < 4; row++) {
        const sum = direction!.slice(3 * row, 3 * row + 3).reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - 1) < 1e-6);
      }
    });
  });

  it('gives each seed its own weights, and the same seed the same ones', () => {
    const weights = (seed: number) =>
      financialWaveNet({ ...small, seed })
        .getWeights()
        .map((weight) => [...weight.dataSync()]);
    const [one, again, other] = [weights(5), weights(5), weights(6)];
    assert.deepEqual(one, again);
    // Biases start at zero under every seed; every kernel differs.
    one.forEach((values, k) => {
      if (values.some((value) => value !== 0)) assert.notDeepEqual(values, other[k]);
    });
  });

  it('does not let two layers of the same shape start alike', () => {
    const model = financialWaveNet(small);
    const kernel = (name: string) => [...model.getLayer(name).getWeights()[0]!.dataSync()];
    assert.notDeepEqual(kernel('volatility'), kernel('magnitude'));
    assert.notDeepEqual(kernel('block1_filter'), kernel('block1_gate'));
  });

  it('sees sum(dilations) + 1 steps back and no further', () => {
    tf.tidy(() => {
      const model = financialWaveNet(small);
      const x = tf.randomNormal<TF.Rank.R3>([1, 12, 3], 0, 1, 'float32', 2);
      const changedAt = (step: number) =>
        tf.tidy(() => {
          const bump = tf.oneHot(tf.tensor1d([step], 'int32'), 12).reshape([1, 12, 1]);
          return outputsOf(model, x.add(bump)).direction!.some(
            (value, k) => value !== outputsOf(model, x).direction![k],
          );
        });
      // 1 + 2 + 4 + 1 = 8 of the 12 steps: 4 to 11.
      assert.deepEqual(
        [3, 4, 11].map((step) => changedAt(step)),
        [false, true, true],
      );
    });
  });

  it('ends each head in the activation it is told', () => {
    tf.tidy(() => {
      const x = tf.randomNormal([64, 12, 3], 0, 3, 'float32', 3);
      const linear = outputsOf(financialWaveNet({ ...small, headActivation: 'linear' }), x).volatility!;
      const meaning: Record<(typeof HEAD_ACTIVATIONS)[number], (value: number) => number> = {
        relu: (value) => Math.max(0, value),
        leakyRelu: (value) => (value > 0 ? value : LEAKY_RELU_SLOPE * value),
        softplus: (value) => Math.log1p(Math.exp(value)),
        elu: (value) => (value > 0 ? value : Math.expm1(value)),
        sigmoid: (value) => 1 / (1 + Math.exp(-value)),
        scaledSigmoid: (value) => 0.15 / (1 + Math.exp(-value)),
        linear: (value) => value,
      };
      assert.ok(linear.some((value) => value < 0) && linear.some((value) => value > 0));
      for (const headActivation of HEAD_ACTIVATIONS) {
        const values = outputsOf(financialWaveNet({ ...small, headActivation }), x).volatility!;
        values.forEach((value, k) => {
          assert.ok(Math.abs(value - meaning[headActivation](linear[k]!)) < 1e-5, `${headActivation} of ${linear[k]}`);
        });
      }
    });
  });

  it('gives one head another activation than the other', () => {
    const model = financialWaveNet({ ...small, headActivation: { volatility: 'relu', magnitude: 'softplus' } });
    const activation = (name: string) => model.getLayer(name).getConfig()['activation'];
    assert.deepEqual([activation('volatility'), activation('magnitude')], ['relu', 'softplus']);
  });

  it('initialises the heads as it is told: He draws twice the variance of LeCun', () => {
    // tfjs cuts the normal distribution off at two standard deviations and, other than Keras, does not make up for it:
    // what is left of the variance is 1 - 4 phi(2) / (2 Phi(2) - 1) = 0.774.
    const variance = (headInitializer: 'heNormal' | 'leCunNormal') => {
      const model = financialWaveNet({ ...small, fusionUnits: 512, headInitializer });
      const values = model.getLayer('volatility').getWeights()[0]!.dataSync() as Float32Array;
      return values.reduce((sum, value) => sum + value * value, 0) / values.length;
    };
    assert.ok(Math.abs(variance('heNormal') / ((0.774 * 2) / 512) - 1) < 0.15);
    assert.ok(Math.abs(variance('leCunNormal') / (0.774 / 512) - 1) < 0.15);
  });

  it('refuses sizes, activations and blocks that do not fit', () => {
    const code = (code: string) => ({ name: 'ReluctantError', code });
    assert.throws(() => financialWaveNet({ ...small, window: 7 }), code('window-too-short'));
    assert.throws(() => financialWaveNet({ ...small, dilations: [] }), code('window-too-short'));
    assert.throws(() => financialWaveNet({ ...small, features: 0 }), code('integer-out-of-range'));
    assert.throws(() => financialWaveNet({ ...small, dropoutRate: 1 }), code('number-out-of-range'));
    assert.throws(() => financialWaveNet({ ...small, headActivation: 'swish' as 'relu' }), code('unknown-choice'));
    assert.throws(() => financialWaveNet({ ...small, headInitializer: 'he' as 'heNormal' }), code('unknown-choice'));
    assert.throws(() => financialWaveNet({ ...small, seed: -1 }), code('seed-out-of-range'));
  });
});
