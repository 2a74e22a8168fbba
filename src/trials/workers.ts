import { type ChildProcess, fork } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from '../core';
import type { Setting } from '../programs';
import { Attempts } from './attempts';
import type { PlannedTrial } from './plan';
import { resultOf, type TrialResult } from './trial';
import type { Answer, Request } from './worker';

/** What is done for every trial of a batch. */
export interface Batch {
  module: string;
  base: Setting;
  folder: string;
  /** Trains to as many epochs; default: what the setting says. */
  epochs?: number;
  workers: number;
  /** Where files are that a setting names. */
  cwd: string;
  signal?: AbortSignal;
  onResult?: (result: TrialResult) => void;
  /** What no worker could finish, after several tries. */
  onLost: (trial: PlannedTrial, log: string) => TrialResult;
}

/** So many processes in a row may end before they are ready. */
const STARTS = 3;

/**
 * Trains trials in processes of their own, each process one after the other, and gives the results as they come.
 *
 * @throws ReluctantError `worker-did-not-start`, `trial-not-trainable`; the other processes have then ended as well.
 */
export async function inProcesses(trials: readonly PlannedTrial[], given: Batch): Promise<void> {
  const waiting = [...trials];
  const attempts = new Attempts();
  let startless = 0;
  fs.mkdirSync(path.join(given.folder, 'logs'), { recursive: true });
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(given.signal ? [given.signal] : [])]);
  const batch = { ...given, signal };
  const one = async (number: number): Promise<void> => {
    while (waiting.length > 0 && !signal.aborted) {
      const worker = new Worker(number, batch);
      const lost = await worker.run(() => (signal.aborted ? undefined : waiting.shift()));
      // One that something killed while it started says nothing; one that cannot start never will.
      startless = worker.isReady ? 0 : startless + 1;
      if (startless >= STARTS && !signal.aborted) throw notStarted(worker.end, worker.log);
      if (!lost) continue;
      // It may have died after it had finished.
      const finished = resultOf(batch.folder, lost.trial.id, batch.epochs);
      if (finished) {
        batch.onResult?.(finished);
        continue;
      }
      if (attempts.another(lost.trial.id)) waiting.unshift(lost.trial);
      else batch.onResult?.(batch.onLost(lost.trial, lost.log));
    }
  };
  const whenFailed = (error: unknown) => {
    failed.abort();
    return error;
  };
  const all = Array.from({ length: Math.min(batch.workers, trials.length) }, (_, k) => one(k + 1));
  const ends = await Promise.all(all.map((end) => end.then(() => undefined, whenFailed)));
  const error = ends.find((end) => end !== undefined);
  if (error !== undefined) throw error;
}

class Worker {
  readonly log: string;
  isReady = false;
  /** How its process ended. */
  end = '';
  private readonly process: ChildProcess;

  constructor(
    number: number,
    private readonly batch: Batch,
  ) {
    this.log = path.join(batch.folder, 'logs', `worker-${number}.log`);
    const output = fs.openSync(this.log, 'a');
    // Beside this file, compiled or not.
    const script = path.join(__dirname, `worker${path.extname(__filename)}`);
    this.process = fork(script, [], {
      stdio: ['ignore', output, output, 'ipc'],
      // Options of Node such as "--import tsx" are looked up from the working directory; the worker then goes to that of the driver.
      cwd: path.join(__dirname, '..', '..'),
      // Workers share the processors; each takes its part of them.
      env: { TF_NUM_INTRAOP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
    });
    fs.closeSync(output);
  }

  /** Trains what `next` gives until it gives no more. @returns the trial at which the process died, if it did. */
  run(next: () => PlannedTrial | undefined): Promise<{ trial: PlannedTrial; log: string } | undefined> {
    const { batch, process: child } = this;
    let current: PlannedTrial | undefined;
    let broken: ReluctantError | undefined;
    const ask = (request: Request) => child.connected && child.send(request);
    const stop = () => ask({ kind: 'stop' });
    batch.signal?.addEventListener('abort', stop, { once: true });
    const goOn = () => {
      current = next();
      if (current) ask({ kind: 'trial', trial: current, ...(batch.epochs !== undefined && { epochs: batch.epochs }) });
      else stop();
    };
    return new Promise((resolve, reject) => {
      child.on('message', (answer: Answer) => {
        if (answer.kind === 'ready') {
          this.isReady = true;
          goOn();
        } else if (answer.kind === 'stopped') current = undefined;
        else if (answer.kind === 'done') {
          batch.onResult?.(answer.result);
          goOn();
        } else {
          broken = notTrainable(answer);
          stop();
        }
      });
      child.once('error', () => undefined);
      child.once('close', (code, signal) => {
        batch.signal?.removeEventListener('abort', stop);
        this.end = signal ? `it was ended by ${signal}` : `it ended with ${code}`;
        if (broken) return reject(broken);
        const isLost = current !== undefined && !batch.signal?.aborted;
        resolve(isLost ? { trial: current!, log: `${this.end}; see ${this.log}` } : undefined);
      });
      const { module, base, folder, cwd } = batch;
      ask({ kind: 'begin', module, base, folder, cwd });
    });
  }
}

const notStarted = (why: string, log: string) =>
  new ReluctantError({
    code: 'worker-did-not-start',
    operation: 'sweep',
    problem: `a process that was to train did not start: ${why}`,
    where: { file: log },
    fix: 'its log says why; with little memory, ask for fewer workers',
  });

/** Nothing is wrong with the setting, so that it is not noted as failed: the next call trains it. */
const notTrainable = ({ id, message }: Extract<Answer, { kind: 'broken' }>) =>
  new ReluctantError({
    code: 'trial-not-trainable',
    operation: 'sweep',
    problem: `a trial could not be trained in its folder: ${message}`,
    where: { trial: id },
    fix: 'end the other sweep in this folder, or make the folder writable; the same call then goes on',
  });
