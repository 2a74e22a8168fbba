import { randomUUID } from 'node:crypto';
import { Session as InspectorSession } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import * as zmq from 'zeromq';
import { kernelInfo } from './kernelInfo';
import { type ComposeOptions, compose, decode, encode, type Header, type Json, type Message } from './message';
import { type Channel, type Connection, FLAG, type Inbound, now, type Outbound, PHASE } from './shared';

/**
 * The wire thread: it owns the sockets, so that heartbeats are answered, output leaves and interruptions arrive however
 * busy the thread is that runs the cells.
 */
const { connection, flags } = workerData as { connection: Connection; flags: Int32Array };
const port = parentPort!;
const session = randomUUID();

/**
 * How long a busy cell is left alone after an interrupt before it is cut off, in milliseconds. Between cells the thread is
 * given longer: mostly it is only asleep, and a cut that meets it on waking would take the message that woke it.
 */
const PATIENCE = { ordinary: 150, betweenCells: 1000, cooperative: 8000 };
/** How long the cell thread gets to leave by itself after a shutdown request, in milliseconds. */
const SHUTDOWN_PATIENCE = 2000;

const shell = new zmq.Router({ linger: 500 });
const control = new zmq.Router({ linger: 500 });
const stdin = new zmq.Router({ linger: 500 });
const iopub = new zmq.XPublisher({ linger: 500, sendHighWaterMark: 0 });
const heartbeat = new zmq.Reply({ linger: 0 });
const routers: Record<Channel, zmq.Router> = { shell, control, stdin };

/** zeromq allows one send at a time on a socket; this keeps them in order. */
class Sender {
  private readonly waiting: Uint8Array[][] = [];
  private busy: Promise<void> | undefined;

  constructor(private readonly socket: { send(frames: Uint8Array[]): Promise<void> }) {}

  send(frames: Uint8Array[]): void {
    this.waiting.push(frames);
    this.busy ??= this.drain();
  }

  async idle(): Promise<void> {
    while (this.busy) await this.busy;
  }

  private async drain(): Promise<void> {
    for (let frames = this.waiting.shift(); frames; frames = this.waiting.shift()) {
      // A client that has left cannot be answered, and nobody else has to suffer for it.
      await this.socket.send(frames).catch(() => {});
    }
    this.busy = undefined;
  }
}

const senders: Record<Channel, Sender> = {
  shell: new Sender(shell),
  control: new Sender(control),
  stdin: new Sender(stdin),
};
const publisher = new Sender(iopub);

function publish(type: string, content: Json, options: Omit<ComposeOptions, 'session' | 'identities'> = {}): void {
  const topic = type === 'iopub_welcome' ? 'iopub_welcome' : `kernel.${session}.${type}`;
  const message = compose(type, content, { ...options, session, identities: [Buffer.from(topic)] });
  publisher.send(encode(message, connection.key));
}

function reply(channel: Channel, type: string, content: Json, parent: Header, identities: Uint8Array[]): void {
  senders[channel].send(encode(compose(type, content, { session, parent, identities }), connection.key));
}

function post(message: Inbound): void {
  port.postMessage(message);
}

let refused = 0;

async function listen(channel: Channel): Promise<void> {
  for await (const frames of routers[channel]) {
    let message: Message;
    try {
      message = decode(frames, connection.key);
    } catch (error) {
      // Said once in a while only, so that a flood of forgeries cannot fill a disk through the log.
      refused += 1;
      if (Number.isInteger(Math.log10(refused))) {
        console.error(`reluctant kernel: dropped ${refused} message(s) so far, the last because of: ${error}`);
      }
      continue;
    }
    handle(channel, message);
  }
}

function handle(channel: Channel, message: Message): void {
  const { header, identities } = message;
  const answer = (type: string, content: Json): void => {
    publish('status', { execution_state: 'busy' }, { parent: header });
    reply(channel, type, content, header, identities);
    publish('status', { execution_state: 'idle' }, { parent: header });
  };
  switch (header.msg_type) {
    case 'kernel_info_request':
      answer('kernel_info_reply', kernelInfo());
      break;
    case 'interrupt_request':
      interrupt();
      answer('interrupt_reply', { status: 'ok' });
      break;
    case 'shutdown_request': {
      const content = { status: 'ok', restart: message.content['restart'] === true };
      publish('shutdown_reply', content, { parent: header });
      answer('shutdown_reply', content);
      shutDown();
      break;
    }
    default:
      post({ kind: 'message', channel, message, received: now() });
  }
}

/**
 * Asks the cell thread to stop what it runs; if it is too busy to listen, what it runs is cut off. Only code of a cell is
 * ever cut off, never the kernel's own.
 */
function interrupt(): void {
  const request = Atomics.add(flags, FLAG.requested, 1) + 1;
  post({ kind: 'interrupt', request });
  const asked = now();
  const timer = setInterval(() => {
    if (Atomics.load(flags, FLAG.noted) >= request) return clearInterval(timer);
    const phase = Atomics.load(flags, FLAG.phase);
    if (phase !== PHASE.userCode && phase !== PHASE.betweenCells) return;
    if (now() - asked < patienceIn(phase)) return;
    if (Atomics.compareExchange(flags, FLAG.phase, phase, PHASE.cutting) !== phase) return;
    clearInterval(timer);
    const inspector = new InspectorSession();
    inspector.connectToMainThread();
    inspector.post('Runtime.terminateExecution', () => {
      Atomics.compareExchange(flags, FLAG.phase, PHASE.cutting, PHASE.own);
      inspector.disconnect();
      post({ kind: 'cut', request });
    });
  }, 25);
}

function patienceIn(phase: number): number {
  if (Atomics.load(flags, FLAG.cooperative) === 1) return PATIENCE.cooperative;
  return phase === PHASE.betweenCells ? PATIENCE.betweenCells : PATIENCE.ordinary;
}

function shutDown(): void {
  post({ kind: 'shutdown' });
  setTimeout(() => void leave(), SHUTDOWN_PATIENCE);
}

async function leave(): Promise<void> {
  await Promise.all([publisher.idle(), ...Object.values(senders).map((sender) => sender.idle())]);
  for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
  post({ kind: 'closed' });
  // The cell thread may be in an endless loop; only the process as a whole can be ended from here.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);
}

/** A kernel whose Jupyter has died has nobody to talk to. */
function watchParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, 1000).unref();
}

async function echoHeartbeats(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

async function welcomeSubscribers(): Promise<void> {
  for await (const [frame] of iopub) {
    if (frame?.[0] !== 1) continue;
    publish('iopub_welcome', { subscription: frame.subarray(1).toString() });
  }
}

async function start(): Promise<void> {
  const { transport, ip } = connection;
  const address = (number: number) =>
    transport === 'tcp' ? `tcp://${ip}:${number}` : `${transport}://${ip}-${number}`;
  await Promise.all([
    shell.bind(address(connection.shell_port)),
    control.bind(address(connection.control_port)),
    stdin.bind(address(connection.stdin_port)),
    iopub.bind(address(connection.iopub_port)),
    heartbeat.bind(address(connection.hb_port)),
  ]);
  port.on('message', (message: Outbound) => {
    if (message.kind === 'reply') {
      reply(message.channel, message.type, message.content, message.parent, message.identities);
    } else if (message.kind === 'publish') {
      publish(message.type, message.content, message);
    } else if (message.kind === 'ask') {
      const { content, parent, identities, id } = message;
      const question = compose('input_request', content, { session, parent, identities });
      question.header.msg_id = id;
      senders.stdin.send(encode(question, connection.key));
    } else void leave();
  });
  publish('status', { execution_state: 'starting' });
  watchParent();
  void echoHeartbeats();
  void welcomeSubscribers();
  for (const channel of ['shell', 'control', 'stdin'] as const) void listen(channel);
}

void start();
