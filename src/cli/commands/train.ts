import * as os from 'node:os';
import type { Command } from 'commander';
import { PROGRAM_BYTES, trainRobust, trainRobustFiles } from '../../programs';
import { formatDuration, formatNumber } from '../../tables';
import type { HistoryRow, Progress } from '../../training';
import { addDataOptions, type DataOptions, loadData, number } from '../dataOptions';
import { EXIT } from '../exitCodes';
import { formatBytes, LEAST_MEMORY, memoryOfProcess, memoryToLoad } from '../memory';
import { ProgressLine } from '../progressLine';

interface TrainOptions extends DataOptions {
  outputDir: string;
  epochs: number;
  batchSize: number;
  learningRate: number;
  warmupSteps: number;
  hiddenDims: number[];
  dropoutRate: number;
  horizon: number;
  features?: string[];
  seed: number;
  memory?: number;
  resume?: boolean;
  verbose?: boolean;
}

/** `reluctant train`: the robust pipeline on a file of prices, as a run that can be killed and resumed. */
export function define(command: Command): void {
  const whole = number(1, 1e9, true);
  const dims = (text: string, before: number[] | undefined) => [...(before ?? []), number(1, 65_536, true)(text)];
  addDataOptions(command)
    .description('Train the robust network (Huber loss, rank target, warm-up, layer norm and residuals) on prices.')
    .requiredOption('-o, --output-dir <folder>', 'folder of the run')
    .option('--epochs <n>', 'passes over the data', whole, 50)
    .option('--batch-size <n>', 'rows per step', whole, 16)
    .option('--learning-rate <x>', 'after the warm-up', number(0, 10), 1e-4)
    .option('--warmup-steps <n>', 'steps over which the learning rate rises from 0', number(0, 1e9, true), 1000)
    .option('--hidden-dims <n...>', 'units of the hidden blocks (default: 16 8)', dims)
    .option('--dropout-rate <x>', 'share of hidden outputs dropped in training', number(0, 0.999), 0.1)
    .option('--horizon <n>', 'rows ahead that the target is about', whole, 1)
    .option('--features <names...>', 'features (default: those of the documented run)')
    .option('--seed <n>', 'same seed, same weights', number(0, 2 ** 31 - 1000, true), 0)
    .option(
      '--memory <size>',
      'memory of the whole process, such as 1GB; files that need more are streamed (default: half of the machine)',
      memoryOfProcess,
    )
    .option('--resume', 'go on with the run in the folder, to the same weights as if it had never stopped')
    .option('-v, --verbose', 'a line per epoch')
    .addHelpText(
      'after',
      `
--memory is for everything the process holds, TensorFlow and the other libraries included, which take some ${formatBytes(PROGRAM_BYTES)}
of it. Files that would need more than the rest (CSV, Parquet, JSON) are read piece by piece, and their rows kept on disk
beside the run while it trains.

The folder holds run.json (settings and results), checkpoints/, and at the end history.csv and model.json.
Ctrl-C stops after the step at hand; what was done up to the last epoch is kept, and --resume goes on from there.

Examples:
  $ npx reluctant train --data prices.csv --output-dir runs/first --epochs 50 --batch-size 16 --learning-rate 1e-4 \\
      --hidden-dims 16 8 --dropout-rate 0.1 --verbose
  $ npx reluctant train --data prices.csv --output-dir runs/first --epochs 50 --resume`,
    )
    .action(run);
}

async function run(options: TrainOptions): Promise<void> {
  const { data, outputDir, column, resume, verbose, timeZone, hiddenDims = [16, 8], memory: given, ...rest } = options;
  const settings = { ...rest, hiddenDims, ...(column && Object.keys(column).length ? { columns: column } : {}) };
  const memory = given ?? Math.max(LEAST_MEMORY, os.totalmem() / 2);
  const forData = memory - PROGRAM_BYTES;
  const line = new ProgressLine();
  const table = new EpochTable(options.epochs);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop);
  try {
    const following = {
      resume: resume ?? false,
      signal: abort.signal,
      onNotice: (notice: string) => console.error(`! ${notice}`),
      onProgress: ({ epoch, epochs, step, stepsPerEpoch, secondsLeft }: Progress) => {
        const fraction = (epoch + step / stepsPerEpoch) / epochs;
        line.show(fraction, `epoch ${epoch + 1}/${epochs}  step ${step}/${stepsPerEpoch}`, secondsLeft);
      },
      onEpoch: (row: HistoryRow) => {
        line.clear();
        if (verbose) table.print(row);
      },
    };
    const streamed = async () => {
      console.log(`streaming: the files would need more than ${formatBytes(memory)} (--memory)`);
      let rows = 0;
      const zone = timeZone === undefined ? {} : { timeZone };
      const onRows = (more: number) => {
        rows += more;
        line.show(0, `${count(rows)} rows prepared`, undefined);
      };
      return trainRobustFiles(data, outputDir, settings, { ...following, ...zone, memory: forData, onRows });
    };
    const loaded = async () => {
      const started = performance.now();
      const dataset = await loadData(options);
      const seconds = (performance.now() - started) / 1000;
      console.log(`${dataset.name}: ${count(dataset.rows)} rows in ${formatDuration(seconds)}`);
      const { run, rows } = await trainRobust(dataset, outputDir, settings, following);
      return { run, trainingRows: rows.training.rows.length, validationRows: rows.validation.rows.length };
    };
    const { run, trainingRows, validationRows } = memoryToLoad(data) > forData ? await streamed() : await loaded();
    line.clear();
    const [first, last] = [run.history[0], run.history.at(-1)];
    console.log(`${count(trainingRows)} training rows, ${count(validationRows)} validation rows`);
    console.log(run.summary());
    if (first && last) {
      const change = 1 - last['val_loss']! / first['val_loss']!;
      const numbers = `${formatNumber(first['val_loss']!)} → ${formatNumber(last['val_loss']!)}`;
      console.log(`validation loss ${numbers} (${(100 * change).toFixed(1)} % ${change >= 0 ? 'down' : 'UP'})`);
    }
    if (run.stopReason === 'finished') console.log(`model: ${outputDir}/model.json`);
    else {
      console.error(`✘ not finished: ${run.stopReason}${run.stopReason === 'aborted' ? '; --resume goes on' : ''}`);
      process.exitCode = run.stopReason === 'aborted' ? EXIT.interrupted : EXIT.failed;
    }
  } finally {
    process.removeListener('SIGINT', stop);
  }
}

const count = (rows: number) => rows.toLocaleString('en-US');

/** The history as it grows, a line per epoch. */
class EpochTable {
  private headed = false;

  constructor(private readonly epochs: number) {}

  print(row: HistoryRow): void {
    const keys = Object.keys(row).filter((key) => key !== 'epoch');
    if (!this.headed) console.log(['epoch'.padStart(9), ...keys.map((key) => key.padStart(14))].join(''));
    this.headed = true;
    const epoch = `${row.epoch + 1}/${this.epochs}`.padStart(9);
    console.log([epoch, ...keys.map((key) => formatNumber(row[key]!).padStart(14))].join(''));
  }
}
