import * as fs from 'node:fs';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import type * as TslabJupyter from 'tslab/dist/jupyter';
import { connectHost } from '../notebook/host';
import { CellCompiler } from './compiler/cells';
import { Publisher } from './publisher';
import { Runner } from './runner';
import { bindTimers } from './scope';
import { Session } from './session';
import { type Connection, FLAG, type Inbound } from './shared';
import { whileIdle } from './warmUp';

/** The folder of this installation. */
const INSTALLATION = path.join(__dirname, '..', '..');

/** Starts the kernel for the connection file that Jupyter has written. */
export function startKernel(connectionFile: string): void {
  const connection = readConnection(connectionFile);
  const flags = new Int32Array(new SharedArrayBuffer(FLAG.length * Int32Array.BYTES_PER_ELEMENT));
  const wire = new Worker(path.join(__dirname, 'wire.js'), { workerData: { connection, flags } });
  wire.on('error', (error) => {
    process.stderr.write(`reluctant kernel: ${error.stack ?? error}\n`);
    process.exit(1);
  });
  // The sockets open while the compiler is being loaded; what arrives meanwhile waits in the queue of the port.
  const early: Inbound[] = [];
  const keep = (inbound: Inbound) => void early.push(inbound);
  wire.on('message', keep);

  const notebook = process.cwd();
  const compiler = new CellCompiler(notebook, INSTALLATION);
  const special = {
    // The library that a cell imports is the one that the kernel is made of: they share the front end.
    reluctant: () => require(INSTALLATION) as unknown,
    tslab: () => require('tslab') as unknown,
  };
  const startTimer = setTimeout;
  const publisher: Publisher = new Publisher(wire as never, (flush, delay) =>
    startTimer(() => session.asOwn(flush), delay),
  );
  const runner = new Runner(compiler, notebook, INSTALLATION, special, (body) => session.asOwn(body));
  const session: Session = new Session(publisher, runner, flags);
  connectHost(session);
  bindTslabDisplay(session);
  publisher.captureStreams();
  bindTimers((body) => session.asUser(body));

  const handle = (inbound: Inbound): void => {
    if (inbound.kind === 'shutdown') publisher.finish();
    else if (inbound.kind === 'closed') process.exit(0);
    else session.handle(inbound);
  };
  wire.off('message', keep);
  wire.on('message', handle);
  for (const inbound of early) handle(inbound);
  const prepare = preparations(compiler);
  whileIdle(
    () => session.asOwn(() => prepare.next().done === true),
    () => session.isIdle,
  );
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
