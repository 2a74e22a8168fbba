import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { ReluctantError } from '../core';
import { INSTALLATION, python } from './places';

/** A cell of a notebook file, as far as this program looks at it. */
export interface NotebookCell {
  cell_type: string;
  source: string | string[];
  id?: string;
  metadata: { tags?: string[] } & Record<string, unknown>;
  outputs?: unknown[];
  execution_count?: number | null;
}

export interface Notebook {
  cells: NotebookCell[];
  metadata: { kernelspec?: { name?: string; language?: string } } & Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** What happens while a notebook runs, in the order in which it happens. Cells are counted from 0. */
export type RunEvent =
  | { event: 'cell' | 'done'; cell: number }
  | { event: 'stream'; cell: number; name: 'stdout' | 'stderr'; text: string }
  | { event: 'output'; cell: number; data: Record<string, unknown> }
  | { event: 'error'; cell: number; ename: string; evalue: string; traceback: string[] }
  | { event: 'timeout'; seconds: number; whole: boolean }
  | { event: 'died'; message: string }
  | { event: 'stopped' };

export interface ExecuteOptions {
  /** The folder that the notebook runs in. */
  folder: string;
  /** Seconds that one cell may take; default no limit. */
  timeout?: number | undefined;
  /** Seconds that the whole notebook may take; default no limit. */
  totalTimeout?: number | undefined;
  onEvent(event: RunEvent): void;
}

/** Reads a notebook file. @throws ReluctantError `notebook-not-read` */
export function readNotebook(file: string): Notebook {
  const refuse = (problem: string, cause?: unknown): ReluctantError =>
    new ReluctantError({ code: 'notebook-not-read', operation: 'run', problem, where: { file }, cause });
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw refuse(
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : 'the file cannot be read',
      cause,
    );
  }
  let content: Partial<Notebook>;
  try {
    content = JSON.parse(text) as Partial<Notebook>;
  } catch (cause) {
    throw refuse('the file is not a notebook: it is not JSON', cause);
  }
  if (content?.nbformat !== 4 || !Array.isArray(content.cells)) {
    throw refuse('the file is not a notebook of format 4');
  }
  return content as Notebook;
}

/** The text of a cell; notebook files keep it whole or as a list of lines. */
export function sourceOf({ source }: NotebookCell): string {
  return Array.isArray(source) ? source.join('') : source;
}

/**
 * Runs a notebook through a real Jupyter client (nbclient) and the kernel that it names.
 * @returns the executed notebook, also when a cell has failed, and whether all went well
 */
export async function executeNotebook(
  notebook: Notebook,
  { folder, timeout, totalTimeout, onEvent }: ExecuteOptions,
): Promise<{ ok: boolean; executed: Notebook | undefined }> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-run-'));
  const result = path.join(scratch, 'executed.ipynb');
  const order = {
    notebook,
    folder,
    kernel: notebook.metadata.kernelspec?.name ?? 'reluctant',
    timeout: timeout ?? null,
    total: totalTimeout ?? null,
    result,
  };
  try {
    const code = await converse(order, onEvent);
    const executed = fs.existsSync(result) ? readNotebook(result) : undefined;
    return { ok: code === 0, executed };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function converse(order: object, onEvent: (event: RunEvent) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(python(), ['-m', 'reluctant_kernel.execute'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, PYTHONPATH: packagePath(), PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
    });
    let complaint = '';
    const stop = () => void child.kill('SIGTERM');
    process.once('SIGINT', stop).once('SIGTERM', stop);
    child.stderr.on('data', (chunk) => {
      complaint = `${complaint}${chunk}`.slice(-20_000);
    });
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(order));
    const told = { any: false };
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      told.any = true;
      onEvent(JSON.parse(line) as RunEvent);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
      if (code !== 0 && !told.any) reject(notStarted(complaint));
      else resolve(code ?? 1);
    });
  });
}

function notStarted(complaint: string): ReluctantError {
  return new ReluctantError({
    code: 'notebook-not-started',
    operation: 'run',
    problem: 'the notebook could not be started',
    received: complaint.trim().split('\n').at(-1),
    fix: '"npx reluctant kernel doctor" says what is missing',
  });
}

function packagePath(): string {
  const own = path.join(INSTALLATION, 'kernels', 'python');
  const given = process.env['PYTHONPATH'];
  return given ? `${own}${path.delimiter}${given}` : own;
}
