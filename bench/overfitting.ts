// npm run bench:overfitting [-- --python PATH] [--blocks 16] [--packages pypbo,ffn,purgedcv] [--strategies 100] [--days 2500]: the
// probability of backtest overfitting beside other packages, on the same returns, in turns. They are not packages of this project: PATH is
// the Python of an environment made for this run, with what is to be compared:
//   python3 -m venv PEERS && PEERS/bin/pip install ffn==1.4.1 purgedcv==0.1.11 git+https://github.com/esvhd/pypbo
// pypbo holds every half in memory, 26 GB of it for 16 blocks; --blocks 12 fits into 2 GB. Exits with 1 if pypbo takes less than ten times as
// long, or if this takes 300 MB or more.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../src/core';
import { backtestOverfitting } from '../src/evaluation';
import { formatDuration, Table } from '../src/tables';

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    packages: { type: 'string', default: 'pypbo,ffn,purgedcv' },
    blocks: { type: 'string', default: '16' },
    strategies: { type: 'string', default: '100' },
    days: { type: 'string', default: '2500' },
    rounds: { type: 'string', default: '3' },
    own: { type: 'string' },
  },
});
const [blocks, count, days] = [Number(flags.blocks), Number(flags.strategies), Number(flags.days)];
const GOALS = { ratio: 10, memory: 300e6 };

interface Reading {
  probability: number;
  seconds: number;
  peak: number;
}

/** This package's reading, in a process of its own so that its memory is its own. */
function own(file: string): Reading {
  const values = new Float64Array(new Uint8Array(fs.readFileSync(file)).buffer);
  const strategies = Array.from({ length: count }, (_, n) =>
    Float64Array.from({ length: days }, (_, t) => values[t * count + n]!),
  );
  const begin = performance.now();
  const { probability } = backtestOverfitting(strategies, { blocks, nullDraws: 0 });
  return { probability, seconds: (performance.now() - begin) / 1000, peak: process.resourceUsage().maxRSS * 1024 };
}

function ask(command: string, args: string[]): Reading | string {
  const { stdout, stderr, status, signal } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Reading;
  return signal ? `ended by ${signal}: out of memory?` : (stderr.trim().split('\n').at(-1) ?? `ended with ${status}`);
}

function main(): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-overfitting-'));
  const file = path.join(folder, 'returns.bin');
  const random = new Random(7);
  fs.writeFileSync(
    file,
    Float64Array.from({ length: count * days }, () => 0.01 * random.normal()),
  );
  const others = flags.python ? flags.packages.split(',') : [];
  const script = path.join(__dirname, 'overfitting.py');
  const options = ['--blocks', `${blocks}`, '--strategies', `${count}`, '--days', `${days}`];
  const contenders: [string, () => Reading | string][] = [
    ['reluctant', () => ask(process.execPath, ['--import', 'tsx', __filename, '--own', file, ...options])],
    ...others.map((name): [string, () => Reading | string] => [
      name,
      () => ask(flags.python!, [script, name, file, `${days}`, `${blocks}`]),
    ]),
  ];
  const readings = new Map<string, Reading[]>();
  const failures: string[] = [];
  try {
    for (let round = 0; round < Number(flags.rounds); round++)
      for (const [name, read] of contenders) {
        if (failures.some((line) => line.startsWith(`${name}:`))) continue;
        const reading = read();
        if (typeof reading === 'string') failures.push(`${name}: ${reading}`);
        else readings.set(name, [...(readings.get(name) ?? []), reading]);
      }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  report(readings, failures);
}

function report(readings: Map<string, Reading[]>, failures: string[]): void {
  const middle = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const seconds = (name: string) => middle(readings.get(name)!.map((reading) => reading.seconds));
  const rows = [...readings].map(([name, list]) => ({
    package: name,
    PBO: list[0]!.probability.toFixed(4),
    time: formatDuration(seconds(name)),
    'times ours': `${(seconds(name) / seconds('reluctant')).toFixed(1)} x`,
    'memory of the process': `${(Math.max(...list.map(({ peak }) => peak)) / 1e6).toFixed(0)} MB`,
  }));
  console.log(`${count} strategies, ${days} days, ${blocks} blocks\n\n${new Table(rows)}`);
  for (const line of failures) console.log(`not measured: ${line}`);
  if (!flags.python) console.log('nothing compared: name a Python that has the other packages with --python');
  const ours = Math.max(...(readings.get('reluctant') ?? []).map(({ peak }) => peak));
  const slow = readings.has('pypbo') && seconds('pypbo') < GOALS.ratio * seconds('reluctant');
  if (!readings.has('reluctant') || ours >= GOALS.memory || slow) process.exitCode = 1;
}

if (flags.own) console.log(JSON.stringify(own(flags.own)));
else main();
