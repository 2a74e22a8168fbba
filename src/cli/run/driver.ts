import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { asNotWritten, ReluctantError } from '../../core';
import { INSTALLATION, PYTHON } from '../places';
import type { CellOutput, Notebook } from './notebookFile';

/** What python/headless/run_notebook.py is asked for. */
export interface DriverRequest {
  notebook: Notebook;
  /** Its file, by which cells know their own name. */
  file: string;
  kernel: string;
  cwd: string;
  out: string | null;
  timeout: number | null;
  startup_timeout: number;
}

/** Why a run is stopped from here. */
export type StopReason = 'interrupt' | 'timeout' | 'total-timeout' | 'kill';

/** What python/headless/run_notebook.py says. */
export type DriverEvent =
  | { event: 'refused'; code: string; message: string }
  /** The executed notebook could not be written; `code` is the system's, such as ENOSPC. */
  | { event: 'not-saved'; path: string; code: string; message: string }
  | { event: 'starting'; kernel: string }
  | { event: 'ready'; seconds: number }
  | { event: 'cell-start'; index: number }
  | { event: 'output'; index: number; output: CellOutput }
  | { event: 'cell-end'; index: number; seconds: number; status: CellStatus; execution_count: number | null }
  | { event: 'interrupting'; reason: StopReason }
  | { event: 'killing' }
  | {
      event: 'end';
      status: 'ok' | 'error' | 'stopped' | 'dead' | 'not-started';
      reason: StopReason | null;
      index: number | null;
      message: string | null;
      notebook: Notebook;
    };

/** How a cell ended; `error-expected`: it has the tag `raises-exception`. */
export type CellStatus = 'ok' | 'error' | 'error-expected' | 'dead';

const SCRIPT = path.join(INSTALLATION, 'python', 'headless', 'run_notebook.py');
/** Characters of the standard error kept for a message. */
const KEPT = 4000;

/** A running nbclient. */
export interface Driver {
  /** Stops the run; asked a second time, or not heeded, it ends the kernel. */
  stop(reason: StopReason): void;
  /** Resolves to the last event, or throws when there was none. */
  readonly ended: Promise<Extract<DriverEvent, { event: 'end' }>>;
}

/**
 * Starts nbclient on a notebook.
 *
 * @param onEvent called for every event but the last
 * @param onLog called with what the kernel writes outside of the Jupyter protocol
 */
export function startDriver(
  request: DriverRequest,
  onEvent: (event: DriverEvent) => void,
  onLog: (text: string) => void,
): Driver {
  if (!fs.existsSync(PYTHON)) {
    throw new ReluctantError({
      code: 'python-not-found',
      operation: 'run',
      problem: 'the Python environment of this installation is missing',
      where: { path: PYTHON },
      fix: 'run: npm run setup',
    });
  }
  // A group of its own: Ctrl-C reaches this process only, which then interrupts the kernel and lets nbclient finish.
  // The kernel hears by its environment that nobody looks on: no sliders, still figures, progress as lines of a log.
  const env = { ...process.env, RELUCTANT_HEADLESS: '1', JPY_SESSION_NAME: request.file };
  const child = spawn(PYTHON, ['-X', 'utf8', SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env });
  child.stdin.on('error', () => {}); // it has ended: `close` says how
  child.stdin.write(`${JSON.stringify(request)}\n`);
  return {
    stop: (reason) => void child.stdin.write(`${JSON.stringify({ command: reason })}\n`),
    ended: listen(child, request.kernel, onEvent, onLog),
  };
}

function listen(
  child: ChildProcessWithoutNullStreams,
  kernel: string,
  onEvent: (event: DriverEvent) => void,
  onLog: (text: string) => void,
): Promise<Extract<DriverEvent, { event: 'end' }>> {
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-KEPT);
    onLog(text);
  });
  return new Promise((resolve, reject) => {
    let end: Extract<DriverEvent, { event: 'end' }> | undefined;
    let refusal: ReluctantError | undefined;
    let thrown: { error: unknown } | undefined;
    readline.createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
      const event = JSON.parse(line) as DriverEvent;
      if (event.event === 'end') end = event;
      else if (event.event === 'refused') refusal = refused(event, kernel);
      else if (event.event === 'not-saved') refusal = notSaved(event);
      else if (!thrown) {
        try {
          onEvent(event);
        } catch (error) {
          // A listener that throws must not leave a kernel behind.
          thrown = { error };
          child.stdin.end();
        }
      }
    });
    child.on('error', (error) => reject(crashed(error.message, log)));
    child.on('close', (code, signal) => {
      if (thrown) reject(thrown.error);
      else if (end) resolve(end);
      else reject(refusal ?? crashed(`it ended with ${signal ?? `exit code ${code}`}`, log));
    });
  });
}

function crashed(problem: string, log: string): ReluctantError {
  if (/ENOSPC|No space left on device/.test(log)) {
    return new ReluctantError({
      code: 'disk-full',
      operation: 'run',
      problem: 'the disk is full, and neither the notebook nor its log could be written',
      fix: 'free some space and run the same command again',
    });
  }
  const folder =
    /(?:PermissionError|FileNotFoundError|NotADirectoryError|FileExistsError|Read-only file system).*'([^']+)'/.exec(
      log,
    )?.[1];
  if (folder !== undefined) {
    return new ReluctantError({
      code: 'jupyter-folder-not-writable',
      operation: 'run',
      problem: 'Jupyter cannot write where it keeps the files of running kernels',
      where: { path: folder },
      fix: 'name a folder that you can write to in HOME, or in JUPYTER_RUNTIME_DIR',
    });
  }
  return new ReluctantError({
    code: 'runner-crashed',
    operation: 'run',
    problem: `nbclient could not run the notebook: ${problem}`,
    received: log.trim().split('\n').pop() || undefined,
    fix: 'run: npx reluctant kernel doctor',
  });
}

function notSaved({ path: file, code, message }: Extract<DriverEvent, { event: 'not-saved' }>): ReluctantError {
  const known = asNotWritten(Object.assign(new Error(message), { code, path: file }));
  return known ?? crashed('the executed notebook could not be written', message);
}

function refused({ code, message }: { code: string; message: string }, kernel: string): ReluctantError {
  if (code === 'kernel-not-found') {
    return new ReluctantError({
      code,
      operation: 'run',
      problem: `Jupyter knows no kernel "${kernel}"`,
      expected: `one of: ${message || '(none is installed)'}`,
      fix: kernel === 'reluctant' ? 'run: npx reluctant kernel install' : 'choose another one with --kernel',
    });
  }
  if (code === 'notebook-not-valid') {
    return new ReluctantError({ code, operation: 'run', problem: `the notebook breaks the format: ${message}` });
  }
  return new ReluctantError({ code, operation: 'run', problem: message, fix: 'run: npm run setup' });
}
