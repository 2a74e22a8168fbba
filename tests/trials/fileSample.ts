import * as rl from 'reluctant';

const { tf } = rl;

/** A line through the rows of a file, which is looked for where the sweep says. */
export default rl.program({
  name: 'line',
  defaults: { seed: 1, epochs: 2, batchSize: 2, learningRate: 0.01, file: '' },
  data: ({ file }) => {
    const fs = require('node:fs') as typeof import('node:fs');
    const rows = JSON.parse(fs.readFileSync(file, 'utf8')) as [number, number][];
    return { inputs: tf.tensor2d(rows.map(([x]) => [x])), targets: tf.tensor2d(rows.map(([, y]) => [y])) };
  },
  model: ({ seed }) => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    return tf.sequential({ layers: [tf.layers.dense({ units: 1, kernelInitializer, inputShape: [1], name: 'y' })] });
  },
  options: { losses: 'meanSquaredError' },
});
