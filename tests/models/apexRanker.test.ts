import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { variableGrads } from '../../src/compile';
import { ReluctantError, type TF, tf } from '../../src/core';
import { patchEmbedding, registerLayers } from '../../src/layers';
import { apexRanker } from '../../src/models';
import reference from './reference/apex_ranker.json';

const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;
const small = { features: 3, window: 12, patch: 4, stride: 2, width: 8, depth: 1, heads: 2, horizons: [1, 5] };

/** Weights by layer and name, as the reference calls them. */
const byName = (model: TF.LayersModel): Map<string, TF.Variable> =>
  new Map(
    model.weights.map((weight) => [weight.originalName.replace(/_\d+$/, ''), weight.read() as TF.Variable] as const),
  );
const close = (received: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string): void => {
  assert.equal(received.length, expected.length, what);
  const most = Math.max(1, ...expected.map(Math.abs));
  for (let k = 0; k < expected.length; k++)
    assert.ok(
      Math.abs(received[k]! - expected[k]!) <= tolerance * most,
      `${what} at ${k}: ${received[k]}, not ${expected[k]}`,
    );
};

describe('apexRanker', () => {
  test('has the weights of its history, to the unit', () => {
    const sizes = [
      [{ features: 64 }, 1_375_876],
      [{ features: 89 }, 1_372_964],
      [{ features: 65, window: 90, width: 256, depth: 4 }, 3_213_876],
      [{ features: 89, width: 256, depth: 4 }, 3_209_252],
      [{ features: 61, window: 60, patch: 8, stride: 4, width: 128, horizons: [1, 5] }, 612_050],
    ] as const;
    for (const [options, count] of sizes) {
      const model = apexRanker(options);
      assert.equal(model.countParams(), count, JSON.stringify(options));
      model.dispose();
    }
  });

  test('cuts windows into as many tokens as its history says', () => {
    for (const [window, patch, stride, tokens] of [
      [180, 16, 8, 21],
      [90, 16, 8, 10],
      [60, 8, 4, 14],
    ] as const) {
      const layer = patchEmbedding({ patch, stride, width: 4 });
      assert.deepEqual(layer.computeOutputShape([null, window, 3]), [null, tokens, 4]);
    }
  });

  test(`gives the outputs and gradients of TensorFlow ${reference.tensorflow} in double precision`, () => {
    const model = apexRanker({ ...reference.setting, dropoutRate: 0 });
    const weights = byName(model);
    assert.deepEqual([...weights.keys()].sort(), Object.keys(reference.weights).sort());
    for (const [name, { shape, values }] of Object.entries(reference.weights))
      weights.get(name)!.assign(tf.tensor(values, shape));
    const rows = tf.tensor(reference.rows.values, reference.rows.shape);
    const outputs = model.predict(rows) as TF.Tensor[];
    outputs.forEach((output, k) => {
      close(output.dataSync(), reference.outputs[k]!.values, 1e-5, `output ${k}`);
    });
    const { grads } = variableGrads(() => {
      const predicted = model.apply(rows, { training: true }) as TF.Tensor[];
      const terms = predicted.map((output, k) =>
        tf.sum(tf.mul(output, tf.tensor(reference.factors[k]!.values, [5, 1]))),
      );
      return tf.addN(terms) as TF.Scalar;
    }, [...weights.values()]);
    for (const [name, { values }] of Object.entries(reference.gradients))
      close(grads[weights.get(name)!.name]!.dataSync(), values, 1e-5, `gradient of ${name}`);
  });

  test('gives the same weights for the same seed, others for another, and no two kernels alike', () => {
    const weights = (seed: number) =>
      tf.tidy(() =>
        apexRanker({ ...small, seed })
          .getWeights()
          .map((weight) => [...weight.dataSync()]),
      );
    assert.deepEqual(weights(3), weights(3));
    const random = (all: number[][]) => all.filter((values) => new Set(values).size > 2);
    assert.notDeepEqual(random(weights(3)), random(weights(4)));
    const kernels = random(weights(3)).map((values) => values.slice(0, 4).join());
    assert.equal(new Set(kernels).size, kernels.length);
  });

  test('is written down and read again', async () => {
    registerLayers();
    const model = apexRanker(small);
    const rows = tf.randomNormal([4, 12, 3], 0, 1, 'float32', 1);
    let saved: Parameters<typeof tf.io.fromMemory>[0] | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
      }),
    );
    const again = await tf.loadLayersModel(tf.io.fromMemory(saved!));
    const [before, after] = [model, again].map((one) =>
      (one.predict(rows) as TF.Tensor[]).map((y) => [...y.dataSync()]),
    );
    assert.deepEqual(after, before);
  });

  test('refuses what does not go together', () => {
    assert.throws(() => apexRanker({ ...small, heads: 3 }), code('heads-not-even'));
    assert.throws(() => apexRanker({ ...small, window: 3 }), code('patch-too-long'));
    assert.throws(() => apexRanker({ ...small, horizons: [] }), code('horizons-not-usable'));
    assert.throws(() => apexRanker({ ...small, horizons: [1, 1] }), code('horizons-not-usable'));
    assert.throws(() => apexRanker({ ...small, lookback: 5 } as never), code('unknown-option'));
    assert.throws(() => apexRanker({} as never), code('integer-out-of-range'));
  });
});
