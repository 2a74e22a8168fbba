import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { KernelClient } from './client';

describe('an interrupt of a training run', () => {
  let kernel: KernelClient;
  const number = async (code: string) => Number((await kernel.run(code)).result);
  before(async () => {
    kernel = await KernelClient.start();
    await kernel.run(
      `import * as rl from 'reluctant';
const { tf } = rl;
const model = tf.sequential({ layers: [
  tf.layers.dense({ units: 256, activation: 'relu', inputShape: [64] }), tf.layers.dense({ units: 1 }) ] });
const inputs = tf.randomNormal([4000, 64], 0, 1, 'float32', 1);
const targets = tf.randomNormal([4000, 1], 0, 1, 'float32', 2);
const kernelOf = () => Array.from(model.getWeights()[0].dataSync());
let epochs = 0;
let heard = false;
let last: number[] = [];
let run: rl.Run | undefined;`,
      {},
      120_000,
    );
  });
  after(() => kernel.stop());

  test('ends it in good order: it hears the signal, and its last finished epoch is there', async () => {
    const { reply, milliseconds } = await kernel.runAndInterrupt(
      `rl.interruptSignal().addEventListener('abort', () => { heard = true; });
run = await rl.fit(model, { inputs, targets }, {
  epochs: 1_000_000, batchSize: 16, losses: 'meanSquaredError', seed: 1,
  onEpoch: () => {
    epochs += 1;
    last = kernelOf();
    if (epochs === 2) console.log("begun");
  },
});`,
      500,
    );
    assert.equal(reply['ename'], 'Interrupted');
    assert.ok(milliseconds < 10_000, `took ${milliseconds} ms`);
    assert.equal((await kernel.run('heard')).result, 'true');
    assert.equal((await kernel.run('run!.stopReason')).result, "'aborted'");
    const finished = await number('epochs');
    assert.ok(finished >= 2);
    assert.equal(await number('run!.history.length'), finished);
    assert.equal((await kernel.run('last.length > 0 && last.every(Number.isFinite)')).result, 'true');
  });

  test('leaves a model that predicts and can be trained further', async () => {
    assert.equal(
      (await kernel.run('kernelOf().every(Number.isFinite) && String(model.predict(inputs.slice(0, 2)))')).reply[
        'status'
      ],
      'ok',
    );
    const first = await number('run!.history[0]!.loss');
    await kernel.run(
      `run = await rl.fit(model, { inputs, targets }, { epochs: 2, batchSize: 16, losses: 'meanSquaredError', seed: 1 });`,
      {},
      120_000,
    );
    assert.equal((await kernel.run('run!.stopReason')).result, "'finished'");
    assert.ok((await number('run!.history[0]!.loss')) < first, 'training goes on where it was');
  });

  test('reaches work that a cell has left running', async () => {
    await kernel.run(
      `epochs = 0;
void rl.fit(model, { inputs, targets }, { epochs: 1_000_000, batchSize: 16, losses: 'meanSquaredError', seed: 1,
  onEpoch: () => { epochs += 1; } }).then((left) => { run = left; });`,
    );
    while ((await number('epochs')) < 2) await new Promise((resolve) => setTimeout(resolve, 100));
    await kernel.request('interrupt_request', {}, 'control');
    while ((await kernel.run('run!.stopReason')).result !== "'aborted'") {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const stopped = await number('epochs');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await number('epochs'), stopped);
  });
});
