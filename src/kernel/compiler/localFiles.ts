import * as fs from 'node:fs';
import { undisguised } from './disguise';

type Callback = (file: string, kind: number) => void;

/** The kind of event that the compiler calls "Changed". */
const CHANGED = 1;

/**
 * The user's own source files that cells import. They are looked at before each cell, so that an edit counts in the very
 * next cell and nothing is polled in between.
 */
export class LocalFiles {
  private readonly watched = new Map<string, { callback: Callback; stamp: string }>();

  watch(file: string, callback: Callback): { close(): void } {
    this.watched.set(file, { callback, stamp: stampOf(file) });
    return { close: () => void this.watched.delete(file) };
  }

  /** Reports the files that have changed since the last call; returns how many. */
  refresh(): number {
    let changes = 0;
    for (const [file, entry] of this.watched) {
      const stamp = stampOf(file);
      if (stamp === entry.stamp) continue;
      entry.stamp = stamp;
      changes += 1;
      entry.callback(file, CHANGED);
    }
    return changes;
  }
}

function stampOf(disguised: string): string {
  const found = fs.statSync(undisguised(disguised), { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs} ${found.ino}` : 'absent';
}
