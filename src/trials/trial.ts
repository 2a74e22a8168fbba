import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError, writeAtomically } from '../core';
import { loadProgram, type Program, type Setting, train } from '../programs';
import type { HistoryRow, Trainable } from '../training';
import type { PlannedTrial } from './plan';

/** What came of one trial, as `result.json` in its folder says it: there once it is finished, and never half. */
export interface TrialResult {
  id: string;
  changes: Setting;
  /** Epochs trained. */
  epochs: number;
  /** Why it failed; absent where it did not. */
  error?: string;
  /** Best value of every number of the history: the least of losses and errors, the greatest of scores. */
  best: Readonly<Record<string, number>>;
  last: Readonly<Record<string, number>>;
  /** By which the ledger calls it. */
  trial?: string;
  seconds: number;
}

const RESULT = 'result.json';

/** The folder of a trial in that of its sweep. */
export const placeOf = (folder: string, id: string): string => path.join(folder, 'trials', id);

/** The result of a trial, if it is finished; a result of fewer epochs than asked for is none. */
export function resultOf(folder: string, id: string, epochs?: number): TrialResult | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path.join(placeOf(folder, id), RESULT), 'utf8');
  } catch {
    return undefined;
  }
  const result = JSON.parse(text, (_, value) => (value === 'NaN' ? Number.NaN : value)) as TrialResult;
  return epochs !== undefined && result.error === undefined && result.epochs < epochs ? undefined : result;
}

/** How a trial is followed. */
export interface TrialFollowing {
  signal: AbortSignal;
  onEpoch?: (row: HistoryRow, epochs: number) => void;
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
  { signal, onEpoch }: TrialFollowing,
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
      best: bestOf(run.history),
      last: { ...run.history.at(-1) },
      ...(run.trial !== undefined && { trial: run.trial }),
      seconds: (performance.now() - started) / 1000,
    });
  } catch (error) {
    if (error instanceof ReluctantError && ['run-locked', 'folder-not-writable'].includes(error.code)) throw error;
    const seconds = (performance.now() - started) / 1000;
    return write(place, {
      id,
      changes,
      epochs: 0,
      error: String((error as Error).message),
      best: {},
      last: {},
      seconds,
    });
  } finally {
    await program?.dispose();
  }
}

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

/** Notes of a trial that no process could finish that it failed. */
export function writeFailure(folder: string, { id, changes }: PlannedTrial, error: string): TrialResult {
  return write(placeOf(folder, id), { id, changes, epochs: 0, error, best: {}, last: {}, seconds: 0 });
}

function write(place: string, result: TrialResult): TrialResult {
  fs.mkdirSync(place, { recursive: true });
  const text = JSON.stringify(result, (_, value) => (Number.isNaN(value) ? 'NaN' : value), 1);
  writeAtomically(path.join(place, RESULT), `${text}\n`);
  return result;
}

/** Scores are better when they are greater; everything else of a history is an error. */
export const isScore = (key: string): boolean =>
  /(^|_)(auc|accuracy|ic|rank_ic|rankIC|precision|recall|f1|r2|top_?\d+|topK)$/i.test(key);

function bestOf(history: readonly HistoryRow[]): Record<string, number> {
  const keys = Object.keys(history[0] ?? {}).filter((key) => key !== 'epoch');
  return Object.fromEntries(
    keys.map((key) => {
      const values = history.map((row) => row[key as keyof HistoryRow] as number).filter(Number.isFinite);
      if (values.length === 0) return [key, Number.NaN];
      return [key, isScore(key) ? Math.max(...values) : Math.min(...values)];
    }),
  );
}
