import * as util from 'node:util';
import { escapeHTML, formatNumber } from '../tables';
import type { MimeBundle } from './host';

/** The method by which values of JavaScript kernels say how they want to be shown. */
export const DISPLAY = Symbol.for('Jupyter.display');

/** How much of a foreign table is shown. */
const ROWS_SHOWN = 20;
const COLUMNS_SHOWN = 100;

const MIME = /^[\w.+-]+\/[\w.+-]+(;.*)?$/;

/**
 * How a value is shown in a notebook: by its own `Symbol.for('Jupyter.display')` method if it has one; tensors, tables of
 * arquero and frames of danfojs as what they hold; everything else as in Node's REPL.
 *
 * @returns data by MIME type; `text/plain` is always among it
 * @example
 * mimeBundle([1, 2])['text/plain']; // '[ 1, 2 ]'
 */
export function mimeBundle(value: unknown): MimeBundle {
  const own = util.types.isProxy(value) ? ofProxy(value) : (ownBundle(value) ?? foreignBundle(value));
  if (!own) return { 'text/plain': util.inspect(value) };
  return 'text/plain' in own ? own : { ...own, 'text/plain': util.inspect(value) };
}

/** A proxy may refuse to be asked; what it stands for can be shown all the same. */
function ofProxy(value: unknown): MimeBundle | undefined {
  try {
    return ownBundle(value) ?? foreignBundle(value);
  } catch {
    return undefined;
  }
}

function ownBundle(value: unknown): MimeBundle | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  if (typeof method !== 'function') return undefined;
  const bundle: unknown = method.call(value);
  if (typeof bundle !== 'object' || bundle === null) return undefined;
  const entries = Object.entries(bundle).filter(([mime, data]) => MIME.test(mime) && data !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries.map(([mime, data]) => [mime, encoded(data)])) : undefined;
}

/** Binary data travels as base64. */
function encoded(data: unknown): unknown {
  return data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data;
}

/** Types of other packages, known by what they can do, so that none of them has to be loaded. */
function foreignBundle(value: unknown): MimeBundle | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isTensor(value)) return tensorBundle(value);
  if (isArqueroTable(value)) {
    return { 'text/html': arqueroHtml(value), 'text/plain': summary('Table', value) };
  }
  if (isFrame(value)) return { 'text/html': frameHtml(value), 'text/plain': String(value) };
  return undefined;
}

interface TensorLike {
  shape: number[];
  dtype: string;
  size: number;
  isDisposed: boolean;
  dataSync(): ArrayLike<unknown>;
  toString(verbose?: boolean): string;
}

function isTensor(value: object): value is TensorLike {
  const tensor = value as Partial<TensorLike>;
  return Array.isArray(tensor.shape) && typeof tensor.dtype === 'string' && typeof tensor.dataSync === 'function';
}

function tensorBundle(tensor: TensorLike): MimeBundle {
  const head = `Tensor [${tensor.shape.join(', ')}] ${tensor.dtype}`;
  if (tensor.isDisposed) return { 'text/plain': `${head}, disposed` };
  if (tensor.dtype === 'string' || tensor.size === 0) return { 'text/plain': `${head}\n${tensor.toString()}` };
  const data = tensor.dataSync();
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  for (let k = 0; k < data.length; k++) {
    const number = Number(data[k]);
    if (number < low) low = number;
    if (number > high) high = number;
    sum += number;
  }
  const figures = `min ${formatNumber(low)}, mean ${formatNumber(sum / data.length)}, max ${formatNumber(high)}`;
  return { 'text/plain': `${head}: ${figures}\n${tensor.toString()}` };
}

interface ArqueroLike {
  numRows(): number;
  numCols(): number;
  columnNames(): string[];
  toHTML(options: { limit: number; columns: string[] }): string;
}

function isArqueroTable(value: object): value is ArqueroLike {
  const table = value as Partial<ArqueroLike>;
  return (
    typeof table.toHTML === 'function' && typeof table.numRows === 'function' && typeof table.columnNames === 'function'
  );
}

function summary(kind: string, table: ArqueroLike): string {
  const names = table.columnNames();
  const more = names.length > COLUMNS_SHOWN ? ' …' : '';
  const list = names.slice(0, COLUMNS_SHOWN).join(', ');
  return `${kind}: ${table.numRows()} rows x ${table.numCols()} columns (${list}${more})`;
}

/** arquero writes the cells as text and the names of the columns, which come from data as well, as HTML: those are written here. */
function arqueroHtml(table: ArqueroLike): string {
  const names = table.columnNames().slice(0, COLUMNS_SHOWN);
  const html = table.toHTML({ limit: ROWS_SHOWN, columns: names });
  const body = html.slice(html.lastIndexOf('</thead>'));
  const more = table.numCols() > names.length ? `<p>${names.length} of ${table.numCols()} columns</p>` : '';
  return `<table><thead><tr>${names.map((name) => `<th>${escapeHTML(name)}</th>`).join('')}</tr>${body}${more}`;
}

/** Numbers look the same in every table, whoever made it. */
const shown = (value: unknown): string => (typeof value === 'number' ? formatNumber(value) : String(value));

interface FrameLike {
  columns: string[];
  index: (string | number)[];
  values: unknown[];
  shape: number[];
  toString(): string;
}

function isFrame(value: object): value is FrameLike {
  const frame = value as Partial<FrameLike> & { $columns?: unknown };
  return Array.isArray(frame.$columns) && Array.isArray(frame.index) && Array.isArray(frame.values);
}

function frameHtml({ columns, index, values, shape }: FrameLike): string {
  const cell = (tag: string, value: unknown) =>
    `<${tag}${typeof value === 'number' ? ' style="text-align:right"' : ''}>${escapeHTML(shown(value))}</${tag}>`;
  const rows = values.slice(0, ROWS_SHOWN).map((row, k) => {
    const cells = (Array.isArray(row) ? row : [row]).slice(0, COLUMNS_SHOWN);
    return `<tr>${cell('th', index[k])}${cells.map((value) => cell('td', value)).join('')}</tr>`;
  });
  const head = `<tr><th></th>${columns
    .slice(0, COLUMNS_SHOWN)
    .map((name) => cell('th', name))
    .join('')}</tr>`;
  const left = [
    ...(values.length > ROWS_SHOWN ? [`${ROWS_SHOWN} of ${shape[0]} rows`] : []),
    ...(columns.length > COLUMNS_SHOWN ? [`${COLUMNS_SHOWN} of ${columns.length} columns`] : []),
  ];
  const more = left.length > 0 ? `<p>${left.join(', ')}</p>` : '';
  return `<table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>${more}`;
}
