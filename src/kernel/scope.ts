import type { Header } from './message';
import { userTurn } from './userTurn';

/** One run of a cell. Output belongs to the cell that caused it, also when it comes late. */
export class CellRun {
  /** Set when the user has interrupted the cell; its code does not go on after that. */
  interrupted = false;
  /** Text for the pager, sent with the reply. */
  readonly pages: Record<string, unknown>[] = [];
  /** What the cell has set going, each with the way to stop it. */
  private readonly going = new Map<object, () => void>();

  constructor(
    readonly parent: Header,
    readonly identities: Uint8Array[],
    /** The execution count that the front end shows. */
    readonly count: number,
    /** The number by which messages about the code name it; the count, for a cell that has one of its own. */
    readonly number: number,
    /** Tells runs apart that have the same count. */
    readonly serial: number,
    readonly options: { silent: boolean; storesHistory: boolean; allowInput: boolean },
  ) {}

  /** Takes note of something that the cell has set going: a timer, a child process, a worker. */
  own(thing: object, stop: () => void): void {
    this.going.set(thing, stop);
  }

  /** It has come to its end. */
  disown(thing: object): void {
    this.going.delete(thing);
  }

  /** Whether a timer of the cell is still to go off, other than one that repeats. */
  get isWaiting(): boolean {
    for (const thing of this.going.keys()) if (!endless.has(thing) && isTimer(thing)) return true;
    return false;
  }

  /** Stops what the cell has set going. */
  interrupt(): void {
    this.interrupted = true;
    for (const stop of this.going.values()) stop();
    this.going.clear();
  }
}

/** Timers that go off again and again. */
const endless = new WeakSet<object>();

const isTimer = (thing: object): boolean => /^(Timeout|Immediate)$/.test(thing.constructor.name);

let current: CellRun | undefined;

/** The cell on whose behalf code is running now. */
export function currentRun(): CellRun | undefined {
  return current;
}

export function enterRun(run: CellRun | undefined): void {
  current = run;
}

/** Runs `body` on behalf of `run`. */
export function within<T>(run: CellRun | undefined, body: () => T): T {
  const before = current;
  current = run;
  try {
    return body();
  } finally {
    current = before;
  }
}

const never = new Promise<never>(() => {});

/**
 * What guarded code of cells calls (see `transpile`). After each wait the code is given back its cell, and code of an
 * interrupted cell is left waiting for ever, for the garbage collector to fetch.
 *
 * AsyncLocalStorage would do the first half with less code, but on Node 20 and 22 it keeps a stack that breaks, and takes
 * the process with it, when a busy cell is cut off.
 */
export const guard = {
  wait(value: unknown): unknown {
    const run = current;
    if (run === undefined || typeof (value as PromiseLike<unknown> | undefined)?.then !== 'function') return value;
    return Promise.resolve(value).then(
      (result) => {
        if (run.interrupted) return never;
        current = run;
        return result;
      },
      (error) => {
        if (run.interrupted) return never;
        current = run;
        throw error;
      },
    );
  },

  async *each(items: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
    const run = current;
    const asynchronous = (items as AsyncIterable<unknown>)[Symbol.asyncIterator];
    const source = asynchronous ? asynchronous.call(items) : (items as Iterable<unknown>)[Symbol.iterator]();
    let finished = false;
    try {
      for (;;) {
        const next = await source.next();
        if (run?.interrupted) await never;
        if (run) current = run;
        if (next.done) {
          finished = true;
          return;
        }
        yield await next.value;
      }
    } finally {
      if (!finished) await source.return?.();
    }
  },
};

// A cell may set these anew.
const { clearTimeout: endTimeout, clearImmediate: endImmediate } = globalThis;

function stopTimer(timer: NodeJS.Timeout | NodeJS.Immediate): void {
  endTimeout(timer as NodeJS.Timeout);
  endImmediate(timer as NodeJS.Immediate);
}

type Starter = (callback: (...args: unknown[]) => unknown, ...rest: unknown[]) => NodeJS.Timeout | NodeJS.Immediate;

/**
 * Makes timers remember the cell that started them, so that their output is shown there and an interrupt stops them.
 * @param asUser runs code of the user in a way that can be interrupted
 */
export function bindTimers(asUser: (body: () => void) => void): void {
  const world = globalThis as unknown as Record<string, Starter>;
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
    const original = world[name]!;
    const replacement: Starter = (callback, ...rest) => {
      const run = current;
      if (run === undefined || typeof callback !== 'function') return original(callback, ...rest);
      const timer = original(
        (...args: unknown[]) => {
          if (name !== 'setInterval') run.disown(timer);
          const body = () => asUser(() => within(run, () => callback(...args)));
          if (name === 'setImmediate') userTurn(body);
          else body();
        },
        ...rest,
      );
      run.own(timer, () => stopTimer(timer));
      if (name === 'setInterval') endless.add(timer);
      return timer;
    };
    // util.promisify(setTimeout) and timers/promises look for their own version under a symbol.
    Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
    world[name] = replacement;
  }
}
