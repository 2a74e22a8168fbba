import type { Figure } from '../../plots';
import type { Table } from '../../tables';
import type { Made } from './card';
import { renderReport } from './report';

/** A cell of a page that is made by a program, as a notebook has it. */
export type PageCell = Readonly<Record<string, unknown>>;

/** A table or a picture on a page. */
export type Exhibit = Table<object> | Figure;

/** A cell of words. */
export const markdown = (source: string): PageCell => ({ cell_type: 'markdown', metadata: {}, source });

/** A cell without code that shows tables and figures. */
export const outputs = (...shown: readonly Exhibit[]): PageCell => ({
  cell_type: 'code',
  metadata: {},
  source: '',
  outputs: shown.map((one) =>
    displayed((one as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!()),
  ),
});

/** A cell without code that shows data by their MIME types. */
export const bundles = (...shown: readonly Record<string, unknown>[]): PageCell => ({
  cell_type: 'code',
  metadata: {},
  source: '',
  outputs: shown.map(displayed),
});

const displayed = (data: Record<string, unknown>) => ({ output_type: 'display_data', metadata: {}, data });

/** Cells as one HTML page that needs no network. */
export const pageOf = (cells: readonly PageCell[], title: string, made?: Made): string =>
  renderReport({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [...cells] }, title, made);
