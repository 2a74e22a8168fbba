import * as rl from 'reluctant';

const { tf } = rl;

/** A tiny network; `poison` makes its training fail, `die` ends the process that trains it once, `crash` every one. */
export default rl.program({
  name: 'tiny',
  defaults: { seed: 1, epochs: 3, batchSize: 16, learningRate: 0.01, units: 4, poison: false, die: '', crash: false },
  data: ({ poison }) => {
    const inputs = tf.randomNormal([64, 2], 0, 1, 'float32', 7);
    const targets = inputs.sum(1, true);
    const validation = { inputs: tf.randomNormal([32, 2], 0, 1, 'float32', 8), targets: tf.zeros([32, 1]) };
    if (poison) throw new Error('the well is poisoned');
    return { inputs, targets, validation };
  },
  model: ({ units, seed, die, crash }) => {
    const fs = require('node:fs') as typeof import('node:fs');
    if (die && !fs.existsSync(die)) {
      fs.writeFileSync(die, '');
      process.kill(process.pid, 'SIGKILL');
    }
    if (crash) {
      console.error('about to crash');
      process.kill(process.pid, 'SIGKILL');
    }
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    return tf.sequential({
      layers: [
        tf.layers.dense({ units, activation: 'tanh', kernelInitializer, inputShape: [2], name: 'hidden' }),
        tf.layers.dense({ units: 1, kernelInitializer, name: 'sum' }),
      ],
    });
  },
  options: { losses: 'meanSquaredError' },
});
