import { Session as InspectorSession } from 'node:inspector';
import { descendantsOf, endTree } from '../processTree';
import { FLAG, type Inbound, now, PHASE } from '../shared';

/**
 * How long a busy cell is left alone after an interrupt before it is cut off, in milliseconds. Between cells the thread is
 * given longer: mostly it is only asleep, and a cut that meets it on waking would take the message that woke it.
 */
const PATIENCE = { ordinary: 150, betweenCells: 1000, cooperative: 8000 };
/** After this long without any effect, a further interrupt ends the process, in milliseconds. */
const HOPELESS = 10_000;

/** Stops what the cell thread runs, however busy it is. */
export class Interruption {
  /** The oldest interrupt that has had no effect yet. */
  private pending: { request: number; since: number } | undefined;
  /** Processes that cells have started and do not wait for. */
  private background: readonly number[] = [];

  /**
   * @param post sends a message to the cell thread
   * @param die ends the process with a reason
   */
  constructor(
    private readonly flags: Int32Array,
    private readonly post: (message: Inbound) => void,
    private readonly die: (reason: string) => void,
  ) {}

  /** Takes note of the processes that are not waited for, before the cell thread waits for another one. */
  setBackground(pids: readonly number[]): void {
    this.background = pids;
  }

  /**
   * Asks the cell thread to stop what it runs; if it is too busy to listen, what it runs is cut off. Only code of a cell is
   * ever cut off, never the kernel's own.
   */
  request(): void {
    const { flags } = this;
    const request = Atomics.add(flags, FLAG.requested, 1) + 1;
    Atomics.notify(flags, FLAG.answers);
    this.post({ kind: 'interrupt', request });
    const asked = now();
    // A cut alone proves nothing: microtasks that follow each other for ever go on after it.
    if (this.pending && Atomics.load(flags, FLAG.noted) >= this.pending.request) this.pending = undefined;
    if (this.pending && asked - this.pending.since > HOPELESS) {
      this.die('it did not react to two interrupts: it was inside native code, or hangs');
    }
    this.pending ??= { request, since: asked };
    this.endAwaitedChildren();
    const timer = setInterval(() => {
      if (Atomics.load(flags, FLAG.noted) >= request) return clearInterval(timer);
      const phase = Atomics.load(flags, FLAG.phase);
      if (phase !== PHASE.userCode && phase !== PHASE.betweenCells) return;
      if (now() - asked < this.patienceIn(phase)) return;
      if (Atomics.compareExchange(flags, FLAG.phase, phase, PHASE.cutting) !== phase) return;
      clearInterval(timer);
      this.cut(request);
    }, 25);
  }

  private cut(request: number): void {
    const inspector = new InspectorSession();
    inspector.connectToMainThread();
    inspector.post('Runtime.terminateExecution', () => {
      Atomics.compareExchange(this.flags, FLAG.phase, PHASE.cutting, PHASE.kernel);
      inspector.disconnect();
      this.post({ kind: 'cut', request });
    });
  }

  /** `execSync` and its like hold the thread until the process ends that they wait for. */
  private endAwaitedChildren(): void {
    if (Atomics.load(this.flags, FLAG.child) !== 1) return;
    const left = new Set(this.background.flatMap((pid) => [pid, ...descendantsOf(pid)]));
    for (const pid of descendantsOf(process.pid)) if (!left.has(pid)) endTree(pid);
  }

  private patienceIn(phase: number): number {
    if (Atomics.load(this.flags, FLAG.cooperative) === 1) return PATIENCE.cooperative;
    return phase === PHASE.betweenCells ? PATIENCE.betweenCells : PATIENCE.ordinary;
  }
}
