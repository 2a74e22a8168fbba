import { ReluctantError } from '../../core';
import { Dataset } from '../table/dataset';
import type { FormOptions } from '../table/form';
import { looseColumn } from './looseColumns';
import { settle } from './texts/settle';

/** How {@link fromTable} reads texts: as a file of them would be. */
export type TableOptions = Pick<
  FormOptions,
  'missing' | 'decimal' | 'thousands' | 'dateFormat' | 'dayFirst' | 'timeColumn' | 'timeZone' | 'texts'
> & {
  /** How the data set is called in messages. Default `table`. */
  name?: string;
};

/**
 * A {@link Dataset} of a table that is in memory already: of arquero, of danfojs, of Arrow (apache-arrow or flechette), a list of rows as
 * objects, or columns by name. Dates may be `Date`s, or texts as in a file; other texts become a column of texts, and `null`, `undefined` and NaN are missing.
 * Values are copied. Arrow's integers beyond 2^53 become texts, which keep them.
 *
 * @throws ReluctantError `table-unknown`, `length-mismatch` naming the column, and those of `load` for texts that can be read in two ways.
 * @example
 * const prices = fromTable({ date: ['2024-01-02', '2024-01-03'], close: [1.5, 2] });
 * fromTable(prices.toArquero()).names; // ['date', 'close']
 */
export function fromTable(table: unknown, options: TableOptions = {}): Dataset {
  const operation = 'data.fromTable';
  const { name = 'table', ...form } = options;
  const lists = listsOf(operation, table);
  const [first] = lists;
  for (const [column, values] of lists) {
    if (values.length === first![1].length) continue;
    throw new ReluctantError({
      code: 'length-mismatch',
      operation,
      problem: 'the columns have different numbers of rows',
      where: { column },
      received: values.length,
      expected: `${first![1].length}, as column "${first![0]}" has`,
    });
  }
  const columns = new Map(lists.map(([column, values]) => [column, looseColumn(column, values.map(loose))]));
  const file = { file: name, columns, rowOf: (row: number) => row + 1, quick: false };
  const { files, notes } = settle(operation, [file], form);
  return new Dataset(files[0]!, { name, notes });
}

/** Numbers that a double holds as numbers, larger ones as texts; NaN is missing. */
function loose(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return typeof value === 'number' && Number.isNaN(value) ? undefined : value;
}

type Lists = [name: string, values: unknown[]][];
type ArrowVector = Iterable<unknown> & { length: number };
interface ArrowLike {
  schema: { fields: readonly { name: string; type: { typeId: number } }[] };
  getChild(name: string): ArrowVector | null;
}
interface ArqueroLike {
  columnNames(): string[];
  array(name: string): ArrayLike<unknown>;
}
interface DanfoLike {
  columns: readonly unknown[];
  column(name: string): { values: readonly unknown[] };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
const has = (value: Record<string, unknown>, ...methods: string[]) =>
  methods.every((method) => typeof value[method] === 'function');

/** The columns of a table as lists of values, whatever made it. */
function listsOf(operation: string, table: unknown): Lists {
  const lists = isObject(table) ? columnsOf(table) : undefined;
  if (lists && lists.length > 0) return lists;
  throw new ReluctantError({
    code: 'table-unknown',
    operation,
    problem: 'this is no table',
    received: table,
    expected:
      'a table of arquero, danfojs or Arrow, a list of rows as objects, or { column: values }, with at least one column',
  });
}

function columnsOf(table: Record<string, unknown>): Lists | undefined {
  if (has(table, 'columnNames', 'array')) {
    const arquero = table as unknown as ArqueroLike;
    return arquero.columnNames().map((name) => [name, Array.from(arquero.array(name))]);
  }
  if (has(table, 'getChild') && isObject(table['schema'])) return arrowLists(table as unknown as ArrowLike);
  if (has(table, 'column') && Array.isArray(table['columns'])) {
    const danfo = table as unknown as DanfoLike;
    return danfo.columns.map((name) => [String(name), [...danfo.column(String(name)).values]]);
  }
  if (Array.isArray(table)) {
    if (table.length === 0 || !table.every((row) => isObject(row) && !isList(row))) return undefined;
    const names = [...new Set(table.flatMap((row) => Object.keys(row as object)))];
    return names.map((name) => [name, table.map((row) => (row as Record<string, unknown>)[name])]);
  }
  const entries = Object.entries(table);
  if (!entries.every(([, values]) => isList(values))) return undefined;
  return entries.map(([name, values]) => [name, Array.from(values as ArrayLike<unknown>)]);
}

/** Numbers of types of Arrow that say days and instants: Date and Timestamp. */
const ARROW_DATES = new Set([8, 10]);

/** Both packages give days and instants as milliseconds since 1970, or as `Date`. */
function arrowLists(table: ArrowLike): Lists {
  return table.schema.fields.map(({ name, type }) => {
    const values = [...(table.getChild(name) ?? [])];
    if (!ARROW_DATES.has(type.typeId)) return [name, values];
    return [name, values.map((value) => (value == null || value instanceof Date ? value : new Date(Number(value))))];
  });
}
