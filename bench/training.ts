// npm run bench [-- --short] [--json FILE] [--plot FILE] [--only mlp,wavenet,robust,sweep]: compiled training beside tfjs-node and Keras, same model, data,
// batch and element type, in one run. Sides take turns, several rounds of them, and medians are compared, since other work on the
// machine slows whoever is running.
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { parseArgs } from 'node:util';
import { tf } from '../src/core';
import { comparison } from '../src/plots';
import { formatDuration, Table } from '../src/tables';
import { fit, sweep } from '../src/training';
import { WORKLOADS } from './workloads';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'string' },
    plot: { type: 'string' },
    only: { type: 'string', default: 'mlp,wavenet,robust,sweep' },
    short: { type: 'boolean', default: false },
  },
});
const root = path.join(__dirname, '..');
const python = path.join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

interface Row {
  work: string;
  against: string;
  /** How many times longer the other side takes. */
  ratio: number;
  /** What is asked of it. */
  goal: number;
  /** Seconds of this project: per step, or of the whole where the work says so. */
  seconds: number;
  /** Resident memory of this project's process, bytes. */
  memory: number;
  otherSeconds: number;
  otherMemory: number;
}

/** A process that answers one line of JSON with another. */
class Side {
  private readonly process: ChildProcess;
  private waiting: ((line: string) => void) | undefined;

  constructor(command: string, args: string[]) {
    this.process = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] });
    readline.createInterface({ input: this.process.stdout! }).on('line', (line) => this.waiting?.(line));
    this.process.on('exit', () => this.waiting?.('{"error":"the process ended"}'));
  }

  async ask(request: object): Promise<{ secondsPerStep: number; memory: number }> {
    const answer = new Promise<string>((resolve) => {
      this.waiting = resolve;
    });
    this.process.stdin!.write(`${JSON.stringify(request)}\n`);
    const { error, ...rest } = JSON.parse(await answer);
    if (error) throw new Error(`${JSON.stringify(request)}: ${error}`);
    return rest;
  }

  end(): void {
    this.process.stdin!.end();
  }
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Steps each side is timed over: enough to be read, few enough for the slow ones. */
const RACES = [
  {
    work: 'mlp',
    title: 'MLP 5-16-8-1, Adam, batch 16',
    batch: 16,
    steps: { reluctant: 8192, 'tfjs-node fit': 40, 'Keras fit': 500, 'Keras at best': 2000 },
    goals: { 'tfjs-node fit': 500, 'Keras fit': 80, 'Keras at best': 25 },
  },
  {
    work: 'wavenet',
    title: 'Financial WaveNet, batch 64',
    batch: 64,
    steps: { reluctant: 100, 'tfjs-node fit': 4, 'Keras fit': 60, 'Keras at best': 100 },
    goals: { 'tfjs-node fit': 30, 'Keras fit': 1, 'Keras at best': 1.5 },
  },
] as const;

async function race({ work, title, batch, steps, goals }: (typeof RACES)[number], rounds: number): Promise<Row[]> {
  const node = () => new Side(process.execPath, ['--import', 'tsx', path.join(__dirname, 'contender.ts')]);
  const keras = () => new Side(python, [path.join(__dirname, 'contender.py')]);
  const sides = { reluctant: node(), 'tfjs-node fit': node(), 'Keras fit': keras(), 'Keras at best': keras() };
  const times: Record<string, number[]> = {};
  const memory: Record<string, number> = {};
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [contender, side] of Object.entries(sides)) {
        const rows = batch * steps[contender as keyof typeof steps];
        const answer = await side.ask({ contender, work, rows, batch });
        times[contender] = [...(times[contender] ?? []), answer.secondsPerStep];
        memory[contender] = Math.max(memory[contender] ?? 0, answer.memory);
      }
    }
  } finally {
    for (const side of Object.values(sides)) side.end();
  }
  const own = median(times['reluctant']!);
  return Object.entries(goals).map(([against, goal]) => {
    const other = median(times[against]!);
    return {
      work: title,
      against,
      ratio: other / own,
      goal,
      seconds: own,
      memory: memory['reluctant']!,
      otherSeconds: other,
      otherMemory: memory[against]!,
    };
  });
}

/** The documented run: 1,142,809 rows, of which four fifths train, 50 epochs, 5.1 minutes. */
async function robust(short: boolean): Promise<Row> {
  const rows = 1_142_809;
  const documented = 5.1 * 60;
  const epochs = short ? 3 : 50;
  const { inputs, targets } = WORKLOADS.mlp.data(rows);
  const cut = Math.floor(rows * 0.8);
  const part = (from: number, count: number) => ({
    inputs: inputs.slice(from, count),
    targets: { value: targets['value']!.slice(from, count) },
  });
  const validation = part(cut, rows - cut);
  const training = part(0, cut);
  const run = await fit(
    WORKLOADS.mlp.model(),
    { ...training, validation },
    {
      losses: WORKLOADS.mlp.losses,
      epochs,
      batchSize: 16,
    },
  );
  tf.dispose([inputs, targets, training, validation] as never);
  const seconds = short ? run.compileSeconds + ((run.seconds - run.compileSeconds) / epochs) * 50 : run.seconds;
  return {
    work: `1,142,809 rows x 5, batch 16, 50 epochs${short ? ' (3 run, the rest reckoned)' : ''}, seconds in all`,
    against: 'the documented 5.1 minutes',
    ratio: documented / seconds,
    goal: documented / 40,
    seconds,
    memory: process.memoryUsage().rss,
    otherSeconds: documented,
    otherMemory: Number.NaN,
  };
}

/** 32 settings of the loss weight, all in one call, beside one compiled run after the other. */
async function sweeping(rounds: number): Promise<Row> {
  const { inputs, targets } = WORKLOADS.mlp.data(16 * 512);
  const { losses, model } = WORKLOADS.mlp;
  const settings = Array.from({ length: 32 }, (_, k) => ({ lossWeights: { value: (k + 1) / 16 } }));
  const common = { losses, epochs: 4, batchSize: 16, mode: 'xla' } as const;
  const together: number[] = [];
  const apart: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    await sweep(model(), { inputs, targets }, common, settings);
    const between = performance.now();
    for (const setting of settings) await fit(model(), { inputs, targets }, { ...common, ...setting });
    const end = performance.now();
    // The first round compiles.
    if (round > 0) together.push((between - start) / 1000);
    if (round > 0) apart.push((end - between) / 1000);
  }
  tf.dispose([inputs, targets] as never);
  return {
    work: 'sweep of 32 loss weightings of the MLP, seconds in all',
    against: '32 single compiled runs',
    ratio: median(apart) / median(together),
    goal: 3,
    seconds: median(together),
    memory: process.memoryUsage().rss,
    otherSeconds: median(apart),
    otherMemory: process.memoryUsage().rss,
  };
}

async function main(): Promise<void> {
  const rounds = flags.short ? 1 : 3;
  const rows: Row[] = [];
  const done = (more: Row[]) => {
    rows.push(...more);
    for (const { work, against, ratio } of more) console.error(`${work} against ${against}: ${ratio.toFixed(1)} times`);
  };
  const wanted = flags.only.split(',');
  for (const each of RACES) if (wanted.includes(each.work)) done(await race(each, rounds));
  if (wanted.includes('robust')) done([await robust(flags.short)]);
  if (wanted.includes('sweep')) done([await sweeping(rounds)]);
  const table = new Table(
    rows.map((row) => ({
      work: row.work,
      against: row.against,
      ratio: Number(row.ratio.toPrecision(3)),
      'at least': Number(row.goal.toPrecision(3)),
      met: row.ratio >= row.goal,
      'this project': time(row.seconds),
      other: time(row.otherSeconds),
      'memory MB': Math.round(row.memory / 1e6),
      'its memory MB': Number.isNaN(row.otherMemory) ? null : Math.round(row.otherMemory / 1e6),
    })),
    { title: 'Compiled training beside others: per step, or in all where it says so' },
  );
  console.log(String(table));
  if (flags.json) fs.writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
  if (flags.plot) {
    const bars = rows.map(({ work, against, ratio }) => ({ run: against, measure: work.split(',')[0]!, value: ratio }));
    fs.writeFileSync(flags.plot, comparison(bars, { title: 'How many times faster' }).toSVG());
  }
}

const time = (seconds: number) => (seconds < 0.1 ? `${(seconds * 1e6).toPrecision(3)} µs` : formatDuration(seconds));

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
