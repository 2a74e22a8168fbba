import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ReluctantError, writeAtomically } from '../core';
import { Checkpoints } from './checkpoints';

/** The version of what a run folder holds. A newer one is refused; older ones stay readable. */
export const RUN_FORMAT_VERSION = 1;

/** How far a run has come. */
export type RunStatus = 'running' | 'finished' | 'stopped';

/** What `run.json` says: enough to go on, to predict, and to compare with other runs. */
export interface RunDetails {
  formatVersion: number;
  /** The command that made it, e.g. `train`. */
  command: string;
  status: RunStatus;
  /** Everything that decides the result; a resumed run must have the same. */
  settings: Readonly<Record<string, unknown>>;
  /** When it was begun, ISO. */
  begun: string;
  /** What came of it; free to each command. */
  results?: Readonly<Record<string, unknown>>;
}

/**
 * The folder of a run: `run.json` (its {@link RunDetails}), `checkpoints/`, and `run.lock` while a process writes to it.
 * Every file is written whole or not at all.
 */
export class RunFolder {
  readonly checkpoints: Checkpoints;
  private details: RunDetails;

  private constructor(
    readonly folder: string,
    details: RunDetails,
  ) {
    this.details = details;
    this.checkpoints = new Checkpoints(path.join(folder, 'checkpoints'));
  }

  /**
   * Opens a folder to write a run to it; no other process can until {@link close}.
   *
   * @param options.resume go on with the run in it; otherwise the folder must hold none.
   * @throws ReluctantError `run-exists`, `run-absent`, `run-locked`, `settings-differ`, `format-too-new`, `folder-not-writable`.
   */
  static open(
    folder: string,
    command: string,
    settings: Readonly<Record<string, unknown>>,
    { resume = false }: { resume?: boolean } = {},
  ): RunFolder {
    try {
      fs.mkdirSync(folder, { recursive: true });
    } catch (cause) {
      const fix = 'choose another output folder';
      const problem = 'the folder cannot be made';
      throw new ReluctantError({
        code: 'folder-not-writable',
        operation: command,
        problem,
        where: { folder },
        fix,
        cause,
      });
    }
    lock(folder, command);
    try {
      const existing = RunFolder.read(folder);
      if (existing && !resume) {
        throw new ReluctantError({
          code: 'run-exists',
          operation: command,
          problem: 'the folder holds a run already',
          where: { folder },
          received: existing.status,
          fix: 'go on with it: --resume; or choose another --output-dir',
        });
      }
      if (existing) checkSame(folder, command, existing.settings, settings);
      const details: RunDetails = existing ?? {
        formatVersion: RUN_FORMAT_VERSION,
        command,
        status: 'running',
        settings,
        begun: new Date().toISOString(),
      };
      removeDrafts(folder);
      const run = new RunFolder(folder, details);
      run.update({ status: 'running' });
      return run;
    } catch (error) {
      unlock(folder);
      throw error;
    }
  }

  /** What a folder says of its run; undefined where there is none. Anyone may read, also while it is written to. */
  static read(folder: string): RunDetails | undefined {
    const file = path.join(folder, 'run.json');
    if (!fs.existsSync(file)) return undefined;
    let details: RunDetails;
    try {
      details = JSON.parse(fs.readFileSync(file, 'utf8')) as RunDetails;
      if (!Number.isInteger(details.formatVersion) || typeof details.settings !== 'object')
        throw new Error('fields are missing');
    } catch (cause) {
      const problem = 'run.json is damaged';
      throw new ReluctantError({ code: 'run-damaged', operation: 'run', problem, where: { file }, cause });
    }
    if (details.formatVersion <= RUN_FORMAT_VERSION) return details;
    throw new ReluctantError({
      code: 'format-too-new',
      operation: 'run',
      problem: 'the run was written by a newer version',
      where: { file },
      received: details.formatVersion,
      expected: `at most ${RUN_FORMAT_VERSION}`,
      fix: 'update reluctant',
    });
  }

  /** Changes `run.json`. */
  update(change: Partial<Pick<RunDetails, 'status' | 'results'>>): void {
    this.details = { ...this.details, ...change };
    this.write('run.json', `${JSON.stringify(this.details, null, 2)}\n`);
  }

  /** Writes a file of the run, whole or not at all. */
  write(name: string, content: string | Uint8Array): void {
    writeAtomically(path.join(this.folder, name), content, 'make room; --resume goes on from the last checkpoint');
  }

  /** Lets other processes write to the folder again. */
  close(): void {
    unlock(this.folder);
  }
}

function checkSame(
  folder: string,
  command: string,
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): void {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const other = names.find((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  if (other === undefined) return;
  throw new ReluctantError({
    code: 'settings-differ',
    operation: command,
    problem: `the run was begun with another ${other}`,
    where: { folder },
    received: now[other] ?? 'nothing',
    expected: JSON.stringify(before[other] ?? null),
    fix: 'resume with the options it was begun with, or choose another --output-dir',
  });
}

/** Removes what processes that were killed while writing have left. */
function removeDrafts(folder: string): void {
  for (const place of [folder, path.join(folder, 'checkpoints')]) {
    if (!fs.existsSync(place)) continue;
    for (const name of fs.readdirSync(place)) {
      // Others that wait for the lock have drafts of their own.
      if (name.endsWith('.draft') && !name.startsWith('run.lock')) fs.rmSync(path.join(place, name), { force: true });
    }
  }
}

const lockFile = (folder: string) => path.join(folder, 'run.lock');

/** Who holds a lock: a process number alone could have been given to another process since. */
const self = () => ({ host: os.hostname(), pid: process.pid, started: processStart(process.pid) });

/** The lock is a file that only one process can create; one left by a process that is no more is taken over. */
function lock(folder: string, command: string): void {
  const file = lockFile(folder);
  // Content and name come at once: a link to a finished draft, which fails if the name is taken.
  const draft = `${file}.${process.pid}.draft`;
  fs.writeFileSync(draft, JSON.stringify(self()));
  try {
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
          fix: 'wait for it, or choose another --output-dir',
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
      fix: 'choose another --output-dir',
    });
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function unlock(folder: string): void {
  fs.rmSync(lockFile(folder), { force: true });
}

type Holder = ReturnType<typeof self>;

function readLock(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Holder;
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
