// This project's side of a comparison, as peer.py is the others': trains an epoch for every line it reads.
import * as readline from 'node:readline';
import { tf } from '../src/core';
import { fit } from '../src/training';
import { MODELS, type ModelName } from './workloads';

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => (await lines.next()) as { value: string; done: boolean };
const answer = (value: object) => console.log(JSON.stringify(value));

async function main(): Promise<void> {
  const { model, setting } = JSON.parse((await next()).value) as {
    model: ModelName;
    setting: 'auto' | 'xla' | 'xla-step' | 'graph';
  };
  const { batch, steps, input, target, loss, model: make } = MODELS[model];
  const rows = batch * steps;
  const inputs = tf.randomNormal([rows, ...input], 0, 1, 'float32', 1);
  const numbers = tf.randomNormal<import('../src/core').TF.Rank.R2>([rows, target], 0, 1, 'float32', 2);
  const targets = loss === 'meanSquaredError' ? numbers : tf.oneHot(numbers.argMax(1), target).toFloat();
  answer({});
  if ((await next()).done) return;
  let start = performance.now();
  let cpu = process.cpuUsage();
  const run = await fit(
    make(),
    { inputs, targets },
    {
      losses: loss,
      // Ends with the input.
      epochs: 1000,
      batchSize: batch,
      shuffle: model !== 'graph-attention',
      mode: setting,
      onEpoch: async ({ stop }) => {
        const { user, system } = process.cpuUsage(cpu);
        answer({
          seconds: (performance.now() - start) / 1000,
          cpuSeconds: (user + system) / 1e6,
          peakMemory: process.resourceUsage().maxRSS * 1024,
        });
        if ((await next()).done) return stop();
        start = performance.now();
        cpu = process.cpuUsage();
      },
    },
  );
  console.error(`${model} ${setting}: ran as ${run.mode}, ${run.modeReason}`);
}

main().catch((error: Error) => answer({ error: String(error) }));
