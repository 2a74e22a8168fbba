import * as fs from 'node:fs';
import { ReluctantError } from '../../core';

/** What a cell has shown, as it stands in a notebook file. */
export interface CellOutput {
  output_type: 'stream' | 'display_data' | 'execute_result' | 'error' | 'update_display_data' | 'clear_output';
  /** `stdout` or `stderr`, of a stream. */
  name?: string;
  /** Of a stream. */
  text?: string | string[];
  /** By MIME type. */
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  execution_count?: number | null;
  /** Of an error: its class. */
  ename?: string;
  /** Of an error: its message. */
  evalue?: string;
  traceback?: string[];
}

/** One cell of a notebook file. */
export interface NotebookCell {
  cell_type: string;
  id?: string;
  metadata: { tags?: string[] } & Record<string, unknown>;
  source: string;
  outputs?: CellOutput[];
  execution_count?: number | null;
}

/** A notebook file, format 4. */
export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec?: { name?: string } } & Record<string, unknown>;
  cells: NotebookCell[];
}

/**
 * Reads a notebook file.
 *
 * @throws ReluctantError `notebook-not-found`, `notebook-not-readable`, or `notebook-not-valid` for what is no notebook
 */
export function readNotebook(file: string): Notebook {
  const refuse = (code: string, problem: string, fix: string, cause?: unknown): never => {
    throw new ReluctantError({ code, operation: 'run', problem, where: { file }, fix, cause });
  };
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return refuse('notebook-not-found', 'there is no such notebook', 'check the path', error);
    return refuse('notebook-not-readable', `the notebook cannot be read (${code})`, 'check the path', error);
  }
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const fix = /^<{7} /m.test(text)
      ? 'it has the marks of a merge conflict: resolve it first'
      : 'open it in JupyterLab, or take it from version control again';
    return refuse('notebook-not-valid', `the file is not JSON: ${(error as Error).message}`, fix, error);
  }
  const notebook = content as Partial<Notebook> | null;
  if (typeof notebook !== 'object' || notebook === null || !Array.isArray(notebook.cells) || !notebook.nbformat) {
    return refuse('notebook-not-valid', 'the file is JSON but not a notebook', 'give the path of an .ipynb file');
  }
  if (notebook.nbformat !== 4) {
    return refuse(
      'notebook-not-valid',
      `the notebook has format ${notebook.nbformat}, not 4`,
      `convert it with: jupyter nbconvert --to notebook --inplace ${JSON.stringify(file)}`,
    );
  }
  return { ...(notebook as Notebook), metadata: notebook.metadata ?? {}, cells: notebook.cells.map(joined) };
}

/** Files keep a source as a text or as a list of lines. */
function joined(cell: NotebookCell): NotebookCell {
  const source = cell.source as unknown;
  return {
    ...cell,
    metadata: cell.metadata ?? {},
    source: Array.isArray(source) ? source.join('') : String(source ?? ''),
  };
}

/** The text of a stream or of one MIME type: files keep it as a text or as a list of lines. */
export function textOf(text: unknown): string {
  return Array.isArray(text) ? text.join('') : String(text ?? '');
}

/** The position of the first cell with a tag, or -1. */
export function taggedCell(notebook: Notebook, tag: string): number {
  return notebook.cells.findIndex(({ metadata }) => Array.isArray(metadata.tags) && metadata.tags.includes(tag));
}
