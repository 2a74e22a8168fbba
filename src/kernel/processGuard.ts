/** Thrown in the place of an end of the process that a cell has asked for. */
class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
}

/** What the kernel listens for; it was there first. */
const LISTENED = ['uncaughtException', 'unhandledRejection', 'SIGINT'] as const;
const FATAL = new Set<unknown>([
  'SIGKILL',
  'SIGTERM',
  'SIGABRT',
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGSTOP',
  'SIGQUIT',
  'SIGHUP',
]);
const NUMBERS: Record<number, string> = {
  1: 'SIGHUP',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  19: 'SIGSTOP',
};

/**
 * Takes from cells, and from the packages that they use, the ways to end the process that the kernel lives in: these throw
 * instead. `process.exitCode` stays a number that nobody reads.
 * @returns the way that is left to the kernel itself
 */
export function guardProcess(): (code: number) => void {
  const refuse = (call: string): never => {
    throw new ProcessExit(
      `${call} would end the kernel, and with it the variables of all cells; throw an error to stop a cell, or restart the kernel from the notebook's menu`,
    );
  };
  const { exit, kill, pid, removeAllListeners } = process;
  const { reallyExit } = process as unknown as { reallyExit: unknown };
  Object.assign(process, {
    exit: (code?: unknown): never => refuse(`process.exit(${code === undefined ? '' : String(code)})`),
    reallyExit: (): never => refuse('process.reallyExit()'),
    // The kernel listens for failures that nobody catches; without it the next one would end the process.
    removeAllListeners: (event?: string | symbol): NodeJS.Process => {
      const kept = LISTENED.map((name) => [name, process.listeners(name as 'SIGINT').slice(0, 1)] as const);
      removeAllListeners.call(process, event);
      for (const [name, [listener]] of kept) {
        if (listener && !process.listeners(name as 'SIGINT').includes(listener)) process.on(name, listener);
      }
      return process;
    },
    abort: (): never => refuse('process.abort()'),
    kill: (target: number, signal: string | number = 'SIGTERM'): true => {
      const name = typeof signal === 'number' ? NUMBERS[signal] : signal;
      if (Math.abs(target) === pid && FATAL.has(name)) refuse(`process.kill(process.pid, ${JSON.stringify(signal)})`);
      return kill.call(process, target, signal);
    },
  });
  return (code) => {
    Object.assign(process, { reallyExit });
    exit.call(process, code);
  };
}
