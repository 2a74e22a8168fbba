import { stripVTControlCharacters } from 'node:util';
import { type CellOutput, type NotebookCell, textOf } from './notebookFile';

/** Why a run did not end well, and where in the notebook. */
export interface RunFailure {
  kind: 'cell' | 'kernel-died' | 'timeout' | 'total-timeout' | 'interrupted';
  /**
   * Place of the cell in the notebook file among all cells, from 1; 0 for the cell with the passed parameters; undefined
   * where the run did not come to a cell.
   */
  cell?: number;
  /** Line in that cell, from 1, where the kernel tells it. */
  line?: number;
  /** Column in that line, from 1. */
  column?: number;
  /** The text of that line. */
  code?: string;
  /** Class of the error. */
  name?: string;
  message: string;
  /** Without terminal colours. */
  traceback: string[];
}

/** How kernels name a place in a cell: `cell 3:2:9` (this kernel), `Cell In[3], line 2` (ipykernel). */
const PLACES = [/\bcell (\d+):(\d+):(\d+)/g, /\bCell In\[(\d+)\], line (\d+)/g];

/** The error that a cell shows, if it shows one. */
export function errorOf(cell: NotebookCell): CellOutput | undefined {
  return cell.outputs?.filter((output) => output.output_type === 'error').pop();
}

/** What is known of the error in a cell: its name, message, line and traceback. */
export function describeError(
  cell: NotebookCell,
): Pick<RunFailure, 'name' | 'message' | 'line' | 'column' | 'code' | 'traceback'> {
  const error = errorOf(cell);
  if (!error) return { message: 'the cell ended with an error that it does not show', traceback: [] };
  const traceback = (error.traceback ?? []).map(stripVTControlCharacters);
  const message = stripVTControlCharacters(error.evalue ?? '');
  const place = placeIn([message, ...traceback].join('\n'), cell.execution_count ?? undefined);
  const code = place && textOf(cell.source).split('\n')[place.line - 1];
  return {
    ...(error.ename ? { name: error.ename } : {}),
    message,
    ...place,
    ...(code === undefined ? {} : { code }),
    traceback,
  };
}

/** The topmost place of the traceback that lies in the cell with this execution count. */
function placeIn(text: string, count: number | undefined): { line: number; column?: number } | undefined {
  for (const pattern of PLACES) {
    for (const [, cell, line, column] of text.matchAll(pattern)) {
      if (Number(cell) !== count) continue;
      return { line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
    }
  }
  return undefined;
}

/** One sentence: what went wrong, in which cell and line. */
export function failureText(notebook: string, failure: RunFailure): string {
  const { kind, cell, line, name, message } = failure;
  const place =
    cell === undefined ? 'before its first cell' : cell === 0 ? 'the cell with the passed parameters' : `cell ${cell}`;
  const where = `${notebook}, ${place}${line === undefined ? '' : `, line ${line}`}`;
  return `${where}: ${kind === 'cell' && name && !message.startsWith(name) ? `${name}: ` : ''}${message}`;
}
