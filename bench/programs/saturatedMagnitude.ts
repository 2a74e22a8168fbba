// A program of one's own for the benchmark of faults: npm run bench:diagnosis -- --program bench/programs/saturatedMagnitude.ts
// Copy it, put your data and your model in, and say which cause should be named; leave `cause` out for a healthy program.
import * as rl from '../../src';

const { tf } = rl;

export const name = 'a magnitude head that ends in a sigmoid, trained on percent';
export const cause = 'output-out-of-range';
export const loss = 'meanSquaredError';
export const optimizer = { kind: 'adam', learningRate: 3e-3 } as const;
/** The rest of the options of `fit`. */
export const options = { epochs: 15, batchSize: 64 };

const HORIZON = 3;
const WINDOW = 8;

function samplesOf(seed: number) {
  const market = rl.synthetic.market({ symbols: 4, days: 300, seed, informationCoefficient: 0.3 });
  return rl.data.makeSamples(market, { window: WINDOW, horizon: HORIZON });
}

/** Rows to train and validate on; the same seed gives the same rows. */
export function data(seed: number): rl.TrainingData {
  const samples = samplesOf(seed);
  const part = (set: typeof samples.training) => {
    const { inputs, targets } = set.toTensors();
    const { magnitude } = targets as Record<string, rl.TF.Tensor>;
    return { inputs, targets: { magnitude: tf.mul(magnitude!, 100) } };
  };
  return { ...part(samples.training), validation: part(samples.validation) };
}

/** The model; the same seed gives the same initial weights. */
export function model(seed: number): rl.TF.LayersModel {
  const features = samplesOf(seed).features.length;
  const glorot = (k: number) => tf.initializers.glorotUniform({ seed: seed * 10 + k + 1 });
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [WINDOW, features] }),
      tf.layers.dense({ units: 16, activation: 'relu', kernelInitializer: glorot(0), name: 'trunk' }),
      tf.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: glorot(1), name: 'magnitude' }),
    ],
  });
}
