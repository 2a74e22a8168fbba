// A program on disk, for the tests: a sum of two numbers, from a file beside it and the library.
import * as rl from 'reluctant';
import { rows } from './rows';

export default rl.program({
  name: 'sum of two',
  defaults: { seed: 3, units: 4, rows: 64, epochs: 3, learningRate: 0.01 },
  choices: { activation: ['tanh', 'relu'] },
  data: (setting) => rows(setting.rows),
  model: ({ units, seed, activation }) => {
    const kernelInitializer = rl.tf.initializers.glorotUniform({ seed: seed + 1 });
    return rl.tf.sequential({
      layers: [
        rl.tf.layers.dense({ units, activation, kernelInitializer, inputShape: [2], name: 'hidden' }),
        rl.tf.layers.dense({ units: 1, kernelInitializer, name: 'sum' }),
      ],
    });
  },
  options: { losses: 'meanSquaredError', batchSize: 16, mode: 'graph' },
});
