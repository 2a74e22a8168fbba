import { lazy, Seals, tf, z } from '../core';
import type { FitOptions, ProgramReference, Run, RunOrigin } from '../training';

/** The version of what a run's folder holds. A newer one is refused; older ones stay readable. */
export const RUN_FORMAT_VERSION = 2;

/** What the files of a run must look like. Fields of later versions are kept as they are. */
const shapes = lazy(() => {
  // Not z.number(), which takes neither NaN nor infinity: a run may end in them.
  const number = z.custom<number>((value) => typeof value === 'number', 'expected a number');
  const numbers = z.record(z.string(), number);
  const anything = z.record(z.string(), z.unknown());
  const verdict = z.object({ cause: z.string(), where: z.string(), says: z.string() });
  const program = z.object({
    name: z.string(),
    module: z.string().optional(),
    setting: anything,
    changes: z.array(z.string()).optional(),
  });
  const record = z.looseObject({
    formatVersion: z.int(),
    name: z.string(),
    status: z.enum(['running', 'finished', 'stopped']),
    begun: z.string(),
    written: z.string(),
    program: program.optional(),
    seal: z.string().optional(),
    options: anything,
    seed: number,
    versions: z.record(z.string(), z.string()),
    dataHash: z.string().optional(),
    stopReason: z.string().optional(),
    stopNote: z.string().optional(),
    mode: z.string().optional(),
    seconds: number.optional(),
    bestEpoch: z.number().optional(),
    trial: z.string().optional(),
    together: z.number().optional(),
    verdicts: z.array(verdict).optional(),
    last: numbers,
  });
  return { record, history: z.array(numbers) };
});

/** The shapes of `run.json` and of `history.json`. */
export const shapeOfRecord = () => shapes.record;
export const shapeOfHistory = () => shapes.history;

/** A cause that was named for a run, as plain data. */
export interface RecordedVerdict {
  cause: string;
  /** The head, layer or features concerned. */
  where: string;
  says: string;
}

/** How far a run has come: `stopped` is one that ended before its last epoch and can go on, or was given up. */
export type RunStatus = 'running' | 'finished' | 'stopped';

/**
 * The record of a run, as `run.json` holds it: plain data, enough to compare runs and to make one again. Whatever made the
 * run (`train`, `fit` with `runs.recordRun`, the explorer, a sweep, the command line) writes the same.
 */
export interface RunRecord {
  formatVersion: number;
  /** The name of its folder when it was written. */
  name: string;
  status: RunStatus;
  /** ISO time of its begin. */
  begun: string;
  /** ISO time of the last change of the record. */
  written: string;
  /** Which program was trained, at which setting; absent for a plain `fit`. */
  program?: ProgramReference;
  /** That it was this user, on this machine, who trained that program; see {@link isOwn}. */
  seal?: string;
  /** Options of `fit` as far as JSON holds them; functions by name, no tensors. */
  options: Readonly<Record<string, unknown>>;
  seed: number;
  /** Versions of this library, Node and TensorFlow. */
  versions: Readonly<Record<string, string>>;
  /** SHA-256 of the shapes and values of all inputs, targets and weights of samples. */
  dataHash?: string;
  /** Why it ended; absent while it runs, or if it was killed. */
  stopReason?: string;
  stopNote?: string;
  mode?: string;
  /** Of training, compilation included. */
  seconds?: number;
  /** Counted from 0; -1 for a run without an epoch. */
  bestEpoch?: number;
  /** By which the ledger of trials calls it, from its begin on; absent at its end when no ledger was kept. */
  trial?: string;
  /** How many settings were trained at once with it, in a sweep. */
  together?: number;
  /** Causes named, most likely first; absent when no diagnosis was made. */
  verdicts?: readonly RecordedVerdict[];
  /** Last value of every number of the history. */
  last: Readonly<Record<string, number>>;
}

/** What a seal is made of: a program names code to run and files to read. */
const sealed = ({ name, module, setting, changes }: ProgramReference) =>
  ['program of a run', Buffer.from(JSON.stringify([name, module, setting, changes]))] as const;

/** A program with the seal of this user; without one where none can be kept. */
export function withSeal(program: ProgramReference): Pick<RunRecord, 'program' | 'seal'> {
  // As it will be read again: what JSON does not keep is not sealed.
  const kept = JSON.parse(JSON.stringify(program)) as ProgramReference;
  const seal = Seals.open()?.of(...sealed(kept));
  return { program: kept, ...(seal !== undefined && { seal }) };
}

/** Whether this user trained the program of a record, on this machine: only then may it be run again unseen. */
export function isOwn({ program, seal }: RunRecord): boolean {
  return program !== undefined && seal !== undefined && Seals.open()?.holds(seal, ...sealed(program)) === true;
}

/** Which options of `fit` are kept in a record: all that decide the result. A new option does not compile before it is decided. */
const IS_RECORDED: Readonly<Record<keyof FitOptions, boolean>> = {
  losses: true,
  lossWeights: true,
  balancer: true,
  gradientShares: true,
  classWeights: true,
  metrics: true,
  epochs: true,
  batchSize: true,
  optimizer: true,
  schedule: true,
  reduceOnPlateau: true,
  clipNorm: true,
  clipVariableNorm: true,
  averaging: true,
  accumulateSteps: true,
  onBatch: false,
  continueFrom: false,
  clipValue: true,
  shuffle: true,
  seed: true,
  mode: true,
  earlyStopping: true,
  program: false, // a field of its own
  trial: false, // likewise
  onEpoch: false,
  watch: false,
  onProgress: false,
  onCheckpoint: false,
  resumeFrom: false,
  signal: false,
  verbose: false,
};

/** The options of `fit` that decide the result, as JSON holds them. */
export function recordedOptions(options: Readonly<FitOptions>): Record<string, unknown> {
  const entries = Object.entries(options).filter(
    ([name, value]) => IS_RECORDED[name as keyof FitOptions] && value !== undefined,
  );
  return JSON.parse(JSON.stringify(Object.fromEntries(entries), plain)) as Record<string, unknown>;
}

/** What the end of a run adds to its record. */
export function outcomeOf(run: FinishedRun): Pick<RunRecord, 'status' | 'last'> & Partial<RunRecord> {
  const { stopReason, stopNote, mode, seconds, bestEpoch, history, trial } = run;
  return {
    status: stopReason === 'finished' || stopReason === 'early-stopping' ? 'finished' : 'stopped',
    stopReason,
    ...(stopNote !== undefined && { stopNote }),
    mode,
    seconds,
    bestEpoch,
    ...(trial !== undefined && { trial }),
    last: { ...history.at(-1) },
  };
}

/** What a record takes of a run that has ended. */
export type FinishedRun = Pick<Run, 'stopReason' | 'stopNote' | 'mode' | 'seconds' | 'bestEpoch'> & {
  readonly history: readonly Readonly<Record<string, number>>[];
  readonly origin?: RunOrigin | undefined;
  readonly trial?: string | undefined;
};

/** Versions of everything that decides the bits of a run. */
export function versions(): Record<string, string> {
  const { version } = require('../../package.json') as { version: string };
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version?: string } };
  return {
    reluctant: version,
    node: process.versions.node,
    tensorflow: binding?.TF_Version ?? 'unknown',
    tfjs: tf.version_core,
  };
}

/** JSON has no NaN, infinity, functions or tensors; they are kept as texts. */
export function plain(_: string, value: unknown): unknown {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  if (value instanceof tf.Tensor) return `tensor [${value.shape.join(', ')}]`;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Numbers by name, with the texts that {@link plain} writes for some of them read back. */
export function toNumbers(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row;
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, NUMBERS.get(value as string) ?? value]));
}

const NUMBERS = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);
