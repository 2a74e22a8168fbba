import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as zmq from 'zeromq';
import { compose, decode, encode, type Header, type Json, type Message } from '../../src/kernel/message';

const root = path.join(__dirname, '..', '..');

/** What a cell did, as a front end sees it. */
export interface CellResult {
  reply: Json;
  outputs: { type: string; content: Json }[];
  /** All text of stdout. */
  stdout: string;
  stderr: string;
  /** The text/plain of the execute_result, if there is one. */
  result: string | undefined;
  milliseconds: number;
}

/** What Jupyter starts a kernel of this project by. */
function ownCommand(): string[] {
  const { kernelspec } = require('../../setup/steps/kernelspec.js') as { kernelspec(): { argv: string[] } };
  return kernelspec().argv;
}

/** A small Jupyter client, so that tests see every message and can also send what no client would. */
export class KernelClient {
  readonly session = randomUUID();
  readonly published: Message[] = [];
  readonly shell = new zmq.Dealer({ linger: 0 });
  readonly control = new zmq.Dealer({ linger: 0 });
  readonly stdin = new zmq.Dealer({ linger: 0 });
  private readonly iopub = new zmq.Subscriber({ linger: 0 });
  private readonly heart = new zmq.Request({ linger: 0, receiveTimeout: 3000 });
  private readonly replies: Message[] = [];
  private readonly wakers = new Set<() => void>();
  /** Answers `input_request`s; nothing for no answer. */
  onInput: (prompt: string) => string | undefined = () => '';

  private constructor(
    readonly process: ChildProcess,
    readonly key: string,
    readonly folder: string,
    /** Shell, publishing, stdin, control, heartbeat. */
    readonly ports: readonly number[],
  ) {}

  /** Starts a kernel in `folder` (default: an empty one of its own), by the command of a kernelspec (default: this project's). */
  static async start(folder?: string, env: NodeJS.ProcessEnv = {}, argv = ownCommand()): Promise<KernelClient> {
    const own = folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-kernel-'));
    const ports = await freePorts(5);
    const key = randomUUID();
    const [shell, iopub, stdin, control, heart] = ports;
    const connection = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-connection-')), 'kernel.json');
    fs.writeFileSync(
      connection,
      JSON.stringify({
        transport: 'tcp',
        ip: '127.0.0.1',
        key,
        signature_scheme: 'hmac-sha256',
        shell_port: shell,
        iopub_port: iopub,
        stdin_port: stdin,
        control_port: control,
        hb_port: heart,
      }),
    );
    const [command, ...args] = argv;
    const child = spawn(command!, [...args.slice(0, -1), connection], {
      cwd: own,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const client = new KernelClient(child, key, own, ports);
    await client.connect();
    return client;
  }

  private async connect(): Promise<void> {
    const [shell, iopub, stdin, control, heart] = this.ports.map((port) => `tcp://127.0.0.1:${port}`);
    // One identity on shell and stdin is how a kernel finds the client to ask.
    this.shell.routingId = this.session;
    this.stdin.routingId = this.session;
    this.shell.connect(shell!);
    this.control.connect(control!);
    this.stdin.connect(stdin!);
    this.heart.connect(heart!);
    this.iopub.connect(iopub!);
    this.iopub.subscribe();
    void this.gather(this.iopub, (message) => this.published.push(message));
    void this.gather(this.shell, (message) => this.replies.push(message));
    void this.gather(this.control, (message) => this.replies.push(message));
    void this.gather(this.stdin, (message) => {
      const value = this.onInput(String(message.content['prompt']));
      if (value !== undefined) void this.stdin.send(this.frames('input_reply', { value }, message.header));
    });
    await this.until(() => this.published.some(({ header }) => header.msg_type === 'iopub_welcome'), 30_000);
    await this.request('kernel_info_request', {});
  }

  private async gather(socket: AsyncIterable<Buffer[]>, take: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      take(decode(frames, this.key));
      for (const wake of this.wakers) wake();
    }
  }

  /** Waits until `found` gives something. */
  async until<T>(found: () => T | undefined | false, patience = 20_000): Promise<T> {
    const limit = Date.now() + patience;
    for (;;) {
      const value = found();
      if (value) return value as T;
      const left = limit - Date.now();
      if (left <= 0) throw new Error(`nothing came within ${patience} ms`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.wakers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.wakers.add(wake);
      });
    }
  }

  /** The signed frames of a message. */
  frames(type: string, content: Json, parent?: Header): Uint8Array[] {
    return encode(compose(type, content, { session: this.session, parent }), this.key);
  }

  /** Sends a request and returns its id. */
  async send(type: string, content: Json, channel: 'shell' | 'control' = 'shell'): Promise<string> {
    const message = compose(type, content, { session: this.session });
    await this[channel].send(encode(message, this.key));
    return message.header.msg_id;
  }

  async reply(id: string, patience?: number): Promise<Message> {
    return this.until(() => this.replies.find(({ parent }) => parent.msg_id === id), patience);
  }

  async request(type: string, content: Json, channel: 'shell' | 'control' = 'shell', patience = 30_000): Promise<Json> {
    return (await this.reply(await this.send(type, content, channel), patience)).content;
  }

  /** Waits until the kernel has said all there is to say about a request. */
  async finished(id: string, patience?: number): Promise<Message[]> {
    const own = () => this.published.filter(({ parent }) => parent.msg_id === id);
    await this.until(
      () => own().some(({ header, content }) => header.msg_type === 'status' && content['execution_state'] === 'idle'),
      patience,
    );
    return own();
  }

  /** Runs a cell to its end. */
  async run(code: string, options: Json = {}, patience = 60_000): Promise<CellResult> {
    const started = performance.now();
    const id = await this.send('execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: true,
      stop_on_error: true,
      ...options,
    });
    return this.collect(id, started, patience);
  }

  /** What came of an execute request that was sent before. */
  async collect(id: string, started = performance.now(), patience = 60_000): Promise<CellResult> {
    const messages = await this.finished(id, patience);
    const { content: reply } = await this.reply(id, patience);
    const outputs = messages
      .map(({ header, content }) => ({ type: header.msg_type, content }))
      .filter(({ type }) => type !== 'status' && type !== 'execute_input');
    const text = (name: string) =>
      outputs
        .filter(({ type, content }) => type === 'stream' && content['name'] === name)
        .map(({ content }) => content['text'])
        .join('');
    const result = outputs.find(({ type }) => type === 'execute_result')?.content['data'] as Json | undefined;
    return {
      reply,
      outputs,
      stdout: text('stdout'),
      stderr: text('stderr'),
      result: result?.['text/plain'] as string | undefined,
      milliseconds: performance.now() - started,
    };
  }

  /** Drops the messages that have come so far, so that a test of memory does not fill its own. */
  forget(): void {
    this.published.length = 0;
    this.replies.length = 0;
  }

  /** Runs a cell and interrupts it a while after it has printed something: by itself, or when it begins. */
  async runAndInterrupt(code: string, milliseconds = 100): Promise<CellResult> {
    const printing = code.includes('console.log("begun")') ? code : `console.log("begun");${code}`;
    const id = await this.send('execute_request', { code: printing, silent: false });
    await this.until(
      () => this.published.some(({ header, parent }) => header.msg_type === 'stream' && parent.msg_id === id),
      30_000,
    );
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const started = performance.now();
    await this.send('interrupt_request', {}, 'control');
    return this.collect(id, started);
  }

  async beat(): Promise<void> {
    await this.heart.send('still there?');
    await this.heart.receive();
  }

  /** Asks the kernel to shut down; after five seconds it is killed, and the signal is returned. */
  async stop(): Promise<NodeJS.Signals | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = new Promise((resolve) => this.process.once('exit', resolve));
      await this.send('shutdown_request', { restart: false }, 'control');
      const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(timer);
    }
    for (const socket of [this.shell, this.control, this.stdin, this.iopub, this.heart]) socket.close();
    return this.process.signalCode;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const { createServer } = await import('node:net');
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The virtual environment of this clone, for tests that start Jupyter's own tools. */
export const jupyter = {
  root,
  python: (require('../../setup/places.js') as { python: string }).python,
  environment(): NodeJS.ProcessEnv {
    const { bin } = require('../../setup/places.js') as { bin: string };
    return { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH']}` };
  },
};

/** A notebook file of TypeScript cells. */
export function notebookOf(cells: readonly string[], tags: Record<number, string[]> = {}): string {
  return JSON.stringify({
    cells: cells.map((source, k) => ({
      cell_type: 'code',
      id: `cell-${k}`,
      source,
      metadata: tags[k] ? { tags: tags[k] } : {},
      outputs: [],
      execution_count: null,
    })),
    metadata: {
      kernelspec: { name: 'reluctant', language: 'typescript', display_name: 'TypeScript (reluctant)' },
      language_info: { name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
