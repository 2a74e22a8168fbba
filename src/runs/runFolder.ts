import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from '../core';
import type { FitOptions, ProgramReference } from '../training';
import { Checkpoints } from './checkpoints';
import { removeGuarded, writeGuarded } from './digests';
import { LOCK, lock, unlock } from './lock';
import { readRecord } from './read';
import {
  type FinishedRun,
  outcomeOf,
  type RecordedVerdict,
  RUN_FORMAT_VERSION,
  type RunRecord,
  recordedOptions,
  versions,
  withSeal,
} from './record';
import { writeJSON, writeOutcome } from './write';

/** What is trained in a {@link RunFolder}. */
export interface TrainedThere {
  program: ProgramReference;
  seed: number;
  /** By which the ledger of trials calls it, if that is decided. */
  trial?: string | undefined;
}

/**
 * The setting that says where data are read from. A run goes on with data from another place, as long as they are the same.
 */
const SOURCE = 'source';

/**
 * The folder of a run that can be killed and goes on: `run.json` (its {@link RunRecord}), `checkpoints/`, `run.lock` while a
 * process writes to it, and at its end what `runs.write` writes. Every file is written whole or not at all.
 */
export class RunFolder {
  readonly checkpoints: Checkpoints;

  private constructor(
    readonly folder: string,
    private record: RunRecord,
    private readonly moreEpochs: boolean,
  ) {
    this.checkpoints = new Checkpoints(path.join(folder, 'checkpoints'));
  }

  /**
   * Opens a folder to write a run to it; no other process can until {@link close}.
   *
   * @param options.resume go on with the run in it; otherwise the folder must hold none.
   * @param options.moreEpochs the run may go on to more epochs than it was begun with.
   * @throws ReluctantError `run-exists`, `run-locked`, `settings-differ`, `format-too-new`, `run-not-readable`,
   *   `folder-not-writable`.
   */
  static open(
    folder: string,
    what: TrainedThere,
    { resume = false, moreEpochs = false }: { resume?: boolean; moreEpochs?: boolean } = {},
  ): RunFolder {
    try {
      fs.mkdirSync(folder, { recursive: true });
    } catch (cause) {
      const problem = 'the folder cannot be made';
      const fix = 'choose another folder';
      throw new ReluctantError({
        code: 'folder-not-writable',
        operation: 'train',
        problem,
        where: { folder },
        fix,
        cause,
      });
    }
    lock(folder, 'train');
    try {
      const existing = readRecord(folder);
      if (existing && !resume) {
        throw new ReluctantError({
          code: 'run-exists',
          operation: 'train',
          problem: 'the folder holds a run already',
          where: { folder },
          received: existing.status,
          fix: 'resume it (--resume on the command line), or choose another folder',
        });
      }
      const started = beginning(path.basename(path.resolve(folder)), what);
      if (existing) checkSameProgram(folder, existing, started, moreEpochs);
      removeDrafts(folder);
      // The hash of version 1 was of the file, and cannot be compared.
      const goesOn = existing?.formatVersion === RUN_FORMAT_VERSION ? existing : { ...started, ...withBegin(existing) };
      // The setting may ask for more epochs than before.
      const { program, seal } = started;
      const asked = program && { program, ...(seal !== undefined && { seal }) };
      const run = new RunFolder(
        folder,
        // Noted before anything is trained: killed before its first checkpoint, it begins again as the same trial.
        {
          ...goesOn,
          ...asked,
          name: started.name,
          versions: started.versions,
          trial: existing?.trial ?? started.trial!,
        },
        moreEpochs,
      );
      run.update({ status: 'running' });
      return run;
    } catch (error) {
      unlock(folder);
      throw error;
    }
  }

  /**
   * Notes the options and the hash of the data that the run is trained with.
   *
   * @throws ReluctantError `settings-differ` if it was begun with others.
   */
  begin(options: FitOptions, dataHash: string): void {
    const recorded = recordedOptions(options);
    const before = this.record;
    if (before.dataHash !== undefined) {
      const wanted = this.moreEpochs ? raised(before.options, recorded) : before.options;
      if (wanted !== before.options && recorded['schedule'] !== undefined) throw scheduled(this.folder);
      checkSame(this.folder, wanted, recorded);
      checkSame(this.folder, { data: before.dataHash }, { data: dataHash });
    }
    this.update({ options: recorded, dataHash });
  }

  /** By which the ledger of trials calls the run, killed and begun again as often as it may be. */
  get trial(): string {
    return this.record.trial!;
  }

  /** When the run was begun for the first time: no other has the same. */
  get begun(): string {
    return this.record.begun;
  }

  /** Changes `run.json`. */
  update(change: Partial<RunRecord>): void {
    this.record = { ...this.record, ...change, written: new Date().toISOString() };
    writeJSON(this.folder, 'run.json', this.record);
  }

  /** Writes what came of the run. Weights are written of one that came to its end; one that can go on keeps its checkpoints. */
  finish(run: FinishedRun): void {
    const outcome = outcomeOf(run);
    for (const old of fs.readdirSync(this.folder).filter((name) => name.startsWith('events.out.tfevents.')))
      fs.rmSync(path.join(this.folder, old), { force: true });
    const withoutWeights = { ...run, origin: undefined, history: run.history };
    writeOutcome(this.folder, this.record.name, outcome.status === 'finished' ? run : withoutWeights, {});
    if (run.trial === undefined) delete this.record.trial;
    this.update(outcome);
  }

  /** Adds what a diagnosis says of the finished run. */
  addDiagnosis(diagnosis: { readonly verdicts: readonly RecordedVerdict[] }): void {
    writeJSON(this.folder, 'diagnosis.json', diagnosis);
    this.update({ verdicts: diagnosis.verdicts.map(({ cause, where, says }) => ({ cause, where, says })) });
  }

  /** Writes a file of the run, whole or not at all. */
  write(name: string, content: string | Uint8Array): void {
    writeGuarded(this.folder, name, content);
  }

  /** Takes back a run that could not begin; the folder goes as well if nothing else is in it. */
  abandon(): void {
    removeGuarded(this.folder, 'run.json');
    this.close();
    if (fs.readdirSync(this.folder).length === 0) fs.rmdirSync(this.folder);
  }

  /** Lets other processes write to the folder again. */
  close(): void {
    unlock(this.folder);
  }
}

const withBegin = (existing: RunRecord | undefined) => (existing ? { begun: existing.begun } : {});

function beginning(name: string, { program, seed, trial = randomUUID() }: TrainedThere): RunRecord {
  const now = new Date().toISOString();
  return {
    formatVersion: RUN_FORMAT_VERSION,
    name,
    status: 'running',
    begun: now,
    written: now,
    ...withSeal(program),
    options: {},
    seed,
    versions: versions(),
    trial,
    last: {},
  };
}

/** Throws unless all that a run was begun with is as it was; a record of version 1 names only some of it. */
function checkSameProgram(
  folder: string,
  { program: before, formatVersion }: RunRecord,
  now: RunRecord,
  moreEpochs: boolean,
): void {
  const { setting, ...rest } = { setting: {}, ...before };
  const { setting: settingNow, ...restNow } = { setting: {}, ...now.program };
  const only = formatVersion < RUN_FORMAT_VERSION ? Object.keys(setting) : undefined;
  checkSame(folder, { ...rest, module: undefined }, { ...restNow, module: undefined });
  const wanted = moreEpochs ? raised(setting, settingNow) : setting;
  checkSame(folder, { ...wanted, [SOURCE]: undefined }, { ...settingNow, [SOURCE]: undefined }, only);
}

/** What a run was begun with, at the number of epochs that is asked for now where that is larger. */
function raised<T extends Readonly<Record<string, unknown>>>(
  before: T,
  { epochs }: Readonly<Record<string, unknown>>,
): T {
  return Number(epochs) > Number(before['epochs']) ? { ...before, epochs } : before;
}

function scheduled(folder: string): ReluctantError {
  return new ReluctantError({
    code: 'settings-differ',
    operation: 'train',
    problem: 'a run with a schedule of learning rates cannot go on to more epochs: the schedule runs over all of them',
    where: { folder },
    fix: 'train it anew with as many epochs, in another folder',
  });
}

function checkSame(folder: string, before: object, now: object, only?: readonly string[]): void {
  const [x, y] = [before, now] as [Record<string, unknown>, Record<string, unknown>];
  const names = only ?? [...new Set([...Object.keys(x), ...Object.keys(y)])];
  const other = names.find((name) => JSON.stringify(x[name]) !== JSON.stringify(y[name]));
  if (other === undefined) return;
  throw new ReluctantError({
    code: 'settings-differ',
    operation: 'train',
    problem: `the run was begun with another ${other}`,
    where: { folder },
    received: y[other] ?? 'nothing',
    expected: JSON.stringify(x[other] ?? null),
    fix: 'resume with what it was begun with, or choose another folder',
  });
}

/** Removes what processes that were killed while writing have left. */
function removeDrafts(folder: string): void {
  for (const place of [folder, path.join(folder, 'checkpoints')]) {
    if (!fs.existsSync(place)) continue;
    for (const name of fs.readdirSync(place)) {
      // Others that wait for the lock have drafts of their own.
      if (name.endsWith('.draft') && !name.startsWith(LOCK)) fs.rmSync(path.join(place, name), { force: true });
    }
  }
}
