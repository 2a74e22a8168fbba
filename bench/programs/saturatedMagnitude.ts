// A program of one's own for the benchmark of faults: npm run bench:diagnosis -- --program bench/programs/saturatedMagnitude.ts
// Copy it, put your data and your model in, and say which cause should be named; leave `cause` out for a healthy program.
// It can be trained as well: npx reluctant train bench/programs/saturatedMagnitude.ts --output-dir runs/saturated
import * as rl from 'reluctant';

const { tf } = rl;

/** The cause that a diagnosis should name first. */
export const cause = 'output-out-of-range';

export default rl.program({
  name: 'a magnitude head that ends in a sigmoid, trained on percent',
  defaults: { seed: 1, epochs: 15, window: 8, horizon: 3 },
  /** Rows to train and validate on; the same setting gives the same rows. */
  data: ({ seed, window, horizon }) => {
    const market = rl.synthetic.market({ symbols: 4, days: 300, seed, informationCoefficient: 0.3 });
    const samples = rl.data.makeSamples(market, { window, horizon });
    const part = (set: typeof samples.training) => {
      const { inputs, targets } = set.toTensors();
      return { inputs, targets: { magnitude: tf.mul(targets.magnitude, 100) } };
    };
    return { ...part(samples.training), validation: part(samples.validation) };
  },
  /** The model; the same seed gives the same initial weights. */
  model: ({ seed }, { inputs }) => {
    const glorot = (k: number) => tf.initializers.glorotUniform({ seed: seed * 10 + k + 1 });
    return tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: inputs.shape.slice(1) }),
        tf.layers.dense({ units: 16, activation: 'relu', kernelInitializer: glorot(0), name: 'trunk' }),
        tf.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: glorot(1), name: 'magnitude' }),
      ],
    });
  },
  options: { losses: 'meanSquaredError', optimizer: { kind: 'adam', learningRate: 3e-3 }, batchSize: 64 },
});
