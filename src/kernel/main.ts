import * as fs from 'node:fs';
import * as path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type * as TslabJupyter from 'tslab/dist/jupyter';
import { connectHost } from '../notebook/host';
import { BuiltIns } from './builtIns';
import { bindChildren } from './children';
import { CellCompiler } from './compiler/cells';
import { bindDialogs } from './dialogs';
import { guardProcess } from './processGuard';
import { Publisher } from './publisher';
import { Runner } from './runner';
import { bindTimers } from './scope';
import { Session } from './session';
import { type Connection, FLAG, type Inbound } from './shared';
import { installStacks } from './stacks';
import { whileIdle } from './warmUp';

/** The folder of this installation. */
const INSTALLATION = path.join(__dirname, '..', '..');

/** Starts the kernel for the connection file that Jupyter has written. */
export function startKernel(connectionFile: string): void {
  const exit = guardProcess();
  const flags = new Int32Array(new SharedArrayBuffer(FLAG.length * Int32Array.BYTES_PER_ELEMENT));
  const answers = new MessageChannel();
  const wire = startWire(readConnection(connectionFile), flags, answers);
  wire.on('error', (error) => {
    fs.writeSync(2, `reluctant kernel: ${error.stack ?? error}\n`);
    exit(1);
  });
  // The sockets open while the compiler is being loaded; what arrives meanwhile waits in the queue of the port.
  const early: Inbound[] = [];
  const keep = (inbound: Inbound) => void early.push(inbound);
  wire.on('message', keep);

  const compiler = new CellCompiler(process.cwd(), INSTALLATION);
  const { session, publisher } = openSession(wire, compiler, flags, answers.port1);
  const handle = (inbound: Inbound): void => {
    Atomics.add(flags, FLAG.heard, 1);
    if (inbound.kind === 'shutdown') publisher.finish();
    else if (inbound.kind === 'closed') exit(0);
    else session.handle(inbound);
  };
  wire.off('message', keep);
  wire.on('message', handle);
  wire.postMessage({ kind: 'ready' });
  for (const inbound of early) handle(inbound);
  const prepare = preparations(compiler);
  whileIdle(
    () => session.activity.asKernel(() => prepare.next().done === true),
    () => session.isIdle,
  );
}

function startWire(connection: Connection, flags: Int32Array, { port2: answering }: MessageChannel): Worker {
  const workerData = { connection, flags, answering };
  return new Worker(path.join(__dirname, 'wire', 'thread.js'), { workerData, transferList: [answering] });
}

/** Builds the parts of the kernel, and makes the process fit for cells. */
function openSession(
  wire: Worker,
  compiler: CellCompiler,
  flags: Int32Array,
  answered: MessageChannel['port1'],
): { session: Session; publisher: Publisher } {
  const special = {
    // The library that a cell imports is the one that the kernel is made of: they share the front end.
    reluctant: () => require(INSTALLATION) as unknown,
    tslab: () => require('tslab') as unknown,
  };
  const startTimer = setTimeout;
  const publisher: Publisher = new Publisher(wire as never, (flush, delay) =>
    startTimer(() => session.activity.asKernel(flush), delay),
  );
  const shield = <T>(body: () => T): T => session.activity.asKernel(body);
  const runner = new Runner(compiler, process.cwd(), INSTALLATION, special, shield);
  const die = (reason: string): never => {
    publisher.flush();
    wire.postMessage({ kind: 'die', reason });
    for (;;) Atomics.wait(flags, FLAG.length - 1, Atomics.load(flags, FLAG.length - 1));
  };
  publisher.captureStreams();
  bindChildren(flags, (pids) => {
    publisher.flush();
    if (pids.length > 0) wire.postMessage({ kind: 'background', pids });
  });
  bindTimers((body) => session.activity.asUser(body));
  installStacks(runner);
  const session: Session = new Session(publisher, runner, flags, new BuiltIns(), answered, die);
  bindDialogs(session);
  connectHost(session);
  bindTslabDisplay(session);
  return { session, publisher };
}

/** What can be done before the first cell asks for it. */
function* preparations(compiler: CellCompiler): Generator<void> {
  yield* compiler.warmUp();
  require(INSTALLATION);
}

function readConnection(file: string): Connection {
  const connection = JSON.parse(fs.readFileSync(file, 'utf8')) as Connection;
  if (connection.signature_scheme && connection.signature_scheme !== 'hmac-sha256') {
    throw new Error(`unknown signature scheme "${connection.signature_scheme}"; this kernel signs with hmac-sha256`);
  }
  return connection;
}

/** Lets notebooks written for tslab use its own display functions. */
function bindTslabDisplay(session: Session): void {
  const jupyter = require('tslab/dist/jupyter') as {
    -readonly [K in keyof typeof TslabJupyter]: (typeof TslabJupyter)[K];
  };
  jupyter.lastWriteDisplayData = ({ data, metadata, transient }, update) => {
    const id = transient?.display_id;
    session.publish(data, { metadata, update, ...(id === undefined ? {} : { id }) });
  };
}
