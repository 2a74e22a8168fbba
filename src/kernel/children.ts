import type * as ChildProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import type * as WorkerThreads from 'node:worker_threads';
import { endTree } from './processTree';
import { currentRun } from './scope';
import { FLAG } from './shared';

// The modules themselves, which cells will be given, and not copies of them.
const childProcess = require('node:child_process') as typeof ChildProcess;
const workerThreads = require('node:worker_threads') as typeof WorkerThreads;

type Call = (...args: unknown[]) => unknown;

/**
 * Makes child processes and workers belong to the cell that has started them, so that an interrupt of the cell ends them,
 * too. Processes that a cell waits for (`execSync`) are ended by the wire thread: this one cannot do anything meanwhile.
 *
 * @param flags see {@link FLAG}
 * @param beforeWait called before the thread waits for a child, with the processes that it does not wait for
 */
export function bindChildren(flags: Int32Array, beforeWait: (background: readonly number[]) => void): void {
  const background = new Set<number>();
  const world = childProcess as unknown as Record<string, Call>;
  for (const name of ['execSync', 'execFileSync', 'spawnSync'] as const) {
    const original = world[name]!;
    world[name] = (...args) => {
      beforeWait([...background]);
      Atomics.store(flags, FLAG.child, 1);
      try {
        return original(...args);
      } finally {
        Atomics.store(flags, FLAG.child, 0);
      }
    };
  }
  const prototype = childProcess.ChildProcess.prototype as unknown as { spawn: Call };
  const spawn = prototype.spawn;
  prototype.spawn = function (this: ChildProcess.ChildProcess, ...args) {
    const result = spawn.apply(this, args);
    const { pid } = this;
    if (pid === undefined) return result;
    const run = currentRun();
    background.add(pid);
    run?.own(this, () => endTree(pid));
    this.once('exit', () => {
      background.delete(pid);
      run?.disown(this);
    });
    return result;
  };
  class Worker extends workerThreads.Worker {
    constructor(...args: ConstructorParameters<typeof workerThreads.Worker>) {
      super(...args);
      const run = currentRun();
      run?.own(this, () => void this.terminate());
      this.once('exit', () => run?.disown(this));
    }
  }
  Object.assign(workerThreads, { Worker });
  syncBuiltinESMExports();
}
