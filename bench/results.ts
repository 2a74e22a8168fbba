import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { writeAtomically } from '../src/core';
import { Table } from '../src/tables';
import type { SideName, Timing } from './comparison';
import type { Row } from './row';
import { MODELS, type ModelName } from './workloads';

const { root } = require('../setup/places.js') as { root: string };
/** One file a commit, so that a regression is seen beside the file before. */
const FOLDER = path.join(__dirname, 'results');

/** What one commit took, and on what machine under what load. */
interface Kept {
  commit: string;
  date: string;
  machine: string;
  /** Processes that wanted to run, on average over the last minute. */
  load: number;
  timings: Timing[];
}

const short = (value: number) => Number(value.toPrecision(3));

/** All timings of a comparison as people read them. */
export function timingsTable(timings: readonly Timing[]): Table<object> {
  const rows = timings.map((each) => ({
    model: each.model,
    side: each.side,
    setting: each.setting,
    'ms a step': short(1e3 * each.secondsPerStep),
    'processor ms': short(1e3 * each.cpuSecondsPerStep),
    'ready after s': short(each.readySeconds),
    'peak MB': Math.round(each.peakMemory / 1e6),
    'share of peak': short(each.shareOfPeak),
    rounds: each.rounds,
  }));
  return new Table(rows, {
    title: `Alternating rounds, load ${os.loadavg()[0]!.toFixed(1)} on ${os.cpus().length} cores`,
  });
}

/** The fastest setting of this project beside the fastest of each peer. */
export function rowsOfTimings(model: ModelName, timings: readonly Timing[]): Row[] {
  const best = (side: SideName) =>
    timings.filter((each) => each.side === side).sort((a, b) => a.secondsPerStep - b.secondsPerStep)[0];
  const { title, goals } = MODELS[model];
  const own = best('reluctant');
  if (!own) return [];
  return (['Keras', 'JAX'] as const).flatMap((side) => {
    const other = best(side);
    if (!other) return [];
    return {
      work: `${title}, ${own.setting}`,
      name: model,
      against: `${side} ${other.setting}`,
      ratio: other.secondsPerStep / own.secondsPerStep,
      goal: goals[side],
      cpuRatio: other.cpuSecondsPerStep / own.cpuSecondsPerStep,
      seconds: own.secondsPerStep,
      memory: own.peakMemory,
      otherSeconds: other.secondsPerStep,
      otherMemory: other.peakMemory,
    };
  });
}

/** Adds timings to the file of the present commit; a model timed again takes the place of what it took before. */
export function keepTimings(timings: readonly Timing[]): void {
  const git = (...words: string[]) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  const commit = git('rev-parse', '--short=10', 'HEAD') + (git('status', '--porcelain', 'src') ? '-changed' : '');
  const file = path.join(FOLDER, `${commit}.json`);
  const before: Timing[] = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Kept).timings : [];
  const kept: Kept = {
    commit,
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus().length} x ${os.cpus()[0]?.model ?? 'unknown'}`,
    load: short(os.loadavg()[0]!),
    timings: [...before.filter(({ model }) => !timings.some((each) => each.model === model)), ...timings],
  };
  fs.mkdirSync(FOLDER, { recursive: true });
  writeAtomically(file, `${JSON.stringify(kept, null, 1)}\n`);
}
