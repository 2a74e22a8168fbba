import { interruptScope } from '../core/interrupt';
import type { BuiltIns } from './builtIns';
import type { CompiledCell } from './compiler/cells';
import type { Phase } from './phase';
import type { CellRun } from './scope';

/** A cell that is compiled and has not ended. */
export interface Job {
  readonly run: CellRun;
  readonly cell: CompiledCell;
}

/** What the thread of the cells is at, as far as the cell in the foreground goes. */
export type State =
  /** There is no cell to run. */
  | { readonly name: 'idle' }
  /** A request is worked on, and none of its code can run: it is being compiled, or it has ended and is reported. */
  | { readonly name: 'preparing' }
  /** The cell is compiled and waits for its turn. */
  | { readonly name: 'ready'; readonly job: Job }
  /** Its code runs, or waits for something. */
  | { readonly name: 'running'; readonly job: Job }
  /** The user has asked it to stop; it holds the interrupt signal and has a while to end by itself. */
  | { readonly name: 'stopping'; readonly job: Job };

/** Code of the user that runs beside the cell in the foreground, or after it. */
type Visitor =
  | { readonly name: 'none' }
  /** A timer, say, that goes off when its cell has long ended. */
  | { readonly name: 'left-behind' }
  /** A listener of a comm message; `leave` tells the front end that the message is done with. */
  | { readonly name: 'listener'; readonly leave: () => void };

/** How a cell's code has come to its end. */
export type Ended = 'by-itself' | 'interrupted';

const IDLE: State = { name: 'idle' };
const PREPARING: State = { name: 'preparing' };
const NONE: Visitor = { name: 'none' };

/**
 * Whose turn it is: one state with a name, and the only transitions between them. Code of the user may be cut off at any
 * point (see `wire.ts`), so nothing here waits for it: {@link Activity.end} is called from outside if need be. Built-in
 * objects that the user has changed are put back as long as the kernel's own code runs.
 */
export class Activity {
  private state: State = IDLE;
  private visitor: Visitor = NONE;
  /** How many calls of {@link asKernel} are open. */
  private depth = 0;
  private onEnd: ((ended: Ended) => void) | undefined;

  constructor(
    private readonly phase: Phase,
    private readonly builtIns: BuiltIns,
  ) {
    this.settle();
  }

  /** Whether there is no cell to run. */
  get isIdle(): boolean {
    return this.state.name === 'idle';
  }

  /** The cell that is compiled and has not ended. */
  get job(): Job | undefined {
    return 'job' in this.state ? this.state.job : undefined;
  }

  /** The run of {@link job}. */
  get run(): CellRun | undefined {
    return this.job?.run;
  }

  /** Whether the user has asked the cell to stop. */
  get isStopping(): boolean {
    return this.state.name === 'stopping';
  }

  /** idle -> preparing: a request is taken out of the queue. */
  take(): void {
    this.state = PREPARING;
    this.enterKernel();
  }

  /**
   * preparing -> ready: the cell is compiled.
   * @returns how it ended, once it has
   */
  offer(job: Job): Promise<Ended> {
    this.state = { name: 'ready', job };
    return new Promise((resolve) => {
      this.onEnd = resolve;
    });
  }

  /**
   * ready -> running: the turn of the cell has come; its code begins with {@link enterUser}.
   * @returns false when an interrupt has ended it before
   */
  begin(run: CellRun): boolean {
    if (this.state.name !== 'ready' || this.state.job.run !== run) return false;
    this.state = { name: 'running', job: this.state.job };
    return true;
  }

  /** running -> stopping: the user has asked the cell to stop. */
  askToStop(): void {
    if (this.state.name === 'running') this.state = { name: 'stopping', job: this.state.job };
  }

  /** ready, running, stopping -> preparing. A cell that was asked to stop counts as interrupted, however it has ended. */
  end(run: CellRun, ended: Ended): void {
    if (this.run !== run) return;
    const how = this.isStopping ? 'interrupted' : ended;
    this.state = PREPARING;
    const tell = this.onEnd;
    this.onEnd = undefined;
    tell?.(how);
  }

  /** preparing -> idle: nothing is left to do. */
  rest(): void {
    this.state = IDLE;
    this.settle();
  }

  /** Runs code of the kernel, perhaps in the midst of a cell's. */
  asKernel<T>(body: () => T): T {
    this.enterKernel();
    this.depth += 1;
    try {
      return body();
    } finally {
      this.depth -= 1;
      this.settle();
    }
  }

  /** Lets the running cell look at one of its values: it may be cut off, but the kernel's built-in objects are in place. */
  asViewer<T>(body: () => T): T {
    this.builtIns.restore();
    this.phase.enterUser();
    try {
      return body();
    } finally {
      this.builtIns.absorb();
    }
  }

  /** The kernel goes on where code of the cell has run. */
  enterKernel(): void {
    this.phase.enterKernel();
    this.builtIns.restore();
  }

  /** Runs code that a cell has left behind. */
  asUser(body: () => void): void {
    const isForeground = this.state.name === 'running' || this.state.name === 'stopping';
    if (!isForeground) this.visitor = { name: 'left-behind' };
    this.enterUser();
    try {
      body();
    } finally {
      if (!isForeground) {
        this.visitor = NONE;
        this.phase.enterKernel();
      }
      this.settle();
    }
  }

  /** Runs the listeners of a comm message; `leave` is called when they have ended, or were interrupted. */
  asListener(body: () => void, leave: () => void): void {
    const visitor: Visitor = { name: 'listener', leave };
    this.visitor = visitor;
    if (!this.job) interruptScope.renew();
    this.enterUser();
    body();
    this.asKernel(() => this.dismiss());
  }

  /** Whatever ran beside the foreground has ended, or is cut off. */
  dismiss(): void {
    const { visitor } = this;
    this.visitor = NONE;
    if (visitor.name === 'listener') visitor.leave();
  }

  /** Code of the user runs from here on, and may be cut off. */
  enterUser(): void {
    this.builtIns.yield();
    this.phase.enterUser();
  }

  /**
   * Says whose code is next to run. Between cells the kernel does nothing by itself except in {@link asKernel}: what blocks
   * the thread then is what cells have left behind, in whatever callback of Node it runs. Node delivers the next message by
   * the built-in objects as they are now, so they stay as the kernel needs them.
   */
  private settle(): void {
    if (this.depth > 0) return;
    if (this.state.name === 'running' || this.state.name === 'stopping' || this.visitor.name === 'left-behind') {
      this.enterUser();
    } else if (this.state.name === 'idle') {
      this.phase.enterBetweenCells();
    }
  }
}
