// npm run bench:validation [-- --symbols 12] [--days 640] [--epochs 6] [--rounds 5] [--mode graph]: purged 5-fold cross-validation of the small
// Financial WaveNet, beside the same five fits written by hand, in turns in one process; each begins with nothing compiled, and so compiles once. Exits with 1
// where cross-validation takes more than 1.2 times the fits alone, or compiles more than one graph.
import { parseArgs } from 'node:util';
import { clearCompiled, countCompiled } from '../src/compile';
import { type TF, tf } from '../src/core';
import { makeSamples } from '../src/data';
import { purgedKFold } from '../src/evaluation';
import { financialWaveNet } from '../src/models';
import { crossValidate } from '../src/programs';
import { market } from '../src/synthetic';
import { formatDuration, Table } from '../src/tables';
import { type FitOptions, fit, type Samples } from '../src/training';

const { values: flags } = parseArgs({
  options: {
    symbols: { type: 'string', default: '12' },
    days: { type: 'string', default: '640' },
    epochs: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '5' },
    mode: { type: 'string', default: 'graph' },
  },
});
const GOAL = 1.2;
const HORIZON = 5;
// What is timed here is no trial of a strategy.
process.env['RELUCTANT_LEDGER'] = 'off';

const samples = makeSamples(market({ symbols: Number(flags.symbols), days: Number(flags.days), seed: 7 }), {
  window: 16,
  horizon: HORIZON,
  split: { training: 0.8, validation: 0.2 },
}).training;
const model = () =>
  financialWaveNet({ window: 16, features: samples.features.length, channels: 8, fusionUnits: 16, seed: 1 });
const data: Samples = samples.toTensors();
const options = {
  losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'huber' },
  epochs: Number(flags.epochs),
  batchSize: 128,
  mode: flags.mode as 'graph' | 'xla',
} satisfies FitOptions;
// Days of trading, not of the calendar: a label of five of them ends five dates later.
const days = [...new Set(samples.dates)].sort((a, b) => a - b);
const place = new Map(days.map((day, k) => [day, k]));
const start = Array.from(samples.dates, (date) => place.get(date)!);
const folds = purgedKFold({ start, end: start.map((day) => day + HORIZON) }, { folds: 5 });

type Tensors = Samples['inputs'] | Samples['targets'];

/** The rows of a fold, made before the clock runs. */
function rowsOf(rows: Int32Array): Samples {
  const places = tf.tensor1d(rows, 'int32');
  const one = <T extends Tensors>(tensors: T): T =>
    (tensors instanceof tf.Tensor
      ? tf.gather(tensors, places)
      : Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, tf.gather(t as TF.Tensor, places)]))) as T;
  const taken = { inputs: one(data.inputs), targets: one(data.targets) };
  places.dispose();
  return taken;
}

interface Spent {
  seconds: number;
  /** Of the processor, all threads: other work on the machine changes it little. */
  cpu: number;
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** Time of the fits alone, on the very rows that cross-validation trained on. */
async function fitsAlone(rows: readonly Int32Array[]): Promise<Spent> {
  const parts = rows.map(rowsOf);
  clearCompiled();
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  for (const part of parts) {
    const own = model();
    await fit(own, part, options);
    own.dispose();
  }
  const spent = { seconds: (performance.now() - begin) / 1000, cpu: cpuSeconds(cpu) };
  tf.dispose(parts as unknown as TF.TensorContainer);
  return spent;
}

const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function main(): Promise<void> {
  const rounds: { validated: Spent; alone: Spent; graphs: number }[] = [];
  let rows: readonly Int32Array[] = [];
  let leftOut = 0;
  // The round that is not counted loads TensorFlow and fills the folder of traced graphs.
  for (let round = -1; round < Number(flags.rounds); round++) {
    clearCompiled();
    const cpu = process.cpuUsage();
    const validated = await crossValidate({ model, data, options }, folds);
    const spent = { seconds: validated.seconds, cpu: cpuSeconds(cpu) };
    const graphs = countCompiled();
    rows = validated.folds.map(({ training }) => training);
    leftOut = Math.max(...validated.folds.map((fold) => fold.leftOut / (fold.leftOut + fold.training.length)));
    const alone = await fitsAlone(rows);
    if (round >= 0) rounds.push({ validated: spent, alone, graphs });
  }
  const ratio = (of: keyof Spent) => middle(rounds.map(({ validated, alone }) => validated[of] / alone[of]));
  const graphs = Math.max(...rounds.map((one) => one.graphs));
  console.log(
    `${samples.size} rows, ${folds.length} purged folds of ${rows[0]!.length} training rows (at most ${(100 * leftOut).toFixed(1)} % left out so that all are of one size), ${options.epochs} epochs, mode ${options.mode}\n`,
  );
  const lines = rounds.map(({ validated, alone, graphs: count }, k) => ({
    round: k + 1,
    'cross-validation': formatDuration(validated.seconds),
    'fits alone': formatDuration(alone.seconds),
    times: (validated.seconds / alone.seconds).toFixed(3),
    'times, of the processor': (validated.cpu / alone.cpu).toFixed(3),
    'graphs compiled': count,
  }));
  console.log(`${new Table(lines)}`);
  console.log(
    `\n${ratio('seconds').toFixed(3)} times the fits alone in the middle round, ${ratio('cpu').toFixed(3)} of the processor's time; the goal is ${GOAL} and one graph`,
  );
  if (ratio('seconds') > GOAL || graphs > 1) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
