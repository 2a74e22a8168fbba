import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, it, test } from 'node:test';
import { variableGrads } from '../../src/compile';
import { Random, type TF, tf } from '../../src/core';
import { outputRangeOf } from '../../src/inspection/layers';
import { registerLayers } from '../../src/layers';
import { orthogonal } from '../../src/layers/orthogonal';
import { penaltiesOf } from '../../src/layers/penalties';
import { categoricalCrossentropy, huber, meanSquaredError } from '../../src/losses';
import { threeBranchWaveNet } from '../../src/models';
import { fit } from '../../src/training';

const ROOT = path.join(__dirname, '..', '..');
const HEADS = ['direction', 'volatility', 'magnitude'] as const;
const small = {
  features: 3,
  channels: 2,
  blocks: 1,
  convolutionFilters: [2, 3],
  recurrentUnits: [2],
  attentionUnits: 3,
  fusionUnits: [4],
  window: 8,
};

describe('threeBranchWaveNet', () => {
  it('has the documented number of weights, to the unit, at every documented number of features', () => {
    const sizes = [
      [{ features: 70 }, 2_073_125], // Run 4
      [{ features: 69 }, 2_072_773], // Run 6
      [{ features: 18, heads: 'deep' }, 2_062_885], // the last version of its code
      [{ features: 19, heads: 'deep' }, 2_063_237],
    ] as const;
    for (const [options, count] of sizes) {
      const model = threeBranchWaveNet(options);
      assert.equal(model.countParams(), count, JSON.stringify(options));
      model.dispose();
    }
  });

  it('gives the same weights for the same seed, and others for another', () => {
    const weights = (seed: number) =>
      tf.tidy(() =>
        threeBranchWaveNet({ ...small, seed })
          .getWeights()
          .map((weight) => [...weight.dataSync()]),
      );
    assert.deepEqual(weights(3), weights(3));
    weights(3).forEach((values, k) => {
      const isRandom = new Set(values).size > 2;
      if (isRandom) assert.notDeepEqual(values, weights(4)[k]);
    });
  });

  it('ends its heads in every activation of the history, and knows the range of each', () => {
    const ranges = {
      sigmoid: [0, 1],
      scaledSigmoid: [0, 0.15],
      relu: [0, Infinity],
      leakyRelu: [-Infinity, Infinity],
      softplus: [0, Infinity],
      linear: [-Infinity, Infinity],
    } as const;
    for (const [headActivation, range] of Object.entries(ranges)) {
      const model = threeBranchWaveNet({ ...small, headActivation: headActivation as 'relu' });
      assert.deepEqual(outputRangeOf(model.getLayer('volatility')), range, headActivation);
      const [, volatility] = tf.tidy(() =>
        (model.predict(tf.randomNormal([32, 8, 3], 0, 9, 'float32', 1)) as TF.Tensor[]).map((one) => one.dataSync()),
      );
      for (const value of volatility!) assert.ok(value >= range[0] && value <= range[1]);
    }
    const scaled = threeBranchWaveNet({ ...small, headActivation: 'scaledSigmoid', headScales: { magnitude: 2 } });
    assert.deepEqual(outputRangeOf(scaled.getLayer('magnitude')), [0, 2]);
  });

  it('comes back from JSON with all its layers and the same outputs', async () => {
    registerLayers();
    const model = threeBranchWaveNet({ ...small, headActivation: 'scaledSigmoid' });
    const again = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    again.setWeights(model.getWeights());
    const x = tf.randomNormal([4, 8, 3], 0, 1, 'float32', 1);
    const told = (one: TF.LayersModel) => (one.predict(x) as TF.Tensor[]).map((output) => [...output.dataSync()]);
    assert.deepEqual(told(again), told(model));
  });

  it('refuses sizes and names that do not fit', () => {
    const code = (code: string) => ({ name: 'ReluctantError', code });
    assert.throws(() => threeBranchWaveNet({ features: 0 }), code('integer-out-of-range'));
    assert.throws(() => threeBranchWaveNet({ features: 3, window: 3 }), code('integer-out-of-range'));
    assert.throws(() => threeBranchWaveNet({ features: 3, heads: 'flat' as 'deep' }), code('unknown-choice'));
    assert.throws(() => threeBranchWaveNet({ features: 3, headActivation: 'swish' as 'relu' }), code('unknown-choice'));
  });
});

test('orthogonal draws rows, or columns, at right angles and of length 1', () => {
  for (const shape of [
    [3, 12],
    [12, 3],
  ]) {
    const matrix = orthogonal({ seed: 2 }).apply(shape) as TF.Tensor2D;
    const isWide = shape[0]! < shape[1]!;
    const products = tf.matMul(matrix, matrix, !isWide, isWide).arraySync() as number[][];
    products.forEach((row, k) => {
      row.forEach((value, j) => {
        assert.ok(Math.abs(value - (k === j ? 1 : 0)) < 1e-6);
      });
    });
  }
});

/** Name of a weight in three_branches.py. */
const kerasName = (name: string) => name.replace(/\/(forward|backward)_lstm\d_steps\//, '/$1/');

function largestDifference(mine: ArrayLike<number>, theirs: ArrayLike<number>): number {
  assert.equal(mine.length, theirs.length);
  let largest = 0;
  for (let k = 0; k < mine.length; k++) {
    const difference = Math.abs(mine[k]! - theirs[k]!) / Math.max(1, Math.abs(theirs[k]!));
    assert.ok(!Number.isNaN(difference));
    largest = Math.max(largest, difference);
  }
  return largest;
}

test('given the same weights, outputs and gradients are those of Keras to 1e-4, and 20 steps of training to 1e-3', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'three-branches-'));
  const [rows, window, features] = [320, 20, 70];
  const lossWeights = { direction: 1, volatility: 0.3, magnitude: 0.3 };
  const random = new Random(7);
  const normal = (size: number, scale = 1) => Float32Array.from({ length: size }, () => scale * random.normal());
  const write = (name: string, values: Float32Array) => fs.writeFileSync(path.join(folder, name), values);
  const read = (name: string) => new Float32Array(new Uint8Array(fs.readFileSync(path.join(folder, name))).buffer);
  try {
    const model = threeBranchWaveNet({ features, dropoutRate: 0 });
    for (const weight of model.weights) {
      const isVariance = weight.originalName.endsWith('moving_variance');
      const moved = normal(weight.read().size, 0.05).map((value) => (isVariance ? 1 + Math.abs(value) : value));
      weight.write(
        isVariance ? tf.tensor(moved, weight.read().shape) : weight.read().add(tf.tensor(moved, weight.read().shape)),
      );
    }
    const columns = {
      inputs: normal(rows * window * features),
      direction: Float32Array.from({ length: rows * 3 }, (_, k) => Number(k % 3 === Math.floor(k / 3) % 3)),
      volatility: normal(rows, 0.02).map(Math.abs),
      magnitude: normal(rows, 0.05).map(Math.abs),
    };
    for (const [name, values] of Object.entries(columns)) write(`${name}.bin`, values);
    const weights = model.weights.map((weight) => ({ name: kerasName(weight.originalName), weight }));
    write('weights.bin', Float32Array.from(weights.flatMap(({ weight }) => [...weight.read().dataSync()])));
    const names = weights.map(({ name }) => name);
    const request = {
      shape: [rows, window, features],
      names,
      head: 'softplus',
      lossWeights,
      learningRate: 5e-4,
      epochs: 4,
    };
    fs.writeFileSync(path.join(folder, 'request.json'), JSON.stringify(request));
    execFileSync(path.join(ROOT, '.venv', 'bin', 'python'), ['tests/models/reference/three_branches.py', folder], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const answer = JSON.parse(fs.readFileSync(path.join(folder, 'answer.json'), 'utf8')) as {
      parameters: number;
      trainable: string[];
      history: Record<string, number>[];
    };
    assert.equal(model.countParams(), answer.parameters);

    const inputs = tf.tensor3d(columns.inputs, [rows, window, features]);
    const targets = {
      direction: tf.tensor2d(columns.direction, [rows, 3]),
      volatility: tf.tensor2d(columns.volatility, [rows, 1]),
      magnitude: tf.tensor2d(columns.magnitude, [rows, 1]),
    };
    const first = <T extends TF.Tensor>(tensor: T) => tf.slice(tensor, 0, 64) as T;
    const outputsOf = () =>
      Float32Array.from((model.predict(first(inputs)) as TF.Tensor[]).flatMap((output) => [...output.dataSync()]));
    assert.ok(largestDifference(outputsOf(), read('outputs.bin')) < 1e-4, 'outputs');

    const losses = { direction: categoricalCrossentropy, volatility: meanSquaredError, magnitude: huber };
    const variables = weights.filter(({ name }) => answer.trainable.includes(name));
    const { grads } = variableGrads(
      () => {
        const outputs = model.apply(first(inputs), { training: false }) as TF.Tensor[];
        const terms = HEADS.map((head, k) =>
          tf.mul(tf.mean(losses[head](first(targets[head]), outputs[k]!)), lossWeights[head]),
        );
        return tf.addN([...terms, ...penaltiesOf(model).map((penalty) => penalty())]) as TF.Scalar;
      },
      variables.map(({ weight }) => weight.read() as TF.Variable),
    );
    const gradients = variables.flatMap(({ weight }) => {
      const variable = weight.read() as TF.Variable;
      return [...(grads[variable.name] ?? tf.zerosLike(variable)).dataSync()];
    });
    const theirs = read('gradients.bin');
    assert.ok(largestDifference(gradients, theirs) < 1e-4, 'gradients');
    // Of each variable against its own largest entry as well: a penalty that is left out is small everywhere.
    let from = 0;
    for (const { name, weight } of variables) {
      const to = from + weight.read().size;
      const [own, other] = [gradients.slice(from, to), theirs.subarray(from, to)];
      const size = other.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
      own.forEach((value, k) => {
        assert.ok(Math.abs(value - other[k]!) < 1e-3 * size, `${name}[${k}]: ${value} against ${other[k]}`);
      });
      from = to;
    }

    const { history } = await fit(
      model,
      { inputs, targets },
      {
        losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'huber' },
        lossWeights,
        optimizer: { kind: 'adam', learningRate: 5e-4 },
        clipVariableNorm: 1,
        batchSize: 64,
        epochs: 4,
        shuffle: false,
        mode: 'graph',
      },
    );
    for (const [k, row] of answer.history.entries())
      for (const key of ['loss', ...HEADS.map((head) => `${head}_loss`)])
        assert.ok(
          Math.abs(history[k]![key as 'loss']! - row[key]!) < 1e-3,
          `${key} of epoch ${k + 1}: ${history[k]![key as 'loss']} ${row[key]}`,
        );
    assert.ok(largestDifference(outputsOf(), read('trained.bin')) < 1e-3, 'outputs after training');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
