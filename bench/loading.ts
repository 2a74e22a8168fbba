// npm run bench:loading [-- --rows N] [--rounds N] [--only reluctant,arquero] [--short] [--json FILE]: a CSV file of seven
// columns into a tensor, beside DuckDB's own time for the same file (no value of which has reached JavaScript yet), a tensor made
// with DuckDB's package alone, arquero and danfojs. Every reading is a process of its own;
// they take turns over the rounds, since other work on the machine slows whoever is running. Exits with 1 where a goal is missed.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { market } from '../src/synthetic';
import { Table } from '../src/tables';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1142809' },
    rounds: { type: 'string' },
    only: { type: 'string', default: 'reluctant,arquero,danfojs' },
    short: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
/** Times DuckDB's own time that loading into a tensor may take, and bytes of memory at its peak, libraries apart. */
const GOALS = { ratio: 1.2, memory: 500e6 };
/** These take many times longer, so one round of them says enough. */
const SLOW = ['DuckDB, columns to tensor', 'arquero', 'danfojs'];

interface Reading {
  seconds: number;
  cpu: number;
  peak: number;
  libraries: number | null;
  rows: number;
  sum: number | null;
}

function read(contender: string, file: string): Reading {
  const args = ['--max-old-space-size=4096', path.join(__dirname, 'loadingContender.js'), contender, file];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${contender}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Reading;
}

/** Daily prices with the seven columns every market file has. */
function writePrices(file: string, rows: number): void {
  const days = 2501;
  const columns = ['symbol', 'date', 'open', 'high', 'low', 'close', 'volume'];
  const prices = market({ symbols: Math.ceil(rows / days), days, seed: 7 }).select(columns);
  fs.writeFileSync(file, prices.take(Int32Array.from({ length: rows }, (_, row) => row)).toCSV());
}

const middle = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function main(): void {
  const rows = flags.short ? Math.min(50_000, Number(flags.rows)) : Number(flags.rows);
  const rounds = Number(flags.rounds ?? (flags.short ? 1 : 5));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-loading-'));
  const readings = new Map<string, Reading[]>();
  try {
    const file = path.join(folder, 'prices.csv');
    writePrices(file, rows);
    const megabytes = fs.statSync(file).size / 1e6;
    const contenders = ['DuckDB, result', 'DuckDB, table', 'DuckDB, columns to tensor', ...flags.only.split(',')];
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        if (round > 0 && SLOW.includes(contender)) continue;
        readings.set(contender, [...(readings.get(contender) ?? []), read(contender, file)]);
      }
    }
    report(readings, rows, megabytes, rounds);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function report(readings: Map<string, Reading[]>, rows: number, megabytes: number, rounds: number): void {
  const of = (contender: string, what: 'seconds' | 'cpu' | 'peak' | 'libraries') =>
    middle((readings.get(contender) ?? []).map((reading) => reading[what] ?? Number.NaN));
  const results = [...readings].map(([contender, list]) => ({
    contender,
    'wall seconds': of(contender, 'seconds'),
    'processor seconds': of(contender, 'cpu'),
    'of DuckDB’s result': of(contender, 'seconds') / of('DuckDB, result', 'seconds'),
    'of DuckDB’s table': of(contender, 'seconds') / of('DuckDB, table', 'seconds'),
    'peak MB': Math.round(of(contender, 'peak') / 1e6),
    'of it mapped files, MB': Math.round(of(contender, 'libraries') / 1e6),
    rows: list[0]!.rows,
    sum: list[0]!.sum,
  }));
  const title = `${rows.toLocaleString('en-US')} rows x 7, ${megabytes.toFixed(0)} MB of CSV, medians of ${rounds}`;
  console.log(String(new Table(results, { title })));
  const own = results.find(({ contender }) => contender === 'reluctant');
  const mapped = own?.['of it mapped files, MB'];
  const goals = own && {
    'ratio to DuckDB reading into a table': own['of DuckDB’s table'],
    'ratio to DuckDB holding a result': own['of DuckDB’s result'],
    'peak memory in MB': own['peak MB'],
    // The libraries of TensorFlow are there before anything is read, and their pages can be dropped at any time.
    'peak memory without mapped libraries in MB': mapped ? own['peak MB'] - mapped : own['peak MB'],
  };
  if (goals) {
    const [table, result, peak, loading] = Object.values(goals) as [number, number, number, number];
    const ours = own['wall seconds'];
    const other = of('DuckDB, columns to tensor', 'seconds');
    console.log(
      `seconds from CSV to tensor, medians: ${ours.toFixed(2)}; with DuckDB's package alone ${other.toFixed(2)}`,
    );
    console.log(`  over CREATE TABLE ... AS SELECT * FROM read_csv(...): ${table.toFixed(2)}, goal ${GOALS.ratio}`);
    console.log(`  over SELECT * FROM read_csv(...), held by DuckDB and not read: ${result.toFixed(2)}`);
    console.log(`peak memory: ${loading} MB, goal ${GOALS.memory / 1e6}; with TensorFlow's libraries ${peak} MB`);
    // A short run is mostly start-up, which says nothing about either.
    if (!flags.short && (table > GOALS.ratio || loading * 1e6 > GOALS.memory)) process.exitCode = 1;
  }
  if (flags.json)
    fs.writeFileSync(flags.json, `${JSON.stringify({ rows, megabytes, rounds, results, goals }, null, 2)}\n`);
}

main();
