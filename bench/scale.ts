// npm run bench:scale [-- --trials 200] [--rows 1000000]: what a trial and a million rows cost on this machine, and the same carried to 100,000
// trials and 10,000,000,000 rows, in proportion: the figures of docs/scale.md. Nothing is claimed of machines that were not measured.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { tf } from '../src/core';
import { load } from '../src/data';
import { TrialLedger } from '../src/ledger';
import { Table } from '../src/tables';
import { fit } from '../src/training';
import { search } from '../src/trials';
import { filesIn } from './filesIn';

const { values: flags } = parseArgs({
  options: { trials: { type: 'string', default: '200' }, rows: { type: 'string', default: '1000000' } },
});
const [TRIALS, ROWS] = [Number(flags.trials), Number(flags.rows)];
const FEATURES = 20;
const [MANY_TRIALS, MANY_ROWS] = [1e5, 1e10];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scale-'));
const since = (begun: number) => (performance.now() - begun) / 1000;

/** What one unit costs, and what is carried from it. */
type Cost = {
  what: string;
  measured: number;
  unit: string;
  'carried to': string;
  makes: number;
  of: string;
};

async function costsOfTrials(): Promise<Cost[]> {
  const ledger = path.join(folder, 'ledger.jsonl');
  process.env['RELUCTANT_LEDGER'] = ledger;
  const module = path.join(__dirname, '..', 'tests', 'trials', 'sample.ts');
  const options = { folder: path.join(folder, 'sweep'), trials: TRIALS, workers: 1, freshSeeds: 0 };
  let first = 0;
  const onProgress = ({ done }: { done: number }) => {
    if (done === 1) first = performance.now();
  };
  const setting = { epochs: 1, batchSize: 64 };
  await search(module, { learningRate: { log: [1e-4, 1e-1] } }, { ...options, setting, onProgress });
  const each = since(first) / (TRIALS - 1);
  const { bytes, count } = filesIn(options.folder);
  const listing = performance.now();
  TrialLedger.open(ledger);
  const listed = since(listing) / TRIALS;
  const parameters = path.join(folder, 'trial.json');
  const own = {
    id: 'one',
    name: 'one',
    changes: {},
    module,
    base: setting,
    folder: path.join(folder, 'alone'),
    ledger: false,
  };
  fs.writeFileSync(parameters, JSON.stringify({ formatVersion: 1, ...own }));
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [
    path.join(__dirname, '..', 'bin', 'reluctant.js'),
    'trial',
    parameters,
  ]);
  if (status !== 0) throw new Error(String(stderr));
  const alone = since(begun);
  const to = (what: string, measured: number, unit: string, factor: number, of: string): Cost => ({
    ...{ what, measured, unit, 'carried to': '100,000 trials', makes: measured * factor, of },
  });
  return [
    to('a trivial trial in a process that runs', each * 1000, 'ms', MANY_TRIALS / 3.6e6, 'core hours'),
    to('a trivial trial in a process of its own (cluster)', alone, 's', MANY_TRIALS / 3600, 'core hours'),
    to('files of a trial', bytes / TRIALS / 1000, 'KB', MANY_TRIALS / 1e6, 'GB'),
    to('number of files of a trial', count / TRIALS, 'files', MANY_TRIALS / 1e6, 'million files'),
    to('lines of a trial in the ledger', fs.statSync(ledger).size / TRIALS, 'bytes', MANY_TRIALS / 1e6, 'MB'),
    to('listing a trial of the ledger', listed * 1e6, 'µs', MANY_TRIALS / 1e6, 's'),
  ];
}

async function costsOfRows(): Promise<Cost[]> {
  const file = path.join(folder, 'rows.parquet');
  const names = Array.from({ length: FEATURES }, (_, k) => `x${k}`);
  const columns = names.map((name) => `random()::FLOAT AS ${name}`).join(', ');
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  await connection.run(
    `COPY (SELECT ${columns}, random()::FLOAT AS y FROM range(${ROWS})) TO '${file}' (FORMAT parquet)`,
  );
  const reading = performance.now();
  const table = await load(file);
  const read = since(reading);
  const inputs = table.toTensor(names);
  const targets = table.toTensor(['y']);
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 64, activation: 'relu', inputShape: [FEATURES] }),
      tf.layers.dense({ units: 64, activation: 'relu' }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const options = { losses: 'meanSquaredError', epochs: 3, batchSize: 1024, mode: 'graph' } as const;
  const ends: number[] = [];
  await fit(model, { inputs, targets }, { ...options, onEpoch: () => void ends.push(performance.now()) });
  const epoch = (ends[2]! - ends[0]!) / 2000;
  const millions = ROWS / 1e6;
  const to = (what: string, measured: number, unit: string, factor: number, of: string): Cost => ({
    ...{
      what,
      measured: measured / millions,
      unit,
      'carried to': '10,000,000,000 rows',
      makes: (measured / millions) * factor,
      of,
    },
  });
  const many = MANY_ROWS / 1e6;
  return [
    to(`a million rows of ${FEATURES} features, Parquet`, fs.statSync(file).size / 1e6, 'MB', many / 1e3, 'GB'),
    to('reading a million rows into columns', read, 's', many / 3600, 'machine hours'),
    to('a million rows as float32 in memory', (ROWS * (FEATURES + 1) * 4) / 1e6, 'MB', many / 1e3, 'GB'),
    to('an epoch over a million rows, 5,600 weights', epoch, 's', many / 3600, 'machine hours'),
  ];
}

async function main(): Promise<void> {
  try {
    const costs = [...(await costsOfTrials()), ...(await costsOfRows())];
    const machine = `${os.cpus().length} cores of ${os.cpus()[0]!.model.trim()}, load ${os.loadavg()[0]!.toFixed(1)}`;
    console.log(new Table(costs, { title: `costs on ${machine}` }).toString());
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

void main();
