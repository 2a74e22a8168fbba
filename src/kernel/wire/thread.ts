import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { kernelInfo } from '../kernelInfo';
import { decode, type Json, type Message, Signatures, textField } from '../message';
import { type Channel, type Connection, FLAG, type Inbound, now, type Outbound } from '../shared';
import { tellDeath } from './aftermath';
import { Interruption } from './interruption';
import { Keeper } from './keeper';
import { Sockets } from './sockets';
import { watchCellThread } from './watchdog';

/**
 * The wire thread: it owns the sockets, so that heartbeats are answered, output leaves and interruptions arrive however
 * busy the thread is that runs the cells.
 */
const { connection, flags, answering } = workerData as {
  connection: Connection;
  flags: Int32Array;
  /** Where answers go that the cell thread is blocked for. */
  answering: MessagePort;
};
const port = parentPort!;
const sockets = new Sockets(connection);
const signatures = new Signatures();
const keeper = Keeper.current();

/** How long the cell thread gets to leave by itself after a shutdown request, in milliseconds. */
const SHUTDOWN_PATIENCE = 2000;
/** How often to look whether whoever has started the kernel is still there, in milliseconds. */
const PARENT_LOOK = 200;

let posted = 0;

function post(message: Inbound): void {
  posted += 1;
  port.postMessage(message);
}

function die(reason: string): void {
  keeper?.note(reason);
  process.kill(process.pid, 'SIGKILL');
}

const interruption = new Interruption(flags, post, die);
/** Questions that the cell thread is blocked for. */
const blocking = new Set<string>();
let refused = 0;

async function listen(channel: Channel): Promise<void> {
  for await (const frames of sockets.arriving(channel)) {
    try {
      handle(channel, decode(frames, connection.key, signatures));
    } catch (error) {
      // Said once in a while only, so that a flood of forgeries cannot fill a disk through the log.
      refused += 1;
      if (Number.isInteger(Math.log10(refused))) {
        console.error(`reluctant kernel: dropped ${refused} message(s) so far, the last because of: ${error}`);
      }
    }
  }
}

function handle(channel: Channel, message: Message): void {
  const { header, identities, parent, content } = message;
  const answer = (type: string, reply: Json): void => {
    sockets.publish('status', { execution_state: 'busy' }, { parent: header });
    sockets.reply(channel, type, reply, header, identities);
    sockets.publish('status', { execution_state: 'idle' }, { parent: header });
  };
  switch (header.msg_type) {
    case 'kernel_info_request':
      answer('kernel_info_reply', kernelInfo());
      break;
    case 'interrupt_request':
      interruption.request();
      // Who asks stops asking; an answer that comes later is one to another question.
      blocking.clear();
      answer('interrupt_reply', { status: 'ok' });
      break;
    case 'shutdown_request': {
      const reply = { status: 'ok', restart: content['restart'] === true };
      sockets.publish('shutdown_reply', reply, { parent: header });
      answer('shutdown_reply', reply);
      post({ kind: 'shutdown' });
      setTimeout(() => void leave(), SHUTDOWN_PATIENCE);
      break;
    }
    case 'input_reply':
      answered(message, textField(parent as Json, 'msg_id'));
      break;
    default:
      if (header.msg_type === 'execute_request') keeper?.add(message);
      post({ kind: 'message', channel, message, received: now() });
  }
}

/** Hands an answer on; clients of older protocols do not say which question they answer. */
function answered(message: Message, question: string): void {
  const value = textField(message.content, 'value');
  const id = blocking.has(question) ? question : [...blocking].at(-1);
  if (id === undefined) {
    post({ kind: 'message', channel: 'stdin', message, received: now() });
    return;
  }
  blocking.delete(id);
  answering.postMessage({ id, value });
  Atomics.add(flags, FLAG.answers, 1);
  Atomics.notify(flags, FLAG.answers);
}

function send(message: Outbound): void {
  switch (message.kind) {
    case 'reply':
      sockets.reply(message.channel, message.type, message.content, message.parent, message.identities);
      if (message.type === 'execute_reply') keeper?.remove(message.parent);
      break;
    case 'publish':
      sockets.publish(message.type, message.content, message);
      break;
    case 'ask':
      if (message.blocks) blocking.add(message.id);
      sockets.ask(message.content, message.parent, message.identities, message.id);
      break;
    case 'ready':
      keeper?.begin();
      break;
    case 'background':
      interruption.setBackground(message.pids);
      break;
    case 'die':
      die(message.reason);
      break;
    default:
      void leave();
  }
}

async function leave(): Promise<void> {
  keeper?.end();
  await sockets.close();
  post({ kind: 'closed' });
  // The cell thread may be in an endless loop; only the process as a whole can be ended from here.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);
}

/**
 * A kernel whose Jupyter has died has nobody to talk to. Jupyter's own process may be further up than the one that has started this one, and
 * says itself which it is, unless the kernel is to outlive it.
 */
function watchParent(): void {
  const parent = process.ppid;
  const jupyter = Number(process.env['JPY_PARENT_PID'] ?? 0);
  setInterval(() => {
    if (process.ppid === parent && (!(jupyter > 1) || isAlive(jupyter))) return;
    keeper?.discard();
    process.kill(process.pid, 'SIGKILL');
  }, PARENT_LOOK).unref();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Passes on what is written to the streams of the process; until `isTold`, it is the last output of the one before. */
function hearStreams(isTold: () => boolean): () => string {
  let last = '';
  keeper?.listen((name, text) => {
    if (!isTold()) last += text;
    else if (keeper.audience) sockets.publish('stream', { name, text }, { parent: keeper.audience });
  });
  return () => last;
}

async function start(): Promise<void> {
  const death = keeper?.takeDeath();
  let isTold = death === undefined;
  const lastOutput = hearStreams(() => isTold);
  let onSubscriber: () => void = () => {};
  const subscribed = new Promise<void>((resolve) => {
    onSubscriber = resolve;
  });
  await sockets.open(onSubscriber);
  port.on('message', send);
  sockets.publish('status', { execution_state: 'starting' });
  watchParent();
  watchCellThread(flags, () => posted, die);
  if (death) {
    await tellDeath(sockets, death, subscribed, lastOutput);
    isTold = true;
  }
  for (const channel of ['shell', 'control', 'stdin'] as const) void listen(channel);
}

// Without this thread nobody is answered; torn down by an error of its own it would take the process along without a word.
process.on('uncaughtException', (error) => die(`the thread that talks to Jupyter has failed: ${error}`));
void start();
