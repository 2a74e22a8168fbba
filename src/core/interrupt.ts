/**
 * The one place where long work learns that its user wants it to stop. The notebook kernel opens a scope for every cell
 * and requests the interruption; loops in this library ask for the signal, and nothing here knows about notebooks.
 */
let cell = new AbortController();
/** Reaches the work of all cells so far, also of those that have ended. */
let everything = new AbortController();
let signal: AbortSignal | undefined;
let taken = false;
let kernel: InterruptSource = { requested: () => false, taken: () => {} };

/** What the kernel knows and wants to know about interruptions. */
export interface InterruptSource {
  /** Whether the user has asked for one, also while no event can be delivered. */
  requested(): boolean;
  /** Called when somebody in the running cell takes the signal. */
  taken(): void;
}

function take(): void {
  if (taken) return;
  taken = true;
  kernel.taken();
}

/**
 * The signal that is aborted when the user interrupts the cell that is running (the stop button of a notebook). Taking it
 * promises to stop soon by yourself: the kernel then waits for the cell to end in good order instead of cutting it off.
 * Outside a notebook it is never aborted.
 *
 * @example
 * interruptSignal().aborted; // false
 */
export function interruptSignal(): AbortSignal {
  take();
  return current();
}

function current(): AbortSignal {
  signal ??= AbortSignal.any([cell.signal, everything.signal]);
  return signal;
}

function abort(controller: AbortController): void {
  controller.abort(new Error('interrupted by the user'));
}

/**
 * Whether the user has asked for an interruption, also while no event can be delivered because the thread is busy. Cheap
 * enough for every batch; the signal of {@link interruptSignal} is aborted by the call that first finds out.
 *
 * @example
 * interruptRequested(); // false
 */
export function interruptRequested(): boolean {
  take();
  if (!current().aborted && kernel.requested()) abort(cell);
  return current().aborted;
}

/** What the kernel does with the signal; nothing else needs it. */
export const interruptScope = {
  /** A fresh signal for a new cell. */
  open(): void {
    cell = new AbortController();
    signal = undefined;
    taken = false;
  },
  /** A fresh signal for work that begins outside of a cell, if the last one has been aborted. */
  renew(): void {
    if (signal?.aborted) interruptScope.open();
  },
  /** Aborts the signal of the running cell. */
  request(): void {
    abort(cell);
  },
  /** Aborts every signal that was ever taken: those of work that cells have left running. */
  requestAll(): void {
    abort(everything);
    everything = new AbortController();
  },
  /** Whether somebody in this cell holds the signal and may be trusted to stop. */
  isTaken: (): boolean => taken,
  connect(source: InterruptSource): void {
    kernel = source;
  },
};
