// npm run bench:second: what the second run of a notebook saves, by what compiling consists of. Each run is a process of
// its own; the first begins with an empty cache.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CompiledLoop } from '../src/compile';
import { Program } from '../src/compile/session';
import { type TF, tf } from '../src/core';
import { Table } from '../src/tables';
import { fit } from '../src/training';
import { median } from './row';
import { WORKLOADS } from './workloads';

type Part =
  | 'tracing the step'
  | 'writing the graph'
  | 'loading the graph'
  | "XLA's compilation, or its cache"
  | 'the whole run of one step';
type Parts = Record<Part, number>;

/** Processor time, since other work on the machine makes the clock's meaningless. */
const milliseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Adds the milliseconds that a method takes to a part. */
function clock<K extends string>(
  owner: Record<K, (...all: never[]) => unknown>,
  method: K,
  add: (ms: number) => void,
): void {
  const own = owner[method];
  owner[method] = function (this: unknown, ...all: never[]) {
    const start = milliseconds();
    try {
      return own.apply(this, all);
    } finally {
      add(milliseconds() - start);
    }
  };
}

async function once(work: keyof typeof WORKLOADS): Promise<Parts> {
  tf.ones([1]).dispose();
  const taken: Record<string, number> = { of: 0, write: 0, session: 0, run: 0 };
  const count = (owner: object, method: string) =>
    clock(owner as never, method as never, (ms) => {
      taken[method]! += ms;
    });
  count(CompiledLoop, 'of');
  count(CompiledLoop.prototype, 'write');
  count(Program.prototype, 'session');
  count(Program.prototype, 'run');
  const { model, losses, data } = WORKLOADS[work];
  const rows = data(64);
  const made = model();
  const start = milliseconds();
  await fit(made, rows, { losses, epochs: 1, batchSize: 64, mode: 'xla' });
  const all = milliseconds() - start;
  tf.dispose(rows as unknown as TF.TensorContainer);
  const { of, write, session, run } = taken as Record<'of' | 'write' | 'session' | 'run', number>;
  return {
    'tracing the step': of,
    'writing the graph': write,
    'loading the graph': session - write,
    "XLA's compilation, or its cache": run - session,
    'the whole run of one step': all,
  };
}

function compare(rounds: number): void {
  for (const work of Object.keys(WORKLOADS)) {
    const runs: Parts[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-cache-'));
      try {
        for (const found of runs) {
          const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', __filename, work], {
            encoding: 'utf8',
            env: { ...process.env, XDG_CACHE_HOME: cache },
          });
          if (!stdout) throw new Error(stderr);
          found.push(JSON.parse(stdout));
        }
      } finally {
        fs.rmSync(cache, { recursive: true, force: true });
      }
    }
    const [first, second] = runs as [Parts[], Parts[]];
    const rows = (Object.keys(first[0]!) as Part[]).map((part) => {
      const [a, b] = [first, second].map((found) => Math.round(median(found.map((each) => each[part]))));
      return { part, 'first run [ms]': a!, 'second run [ms]': b!, 'saved [ms]': a! - b! };
    });
    console.log(String(new Table(rows, { title: `${work}: processor time, medians of ${rounds}` })));
  }
}

const argument = process.argv[2] ?? '3';
if (argument in WORKLOADS) once(argument as keyof typeof WORKLOADS).then((parts) => console.log(JSON.stringify(parts)));
else compare(Number(argument));
