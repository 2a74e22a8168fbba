import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { asNotWritten, parseJSON, ReluctantError, readPlainText } from '../core';

/** The name of the lock in a run's folder, and how the drafts of those that wait for it begin. */
export const LOCK = 'run.lock';

const lockFile = (folder: string) => path.join(folder, LOCK);

/** Who holds a lock: a process number alone could have been given to another process since. */
const self = () => ({ host: os.hostname(), pid: process.pid, started: processStart(process.pid) });

/**
 * Keeps other processes from writing to a run's folder. The lock is a file that only one process can create; one left by a
 * process that is no more is taken over.
 *
 * @throws ReluctantError `run-locked`.
 */
export function lock(folder: string, command: string): void {
  const file = lockFile(folder);
  // Content and name come at once: a link to a finished draft, which fails if the name is taken.
  const draft = `${file}.${process.pid}.draft`;
  try {
    fs.writeFileSync(draft, JSON.stringify(self()));
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        fs.linkSync(draft, file);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readLock(file);
      if (holder && isAlive(holder)) {
        throw new ReluctantError({
          code: 'run-locked',
          operation: command,
          problem: 'another process is writing this run',
          where: { folder },
          received: `process ${holder.pid} on ${holder.host}`,
          fix: 'wait for it, or choose another folder',
        });
      }
      // Only one of several that find a dead lock can rename it away; the others try again and meet the new one.
      const stale = `${file}.${process.pid}.stale`;
      try {
        fs.renameSync(file, stale);
        // Between the look and the move another may have put its lock there: give it back.
        const moved = readLock(stale);
        if (moved && isAlive(moved)) fs.linkSync(stale, file);
        fs.rmSync(stale, { force: true });
      } catch {
        // Another was faster.
      }
    }
    throw new ReluctantError({
      code: 'run-locked',
      operation: command,
      problem: 'other processes keep taking this run',
      where: { folder },
      fix: 'choose another folder',
    });
  } catch (error) {
    throw asNotWritten(error) ?? error;
  } finally {
    remove(draft);
  }
}

/** Removes a file; on a disk that has become read-only it stays, and is taken over when this process is no more. */
function remove(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    if (!asNotWritten(error)) throw error;
  }
}

/**
 * Takes away the lock of a process on another machine, for callers that know that it is no more: the cluster whose node was lost
 * has told them. One of this machine is left, since whether its process lives can be asked.
 */
export function releaseLost(folder: string): void {
  const holder = readLock(lockFile(folder));
  if (holder && holder.host !== os.hostname()) unlock(folder);
}

/** Lets other processes write to the folder again. */
export function unlock(folder: string): void {
  remove(lockFile(folder));
}

type Holder = ReturnType<typeof self>;

function readLock(file: string): Holder | undefined {
  try {
    return parseJSON(readPlainText('lock', file)) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  // A process on another machine cannot be asked; it counts as alive.
  if (holder.host !== os.hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processStart(holder.pid) === holder.started;
}

/** When a process was started, where the system tells (Linux); elsewhere the number alone must do. */
function processStart(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
