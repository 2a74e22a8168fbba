import { FLAG, now, PHASE } from './shared';

/** How long to wait for a cut that has been announced, in milliseconds. */
const LIMIT = 3000;

/**
 * Whose code this thread is running, told to the wire thread through shared memory. The wire thread may cut off code of the
 * user, never the kernel's own; both sides change the word by compare-and-exchange, so that they cannot misunderstand.
 */
export class Phase {
  constructor(private readonly flags: Int32Array) {}

  /** Code of the user begins here: from now on it may be cut off. */
  enterUser(): void {
    Atomics.store(this.flags, FLAG.phase, PHASE.userCode);
  }

  /** Nothing is to be done: whatever runs next without a word is code of the user that cells have left behind. */
  enterBetweenCells(): void {
    Atomics.store(this.flags, FLAG.phase, PHASE.betweenCells);
  }

  /**
   * The kernel's own code begins here. If a cut has been announced in the meantime it is waited for at this harmless place
   * and what follows may never be reached: whoever calls this must have put down first what may not be lost.
   */
  enterKernel(): void {
    let before = Atomics.compareExchange(this.flags, FLAG.phase, PHASE.userCode, PHASE.kernel);
    if (before === PHASE.betweenCells) {
      before = Atomics.compareExchange(this.flags, FLAG.phase, PHASE.betweenCells, PHASE.kernel);
    }
    if (before !== PHASE.cutting) return;
    // The wire thread changes the word as soon as it knows that the cut has been made, perhaps before this was called.
    for (const limit = now() + LIMIT; now() < limit && Atomics.load(this.flags, FLAG.phase) === PHASE.cutting; );
    Atomics.store(this.flags, FLAG.phase, PHASE.kernel);
  }
}
