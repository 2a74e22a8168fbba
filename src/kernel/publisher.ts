import type { MessagePort } from 'node:worker_threads';
import { ReluctantError } from '../core';
import type { Header, Json } from './message';
import { textIn, textOf } from './safely';
import { type CellRun, currentRun } from './scope';
import type { Channel, Outbound } from './shared';

/** Text is gathered this long before it is sent, in milliseconds, and at most this much of it, in characters. */
const GATHER = 20;
const GATHER_LENGTH = 32_768;

// Those of the kernel, whatever cells make of them.
const { stringify } = JSON;
const { now } = performance;
const clock = now.bind(performance);

/**
 * The content of a message as JSON.
 * @throws ReluctantError `output-not-json`, in the cell whose output it is
 */
export function encodeContent(content: Json): string {
  try {
    return stringify(content);
  } catch (cause) {
    throw new ReluctantError({
      code: 'output-not-json',
      operation: 'display',
      problem: `what is to be shown cannot be written as JSON: ${textIn(Object(cause), 'message') ?? textOf(cause)}`,
      fix: 'show plain objects, arrays, strings, numbers and booleans',
      cause,
    });
  }
}

/** What a message has beside its content. */
interface Extra {
  metadata?: Json;
  buffers?: Uint8Array[];
}

/** Sends what cells and requests produce to the wire thread, in order. */
export class Publisher {
  private text = '';
  private stream: 'stdout' | 'stderr' = 'stdout';
  private streamRun: CellRun | undefined;
  private flushed = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  /** The cell that output without a known origin is shown under. */
  private latest: CellRun | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly startTimer: (flush: () => void, delay: number) => NodeJS.Timeout,
  ) {}

  /** From now on output of unknown origin belongs to `run`. */
  begin(run: CellRun): void {
    this.flush();
    this.latest = run;
  }

  /** Sends a message to all clients on behalf of a request. */
  publish(type: string, content: Json | string, parent?: Header, extra: Extra = {}): void {
    const text = typeof content === 'string' ? content : encodeContent(content);
    this.flush();
    this.post({ kind: 'publish', type, content: text, parent, ...extra });
  }

  /** Sends a message to all clients on behalf of the cell that is running; silent cells have no output. */
  show(type: string, content: Json): void {
    const run = currentRun() ?? this.latest;
    if (run?.options.silent) return;
    this.publish(type, content, run?.parent);
  }

  reply(channel: Channel, type: string, content: Json, request: { header: Header; identities: Uint8Array[] }): void {
    const { header: parent, identities } = request;
    this.flush();
    this.post({ kind: 'reply', channel, type, content: encodeContent(content), parent, identities });
  }

  /** Sends an `input_request` to the client that runs `run`; its answer names `id` as its parent. */
  ask(content: Json, { parent, identities }: CellRun, id: string, blocks: boolean): void {
    this.flush();
    this.post({ kind: 'ask', content: encodeContent(content), parent, identities, id, blocks });
  }

  finish(): void {
    this.flush();
    this.post({ kind: 'finish' });
  }

  write(stream: 'stdout' | 'stderr', text: string): void {
    const run = currentRun() ?? this.latest;
    if (run?.options.silent || text === '') return;
    if (this.text !== '' && (stream !== this.stream || run !== this.streamRun)) this.flush();
    if (this.text === '') {
      this.stream = stream;
      this.streamRun = run;
    }
    this.text += text;
    // Text that comes now and then goes out at once, also from a loop that never lets a timer run.
    if (this.text.length >= GATHER_LENGTH || clock() - this.flushed > GATHER) this.flush();
    else this.timer ??= this.startTimer(() => this.flush(), GATHER);
  }

  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
    if (this.text === '') return;
    this.flushed = clock();
    const text = this.text;
    this.text = '';
    this.post({
      kind: 'publish',
      type: 'stream',
      content: stringify({ name: this.stream, text }),
      parent: this.streamRun?.parent,
    });
  }

  /** Sends what `process.stdout` and `process.stderr` are given to the notebook. */
  captureStreams(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      const decoder = new TextDecoder();
      const stream = process[name];
      stream.write = ((
        chunk: string | Uint8Array,
        encoding?: BufferEncoding | ((error?: Error) => void),
        done?: (error?: Error) => void,
      ) => {
        const callback = typeof encoding === 'function' ? encoding : done;
        this.write(name, typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
        if (callback) process.nextTick(callback);
        return true;
      }) as typeof stream.write;
    }
  }

  private post(message: Outbound): void {
    this.port.postMessage(message);
  }
}
