import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';

const SOURCES = path.join(__dirname, '..', '..', 'src');

/** Trains a small model, and prints the loss it ended with. */
const PROGRAM = `
const { tf } = require('./core');
const { fit } = require('./training');
const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, kernelInitializer })] });
const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0], [2, 1]]);
const options = { losses: 'meanSquaredError', epochs: 2, batchSize: 2, mode: 'graph' };
fit(model, { inputs, targets: inputs.sum(1, true) }, options).then((run) =>
  console.log(run.last.loss),
);
`;

test('fit in a second process finds the graphs of the first on disk, and gives the same', () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'second-'));
  try {
    const run = () =>
      Number(
        execFileSync(process.execPath, ['--import', 'tsx', '-e', PROGRAM], {
          cwd: SOURCES,
          encoding: 'utf8',
          env: { ...process.env, XDG_CACHE_HOME: home },
        }),
      );
    // A graph that is written again is another file.
    const graphs = () => {
      const folder = path.join(home, 'reluctant', 'graphs');
      return fs.readdirSync(folder).map((key) => [key, fs.statSync(path.join(folder, key, 'saved_model.pb')).ino]);
    };
    const loss = run();
    assert.ok(loss > 0);
    const before = graphs();
    // Whole batches, and the smaller one at the end.
    assert.equal(before.length, 2);
    assert.equal(run(), loss);
    assert.deepEqual(graphs(), before);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
});
