// npm run bench:profile: what each kind of TensorFlow operation takes in a training step of the models that are compared.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { Table } from '../src/tables';
import { MODELS, type ModelName } from './workloads';

const { root, python } = require('../setup/places.js') as { root: string; python: string };
const NAMES = Object.keys(MODELS) as ModelName[];

/** Microseconds of one step by kind of operation, as TensorFlow's executor noted them. */
interface Profile {
  /** On the clock, of a step without notes. */
  wall: number;
  operations: { operation: string; calls: number; microseconds: number; largest: string }[];
}

/** Has the model trained once as a graph, and has Python run the graph that was kept of it under TensorFlow's own profiler. */
function profileOf(model: ModelName): Profile {
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'profile-'));
  try {
    const env: NodeJS.ProcessEnv = { TF_ENABLE_ONEDNN_OPTS: '0', ...process.env, XDG_CACHE_HOME: cache };
    env['TF_CPP_MIN_LOG_LEVEL'] = '3';
    const run = (command: string, args: string[], input: string) => {
      const { stdout, stderr, status } = spawnSync(command, args, { cwd: root, encoding: 'utf8', env, input });
      if (status !== 0) throw new Error(stderr);
      return stdout;
    };
    const request = `${JSON.stringify({ model, setting: 'graph' })}\nepoch\n`;
    run(process.execPath, ['--import', 'tsx', path.join(__dirname, 'peer.ts')], request);
    const folder = path.join(cache, 'reluctant', 'graphs');
    const [graph] = fs.readdirSync(folder);
    const steps = Math.min(4, MODELS[model].steps);
    return JSON.parse(run(python, [path.join(__dirname, 'profile.py'), path.join(folder, graph!), String(steps)], ''));
  } finally {
    fs.rmSync(cache, { recursive: true, force: true });
  }
}

function report(model: ModelName, most: number): void {
  const { wall, operations } = profileOf(model);
  const total = operations.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const short = (value: number) => Number(value.toPrecision(3));
  const rows = operations.slice(0, most).map(({ operation, calls, microseconds, largest }) => ({
    operation,
    'calls a step': short(calls),
    'µs a step': short(microseconds),
    'µs a call': short(microseconds / calls),
    share: `${((100 * microseconds) / total).toFixed(1)} %`,
    'largest result': largest,
  }));
  const title = `${MODELS[model].title}: ${short(wall / 1000)} ms a step; the operations take ${short(total / 1000)} ms of their threads`;
  console.log(String(new Table(rows, { title })));
}

new Command('bench:profile')
  .description('Times every kind of TensorFlow operation in a training step, run as a graph.')
  .addArgument(new Argument('[models...]', 'only these; default all').choices(NAMES))
  .option(
    '--most <n>',
    'kinds of operations shown',
    (text) => {
      if (/^[1-9]\d*$/.test(text)) return Number(text);
      throw new InvalidArgumentError('expected a whole number of at least 1');
    },
    15,
  )
  .action((models: ModelName[], { most }: { most: number }) => {
    for (const model of models.length > 0 ? models : NAMES) report(model, most);
  })
  .parse();
