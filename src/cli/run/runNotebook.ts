import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkNumber, ReluctantError } from '../../core';
import { type CellStatus, type DriverEvent, type StopReason, startDriver } from './driver';
import { Durations } from './durations';
import type { CellPlace, RunEvent } from './events';
import { describeError, type RunFailure } from './failure';
import { type CellOutput, type Notebook, readNotebook } from './notebookFile';
import { checkParameters, injectParameters, type ParameterValues } from './parameters';

/** The kernel of notebooks that name none. */
export const DEFAULT_KERNEL = 'reluctant';

/** Seconds that a kernel may take to start. */
const STARTUP_TIMEOUT = 120;

/** How a notebook is to be run. */
export interface RunOptions {
  /** Folder of the executed notebook; made if need be. Default `reports` in the working directory. */
  out?: string;
  /** Values for names that the cell tagged `parameters` declares. */
  parameters?: ParameterValues;
  /** Seconds that one cell may take; no limit by default. */
  timeout?: number;
  /** Seconds that the whole notebook may take, the kernel's start included; no limit by default. */
  totalTimeout?: number;
  /** Name of the Jupyter kernel; by default the one that the notebook names, else `reluctant`. */
  kernel?: string;
  /** Interrupts the kernel; what was executed is written all the same. */
  signal?: AbortSignal;
  /** Called for all that happens. An error thrown here ends the run. */
  onEvent?: (event: RunEvent) => void;
}

/** A cell after the run. */
export interface ExecutedCell {
  /** Place in the notebook file among all cells, from 1; 0 for the cell with the parameters that were passed in. */
  position: number;
  source: string;
  tags: readonly string[];
  /** Undefined where the run did not come so far. */
  seconds?: number;
  status?: CellStatus;
  outputs: CellOutput[];
}

/** What came of a run. */
export interface NotebookRun {
  notebook: string;
  status: 'ok' | 'failed' | 'timed-out' | 'interrupted';
  /** The executed notebook. */
  executedPath: string;
  /** Wall time, the kernel's start included. */
  seconds: number;
  /** The code cells, in order. */
  cells: ExecutedCell[];
  /** Why it did not end well. */
  failure?: RunFailure;
  /** The data of all outputs that have this MIME type, in order. */
  outputs(mime: string): unknown[];
}

/**
 * Runs a notebook from its first cell to its last in a new kernel, as `npx reluctant run` does, and writes what came of it.
 * A cell that throws ends the run and is no error of this function: look at `status` and `failure`.
 *
 * @throws ReluctantError before anything is run: no such notebook, no notebook, an unknown parameter or one of the wrong
 *   type (`unknown-parameter`, `wrong-parameter-type`), no such kernel (`kernel-not-found`)
 * @example
 * const run = await runNotebook('notebooks/volatility.ipynb', { parameters: { epochs: 2 }, totalTimeout: 600 });
 * if (run.status !== 'ok') console.error(run.failure?.message);
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<NotebookRun> {
  return performRun(prepareRun(file, options), options);
}

/**
 * The second half of {@link runNotebook}.
 *
 * @param prepared what {@link prepareRun} returned for the same options
 */
export async function performRun(prepared: PreparedRun, options: RunOptions): Promise<NotebookRun> {
  const { file, notebook, positions, executedPath, kernel } = prepared;
  makeFolder(path.dirname(executedPath));
  const places = placesOf(notebook, positions);
  const durations = new Durations(executedPath, places.size);
  const timings = new Map<number, { seconds: number; status: CellStatus }>();
  const tell = options.onEvent ?? (() => {});
  const begun = performance.now();
  if (options.signal?.aborted) throw aborted(file);
  tell({ type: 'starting', notebook: file, kernel, cells: places.size });

  const hear = (event: DriverEvent): void => {
    if (event.event === 'ready') tell({ type: 'ready', seconds: event.seconds });
    else if (event.event === 'cell-start') tell({ type: 'cell-start', cell: places.get(event.index)! });
    else if (event.event === 'output') tell({ type: 'output', cell: places.get(event.index)!, output: event.output });
    else if (event.event === 'cell-end') {
      const { index, seconds, status } = event;
      timings.set(index, { seconds, status });
      tell({ type: 'cell-end', cell: places.get(index)!, seconds, status, remaining: durations.finished(seconds) });
    } else if (event.event === 'interrupting') tell({ type: 'interrupting', reason: event.reason });
    else if (event.event === 'killing') tell({ type: 'killing' });
  };
  const driver = startDriver(
    {
      notebook,
      file: path.resolve(file),
      kernel,
      cwd: path.dirname(path.resolve(file)),
      out: executedPath,
      timeout: options.timeout ?? null,
      startup_timeout: STARTUP_TIMEOUT,
    },
    hear,
    (text) => tell({ type: 'log', text }),
  );
  const interrupt = () => driver.stop('interrupt');
  options.signal?.addEventListener('abort', interrupt, { once: true });
  const limit = options.totalTimeout;
  const timer = limit === undefined ? undefined : setTimeout(() => driver.stop('total-timeout'), limit * 1000);
  try {
    const end = await driver.ended;
    if (end.status === 'not-started') throw notStarted(kernel, end.message);
    if (end.status === 'ok') durations.save();
    const executed = end.notebook;
    const cells = [...places].map(([index, { position }]): ExecutedCell => {
      const { source, metadata, outputs = [] } = executed.cells[index]!;
      return { position, source, tags: metadata.tags ?? [], ...timings.get(index), outputs };
    });
    const failure = failureOf(end, executed, places, options);
    return {
      notebook: file,
      status: statusOf(end.status, end.reason),
      executedPath,
      seconds: (performance.now() - begun) / 1000,
      cells,
      ...(failure ? { failure } : {}),
      outputs: (mime) =>
        cells.flatMap((cell) => cell.outputs.filter(({ data }) => data && mime in data).map(({ data }) => data![mime])),
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', interrupt);
  }
}

/** A notebook that is ready to be run. */
export interface PreparedRun {
  /** Its path. */
  file: string;
  /** Without old outputs, and with the parameters in it. */
  notebook: Notebook;
  /** The places of its cells in the file, from 1; 0 for the cell with the passed parameters. */
  positions: number[];
  /** Where the executed notebook is to be written. */
  executedPath: string;
  kernel: string;
}

/** Does everything that can be refused before a kernel is started. */
export function prepareRun(file: string, options: RunOptions): PreparedRun {
  if (options.timeout !== undefined) checkNumber('run', 'timeout', options.timeout, 0.001);
  if (options.totalTimeout !== undefined) checkNumber('run', 'totalTimeout', options.totalTimeout, 0.001);
  const notebook = cleared(readNotebook(file));
  const executedPath = path.resolve(options.out ?? 'reports', path.basename(file));
  if (path.resolve(file) === executedPath) {
    throw new ReluctantError({
      code: 'would-overwrite-notebook',
      operation: 'run',
      problem: 'the executed notebook would take the place of the notebook itself',
      where: { file },
      fix: 'choose another folder with --out',
    });
  }
  return {
    file,
    ...injectParameters(notebook, checkParameters(file, notebook, options.parameters ?? {})),
    executedPath,
    kernel: options.kernel ?? notebook.metadata.kernelspec?.name ?? DEFAULT_KERNEL,
  };
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (cause) {
    throw new ReluctantError({
      code: 'out-not-writable',
      operation: 'run',
      problem: `executed notebooks cannot be written there (${(cause as NodeJS.ErrnoException).code})`,
      where: { folder },
      fix: 'choose another folder with --out',
      cause,
    });
  }
}

/** Outputs of an earlier run must not pass for those of this one. */
function cleared(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  const { widgets: _, ...metadata } = notebook.metadata;
  return { ...notebook, metadata, cells };
}

/** The cells that will be run, by index in the notebook that is sent to the kernel. */
function placesOf(notebook: Notebook, positions: readonly number[]): Map<number, CellPlace> {
  const run = notebook.cells.flatMap((cell, index) =>
    cell.cell_type === 'code' && cell.source.trim() !== '' ? [index] : [],
  );
  return new Map(
    run.map((index, k) => {
      const title = titleOf(notebook.cells[index]!.source);
      return [index, { position: positions[index]!, step: k + 1, of: run.length, title }];
    }),
  );
}

/** The first line that is neither empty nor an import; a comment counts, it often says best what the cell is for. */
function titleOf(source: string): string {
  const lines = source.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => line !== '' && !line.startsWith('import ')) ?? lines.find((line) => line !== '');
  return (telling ?? '').replace(/^\/\/+\s*/, '');
}

function statusOf(status: string, reason: StopReason | null): NotebookRun['status'] {
  if (status === 'ok') return 'ok';
  if (status !== 'stopped') return 'failed';
  return reason === 'timeout' || reason === 'total-timeout' ? 'timed-out' : 'interrupted';
}

function failureOf(
  end: Extract<DriverEvent, { event: 'end' }>,
  executed: Notebook,
  places: Map<number, CellPlace>,
  options: RunOptions,
): RunFailure | undefined {
  if (end.status === 'ok') return undefined;
  const cell = end.index === null ? undefined : executed.cells[end.index];
  const position = end.index === null ? {} : { cell: places.get(end.index)!.position };
  const shown = cell ? describeError(cell) : { traceback: [] };
  const stopped = (kind: RunFailure['kind'], message: string): RunFailure => ({
    ...shown,
    kind,
    ...position,
    message,
  });
  if (end.status === 'dead') return stopped('kernel-died', 'the kernel died');
  if (end.status === 'stopped') {
    if (end.reason === 'timeout') return stopped('timeout', `the cell took longer than ${options.timeout} s`);
    if (end.reason === 'total-timeout') {
      return stopped('total-timeout', `the notebook took longer than ${options.totalTimeout} s`);
    }
    return stopped('interrupted', 'interrupted');
  }
  return { message: '', ...shown, kind: 'cell', ...position };
}

function notStarted(kernel: string, message: string | null): ReluctantError {
  return new ReluctantError({
    code: 'kernel-did-not-start',
    operation: 'run',
    problem: `the kernel "${kernel}" did not start: ${message}`,
    fix: 'run: npx reluctant kernel doctor',
  });
}

function aborted(file: string): ReluctantError {
  return new ReluctantError({
    code: 'run-aborted',
    operation: 'run',
    problem: 'stopped before it began',
    where: { file },
  });
}
