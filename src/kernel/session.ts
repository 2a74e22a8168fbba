import { randomUUID } from 'node:crypto';
import { ReluctantError } from '../core';
import { interruptScope } from '../core/interrupt';
import { mimeBundle } from '../notebook';
import { type CommMessageType, comms } from '../notebook/comms';
import type { NotebookHost } from '../notebook/host';
// A page asks for the open widgets as soon as it knows the kernel, long before a cell has loaded the library.
import '../notebook/widgets/model';
import type { CompiledCell } from './compiler/cells';
import { complete, inspect } from './editing';
import { History } from './history';
import { Memory } from './memory';
import type { Json, Message } from './message';
import { Phase } from './phase';
import type { Publisher } from './publisher';
import type { Outcome, Runner } from './runner';
import { CellRun, currentRun, enterRun, within } from './scope';
import { type Channel, FLAG, type Inbound, now } from './shared';
import { describeError } from './traceback';
import { userTurn } from './userTurn';

/** How a cell has ended. */
type Ending = { kind: 'ok'; outcome: Outcome } | { kind: 'error'; error: unknown } | { kind: 'interrupted' };

interface Request {
  channel: Channel;
  message: Message;
  received: number;
}

interface Running {
  run: CellRun;
  cell: CompiledCell;
  end: (ending: Ending) => void;
  /** Whether the user has asked it to stop already. */
  asked: boolean;
  /** Whether its code is running, or waiting for something, right now. */
  begun: boolean;
}

/** How long a cell that holds the interrupt signal may take to stop by itself, in milliseconds. */
const GRACE = 15_000;

const nextTurn = setImmediate;
const startTimer = setTimeout;

/** Raised for the user, in the place of a cell's own result, when it was interrupted. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Answers requests, one cell after the other. What a cell runs may be cut off at any point (see `wire.ts`), so nothing here
 * relies on a cell's own code to come back: an interruption ends the cell from outside.
 */
export class Session implements NotebookHost {
  readonly headless = process.env['RELUCTANT_HEADLESS'] === '1';
  private readonly queue: Request[] = [];
  private readonly history = new History();
  private readonly answers = new Map<string, (line: string) => void>();
  private readonly inbox: Inbound[] = [];
  private readonly memory = new Memory();
  private readonly phase: Phase;
  private depth = 0;
  /** Whether code is running that a cell has left behind. */
  private leftBehind = false;
  private working = false;
  private running: Running | undefined;
  /** Ends the comm message that is being heard. */
  private listening: (() => void) | undefined;
  private count = 0;
  /** Cells that were run so far, in the history or not. */
  private executed = 0;
  private serial = 0;
  /** Cells that arrived before this moment are not run, because one before them has failed. */
  private abortBefore = 0;

  constructor(
    private readonly publisher: Publisher,
    private readonly runner: Runner,
    private readonly flags: Int32Array,
  ) {
    this.phase = new Phase(flags);
    this.settle();
    comms.connect({
      publish: (type, content, { metadata, buffers }) =>
        publisher.publish(type, content, currentRun()?.parent, { metadata, buffers: [...buffers] }),
      report: (error) => this.complain(error),
    });
    interruptScope.connect({
      requested: () => Atomics.load(flags, FLAG.requested) > Atomics.load(flags, FLAG.noted),
      taken: () => void Atomics.store(flags, FLAG.cooperative, 1),
    });
    process.on('unhandledRejection', (reason) => this.asOwn(() => this.stray(reason)));
    process.on('uncaughtException', (error) => this.asOwn(() => this.stray(error)));
    process.on('SIGINT', () => this.asOwn(() => this.interrupt()));
  }

  /** Whether there is no cell to run. */
  get isIdle(): boolean {
    return !this.working;
  }

  handle(inbound: Inbound): void {
    if (inbound.kind === 'cut') this.afterCut(inbound.request);
    else this.inbox.push(inbound);
    this.asOwn(() => {
      for (let next = this.inbox.shift(); next; next = this.inbox.shift()) this.take(next);
    });
  }

  /** Runs code of the kernel in the midst of a cell's. */
  asOwn<T>(body: () => T): T {
    this.phase.enterOwn();
    this.depth += 1;
    try {
      return body();
    } finally {
      this.depth -= 1;
      this.settle();
    }
  }

  /** Runs code that a cell has left behind: a timer, say, that goes off when the cell has long ended. */
  asUser(body: () => void): void {
    const begun = this.running?.begun === true;
    if (!begun) this.phase.enterUser();
    this.leftBehind = !begun;
    try {
      body();
    } finally {
      this.leftBehind = false;
      if (!begun) this.phase.enterOwn();
      this.settle();
    }
  }

  /**
   * Says whose code is next to run. Between cells the kernel does nothing by itself except in {@link asOwn}: what blocks the
   * thread then is what cells have left behind, in whatever callback of Node it runs.
   */
  private settle(): void {
    if (this.depth > 0) return;
    if (this.running?.begun || this.leftBehind) this.phase.enterUser();
    else if (!this.working) this.phase.enterBetweenCells();
  }

  private afterCut(request: number): void {
    this.leftBehind = false;
    this.listening?.();
    // The request itself may have been seen first, and a cell that has begun since is not meant.
    if (Atomics.load(this.flags, FLAG.noted) >= request && !this.running?.asked) return;
    Atomics.store(this.flags, FLAG.noted, request);
    // An interval that was cut off would go off again, and the message of the interrupt comes when the thread is free.
    if (!this.running) currentRun()?.interrupt();
    enterRun(undefined);
    if (this.running) this.running.end({ kind: 'interrupted' });
    else this.publisher.write('stderr', 'Interrupted: what a cell had left running was cut off\n');
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
      if (!this.working) void this.work();
    } else if (channel === 'stdin') this.answered(message);
    else void this.answer(channel, message);
  }

  // ---- cells -----------------------------------------------------------------------------------------------------

  private async work(): Promise<void> {
    this.working = true;
    for (let request = this.queue.shift(); request; request = this.queue.shift()) {
      const { header } = request.message;
      this.publisher.publish('status', { execution_state: 'busy' }, header);
      await this.execute(request);
      this.publisher.publish('status', { execution_state: 'idle' }, header);
      this.memory.afterCell();
      // Requests that came while a busy cell ran are still on their way; they belong to the queue before it is judged.
      await new Promise((resolve) => nextTurn(resolve));
    }
    this.working = false;
    this.settle();
  }

  private async execute({ channel, message, received }: Request): Promise<void> {
    const { content } = message;
    const reply = (answer: Json) => this.publisher.reply(channel, 'execute_reply', answer, message);
    const stopOnError = content['stop_on_error'] !== false;
    if (stopOnError && received < this.abortBefore) return reply({ status: 'aborted' });
    const code = String(content['code'] ?? '');
    const silent = content['silent'] === true;
    const storesHistory = !silent && content['store_history'] !== false;
    if (storesHistory) this.count += 1;
    const count = this.count;
    if (!silent) this.executed += 1;
    // Programs that keep their cells out of the history (nbval) still want to know which one has failed.
    const number = storesHistory ? count : this.executed;
    const run = new CellRun(message.header, message.identities, count, number, ++this.serial, {
      silent,
      allowInput: content['allow_stdin'] === true,
    });
    this.publisher.begin(run);
    if (!silent) this.publisher.publish('execute_input', { code, execution_count: count }, message.header);
    if (storesHistory) this.history.add(count, code);

    const ending = await this.runCell(run, code);
    if (ending.kind === 'ok') {
      if (storesHistory && ending.outcome.hasValue) this.history.setOutput(count, ending.outcome.value);
      const failure = silent ? undefined : this.publishResult(ending.outcome, run);
      if (failure === undefined) {
        const expressions = this.evaluateAll(content['user_expressions']);
        return reply({ status: 'ok', execution_count: count, payload: run.pages, user_expressions: expressions });
      }
      return this.fail(failure, run, code, reply, stopOnError);
    }
    const error = ending.kind === 'error' ? ending.error : new Interrupted('the cell was interrupted by the user');
    this.fail(error, run, code, reply, stopOnError);
  }

  private fail(error: unknown, run: CellRun, code: string, reply: (answer: Json) => void, stopOnError: boolean): void {
    const description = describeError(error, run.number, code, this.runner);
    if (!run.options.silent) this.publisher.publish('error', description, run.parent);
    if (stopOnError) this.abortBefore = now();
    reply({ status: 'error', execution_count: run.count, ...description, payload: [], user_expressions: {} });
  }

  private async runCell(run: CellRun, code: string): Promise<Ending> {
    interruptScope.open();
    Atomics.store(this.flags, FLAG.cooperative, 0);
    let cell: CompiledCell;
    try {
      cell = this.runner.compile(code);
    } catch (error) {
      return { kind: 'error', error };
    }
    if (Atomics.load(this.flags, FLAG.requested) > Atomics.load(this.flags, FLAG.noted)) return { kind: 'interrupted' };
    const ended = new Promise<Ending>((resolve) => {
      const end = (ending: Ending) => {
        if (this.running?.run === run) this.running.begun = false;
        resolve(ending);
      };
      this.running = { run, cell, end, asked: false, begun: false };
    });
    let hasBegun = false;
    // A turn of its own: if the cell is cut off, all that was called from here on is gone, and this function is not.
    userTurn(() => {
      const end = (ending: Ending) => {
        if (this.running?.run === run) this.running.end(ending);
      };
      // An interrupt may have ended the cell before its code began.
      if (this.running?.run !== run) return;
      this.running.begun = true;
      hasBegun = true;
      this.phase.enterUser();
      this.runner.run(cell, code, run).then(
        (outcome) => {
          this.phase.enterOwn();
          // A turn later, because a promise that the cell left to fail is reported only then.
          nextTurn(() => end({ kind: 'ok', outcome }));
        },
        (error) => {
          this.phase.enterOwn();
          end({ kind: 'error', error });
        },
      );
    });
    const ending = await ended;
    const { asked } = this.running!;
    this.running = undefined;
    enterRun(undefined);
    if (ending.kind === 'interrupted') {
      run.interrupt();
      if (hasBegun) this.runner.abandon(cell);
    } else if (asked) return { kind: 'interrupted' };
    return ending;
  }

  private publishResult({ hasValue, value }: Outcome, run: CellRun): unknown {
    if (!hasValue) return undefined;
    try {
      const data = within(run, () => mimeBundle(value));
      const content = { execution_count: run.count, data, metadata: {} };
      this.publisher.publish('execute_result', content, run.parent);
      return undefined;
    } catch (error) {
      return error ?? new Error('the value could not be shown');
    }
  }

  private evaluateAll(expressions: unknown): Json {
    const results: Json = {};
    if (typeof expressions !== 'object' || expressions === null) return results;
    for (const [name, expression] of Object.entries(expressions)) {
      try {
        results[name] = { status: 'ok', data: mimeBundle(this.runner.evaluate(String(expression))), metadata: {} };
      } catch (error) {
        results[name] = { status: 'error', ...describeError(error, this.count, String(expression), this.runner) };
      }
    }
    return results;
  }

  /** A failure that no cell has caught: it fails the running cell, or is printed when there is none. */
  private stray(error: unknown): void {
    if (this.running) {
      this.running.end({ kind: 'error', error });
      return;
    }
    this.complain(error);
  }

  /** Prints a failure that belongs to no cell's own run. */
  private complain(error: unknown): void {
    const { traceback } = describeError(error, this.count, '', this.runner);
    this.publisher.write('stderr', `Uncaught ${(traceback as string[]).join('\n')}\n`);
  }

  private interrupt(): void {
    const { running } = this;
    this.listening?.();
    if (!running) {
      // Nothing but work that cells and widgets have left running can be meant.
      interruptScope.requestAll();
      return;
    }
    const again = running.asked;
    running.asked = true;
    this.answers.clear();
    interruptScope.request();
    const force = () => this.running === running && running.end({ kind: 'interrupted' });
    if (again || !interruptScope.isTaken()) force();
    else startTimer(force, GRACE);
  }

  // ---- requests other than cells ---------------------------------------------------------------------------------

  private async answer(channel: Channel, message: Message): Promise<void> {
    const { header, content } = message;
    const type = header.msg_type;
    this.publisher.publish('status', { execution_state: 'busy' }, header);
    try {
      const reply = this.replyTo(type, content);
      if (reply) this.publisher.reply(channel, type.replace(/_request$/, '_reply'), reply, message);
      else if (type.startsWith('comm_')) {
        await this.hear(message);
      }
    } catch (error) {
      const description = describeError(error, this.count, '', this.runner);
      if (type.endsWith('_request')) {
        const failed = { status: 'error', ...description };
        this.publisher.reply(channel, type.replace(/_request$/, '_reply'), failed, message);
      } else this.publisher.write('stderr', `${(description['traceback'] as string[]).join('\n')}\n`);
    } finally {
      this.asOwn(() => this.publisher.publish('status', { execution_state: 'idle' }, header));
    }
  }

  /**
   * Hands a comm message to its listeners, which are code of cells: like cells they get a turn of their own, so that an
   * endless loop in one of them can be cut off and takes nothing of the kernel along. What they only begin (a training run,
   * say) is not waited for: the front end sends the next value of a slider when this message is done with.
   */
  private hear({ header, identities, content, buffers, metadata }: Message): Promise<void> {
    const run = new CellRun(header, identities, this.count, this.count, ++this.serial, {
      silent: false,
      allowInput: false,
    });
    return new Promise((resolve) => {
      userTurn(() => {
        const done = () => {
          this.listening = undefined;
          resolve();
        };
        this.listening = done;
        if (!this.running) interruptScope.renew();
        this.phase.enterUser();
        within(run, () => comms.receive(header.msg_type as CommMessageType, content, buffers, metadata));
        this.asOwn(done);
      });
    });
  }

  private replyTo(type: string, content: Json): Json | undefined {
    switch (type) {
      case 'complete_request':
        return complete(this.runner.compiler, content);
      case 'inspect_request':
        return inspect(this.runner.compiler, content);
      case 'is_complete_request': {
        const code = String(content['code'] ?? '');
        return { ...this.runner.compiler.isComplete(code) };
      }
      case 'history_request':
        return this.history.answer(content);
      case 'comm_info_request':
        return { status: 'ok', comms: comms.info(content['target_name'] as string | undefined) };
      default:
        return undefined;
    }
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
    this.running?.run.pages.push({ source: 'page', data, start: 0 });
  }

  input(prompt: string, password: boolean): Promise<string> {
    const run = this.running?.run;
    if (!run?.options.allowInput) {
      throw new ReluctantError({
        code: 'input-not-possible',
        operation: 'input',
        problem: 'whoever runs this notebook cannot be asked',
        fix: 'run it in JupyterLab, or pass the value as a parameter ("npx reluctant run NOTEBOOK -p name=value")',
      });
    }
    const id = randomUUID();
    this.publisher.ask({ prompt, password }, run, id);
    return new Promise((resolve) => this.answers.set(id, resolve));
  }

  private answered({ header, parent, content }: Message): void {
    if (header.msg_type !== 'input_reply') return;
    // Clients of older protocols do not say which question they answer; there is one at a time.
    const id = [...this.answers.keys()].find((key) => key === parent['msg_id']) ?? this.answers.keys().next().value;
    if (id === undefined) return;
    const resume = this.answers.get(id)!;
    this.answers.delete(id);
    resume(String(content['value'] ?? ''));
  }
}
