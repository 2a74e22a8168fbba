import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { checkInteger, checkNumber, ReluctantError } from '../core';
import { LedgerCopy, ledgerFile, linesOf } from '../ledger';
import { clusterPython, ROOT } from './clusterPython';
import type { PlannedTrial } from './plan';
import { onRay } from './ray';
import { LEDGERS } from './trialFile';
import { type Batch, inProcesses } from './workers';

/** Where trials are trained. */
export interface Places {
  /**
   * Where they run. Default `processes`: of this machine. `ray` starts a cluster of Ray on this machine, `ray://HOST:10001` joins one: a trial
   * whose worker or node is lost is trained on another.
   */
  on?: string;
  /** Processes that train side by side on this machine. Default: the number of processors; a cluster that is joined decides itself. */
  workers?: number;
  /** Processors that a trial on a cluster is given. Default 1. */
  cpus?: number;
  /** GPUs that a trial on a cluster is given; parts are allowed. Default 0. */
  gpus?: number;
  /**
   * Where trials look for files that their setting names without a folder: a folder that every machine sees, or `s3://bucket/prefix` of any store that
   * speaks S3, which every machine copies once. Default: the working directory.
   */
  data?: string;
}

/** {@link Places} with what was left out. */
export type Placed = Required<Omit<Places, 'data'>> & Pick<Places, 'data'>;

export const PLACE_OPTIONS: readonly (keyof Places)[] = ['on', 'workers', 'cpus', 'gpus', 'data'];

/** Checks where trials are to be trained. @throws ReluctantError `place-unknown`, `integer-out-of-range`, `number-out-of-range`, `data-missing`. */
export function placed({ on = 'processes', workers = os.cpus().length, cpus = 1, gpus = 0, data }: Places): Placed {
  if (on !== 'processes' && on !== 'ray' && !/^ray:\/\/[\w.[\]:-]+$/.test(on))
    throw new ReluctantError({
      code: 'place-unknown',
      operation: 'sweep',
      problem: 'it is not known where trials are to be trained',
      received: on,
      expected: 'processes, ray (a cluster of this machine) or ray://HOST:10001 (one that runs)',
    });
  checkInteger('sweep', 'workers', workers, 1, 1024);
  checkNumber('sweep', 'cpus', cpus, Number.MIN_VALUE);
  checkNumber('sweep', 'gpus', gpus, 0);
  if (data !== undefined && !data.startsWith('s3://') && !fs.existsSync(data)) throw dataMissing(data, 'a folder');
  return { on, workers, cpus, gpus, ...(data !== undefined && { data }) };
}

/** Trains trials where it was asked for. */
export async function trainAt(
  trials: readonly PlannedTrial[],
  given: Omit<Batch, 'workers' | 'cwd'>,
  { on, data, workers, cpus, gpus }: Placed,
): Promise<void> {
  takeLedgers(path.join(given.folder, LEDGERS));
  if (trials.length === 0) return;
  // The name of a recipe is no file.
  const module = fs.existsSync(given.module) ? path.resolve(given.module) : given.module;
  const batch = { ...given, module, folder: path.resolve(given.folder), workers };
  if (on === 'processes')
    await inProcesses(trials, { ...batch, cwd: data === undefined ? process.cwd() : copied(data) });
  else await onRay(trials, { ...batch, on, cpus, gpus, data });
}

/** Takes over what trials on other machines noted, also those that ended when no driver was there to hear it. */
function takeLedgers(place: string): void {
  const file = ledgerFile();
  if (file === undefined || !fs.existsSync(place)) return;
  const ledger = new LedgerCopy(file);
  const own = fs.readdirSync(place).filter((name) => name.endsWith('.jsonl'));
  for (const name of own.sort()) ledger.add(linesOf(path.join(place, name)));
}

/** The folder in which the data lie on this machine. */
function copied(data: string): string {
  if (!data.startsWith('s3://')) return path.resolve(data);
  const script = path.join(ROOT, 'python', 'cluster', 'fetch.py');
  const { status, stdout, stderr } = spawnSync(clusterPython(), [script, data], { encoding: 'utf8' });
  if (status !== 0) throw dataMissing(data, stderr.trim().split('\n').at(-1) ?? '');
  return stdout.trim();
}

const dataMissing = (data: string, why: string): ReluctantError =>
  new ReluctantError({
    code: 'data-missing',
    operation: 'sweep',
    problem: 'the data are not there, or cannot be fetched',
    received: data,
    expected: why,
    fix: 'name a folder, or s3://bucket/prefix with AWS_ENDPOINT_URL and the keys of the store in the environment',
  });
