import { randomUUID } from 'node:crypto';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ReluctantError } from '../core';
import { type Message, textField } from './message';
import type { Publisher } from './publisher';
import type { CellRun } from './scope';
import { FLAG } from './shared';

/** How often a blocked cell looks whether it is to stop, in milliseconds. */
const LOOK = 200;

/** Who waits for an answer. */
interface Waiting {
  take(line: string): void;
  /** For who goes on without an answer where the cell ends before it comes. */
  drop?: () => void;
}

/** Asks the user of the front end for lines of text, on behalf of a cell. */
export class Questions {
  private readonly answers = new Map<string, Waiting>();

  /**
   * @param answered the port on which the wire thread sends answers to questions that block
   * @param flags see {@link FLAG}
   */
  constructor(
    private readonly publisher: Publisher,
    private readonly answered: MessagePort,
    private readonly flags: Int32Array,
  ) {}

  /** Asks, and goes on with other work until the answer comes. */
  ask(run: CellRun | undefined, operation: string, prompt: string, password = false): Promise<string> {
    return new Promise((take) => this.put(run, operation, { prompt, password }, { take }));
  }

  /** Asks for a line of standard input; nothing where the cell ends, or is interrupted, before it comes. */
  askForLine(run: CellRun | undefined, operation: string): Promise<string | undefined> {
    return new Promise((take) =>
      this.put(run, operation, { prompt: '', password: false }, { take, drop: () => take(undefined) }),
    );
  }

  private put(
    run: CellRun | undefined,
    operation: string,
    content: { prompt: string; password: boolean },
    answer: Waiting,
  ): void {
    this.check(run, operation);
    const id = randomUUID();
    this.publisher.ask(content, run, id, false);
    this.answers.set(id, answer);
  }

  /**
   * Asks, and blocks the thread until the answer comes, as the web's `prompt` does.
   * @returns undefined when the user has interrupted the cell instead
   */
  askAndWait(run: CellRun | undefined, operation: string, prompt: string): string | undefined {
    this.check(run, operation);
    const id = randomUUID();
    const before = Atomics.load(this.flags, FLAG.requested);
    this.publisher.ask({ prompt, password: false }, run, id, true);
    for (;;) {
      const answers = Atomics.load(this.flags, FLAG.answers);
      for (let next = receiveMessageOnPort(this.answered); next; next = receiveMessageOnPort(this.answered)) {
        const { id: asked, value } = next.message as { id: string; value: string };
        if (asked === id) return value;
      }
      if (Atomics.load(this.flags, FLAG.requested) > before) return undefined;
      Atomics.wait(this.flags, FLAG.answers, answers, LOOK);
    }
  }

  /** Takes an answer of the front end. */
  receive({ header, parent, content }: Message): void {
    if (header.msg_type !== 'input_reply') return;
    // Clients of older protocols do not say which question they answer; there is one at a time.
    const id = [...this.answers.keys()].find((key) => key === parent['msg_id']) ?? this.answers.keys().next().value;
    if (id === undefined) return;
    const line = textField(content, 'value');
    const { take } = this.answers.get(id)!;
    this.answers.delete(id);
    take(line);
  }

  /** Forgets what was asked: the cell that has asked is interrupted. */
  forget(): void {
    this.forgetLines();
    this.answers.clear();
  }

  /** Forgets lines of standard input that the cell which has ended did not wait for. */
  forgetLines(): void {
    for (const [id, { drop }] of this.answers) {
      if (!drop) continue;
      drop();
      this.answers.delete(id);
    }
  }

  private check(run: CellRun | undefined, operation: string): asserts run is CellRun {
    if (run?.options.allowInput) return;
    throw new ReluctantError({
      code: 'input-not-possible',
      operation,
      problem: 'whoever runs this notebook cannot be asked',
      fix: 'run it in JupyterLab, or pass the value as a parameter ("npx reluctant run NOTEBOOK -p name=value")',
    });
  }
}
