import { interruptScope } from '../core/interrupt';
import { mimeBundle } from '../notebook';
import type { Activity, Ended } from './activity';
import type { CompiledCell } from './compiler/cells';
import type { History } from './history';
import { type Json, type Message, textField } from './message';
import { encodeContent, type Publisher } from './publisher';
import type { Outcome, Runner } from './runner';
import { CellRun, enterRun, within } from './scope';
import { type Channel, FLAG, now } from './shared';
import { describeError } from './traceback';
import { userTurn } from './userTurn';

/** A request to run a cell. */
export interface CellRequest {
  channel: Channel;
  message: Message;
  received: number;
}

/** What a cell has come to: all of it ready to be sent, so that no code of the user has to run any more. */
type Result =
  | { kind: 'value'; content: string | undefined; expressions: Json }
  | { kind: 'error'; description: Json }
  | { kind: 'interrupted' };

/** Raised for the user, in the place of a cell's own result, when it was interrupted. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const nextTurn = setImmediate;

/** Runs cells, one request after the other, and answers for them. */
export class Execution {
  /** Cells that are in the history so far: the number in brackets. */
  count = 0;
  /** Cells that were run so far, in the history or not. */
  private executed = 0;
  private serial = 0;
  /** Cells that may have left something running. */
  private readonly runs = new Set<CellRun>();
  /** Cells that arrived before this moment are not run, because one before them has failed. */
  private abortBefore = 0;
  private result: Result | undefined;
  /** An error of the running cell that its own code did not throw where it could be caught. */
  private failure: { error: unknown } | undefined;

  constructor(
    private readonly activity: Activity,
    private readonly publisher: Publisher,
    private readonly runner: Runner,
    private readonly history: History,
    private readonly flags: Int32Array,
    /** Ends the process when a cell has made further cells impossible; called before its answer is sent. */
    private readonly proveLife: () => void,
  ) {}

  /** A number that no other run has had. */
  nextSerial(): number {
    return ++this.serial;
  }

  /** Runs the cell of a request to its end and sends the reply. */
  async perform(request: CellRequest): Promise<void> {
    const { channel, message, received } = request;
    const reply = (answer: Json) => this.publisher.reply(channel, 'execute_reply', answer, message);
    const stopsOnError = message.content['stop_on_error'] !== false;
    if (stopsOnError && received < this.abortBefore) return reply({ status: 'aborted' });
    const code = textField(message.content, 'code');
    const run = this.open(message, code);
    const result = await this.resultOf(run, code, message.content['user_expressions']);
    this.proveLife();
    if (result.kind === 'value') {
      if (result.content !== undefined) this.publisher.publish('execute_result', result.content, run.parent);
      const { count, pages: payload } = run;
      return reply({ status: 'ok', execution_count: count, payload, user_expressions: result.expressions });
    }
    const description = result.kind === 'error' ? result.description : this.interruption(run, code);
    if (!run.options.silent) this.publisher.publish('error', description, run.parent);
    if (stopsOnError) this.abortBefore = now();
    reply({ status: 'error', execution_count: run.count, ...description, payload: [], user_expressions: {} });
  }

  /** Whether a timer that a cell has left behind is still to go off. */
  get isWaiting(): boolean {
    for (const run of this.runs) if (!run.isWaiting) this.runs.delete(run);
    return this.runs.size > 0;
  }

  /** Ends the running cell with an error that its own code did not throw where it could be caught. */
  failWith(error: unknown): void {
    const { run } = this.activity;
    if (!run) return;
    this.failure ??= { error };
    userTurn(() => this.finish(run, '', () => ({ kind: 'value', content: undefined, expressions: {} })));
  }

  /** Counts the cell, says that it begins, and remembers its text. */
  private open({ header, identities, content }: Message, code: string): CellRun {
    const silent = content['silent'] === true;
    const storesHistory = !silent && content['store_history'] !== false;
    if (storesHistory) this.count += 1;
    if (!silent) this.executed += 1;
    // Programs that keep their cells out of the history (nbval) still want to know which one has failed.
    const number = storesHistory ? this.count : this.executed;
    const options = { silent, storesHistory, allowInput: content['allow_stdin'] === true };
    const run = new CellRun(header, identities, this.count, number, this.nextSerial(), options);
    this.publisher.begin(run);
    if (!silent) this.runs.add(run);
    if (!silent) this.publisher.publish('execute_input', { code, execution_count: run.count }, header);
    if (storesHistory) this.history.add(run.count, code);
    return run;
  }

  private async resultOf(run: CellRun, code: string, expressions: unknown): Promise<Result> {
    interruptScope.open();
    Atomics.store(this.flags, FLAG.cooperative, 0);
    let cell: CompiledCell;
    try {
      cell = this.runner.compile(code);
    } catch (error) {
      return { kind: 'error', description: this.describe(error, run, code) };
    }
    if (this.isInterruptPending) return { kind: 'interrupted' };
    this.result = undefined;
    this.failure = undefined;
    const ended = this.activity.offer({ run, cell });
    const turn = { hasBegun: false };
    // A turn of its own: if the cell is cut off, all that was called from here on is gone, and this function is not.
    userTurn(() => {
      // An interrupt may have ended the cell before its code began.
      if (!this.activity.begin(run)) return;
      turn.hasBegun = true;
      this.start(run, cell, code, expressions);
    });
    const how: Ended = await ended;
    this.activity.enterKernel();
    enterRun(undefined);
    if (how === 'interrupted') {
      run.interrupt();
      if (turn.hasBegun) this.runner.abandon(cell);
      return { kind: 'interrupted' };
    }
    if (this.failure) this.runner.abandon(cell);
    return this.result ?? { kind: 'value', content: undefined, expressions: {} };
  }

  private get isInterruptPending(): boolean {
    return Atomics.load(this.flags, FLAG.requested) > Atomics.load(this.flags, FLAG.noted);
  }

  private start(run: CellRun, cell: CompiledCell, code: string, expressions: unknown): void {
    this.runner.run(cell, code, run, {
      enter: () => this.activity.enterUser(),
      done: (take) => {
        // A cell that has failed meanwhile, or was interrupted, has nothing to say any more.
        if (this.activity.run !== run) return;
        this.activity.enterKernel();
        this.runner.adopt(cell);
        const outcome = take();
        // A turn later, because a promise that the cell left to fail is reported only then.
        nextTurn(() => this.finish(run, code, () => this.valueOf(outcome, expressions, run, code)));
      },
      failed: (error) => {
        if (this.activity.run !== run) return;
        this.activity.enterKernel();
        // What failed because the user wanted it to end (`execSync`, say, whose child was ended) has no error of its own.
        if (this.isInterruptPending) {
          Atomics.store(this.flags, FLAG.noted, Atomics.load(this.flags, FLAG.requested));
          this.activity.end(run, 'interrupted');
          return;
        }
        this.failure ??= { error };
        this.finish(run, code, () => ({ kind: 'interrupted' }));
      },
    });
  }

  /**
   * Ends the cell with what `look` makes of its value, or with the failure that it has met. Both look at values of the user,
   * whose getters, proxies and display methods may do anything.
   */
  private finish(run: CellRun, code: string, look: () => Result): void {
    const { activity, failure } = this;
    if (activity.run !== run) return;
    try {
      this.result = activity.asViewer(
        failure ? () => ({ kind: 'error', description: this.describe(failure.error, run, code) }) : look,
      );
    } catch (error) {
      this.result = { kind: 'error', description: this.describe(error, run, code) };
    } finally {
      activity.enterKernel();
      activity.end(run, 'by-itself');
    }
  }

  private valueOf(outcome: Outcome, expressions: unknown, run: CellRun, code: string): Result {
    const { silent, storesHistory } = run.options;
    try {
      const isShown = outcome.hasValue && !silent;
      const data = isShown ? within(run, () => mimeBundle(outcome.value)) : undefined;
      if (data && storesHistory) this.history.setOutput(run.count, String(data['text/plain']));
      const content = data && encodeContent({ execution_count: run.count, data, metadata: {} });
      return { kind: 'value', content, expressions: within(run, () => this.evaluateAll(expressions, run)) };
    } catch (error) {
      return { kind: 'error', description: this.describe(error ?? new Error('the value cannot be shown'), run, code) };
    }
  }

  private evaluateAll(expressions: unknown, run: CellRun): Json {
    const results: Json = {};
    if (typeof expressions !== 'object' || expressions === null) return results;
    for (const name of Object.keys(expressions)) {
      let expression = '';
      try {
        expression = textField(expressions as Json, name);
        const data = JSON.parse(encodeContent(mimeBundle(this.runner.evaluate(expression)))) as Json;
        results[name] = { status: 'ok', data, metadata: {} };
      } catch (error) {
        results[name] = { status: 'error', ...this.describe(error, run, expression) };
      }
    }
    return results;
  }

  private describe(error: unknown, run: CellRun, code: string): Json {
    return describeError(error, run.number, code, this.runner);
  }

  private interruption(run: CellRun, code: string): Json {
    return this.describe(new Interrupted('the cell was interrupted by the user'), run, code);
  }
}
