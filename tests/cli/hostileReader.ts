// The process that opens what the corpus holds, a file at a time, and tells all that it was told. Requests to a network and
// processes that it starts are counted.
import * as net from 'node:net';
import * as path from 'node:path';
import { jsonArgument } from '../../src/cli/jsonArgument';
import { readNotebook } from '../../src/cli/run/notebookFile';
import { parametersOf } from '../../src/cli/run/parameters';
import { readRecords } from '../../src/cli/run/records';
import * as rl from '../../src/index';
import { readHistory, trainingOfFolder, trainingOfRun } from '../../src/recordings';
import { readCheckpoint } from '../../src/runs/checkpoints';
import { readParameters } from '../../src/trials/trialFile';

/** How a file or folder of the corpus is opened. */
export type Surface = keyof typeof OPENERS;

/** What became of one. */
export interface Told {
  /** All that was read, as text. */
  said: string;
  /** The error, if it ended in one. */
  error?: { message: string; isOurs: boolean };
  requests: string[];
  started: string[];
}

const prices = rl.synthetic.market({ symbols: 1, days: 60, seed: 7 });

const OPENERS = {
  data: async (file: string) => {
    const table = await rl.data.load(file);
    return [
      table.notes,
      table.names.slice(0, 50).map((name) => [name, [...table.values(name)].slice(0, 50)]),
      table.rows,
    ];
  },
  weights: async (file: string) =>
    (await rl.inspect.tensors(file)).map(({ name, shape, values }) => [name, shape, [...values().slice(0, 100)]]),
  model: async (file: string) => {
    const model = await rl.inspect.model(file);
    const said = [model.inputNames, model.outputNames, model.layers.map(({ name }) => name)];
    model.dispose();
    return said;
  },
  runs: async (folder: string) => {
    const listed = rl.runs.list(path.dirname(folder));
    return [listed.toString(), rl.runs.read(path.dirname(folder), path.basename(folder))];
  },
  predict: async (folder: string) => [...rl.predictRobust(prices, folder).ranks],
  ownRun: async (folder: string) => {
    const training = await trainingOfRun(folder);
    await training.dispose();
    return training.notes;
  },
  recording: async (folder: string) => {
    const training = await trainingOfFolder(folder);
    const said = [training.run.history, training.notes, training.model.outputNames];
    await training.dispose();
    return said;
  },
  history: async (file: string) => {
    const history = await readHistory(file);
    return [history.slice(0, 20), history.length, rl.diagnose({ history } as never).toString()];
  },
  ledger: async (file: string) => {
    const ledger = rl.TrialLedger.open(file);
    return [ledger.trials, ledger.best(), ledger.overfitting()];
  },
  sweep: async (folder: string) => {
    const options = { folder, trials: 2, workers: 1, freshSeeds: 0, setting: SWEPT } as const;
    return rl.trials.search('robust', { learningRate: [0.001, 0.01] }, { ...options, method: 'grid' });
  },
  trial: async (file: string) => readParameters(file),
  criteria: async (file: string) => {
    const criteria = rl.inspect.readCriteria(file);
    return (
      await rl.inspect.checkCriteria(criteria, { predictions: { v: [[0.1], [0.2]] }, targets: {}, rows: 2 })
    ).toString();
  },
  records: async (file: string) => [...(readRecords(file.replace(/\.records\.json$/, '.ipynb')) ?? [])],
  setting: async (file: string) => jsonArgument('train', '{}')(file),
  checkpoint: async (file: string) => readCheckpoint(file),
  report: async (file: string) => rl.writeReport(file, `${file}.html`),
  parameters: async (file: string) => parametersOf(readNotebook(file)),
} as const;

/** The setting of the sweep whose results the corpus damages. */
export const SWEPT = { source: { synthetic: { symbols: 1, days: 120, seed: 7 } }, epochs: 1, mode: 'graph' } as const;

// As they are, not copies of their names: what is replaced in them is replaced for all.
const childProcess = require('node:child_process') as Record<string, (...given: unknown[]) => unknown>;
const dns = require('node:dns') as Record<string, (...given: unknown[]) => unknown>;

let requests: string[] = [];
let started: string[] = [];

function watch(): void {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (this: net.Socket, ...given: [never]) {
    requests.push(JSON.stringify(given[0]));
    return connect.apply(this, given);
  } as never;
  const watched = (
    owner: Record<string, (...given: unknown[]) => unknown>,
    names: string[],
    note: (what: string) => void,
  ) => {
    for (const name of names) {
      const before = owner[name]!;
      owner[name] = (...given) => {
        note(String(given[0]));
        return before(...given);
      };
    }
  };
  watched(dns, ['lookup', 'resolve'], (name) => requests.push(name));
  const starts = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'];
  // A trial whose result is not there is trained, in a process of our own.
  watched(childProcess, starts, (program) => /trials.worker\.[jt]s$/.test(program) || started.push(program));
}

async function open(surface: Surface, file: string): Promise<Told> {
  [requests, started] = [[], []];
  try {
    const said = await OPENERS[surface](file);
    return { said: JSON.stringify(said) ?? '', requests, started };
  } catch (error) {
    const isOurs = error instanceof rl.ReluctantError || (error as Error).name === 'InvalidArgumentError';
    const message = isOurs ? (error as Error).message : String((error as Error).stack ?? error);
    return { said: '', error: { message, isOurs }, requests, started };
  }
}

if (require.main === module) {
  watch();
  // What watches is tried out: nothing that is counted could otherwise be told from nothing that was seen.
  net.connect(9, '127.0.0.1').on('error', () => undefined);
  childProcess['execFileSync']!('true');
  dns['lookup']!('localhost', () => undefined);
  if (requests.length !== 2 || started.length !== 1) throw new Error('requests and programs go unseen');
  process.on('message', async ({ surface, file }: { surface: Surface; file: string }) => {
    process.send!(await open(surface, file));
  });
  process.on('disconnect', () => process.exit(0));
  process.send!('ready');
}
