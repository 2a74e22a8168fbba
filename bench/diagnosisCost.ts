// npm run bench:cost [-- --rounds 7 --json FILE]: what watching costs a run, and what a diagnosis costs after it.
import * as fs from 'node:fs';
import { Command } from 'commander';
import { Random, type TF, tf } from '../src/core';
import { diagnose, watchRules } from '../src/diagnosis';
import { type FitOptions, fit, type TrainingData } from '../src/training';

interface Watched {
  network: string;
  /** Seconds of training of the plain run and of the watched one, medians over rounds. */
  plain: number;
  watched: number;
  /** Median of the ratios of neighbouring runs. */
  ratio: number;
  /** Seconds of a diagnosis, over those of the plain run. */
  diagnosis: number;
}

const normals = (random: Random, shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );

/** Rows whose target is a bent sum of two columns of the last step. */
function rowsOf(rows: number, shape: readonly number[], seed: number): TrainingData {
  const random = new Random(seed);
  const part = (count: number) => {
    const inputs = normals(random, [count, ...shape]);
    const width = shape[shape.length - 1]!;
    const last = tf.tidy(() =>
      tf.reshape(inputs, [count, -1, width]).slice([0, shape.length > 1 ? shape[0]! - 1 : 0, 0], [-1, 1, 2]),
    );
    const targets = tf.tidy(() =>
      tf
        .add(tf.sin(tf.slice(last, [0, 0, 0], [-1, 1, 1])), tf.mul(0.5, tf.slice(last, [0, 0, 1], [-1, 1, 1])))
        .reshape([count, 1]),
    );
    return { inputs, targets };
  };
  return { ...part(rows), validation: part(Math.floor(rows / 4)) };
}

const denseOf = (width: number, units: readonly number[]) => () =>
  tf.sequential({
    layers: [
      ...units.map((count, k) =>
        tf.layers.dense({
          units: count,
          activation: 'relu',
          kernelInitializer: tf.initializers.heNormal({ seed: k + 1 }),
          ...(k === 0 && { inputShape: [width] }),
        }),
      ),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 9 }) }),
    ],
  });

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Plain and watched runs in turn, so that a busy machine slows both. */
async function watching(
  network: string,
  model: () => TF.Sequential,
  data: TrainingData,
  options: FitOptions,
  rounds: number,
): Promise<Watched> {
  const times: { plain: number; watched: number; diagnosis: number }[] = [];
  for (let round = -1; round < rounds; round++) {
    const took = async (watch: FitOptions['watch']) => {
      const own = model();
      const start = performance.now();
      const run = await fit(own, data, { ...options, ...(watch && { watch }) });
      return { seconds: (performance.now() - start) / 1000, run, own };
    };
    const plain = await took(undefined);
    const start = performance.now();
    diagnose(plain.run);
    const diagnosis = (performance.now() - start) / 1000;
    const watched = await took([watchRules({ stopOn: [] })]);
    plain.own.dispose();
    watched.own.dispose();
    // The first round traces and compiles.
    if (round >= 0) times.push({ plain: plain.seconds, watched: watched.seconds, diagnosis });
  }
  return {
    network,
    plain: median(times.map((one) => one.plain)),
    watched: median(times.map((one) => one.watched)),
    ratio: median(times.map((one) => one.watched / one.plain)),
    diagnosis: median(times.map((one) => one.diagnosis / one.plain)),
  };
}

/** Two million weights on twenty thousand windows, after one short epoch: seconds of its diagnosis. */
async function large(): Promise<{ weights: number; windows: number; seconds: number }> {
  const data = rowsOf(20_000, [20, 70], 3);
  const layer = (units: number, seed: number) =>
    tf.layers.dense({ units, activation: 'relu', kernelInitializer: tf.initializers.heNormal({ seed }) });
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [20, 70] }),
      layer(1024, 1),
      layer(512, 2),
      layer(128, 3),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }) }),
    ],
  });
  const run = await fit(model, data, { losses: 'meanSquaredError', epochs: 1, batchSize: 512, mode: 'graph' });
  const start = performance.now();
  diagnose(run);
  return { weights: model.countParams(), windows: 20_000, seconds: (performance.now() - start) / 1000 };
}

async function main({ rounds, json }: { rounds: number; json?: string }): Promise<void> {
  const options = (epochs: number): FitOptions => ({ losses: 'meanSquaredError', epochs, mode: 'graph' });
  const rows = [
    await watching('5-16-8-1, 2,000 rows', denseOf(5, [16, 8]), rowsOf(2000, [5], 1), options(20), rounds),
    await watching('64-256-128-1, 6,000 rows', denseOf(64, [256, 128]), rowsOf(6000, [64], 2), options(10), rounds),
  ];
  console.table(
    rows.map((row) => ({
      ...row,
      plain: row.plain.toFixed(2),
      watched: row.watched.toFixed(2),
      ratio: row.ratio.toFixed(3),
      diagnosis: row.diagnosis.toFixed(3),
    })),
  );
  const big = await large();
  console.log(
    `a diagnosis of ${big.weights} weights on ${big.windows} windows of 20 x 70 takes ${big.seconds.toFixed(1)} s`,
  );
  if (!json) return;
  fs.writeFileSync(`${json}.draft`, `${JSON.stringify({ rows, big })}\n`);
  fs.renameSync(`${json}.draft`, json);
}

new Command('bench:cost')
  .description('Runs with and without watchRules in turn, and the seconds a diagnosis takes after them.')
  .option('--rounds <count>', 'pairs of runs', Number, 5)
  .option('--json <file>', 'write the figures to this file')
  .action((options: { rounds: number; json?: string }) => main(options))
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
