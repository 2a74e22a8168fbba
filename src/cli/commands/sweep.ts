import { type Command, Option } from 'commander';
import { formatNumber } from '../../tables';
import { METHODS, type Method, type Space, search } from '../../trials';
import { number } from '../dataOptions';
import { EXIT } from '../exitCodes';
import { jsonArgument } from '../jsonArgument';
import { ProgressLine } from '../progressLine';
import { untilStopped } from '../untilStopped';

interface Flags {
  outputDir: string;
  method: Method;
  trials: number;
  on?: string;
  workers?: number;
  cpus?: number;
  gpus?: number;
  data?: string;
  seed: number;
  objective?: string;
  maximize?: boolean;
  minimize?: boolean;
  setting?: object;
  freshSeeds: number;
  json?: boolean;
}

const CLOSING = `
The space says what is varied: a list of values, or { "log": [1e-4, 1e-1] }, { "uniform": [0, 0.5] }, { "integer": [1, 8] }; a part of a
setting is named with a point:
  {"learningRate": {"log": [1e-4, 1e-1]}, "batchSize": [16, 32], "lossWeights.volatility": [0.1, 0.3]}

The method bayesian chooses settings by what it has seen, in batches; it needs "npm run setup -- --cluster" (Optuna).

Every setting is a run in OUTPUT/trials, which "reluctant runs --folder OUTPUT/trials" lists, and a trial of the ledger. Ctrl-C and
SIGTERM stop after the step at hand; the same command goes on where it was, also after a kill, and ends with the same numbers. A setting that fails, fails
alone: its error is in the table, what it printed in OUTPUT/logs. Exit code 1: a setting failed.

On a cluster a trial is "reluctant trial OUTPUT/parameters/ID.json" in a process of its own; program, reluctant and OUTPUT are at the same place on
every machine (a shared file system, or the image of a container). Trials of machines that are lost are trained on others.

Examples:
  $ npx reluctant sweep program.ts space.json --output-dir sweeps/first --trials 32 --workers 2
  $ npx reluctant sweep program.ts space.json -o sweeps/second --on ray://head:10001 --cpus 2 --data s3://prices/daily
  $ npx reluctant sweep robust '{"learningRate": {"log": [1e-5, 1e-2]}}' --setting '{"source": {"files": ["prices.csv"]}}' -o sweeps/rate`;

/** `reluctant sweep`: a program at many settings. */
export function define(command: Command): void {
  command
    .description('Train a program at many settings, in processes side by side or on a cluster, and rank them.')
    .argument('<program>', 'a module whose default export is a program, or the name of a recipe')
    .argument('<space>', 'what is varied: a JSON file, or JSON', jsonArgument('sweep', '{"units": [2, 4]}'))
    .requiredOption('-o, --output-dir <folder>', 'folder of the sweep')
    .addOption(new Option('--method <name>', 'how settings are chosen').choices(METHODS).default('random'))
    .option('--trials <n>', 'settings that are drawn; a grid has as many as it has', number(1, 100_000, true), 16)
    .option('--workers <n>', 'processes side by side (default: the processors)', number(1, 1024, true))
    .option(
      '--on <place>',
      'processes of this machine, ray (a cluster started here) or ray://HOST:10001 (default: processes)',
    )
    .option('--cpus <n>', 'processors of a trial on a cluster (default: 1)', number(0, 1024))
    .option('--gpus <n>', 'GPUs of a trial on a cluster, parts allowed (default: 0)', number(0, 64))
    .option(
      '--data <place>',
      'folder or s3://bucket/prefix of the files that settings name (default: the working directory)',
    )
    .option('--seed <n>', 'of what is drawn', number(0, 2 ** 31, true), 0)
    .option('--objective <name>', 'number of the history to rank by (default: val_loss, or loss)')
    .option('--maximize', 'more of it is better (default for scores: auc, accuracy, ic ...)')
    .option('--minimize', 'less of it is better')
    .option(
      '--setting <json>',
      'what every trial shares, as JSON or a file of it',
      jsonArgument('sweep', '{"seed": 2}'),
    )
    .option('--fresh-seeds <n>', 'seeds on which the best is trained again', number(0, 100, true), 3)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', CLOSING)
    .action((program: string, space: object, flags: Flags) =>
      untilStopped((signal) => run(program, space, flags, signal)),
    );
}

async function run(program: string, space: object, flags: Flags, signal: AbortSignal): Promise<void> {
  const {
    outputDir: folder,
    method,
    trials,
    on,
    workers,
    cpus,
    gpus,
    data,
    seed,
    objective,
    setting,
    freshSeeds,
    json,
  } = flags;
  const maximize = flags.maximize ? true : flags.minimize ? false : undefined;
  const line = new ProgressLine();
  const found = await search(program, space as Space, {
    ...{ folder, method, trials, seed, freshSeeds, signal },
    ...(on !== undefined && { on }),
    ...(workers !== undefined && { workers }),
    ...(cpus !== undefined && { cpus }),
    ...(gpus !== undefined && { gpus }),
    ...(data !== undefined && { data }),
    ...(objective !== undefined && { objective }),
    ...(maximize !== undefined && { maximize }),
    ...(setting && { setting: setting as Readonly<Record<string, unknown>> }),
    onProgress: ({ done, trials: all, best, secondsLeft }) =>
      line.show(
        done / all,
        `${done} of ${all} settings${best === undefined ? '' : `, best ${formatNumber(best)}`}`,
        secondsLeft,
      ),
  });
  line.clear();
  console.log(json ? JSON.stringify(found, undefined, 1) : found.toString());
  if (signal.aborted) process.exitCode = EXIT.interrupted;
  else if (found.trials.some(({ error }) => error !== undefined)) process.exitCode = EXIT.failed;
}
