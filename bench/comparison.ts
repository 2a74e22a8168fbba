import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { tf } from '../src/core';
import { median } from './row';
import { MODELS, type ModelName } from './workloads';

const { root, python, state } = require('../setup/places.js') as Record<'root' | 'python' | 'state', string>;
/** As it was before TensorFlow put its own settings into this process. */
const environment = { ...process.env };

/** What is compared: each side with the settings it offers for speed. */
export const SIDES = {
  reluctant: ['auto', 'xla', 'xla-step', 'graph'],
  Keras: ['plain', 'jit', 'plain-many', 'jit-many'],
  JAX: ['step', 'scan'],
} as const;
export type SideName = keyof typeof SIDES;

/** One side in one setting on one model. Times are medians of the rounds, seconds. */
export interface Timing {
  model: ModelName;
  side: SideName;
  setting: string;
  /** From the call that trains to the end of the first epoch, less an epoch's time: what compiling takes. */
  readySeconds: number;
  secondsPerStep: number;
  cpuSecondsPerStep: number;
  /** Largest resident memory of its process, bytes. */
  peakMemory: number;
  /** Share of the speed of a large matrix product measured beside it. */
  shareOfPeak: number;
  rounds: number;
}

interface Epoch {
  seconds: number;
  cpuSeconds: number;
  peakMemory: number;
}

/** A contender's process: each line written to it is answered by one line. */
class Contender {
  readonly epochs: Epoch[] = [];
  private readonly process;
  private readonly lines: AsyncIterator<string>;
  private said = '';

  constructor(
    readonly model: ModelName,
    readonly side: SideName,
    readonly setting: string,
  ) {
    const [command, args] =
      side === 'reluctant'
        ? [process.execPath, ['--import', 'tsx', path.join(__dirname, 'peer.ts')]]
        : [side === 'JAX' ? jaxPython() : python, [path.join(__dirname, 'peer.py')]];
    // An empty cache of its own: what compiling takes is part of what is compared.
    const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
    this.process = spawn(command, args, { cwd: root, stdio: 'pipe', env: { ...environment, XDG_CACHE_HOME: cache } });
    this.process.stderr.on('data', (text) => {
      this.said = `${this.said}${text}`.slice(-3000);
    });
    this.process.on('exit', () => fs.rmSync(cache, { recursive: true, force: true }));
    this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async start(): Promise<void> {
    const { batch, steps, loss, input, target } = MODELS[this.model];
    const { side, model, setting } = this;
    await this.ask(JSON.stringify({ side, model, batch, steps, loss, input, target, setting }));
  }

  async epoch(): Promise<void> {
    this.epochs.push((await this.ask('epoch')) as Epoch);
  }

  end(): void {
    this.process.stdin.end();
  }

  private async ask(line: string): Promise<object> {
    this.process.stdin.write(`${line}\n`);
    const { value, done } = await this.lines.next();
    const answer = done ? { error: `its process ended: ${this.said}` } : JSON.parse(value);
    if (answer.error) throw new Error(`${this.side} ${this.setting} on ${this.model}: ${answer.error}`);
    return answer;
  }

  timing(peak: number): Timing {
    const { model, side, setting, epochs } = this;
    const { steps, operations } = MODELS[model];
    const [first, ...timed] = epochs as [Epoch, ...Epoch[]];
    const secondsPerStep = median(timed.map(({ seconds }) => seconds)) / steps;
    return {
      ...{ model, side, setting, secondsPerStep },
      readySeconds: first.seconds - secondsPerStep * steps,
      cpuSecondsPerStep: median(timed.map(({ cpuSeconds }) => cpuSeconds)) / steps,
      peakMemory: Math.max(...epochs.map(({ peakMemory }) => peakMemory)),
      shareOfPeak: operations / secondsPerStep / peak,
      rounds: timed.length,
    };
  }
}

/** Python with JAX at the versions of jax.txt, in an environment that only this comparison uses; made on first use. */
function jaxPython(): string {
  const folder = path.join(state, 'jax');
  const installed = path.join(folder, 'bin', 'python');
  const list = path.join(__dirname, 'jax.txt');
  const stamp = path.join(folder, 'jax.txt');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fs.readFileSync(list, 'utf8')) return installed;
  console.error('      installing JAX for the comparison');
  execFileSync(python, ['-m', 'venv', folder], { stdio: 'ignore' });
  execFileSync(installed, ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', list], { stdio: 'inherit' });
  fs.copyFileSync(list, stamp);
  return installed;
}

/** Operations a second of a product of two large matrices: the best of several, as of an idle machine. */
export function measuredPeak(size = 1536, times = 8): number {
  const [a, b] = [1, 2].map((seed) =>
    tf.randomNormal<import('../src/core').TF.Rank.R2>([size, size], 0, 1, 'float32', seed),
  );
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < times; k++) {
    const start = performance.now();
    const product = tf.matMul(a!, b!);
    product.dataSync();
    best = Math.min(best, performance.now() - start);
    product.dispose();
  }
  tf.dispose([a!, b!]);
  return (2 * size ** 3) / (best / 1000);
}

/** A setting this many times slower than the fastest of its side after two epochs is not timed further. */
const HOPELESS = 1.6;

/**
 * Times one model on the sides named. They take turns, epoch by epoch, since other work on the machine slows whoever is running.
 *
 * @param sides settings by side. @param onNote told what was left out, and why.
 */
export async function compareModel(
  model: ModelName,
  sides: Partial<Record<SideName, readonly string[]>>,
  { rounds, onNote }: { rounds: number; onNote: (note: string) => void },
): Promise<Timing[]> {
  const contenders: Contender[] = [];
  const given = Object.entries(sides) as [SideName, readonly string[]][];
  const attempt = async (contender: Contender, run: () => Promise<void>) => {
    try {
      await run();
      return true;
    } catch (error) {
      onNote(`left out: ${(error as Error).message}`);
      contender.end();
      return false;
    }
  };
  for (const [side, settings] of given) {
    for (const setting of settings) {
      const contender = new Contender(model, side, setting);
      const run = async () => {
        await contender.start();
        await contender.epoch();
        await contender.epoch();
      };
      if (await attempt(contender, run)) contenders.push(contender);
    }
  }
  const second = ({ epochs }: Contender) => epochs[1]!.seconds;
  const isSlow = (each: Contender) =>
    contenders.some((other) => other.side === each.side && second(each) > HOPELESS * second(other));
  const raced = contenders.filter((each) => !isSlow(each));
  for (const each of contenders.filter(isSlow)) each.end();
  for (let round = 1; round < rounds; round++) for (const each of raced) await each.epoch();
  for (const each of raced) each.end();
  const peak = measuredPeak();
  return contenders.map((each) => each.timing(peak));
}
