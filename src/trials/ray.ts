import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { ReluctantError } from '../core';
import { LedgerCopy, ledgerFile } from '../ledger';
import { Attempts } from './attempts';
import { clusterPython, ROOT } from './clusterPython';
import type { PlannedTrial } from './plan';
import { keepResult, resultOf, type TrialResult } from './trial';
import { type TrialLine, type TrialParameters, writeParameters } from './trialFile';
import type { Batch } from './workers';

/** A batch for a cluster. */
export interface RayBatch extends Omit<Batch, 'cwd'> {
  /** `ray`: a cluster of this machine; `ray://host:10001`: joins one. */
  on: string;
  /** Of one trial. */
  cpus: number;
  gpus: number;
  /** A folder that all see, or `s3://bucket/prefix`: where trials look for files that their setting names. */
  data?: string | undefined;
}

/** A trial whose worker or node is lost is begun again more often than one whose own process dies: a loss says little of the trial. */
const LOSSES = 20;
/** Trials that the cluster is given at once: enough for its scheduler and its autoscaler to see what is wanted. */
const WINDOW = 256;
/** Milliseconds for Ray to end its processes. */
const PATIENCE = 30_000;

type Message =
  | { kind: 'ready'; cpus: number }
  | { kind: 'line'; id: string; line: TrialLine }
  | { kind: 'end'; id: string; code: number | null; lines: readonly TrialLine[]; log: string }
  | { kind: 'lost'; id: string; why: string }
  | { kind: 'failed'; why: string };

/**
 * Trains trials on a Ray cluster, each in a process of its own, and gives the results as they come.
 *
 * @throws ReluctantError `python-package-missing`, `cluster-not-reached`, `cluster-lost`.
 */
export async function onRay(trials: readonly PlannedTrial[], batch: RayBatch): Promise<void> {
  if (trials.length === 0) return;
  await new RaySweep(trials, batch).run();
}

class RaySweep {
  private readonly waiting: PlannedTrial[];
  private readonly running = new Map<string, PlannedTrial>();
  private readonly died = new Attempts();
  private readonly lost = new Attempts(LOSSES);
  private readonly ledger = ledgerCopy();
  private readonly bridge: ChildProcess;
  private readonly log: string;
  private isReady = false;
  private failure: ReluctantError | undefined;

  constructor(
    trials: readonly PlannedTrial[],
    private readonly batch: RayBatch,
  ) {
    this.waiting = [...trials];
    this.log = path.join(batch.folder, 'logs', 'ray.log');
    fs.mkdirSync(path.dirname(this.log), { recursive: true });
    const output = fs.openSync(this.log, 'a');
    this.bridge = spawn(clusterPython(), this.commandLine(), {
      stdio: ['pipe', 'pipe', output],
      env: { ...process.env, ...(batch.on === 'ray' ? ownCluster() : {}) },
    });
    fs.closeSync(output);
  }

  private commandLine(): string[] {
    const { on, workers, cpus, gpus, data } = this.batch;
    return [
      path.join(ROOT, 'python', 'cluster', 'ray_trials.py'),
      ...(on === 'ray' ? [] : ['--address', on]),
      ...['--workers', String(workers), '--cpus', String(cpus), '--gpus', String(gpus)],
      ...(data === undefined ? [] : ['--data', data.includes('://') ? data : path.resolve(data)]),
      ...['--', process.execPath, path.join(ROOT, 'bin', 'reluctant.js')],
    ];
  }

  async run(): Promise<void> {
    const { bridge, batch } = this;
    const { signal } = batch;
    // The end of its input ends the cluster's part; trials end with their workers, and keep what they have.
    const stop = () => bridge.stdin!.end();
    signal?.addEventListener('abort', stop, { once: true });
    bridge.stdin!.on('error', () => undefined);
    const ended = new Promise<string>((resolve) => {
      bridge.once('error', (error) => resolve(error.message));
      bridge.once('close', (code, by) => resolve(by ? `it was ended by ${by}` : `it ended with ${code}`));
    });
    for await (const text of readline.createInterface({ input: bridge.stdout! })) {
      this.hear(JSON.parse(text) as Message);
      if (this.failure || (this.isReady && this.isDone)) stop();
    }
    const watchdog = setTimeout(() => bridge.kill('SIGKILL'), PATIENCE);
    const how = await ended;
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', stop);
    if (this.failure) throw this.failure;
    if (this.isDone || signal?.aborted) return;
    throw new ReluctantError({
      code: 'cluster-lost',
      operation: 'sweep',
      problem: `the process that talks to Ray is no more: ${how}`,
      where: { file: this.log },
      fix: 'its log says why; the same call goes on with what is not finished',
    });
  }

  private get isDone(): boolean {
    return this.waiting.length === 0 && this.running.size === 0;
  }

  private hear(message: Message): void {
    if (message.kind === 'failed') this.failure = notReached(this.batch.on, message.why, this.log);
    else if (message.kind === 'ready') this.isReady = true;
    else if (message.kind === 'line') this.keep(message.line);
    else {
      const trial = this.running.get(message.id)!;
      this.running.delete(message.id);
      if (message.kind === 'lost') this.again(trial, this.lost, `its worker was lost: ${message.why}`);
      else this.ended(trial, message);
    }
    if (this.isReady && !this.batch.signal?.aborted) this.fill();
  }

  private fill(): void {
    while (this.waiting.length > 0 && this.running.size < WINDOW) {
      const trial = this.waiting.shift()!;
      this.running.set(trial.id, trial);
      this.bridge.stdin!.write(
        `${JSON.stringify({ kind: 'trial', id: trial.id, parameters: this.parameters(trial) })}\n`,
      );
    }
  }

  private parameters({ id, changes }: PlannedTrial): TrialParameters {
    const { module, base, epochs } = this.batch;
    const own = {
      ...{ id, changes, module, base },
      ...{ folder: this.batch.folder, ledger: this.ledger !== undefined },
      ...(epochs !== undefined && { epochs }),
    };
    return writeParameters(own, randomUUID());
  }

  private keep(line: TrialLine): void {
    if (line.kind === 'ledger') this.ledger?.add(line.lines);
  }

  private ended(trial: PlannedTrial, { lines, code, log }: Extract<Message, { kind: 'end' }>): void {
    for (const line of lines) this.keep(line);
    const done = lines.find((line) => line.kind === 'done');
    if (done?.kind !== 'done') {
      this.again(trial, this.died, `its process ended with ${code}; what it printed: ${log.trim()}`);
      return;
    }
    const { folder, epochs } = this.batch;
    // Where the machine does not share the folder, the result is kept here from what it told.
    this.batch.onResult?.(resultOf(folder, trial.id, epochs) ?? keepResult(folder, done.result));
  }

  private again(trial: PlannedTrial, attempts: Attempts, why: string): void {
    if (this.batch.signal?.aborted) return;
    if (attempts.another(trial.id)) this.waiting.unshift(trial);
    else this.batch.onResult?.(this.batch.onLost(trial, why) satisfies TrialResult);
  }
}

/** The ledger of this process, where it keeps one. */
function ledgerCopy(): LedgerCopy | undefined {
  const file = ledgerFile();
  return file === undefined ? undefined : new LedgerCopy(file);
}

/** A cluster that is started here answers only those who have its token: Ray listens on every address of a machine. */
const ownCluster = (): NodeJS.ProcessEnv => ({
  RAY_AUTH_MODE: 'token',
  RAY_AUTH_TOKEN: randomBytes(32).toString('hex'),
  RAY_USAGE_STATS_ENABLED: '0',
});

const notReached = (on: string, why: string, log: string): ReluctantError =>
  new ReluctantError({
    code: 'cluster-not-reached',
    operation: 'sweep',
    problem: on === 'ray' ? 'no cluster of Ray could be started here' : 'the cluster of Ray cannot be reached',
    where: { on, file: log },
    received: why.trim().split('\n').at(-1),
    expected:
      on === 'ray'
        ? 'memory and processors for Ray'
        : 'ray://HOST:10001 of a cluster with the same versions of Ray and Python',
    fix: 'its log has the details; "--on ray" needs no cluster',
  });
