import type { MessagePort } from 'node:worker_threads';
import { interruptScope } from '../core/interrupt';
import { comms } from '../notebook/comms';
import type { NotebookHost } from '../notebook/host';
// A page asks for the open widgets as soon as it knows the kernel, long before a cell has loaded the library.
import '../notebook/widgets/model';
import { Activity } from './activity';
import type { BuiltIns } from './builtIns';
import { type CellRequest, Execution } from './execution';
import { History } from './history';
import { Memory } from './memory';
import type { Json } from './message';
import { Phase } from './phase';
import type { Publisher } from './publisher';
import { Questions } from './questions';
import { Requests } from './requests';
import type { Runner } from './runner';
import { currentRun, enterRun, within } from './scope';
import { FLAG, type Inbound, now } from './shared';
import { describeError } from './traceback';
import { userTurn } from './userTurn';

/** How long a cell that holds the interrupt signal may take to stop by itself, in milliseconds. */
const GRACE = 15_000;

/** How long to wait for what cells have left behind, and how often to look, in milliseconds. */
const QUIET = { longest: 5000, pause: 30 };

const nextTurn = setImmediate;
const startTimer = setTimeout;

/** What has arrived, in a list that stands on no built-in object that a cell may have changed. */
interface Arrived {
  readonly inbound: Inbound;
  next: Arrived | undefined;
}

/** Takes requests in, one cell after the other, and hands interruptions and stray failures to the cell they are meant for. */
export class Session implements NotebookHost {
  readonly headless = process.env['RELUCTANT_HEADLESS'] === '1';
  readonly activity: Activity;
  readonly questions: Questions;
  private readonly execution: Execution;
  private readonly requests: Requests;
  private readonly memory = new Memory();
  private readonly queue: CellRequest[] = [];
  private first: Arrived | undefined;
  private last: Arrived | undefined;
  /** The first failure that belonged to no running cell. */
  private uncaught: { error: unknown } | undefined;

  constructor(
    private readonly publisher: Publisher,
    private readonly runner: Runner,
    private readonly flags: Int32Array,
    private readonly builtIns: BuiltIns,
    answered: MessagePort,
    /** Ends the process with a reason, when nothing else is left to do. */
    private readonly die: (reason: string) => never,
  ) {
    const history = new History();
    this.activity = new Activity(new Phase(flags), builtIns);
    this.questions = new Questions(publisher, answered, flags);
    this.execution = new Execution(this.activity, publisher, runner, history, flags, () => this.proveLife());
    this.requests = new Requests(this.activity, publisher, runner, history, this.execution);
    comms.connect({
      publish: (type, content, { metadata, buffers }) =>
        publisher.publish(type, content, currentRun()?.parent, { metadata, buffers: [...buffers] }),
      report: (error) => this.complain(error),
    });
    interruptScope.connect({
      requested: () => Atomics.load(flags, FLAG.requested) > Atomics.load(flags, FLAG.noted),
      taken: () => void Atomics.store(flags, FLAG.cooperative, 1),
    });
    this.listenForStrays();
    Object.defineProperty(globalThis, Symbol.for('reluctant.quiet'), { value: () => this.quiet() });
  }

  /** Whether there is no cell to run. */
  get isIdle(): boolean {
    return this.activity.isIdle;
  }

  handle(inbound: Inbound): void {
    if (inbound.kind === 'cut') this.afterCut(inbound.request);
    else {
      const arrived: Arrived = { inbound, next: undefined };
      if (this.last) this.last.next = arrived;
      else this.first = arrived;
      this.last = arrived;
    }
    this.activity.asKernel(() => {
      for (let { first } = this; first; first = this.first) {
        this.first = first.next;
        if (!this.first) this.last = undefined;
        try {
          this.take(first.inbound);
        } catch (error) {
          this.endIfStuck(error);
        }
      }
    });
  }

  private take(inbound: Inbound): void {
    if (inbound.kind === 'interrupt') {
      Atomics.store(this.flags, FLAG.noted, inbound.request);
      this.interrupt();
    }
    if (inbound.kind !== 'message') return;
    const { channel, message } = inbound;
    if (message.header.msg_type === 'execute_request') {
      this.queue.push(inbound);
      if (this.activity.isIdle) void this.work();
    } else if (channel === 'stdin') this.questions.receive(message);
    else void this.requests.answer(channel, message);
  }

  private async work(): Promise<void> {
    this.activity.take();
    for (let request = this.queue.shift(); request; request = this.queue.shift()) {
      const { header } = request.message;
      this.publisher.publish('status', { execution_state: 'busy' }, header);
      try {
        await this.execution.perform(request);
      } catch (error) {
        this.fault(request, error);
      }
      this.listenForStrays();
      this.publisher.publish('status', { execution_state: 'idle' }, header);
      this.questions.forgetLines();
      this.memory.afterCell();
      // Requests that came while a busy cell ran are still on their way; they belong to the queue before it is judged.
      await new Promise((resolve) => nextTurn(resolve));
    }
    this.activity.rest();
  }

  /** The kernel itself has failed. It says so, and goes on if what it stands on is still there. */
  private fault({ channel, message }: CellRequest, error: unknown): void {
    if (this.builtIns.stuck !== '') this.endIfStuck(error);
    const description = describeError(error, this.execution.count, '', this.runner);
    this.publisher.publish('error', description, message.header);
    const answer = { status: 'error', execution_count: this.execution.count, ...description };
    this.publisher.reply(channel, 'execute_reply', answer, message);
  }

  /** A cell has changed something for good; whether the kernel can do without is found out by trying. */
  private proveLife(): void {
    if (this.builtIns.stuck === '') return;
    try {
      this.runner.compile('1 + 1');
    } catch (error) {
      this.endIfStuck(error);
    }
  }

  private endIfStuck(error: unknown): void {
    const { stuck } = this.builtIns;
    if (stuck === '') throw error;
    this.die(`a cell has changed ${stuck} for good, and the kernel cannot work without`);
  }

  // ---- interruptions and failures --------------------------------------------------------------------------------

  private afterCut(request: number): void {
    const { activity } = this;
    activity.dismiss();
    // The request itself may have been seen first, and a cell that has begun since is not meant.
    if (Atomics.load(this.flags, FLAG.noted) >= request && !activity.isStopping) return;
    Atomics.store(this.flags, FLAG.noted, request);
    const { run } = activity;
    // An interval that was cut off would go off again, and the message of the interrupt comes when the thread is free.
    if (!run) currentRun()?.interrupt();
    enterRun(undefined);
    if (run) activity.end(run, 'interrupted');
    else this.publisher.write('stderr', 'Interrupted: what a cell had left running was cut off\n');
  }

  private interrupt(): void {
    const { activity } = this;
    const { run, isStopping: again } = activity;
    activity.dismiss();
    if (!run) {
      // Nothing but work that cells and widgets have left running can be meant.
      interruptScope.requestAll();
      return;
    }
    activity.askToStop();
    this.questions.forget();
    interruptScope.request();
    const force = () => activity.end(run, 'interrupted');
    if (again || !interruptScope.isTaken()) force();
    else startTimer(force, GRACE);
  }

  /** Cells may take away all listeners of the process; without these the next failed promise would end it. */
  private listenForStrays(): void {
    for (const [event, listener] of Object.entries(this.listeners)) {
      if (!process.listeners(event as never).includes(listener as never)) process.on(event, listener);
    }
  }

  private readonly listeners = {
    unhandledRejection: (reason: unknown) => this.activity.asKernel(() => this.stray(reason)),
    uncaughtException: (error: unknown) => this.activity.asKernel(() => this.stray(error)),
    SIGINT: () => this.activity.asKernel(() => this.interrupt()),
  };

  /** A failure that no cell has caught: it fails the running cell, or is printed when there is none. */
  private stray(error: unknown): void {
    if (this.activity.run) this.execution.failWith(error);
    else this.complain(error);
  }

  /** Prints a failure that belongs to no cell's own run. */
  private complain(error: unknown): void {
    this.uncaught ??= { error };
    const run = currentRun();
    // In a turn of the user's: what was thrown may do anything when it is looked at.
    userTurn(() =>
      this.activity.asUser(() => {
        const { traceback } = this.activity.asViewer(() => describeError(error, this.execution.count, '', this.runner));
        within(run, () => this.publisher.write('stderr', `Uncaught ${(traceback as string[]).join('\n')}\n`));
      }),
    );
  }

  /**
   * Waits a while for what cells have left behind. Programs that run a notebook to its end ask for this after the last cell.
   * @throws the first failure that no cell has caught
   */
  private async quiet(): Promise<void> {
    for (const limit = now() + QUIET.longest; ; ) {
      await new Promise((resolve) => startTimer(resolve, QUIET.pause));
      if (this.uncaught || !this.execution.isWaiting || now() > limit) break;
    }
    if (this.uncaught) throw this.uncaught.error;
  }

  // ---- what cells may ask of the front end -----------------------------------------------------------------------

  publish(data: Json, { metadata = {}, id, update = false }: { metadata?: Json; id?: string; update?: boolean }): void {
    const transient = id === undefined ? {} : { display_id: id };
    this.publisher.show(update ? 'update_display_data' : 'display_data', { data, metadata, transient });
  }

  clearOutput(wait: boolean): void {
    this.publisher.show('clear_output', { wait });
  }

  page(data: Json): void {
    this.activity.run?.pages.push({ source: 'page', data, start: 0 });
  }

  input(prompt: string, password: boolean): Promise<string> {
    return this.questions.ask(this.activity.run, 'input', prompt, password);
  }
}
