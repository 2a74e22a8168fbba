import * as fs from 'node:fs';
import * as path from 'node:path';
import { graphCache, writeAtomically } from '../core';
import type { GraphMode } from './session';

/** What was found out about the modes of a step in runs before, so that it need not be measured again. */
export interface ModeNotes {
  /** Seconds a step took. */
  seconds: Partial<Record<GraphMode, number>>;
  /** Why a mode does not work. */
  failed: Partial<Record<GraphMode, string>>;
}

const nameOf = (key: string): string => `${key}.modes.json`;

/** The notes of a step; empty where there are none that can be read. */
export function readModeNotes(key: string): ModeNotes {
  try {
    const { folder, seals } = graphCache()!;
    const [seal = '', text = ''] = fs.readFileSync(path.join(folder, nameOf(key)), 'utf8').split('\n', 2);
    // Another mode sums in another order: notes that are damaged, or somebody else's, are none.
    if (!seals.holds(seal, nameOf(key), Buffer.from(text))) throw new Error('another seal');
    const { seconds, failed } = JSON.parse(text) as ModeNotes;
    const isTime = (value: unknown) => typeof value === 'number' && value > 0;
    const isText = (value: unknown) => typeof value === 'string';
    return { seconds: only(seconds, isTime), failed: only(failed, isText) };
  } catch {
    return { seconds: {}, failed: {} };
  }
}

/** Keeps the notes of a step; where nothing can be kept, the next run measures again. */
export function writeModeNotes(key: string, notes: ModeNotes): void {
  const cache = graphCache();
  if (!cache) return;
  const text = JSON.stringify(notes);
  try {
    const seal = cache.seals.of(nameOf(key), Buffer.from(text));
    writeAtomically(path.join(cache.folder, nameOf(key)), `${seal}\n${text}\n`);
  } catch {
    // Nothing is lost but time.
  }
}

/** The entries of a record that are under a mode and of the right kind: the file may be anybody's. */
function only<T>(record: Partial<Record<GraphMode, T>>, isRight: (value: unknown) => boolean) {
  const modes: readonly GraphMode[] = ['graph', 'xla', 'xla-step'];
  const entries = modes.filter((mode) => isRight(record[mode])).map((mode) => [mode, record[mode]]);
  return Object.fromEntries(entries) as Partial<Record<GraphMode, T>>;
}
