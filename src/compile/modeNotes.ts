import * as fs from 'node:fs';
import * as path from 'node:path';
import { graphCacheFolder, writeAtomically } from '../core';
import type { GraphMode } from './session';

/** What was found out about the modes of a step in runs before, so that it need not be measured again. */
export interface ModeNotes {
  /** Seconds a step took. */
  seconds: Partial<Record<GraphMode, number>>;
  /** Why a mode does not work. */
  failed: Partial<Record<GraphMode, string>>;
}

const fileOf = (key: string): string | undefined => {
  const folder = graphCacheFolder();
  return folder && path.join(folder, `${key}.modes.json`);
};

/** The notes of a step; empty where there are none that can be read. */
export function readModeNotes(key: string): ModeNotes {
  try {
    const { seconds, failed } = JSON.parse(fs.readFileSync(fileOf(key)!, 'utf8')) as ModeNotes;
    const isTime = (value: unknown) => typeof value === 'number' && value > 0;
    const isText = (value: unknown) => typeof value === 'string';
    return { seconds: only(seconds, isTime), failed: only(failed, isText) };
  } catch {
    return { seconds: {}, failed: {} };
  }
}

/** Keeps the notes of a step; where nothing can be kept, the next run measures again. */
export function writeModeNotes(key: string, notes: ModeNotes): void {
  const file = fileOf(key);
  if (!file) return;
  try {
    writeAtomically(file, JSON.stringify(notes));
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
