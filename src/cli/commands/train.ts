import * as os from 'node:os';
import * as path from 'node:path';
import type { Command } from 'commander';
import { ReluctantError, tf } from '../../core';
import { type Diagnosis, diagnose } from '../../diagnosis';
import { loadProgram, PROGRAM_BYTES, type RobustSetting, robustRecipe, type Setting, train } from '../../programs';
import { robustFrom } from '../../programs/recipes/robust';
import { formatDuration, formatNumber } from '../../tables';
import type { Run, TrainingData } from '../../training';
import { addDataOptions, type DataOptions, formOf, loadData, number } from '../dataOptions';
import { EpochTable } from '../epochTable';
import { EXIT } from '../exitCodes';
import { jsonArgument } from '../jsonArgument';
import { formatBytes, LEAST_MEMORY, memoryOfProcess, memoryToLoad } from '../memory';
import { ProgressLine } from '../progressLine';
import { untilStopped } from '../untilStopped';

/** Flags that are settings of the program; those of the robust recipe alone come last. */
interface SettingFlags {
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  seed?: number;
  warmupSteps?: number;
  hiddenDims?: number[];
  dropoutRate?: number;
  horizon?: number;
  features?: string[];
}

interface TrainFlags extends Partial<DataOptions>, SettingFlags {
  outputDir: string;
  setting?: Setting;
  memory?: number;
  resume?: boolean;
  diagnose?: boolean;
  verbose?: boolean;
  json?: boolean;
}

const STANDARD = ['epochs', 'batchSize', 'learningRate', 'seed'] as const;
const OF_ROBUST = ['warmupSteps', 'hiddenDims', 'dropoutRate', 'horizon', 'features'] as const;

const EXAMPLES = `
--memory is for everything the process holds, TensorFlow and the other libraries included, which take some ${formatBytes(PROGRAM_BYTES)}
of it. Files that would need more than the rest (CSV, Parquet, JSON) are read piece by piece, and their rows kept on disk
beside the run while it trains.

The folder holds run.json (program, setting and results), checkpoints/, and at the end history.json, weights.safetensors, an
event file for TensorBoard, and what else the program needs to predict. "reluctant runs" lists and compares such folders.
Ctrl-C or SIGTERM stops after the step at hand; what was done up to the last epoch is kept, and --resume goes on from there.

Examples:
  $ npx reluctant train --data prices.csv --output-dir runs/first --epochs 50 --batch-size 16 --learning-rate 1e-4 \\
      --hidden-dims 16 8 --dropout-rate 0.1 --verbose
  $ npx reluctant train --data prices.csv --output-dir runs/first --epochs 50 --resume
  $ npx reluctant train program.ts --setting '{"headActivation": "softplus"}' --output-dir runs/softplus
  $ npx reluctant train financialWaveNet --setting setting.json --output-dir runs/wavenet`;

/** `reluctant train`: a program as a run that can be killed and resumed; by default the robust recipe on a file of prices. */
export function define(command: Command): void {
  const usual = robustRecipe().setting;
  const whole = number(1, 1e9, true);
  const dims = (text: string, before: number[] | undefined) => [...(before ?? []), number(1, 65_536, true)(text)];
  const inRobust = (what: string, value: unknown) => `${what} (robust: ${value})`;
  addDataOptions(command, { required: false })
    .description('Train a program into a folder: by default the robust recipe, on prices.')
    .argument('[program]', 'a module whose default export is a program, or the name of a recipe', 'robust')
    .requiredOption('-o, --output-dir <folder>', 'folder of the run')
    .option(
      '--setting <json>',
      "the program's setting as JSON, or a file of it; flags go over it",
      jsonArgument('train', '{"seed": 2}'),
    )
    .option('--epochs <n>', inRobust('passes over the data', usual.epochs), whole)
    .option('--batch-size <n>', inRobust('rows per step', usual.batchSize), whole)
    .option('--learning-rate <x>', inRobust('of the optimiser, after any warm-up', usual.learningRate), number(0, 10))
    .option('--seed <n>', inRobust('same seed, same weights', usual.seed), number(0, 2 ** 31 - 1000, true))
    .option(
      '--warmup-steps <n>',
      inRobust('steps over which the learning rate rises from 0', usual.warmupSteps),
      number(0, 1e9, true),
    )
    .option('--hidden-dims <n...>', inRobust('units of the hidden blocks', usual.hiddenDims.join(' ')), dims)
    .option(
      '--dropout-rate <x>',
      inRobust('share of hidden outputs dropped in training', usual.dropoutRate),
      number(0, 0.999),
    )
    .option('--horizon <n>', inRobust('rows ahead that the target is about', usual.horizon), whole)
    .option('--features <names...>', 'features (robust: those of the documented run)')
    .option(
      '--memory <size>',
      'memory of the whole process, such as 1GB; files that need more are streamed (default: half of the machine)',
      memoryOfProcess,
    )
    .option(
      '--resume',
      'go on with the run in the folder, to the same weights as if it had never stopped; --epochs may be raised',
    )
    .option('--diagnose', 'name what keeps the network from learning, at the end')
    .option('-v, --verbose', 'a line per epoch')
    .option('--json', 'print how it ended as JSON, and the rest on standard error')
    .addHelpText('after', EXAMPLES)
    .action((program: string, flags: TrainFlags) => untilStopped((signal) => run(program, flags, signal)));
}

/** A setting as JSON, or the path of a file that holds it. */
async function run(name: string, flags: TrainFlags, signal: AbortSignal): Promise<void> {
  const line = new ProgressLine();
  const program = name === 'robust' ? await robustOf(flags, line) : await programOf(name, flags);
  const { outputDir: folder, resume = false, verbose, diagnose: isDiagnosed } = flags;
  const table = new EpochTable(flags.json ? console.error : console.log);
  let diagnosis: Diagnosis | undefined;
  try {
    const run = await train(program, {
      folder,
      resume,
      // Said on this command line, and not only by the recipe: the run may go on to as many.
      ...(flags.epochs !== undefined && { epochs: flags.epochs }),
      signal,
      onNotice: (notice) => console.error(`! ${notice}`),
      onProgress: ({ epoch, epochs, step, stepsPerEpoch, secondsLeft }) => {
        const fraction = (epoch + step / stepsPerEpoch) / epochs;
        line.show(fraction, `epoch ${epoch + 1}/${epochs}  step ${step}/${stepsPerEpoch}`, secondsLeft);
      },
      onEpoch: ({ row, epochs }) => {
        line.clear();
        if (verbose) table.print(row, epochs);
      },
      ...(isDiagnosed && { diagnose: (trained) => (diagnosis = diagnose(trained)) }),
    });
    line.clear();
    report(run, folder, diagnosis, flags.json);
  } finally {
    line.clear();
    await program.dispose();
  }
}

/** The program of a module or recipe, at the setting that the flags ask for. */
async function programOf(name: string, flags: TrainFlags) {
  const isGiven = (flag: keyof TrainFlags) => flags[flag] !== undefined;
  const misplaced = [
    ...[...OF_ROBUST, 'data' as const, 'timeZone' as const, 'memory' as const].filter(isGiven),
    ...(Object.keys(flags.column ?? {}).length > 0 ? ['column'] : []),
  ];
  if (misplaced[0] !== undefined) {
    const flag = misplaced[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const setting = flag === 'data' ? '{"source": {"files": ["prices.csv"]}}' : `{"${misplaced[0]}": ...}`;
    throw new ReluctantError({
      code: 'flag-of-another-program',
      operation: 'train',
      problem: `--${flag} is for the robust recipe`,
      received: name,
      fix: `say it in the setting, if the program has one of that name: --setting '${setting}'`,
    });
  }
  return loadProgram(name, { ...flags.setting, ...given(flags, STANDARD) });
}

/** The robust recipe on the files that are named; streamed if they would need more memory than they may take. */
async function robustOf(flags: TrainFlags, line: ProgressLine) {
  const { data, column, setting = {}, outputDir } = flags;
  const changes = { ...setting, ...given(flags, [...STANDARD, ...OF_ROBUST]) } as Partial<RobustSetting>;
  const columns = column && Object.keys(column).length > 0 ? { columns: column } : {};
  if (!data && !('source' in changes)) {
    throw new ReluctantError({
      code: 'data-missing',
      operation: 'train',
      problem: 'nothing says where the prices come from',
      expected: '--data prices.csv',
      fix: 'or name another program: reluctant train program.ts',
    });
  }
  if (!data) return robustRecipe().with({ ...changes, ...columns });
  const source = { files: data, ...formOf({ ...flags, data }) };
  const say = flags.json ? console.error : console.log;
  const memory = flags.memory ?? Math.max(LEAST_MEMORY, os.totalmem() / 2);
  const forData = memory - PROGRAM_BYTES;
  if (memoryToLoad(data) > forData) {
    say(`streaming: the files would need more than ${formatBytes(memory)} (--memory)`);
    let rows = 0;
    const onRows = (more: number) => {
      rows += more;
      line.show(0, `${count(rows)} rows prepared`, undefined);
    };
    const places = { folder: path.join(outputDir, 'rows'), onRows };
    return robustFrom(places).with({ ...changes, ...columns, source, memory: forData });
  }
  const dataset = async () => {
    const started = performance.now();
    const loaded = await loadData({ ...flags, data });
    const seconds = (performance.now() - started) / 1000;
    say(`${loaded.name}: ${count(loaded.rows)} rows in ${formatDuration(seconds)}`);
    return loaded;
  };
  return robustFrom({ dataset }).with({ ...changes, ...columns, source });
}

function given<K extends keyof TrainFlags>(flags: TrainFlags, names: readonly K[]): Setting {
  return Object.fromEntries(names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}

function report(run: Run, folder: string, diagnosis: Diagnosis | undefined, json = false): void {
  const say = json ? console.error : console.log;
  const [first, last] = [run.history[0], run.history.at(-1)];
  const { trainingRows, validationRows } = rowsOf(run.origin!.data);
  say(`${count(trainingRows)} training rows, ${count(validationRows)} validation rows`);
  say(run.summary());
  const key = last?.['val_loss'] === undefined ? 'loss' : 'val_loss';
  if (first && last) {
    const change = 1 - last[key]! / first[key]!;
    const numbers = `${formatNumber(first[key]!)} → ${formatNumber(last[key]!)}`;
    const name = key === 'loss' ? 'loss' : 'validation loss';
    say(`${name} ${numbers} (${(100 * change).toFixed(1)} % ${change >= 0 ? 'down' : 'UP'})`);
  }
  const skills = run.skills();
  if (skills.rows.length > 0) say(skills.toString());
  const isWhole = run.stopReason === 'finished' || run.stopReason === 'early-stopping';
  if (isWhole) say(`weights: ${folder}/weights.safetensors`);
  else {
    console.error(`✘ not finished: ${run.stopReason}${run.stopReason === 'aborted' ? '; --resume goes on' : ''}`);
    process.exitCode = run.stopReason === 'aborted' ? EXIT.interrupted : EXIT.failed;
  }
  if (diagnosis) say(diagnosis.toString());
  if (!json) return;
  const { stopReason, seconds, history } = run;
  const ended = {
    folder,
    stopReason,
    seconds,
    trainingRows,
    validationRows,
    epochs: history.length,
    first,
    last,
    skills,
  };
  console.log(JSON.stringify({ ...ended, ...(diagnosis && { diagnosis }) }));
}

/** Numbers of rows; data that are not all in memory say them themselves. */
function rowsOf(data: TrainingData & { trainingRows?: number; validationRows?: number }) {
  const rows = (of: TrainingData['inputs'] | undefined) =>
    of === undefined ? 0 : (of instanceof tf.Tensor ? of : Object.values(of)[0]!).shape[0]!;
  return {
    trainingRows: data.trainingRows ?? data.source?.rows ?? rows(data.inputs),
    validationRows: data.validationRows ?? rows(data.validation?.inputs),
  };
}

const count = (rows: number) => rows.toLocaleString('en-US');
