import * as fs from 'node:fs';
import * as path from 'node:path';
import { asNotWritten, formFault, lazy, ReluctantError, z } from '../core';
import { loadProgram, type Program, type Setting, train } from '../programs';
import { readJSON, toNumbers, writeJSON } from '../runs';
import { notReadable } from '../runs/digests';
import type { HistoryRow, Trainable } from '../training';
import type { PlannedTrial } from './plan';

type Numbers = Readonly<Record<string, number>>;

/** What came of one trial, as `result.json` in its folder says it: there once it is finished, and never half. */
export interface TrialResult {
  id: string;
  changes: Setting;
  /** Epochs trained. */
  epochs: number;
  /** Why it failed; absent where it did not. */
  error?: string;
  /** Least value over the epochs of every number of the history. */
  lowest: Numbers;
  /** Greatest value over the epochs of every number of the history. */
  highest: Numbers;
  last: Numbers;
  /** By which the ledger calls it. */
  trial?: string;
  seconds: number;
}

const RESULT = 'result.json';

/** What a result looks like; fields of later versions are passed over. */
const shape = lazy(() => {
  const number = z.custom<number>((value) => typeof value === 'number', 'expected a number');
  const numbers = z.record(z.string(), number);
  return z.object({
    id: z.string(),
    changes: z.record(z.string(), z.unknown()),
    epochs: z.int().min(0),
    error: z.string().optional(),
    lowest: numbers,
    highest: numbers,
    last: numbers,
    trial: z.string().optional(),
    seconds: number,
  });
});

/** The folder of a trial in that of its sweep. */
export const placeOf = (folder: string, id: string): string => path.join(folder, 'trials', id);

/**
 * The result of a trial, if it is finished; a result of fewer epochs than asked for is none.
 *
 * @throws ReluctantError `run-not-readable`.
 */
export function resultOf(folder: string, id: string, epochs?: number): TrialResult | undefined {
  const place = placeOf(folder, id);
  if (!fs.existsSync(path.join(place, RESULT))) return undefined;
  const { data, error } = shape.safeParse(numbered(Object(readJSON(place, RESULT)) as TrialResult));
  if (!data || data.id !== id) {
    const why = data ? `it is the result of trial ${data.id}` : formFault(error);
    throw notReadable(place, RESULT, why, undefined, 'remove the file: the trial is then trained again');
  }
  const result = data as TrialResult;
  return epochs !== undefined && result.error === undefined && result.epochs < epochs ? undefined : result;
}

/** How a trial is followed. */
export interface TrialFollowing {
  signal: AbortSignal;
  onEpoch?: (row: HistoryRow, epochs: number) => void;
  /** By which ledgers call it, if that is decided. */
  trial?: string;
}

/**
 * Trains one setting in its folder, going on with what is there. A training that fails is a result; one that is stopped has none, and
 * goes on next time.
 *
 * @param epochs instead of the setting's.
 * @returns the result, or undefined where it was stopped.
 */
export async function runTrial(
  module: string,
  base: Setting,
  { id, changes }: PlannedTrial,
  folder: string,
  { signal, onEpoch, trial }: TrialFollowing,
  epochs?: number,
): Promise<TrialResult | undefined> {
  const started = performance.now();
  const place = placeOf(folder, id);
  let program: Program<Setting, Trainable> | undefined;
  try {
    program = ((await loadProgram(module, base)) as Program<Setting, Trainable>).with(changes as never);
    const run = await unlocked(signal, () =>
      train(program!, {
        folder: place,
        resume: fs.existsSync(path.join(place, 'run.json')),
        signal,
        ...(epochs !== undefined && { epochs }),
        ...(trial !== undefined && { trial }),
        ...(onEpoch && { onEpoch: ({ row, epochs: all }) => onEpoch(row, all) }),
      }),
    );
    (run.model as { dispose?(): void }).dispose?.();
    if (run.stopReason === 'aborted') return undefined;
    return write(place, {
      id,
      changes,
      epochs: epochs ?? run.history.length,
      ...(run.notFinite && { error: `${run.notFinite.term} was no number at epoch ${run.notFinite.epoch + 1}` }),
      lowest: overEpochs(run.history, Math.min),
      highest: overEpochs(run.history, Math.max),
      last: { ...run.history.at(-1) },
      ...(run.trial !== undefined && { trial: run.trial }),
      seconds: (performance.now() - started) / 1000,
    });
  } catch (error) {
    const known = asNotWritten(error) ?? error;
    if (known instanceof ReluctantError && OF_THE_MACHINE.has(known.code)) throw known;
    return writeFailure(
      folder,
      { id, changes },
      String((error as Error).message),
      (performance.now() - started) / 1000,
    );
  } finally {
    await program?.dispose();
  }
}

/** Errors that say nothing of the setting: elsewhere, or later, it may train. */
const OF_THE_MACHINE = new Set(['run-locked', 'folder-not-writable', 'file-not-written']);

/** Milliseconds that a worker of a driver that was killed is given to end its step and leave the folder. */
const PATIENCE = 60_000;

/** Does what needs a folder, and waits while another process has it. */
async function unlocked<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (const begun = performance.now(); ; ) {
    try {
      return await work();
    } catch (error) {
      const isLocked = error instanceof ReluctantError && error.code === 'run-locked';
      if (!isLocked || signal.aborted || performance.now() - begun > PATIENCE) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Notes of a trial that it failed, and why. */
export function writeFailure(folder: string, { id, changes }: PlannedTrial, error: string, seconds = 0): TrialResult {
  const none = { lowest: {}, highest: {}, last: {} };
  return write(placeOf(folder, id), { id, changes, epochs: 0, error, ...none, seconds });
}

/** Keeps the result of a trial, as it was told by a machine that has no access to the folder. */
export const keepResult = (folder: string, told: TrialResult): TrialResult =>
  write(placeOf(folder, told.id), numbered(told));

function write(place: string, result: TrialResult): TrialResult {
  fs.mkdirSync(place, { recursive: true });
  writeJSON(place, RESULT, result);
  return result;
}

/** A result that has been JSON, with the numbers that JSON lacks. */
function numbered({ lowest, highest, last, ...rest }: TrialResult): TrialResult {
  const numbers = (row: Numbers) => toNumbers(row) as Numbers;
  return { ...rest, lowest: numbers(lowest), highest: numbers(highest), last: numbers(last) };
}

function overEpochs(history: readonly HistoryRow[], most: (...values: number[]) => number): Record<string, number> {
  const keys = Object.keys(history[0] ?? {}).filter((key) => key !== 'epoch');
  return Object.fromEntries(
    keys.map((key) => {
      const values = history.map((row) => row[key as keyof HistoryRow] as number).filter(Number.isFinite);
      return [key, values.length === 0 ? Number.NaN : values.reduce((a, b) => most(a, b))];
    }),
  );
}
