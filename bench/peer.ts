// This project's side of a comparison, as peer.py is the others': trains an epoch for every line it reads.
import * as readline from 'node:readline';
import { type TF, tf } from '../src/core';
import { type FitOptions, fit, type TrainingData } from '../src/training';
import { MODELS, type ModelName, type ModelWork } from './workloads';

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => (await lines.next()) as { value: string; done: boolean };
const answer = (value: object) => console.log(JSON.stringify(value));

/** Targets out of random numbers, as peer.py has them. */
function targetsOf(
  numbers: TF.Tensor2D,
  loss: ModelWork['loss'],
): Pick<TrainingData, 'targets'> & Pick<FitOptions, 'losses'> {
  const classes = (rows: TF.Tensor2D) => tf.oneHot(rows.argMax(1) as TF.Tensor1D, rows.shape[1]).toFloat();
  if (loss === 'meanSquaredError') return { targets: numbers, losses: loss };
  if (loss === 'categoricalCrossentropy') return { targets: classes(numbers), losses: loss };
  const column = (k: number) => numbers.slice([0, k], [-1, 1]).abs();
  return {
    targets: { direction: classes(numbers.slice([0, 0], [-1, 3])), volatility: column(3), magnitude: column(4) },
    losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'huber' },
  };
}

async function main(): Promise<void> {
  const { model, setting } = JSON.parse((await next()).value) as {
    model: ModelName;
    setting: 'auto' | 'xla' | 'xla-step' | 'graph';
  };
  const { batch, steps, input, target, loss, model: make } = MODELS[model];
  const rows = batch * steps;
  const inputs = tf.randomNormal([rows, ...input], 0, 1, 'float32', 1);
  const numbers = tf.randomNormal<TF.Rank.R2>([rows, target], 0, 1, 'float32', 2);
  const { targets, losses } = targetsOf(numbers, loss);
  // Made before the clock starts: tfjs takes seconds to draw orthogonal weights.
  const built = make();
  answer({});
  if ((await next()).done) return;
  let start = performance.now();
  let cpu = process.cpuUsage();
  const run = await fit(
    built,
    { inputs, targets },
    {
      losses,
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
