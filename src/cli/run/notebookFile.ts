import * as fs from 'node:fs';
import { formFault, lazy, MOST_TEXT, parseJSON, ReluctantError, readPlainFile, z } from '../../core';

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

function refuse(code: string, problem: string, file: string, fix: string, cause?: unknown): ReluctantError {
  return new ReluctantError({ code, operation: 'run', problem, where: { file }, fix, cause });
}

/**
 * Reads a notebook file.
 *
 * @throws ReluctantError `notebook-not-found`, `notebook-not-readable`, or `notebook-not-valid` for what is no notebook
 */
export function readNotebook(file: string): Notebook {
  let bytes: Buffer;
  try {
    // A pipe or a device would never come to its end.
    if (!fs.statSync(file).isFile()) {
      throw refuse('notebook-not-readable', 'that is no file', file, 'give the path of an .ipynb file');
    }
    bytes = readPlainFile('run', file, MOST_TEXT);
  } catch (error) {
    if (error instanceof ReluctantError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw refuse('notebook-not-found', 'there is no such notebook', file, 'check the path', error);
    throw refuse('notebook-not-readable', `the notebook cannot be read (${code})`, file, 'check the path', error);
  }
  return parseNotebook(decoded(bytes, file), file);
}

/** The text of a file. Notebooks are UTF-8; one in another encoding would come out with other characters in it. */
function decoded(bytes: Buffer, file: string): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'UTF-16LE' : mark === 'feff' ? 'UTF-16BE' : undefined;
  try {
    if (encoding === undefined) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {} // told below
  const name = encoding ?? 'CP1252';
  throw refuse(
    'notebook-not-valid',
    encoding ? `the notebook is text in ${encoding}, not in UTF-8` : 'the notebook is not text in UTF-8',
    file,
    `convert it, for example with: iconv -f ${name} -t UTF-8 ${JSON.stringify(file)}`,
  );
}

/**
 * Reads the text of a notebook.
 *
 * @param file its name, for messages
 * @throws ReluctantError `notebook-not-valid`
 */
export function parseNotebook(text: string, file: string): Notebook {
  const invalid = (problem: string, fix: string, cause?: unknown) =>
    refuse('notebook-not-valid', problem, file, fix, cause);
  let content: unknown;
  try {
    content = parseJSON(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const fix = /^<{7} /m.test(text)
      ? 'it has the marks of a merge conflict: resolve it first'
      : 'open it in JupyterLab, or take it from version control again';
    const [problem] = (error as Error).message.split('\n');
    throw invalid(`the file is not JSON: ${problem}`, fix, error);
  }
  const notebook = content as Partial<Notebook> | null;
  if (typeof notebook !== 'object' || notebook === null || typeof notebook.nbformat !== 'number') {
    throw invalid('the file is JSON but not a notebook', 'give the path of an .ipynb file');
  }
  // Older formats keep their cells elsewhere.
  if (notebook.nbformat === 4 && !Array.isArray(notebook.cells)) {
    throw invalid('the notebook has no list of cells', 'open it in JupyterLab, or take it from version control again');
  }
  if (notebook.nbformat !== 4) {
    const convert = `convert it with: jupyter nbconvert --to notebook --inplace ${JSON.stringify(file)}`;
    throw invalid(`the notebook has format ${notebook.nbformat}, not 4`, convert);
  }
  const formed = form.safeParse(content);
  if (!formed.success)
    throw invalid(
      `the notebook is damaged: ${formFault(formed.error)}`,
      'open it in JupyterLab, or take it from version control again',
    );
  return { ...(notebook as Notebook), metadata: notebook.metadata ?? {}, cells: notebook.cells!.map(joined) };
}

/** What a notebook must hold to be run; the rest is kept as it is. */
const form = lazy(() => {
  const text = z.union([z.string(), z.array(z.string())], 'expected a text or a list of lines');
  const cell = z.object({
    cell_type: z.enum(['code', 'markdown', 'raw']),
    source: text.optional(),
    metadata: z.looseObject({ tags: z.array(z.string()).optional() }).optional(),
    outputs: z.array(z.looseObject({ output_type: z.string() })).optional(),
  });
  return z.object({ metadata: z.looseObject({}).optional(), cells: z.array(cell) });
});

/** Files keep a source as a text or as a list of lines. */
const joined = (cell: NotebookCell): NotebookCell => ({
  ...cell,
  metadata: cell.metadata ?? {},
  source: textOf(cell.source),
});

/** The text of a source, a stream or one MIME type: files keep it as a text or as a list of lines. */
export function textOf(text: unknown): string {
  return Array.isArray(text) ? text.join('') : String(text ?? '');
}

/** The position of the first cell with a tag, or -1. */
export function taggedCell(notebook: Notebook, tag: string): number {
  return notebook.cells.findIndex(({ metadata }) => Array.isArray(metadata.tags) && metadata.tags.includes(tag));
}
