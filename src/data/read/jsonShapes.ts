import { brief, ReluctantError } from '../../core';
import { Bound } from '../table/bound';
import { plainName, roleOf } from '../table/roles';
import { readMoment } from './texts/moments';

/** A table in JSON: columns by name, or lists of cells whose names are open. */
export type JSONTable = { kind: 'columns'; columns: Map<string, unknown[]> } | { kind: 'lists'; rows: unknown[][] };

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

/**
 * The one table in a value of JSON, however deep.
 * @param wanted its path (`chart.result`), where there are several.
 * @throws ReluctantError `table-not-found`.
 */
export function findTable(
  operation: string,
  file: string,
  value: unknown,
  wanted: string | undefined,
  notes: string[],
): JSONTable {
  const from = wanted === undefined ? value : at(value, wanted);
  const found = from === undefined ? [] : tablesIn(from, '', 0, Bound.ofFiles(operation, [file]));
  if (found.length === 1) {
    const { path, table, around } = found[0]!;
    if (path !== '') notes.push(`the table is at ${brief(path, 60)} of the file`);
    return withSymbol(table, around, notes);
  }
  if (isObject(value) && Object.values(value).length > 0 && Object.values(value).every(isPlain)) {
    throw new ReluctantError({
      code: 'table-not-found',
      operation,
      problem: 'the file holds a message and no table',
      where: { file },
      received: brief(value, 200),
      fix: 'if a service answered so, ask it again for the data',
    });
  }
  throw new ReluctantError({
    code: 'table-not-found',
    operation,
    problem: found.length === 0 ? 'there is no table in the file' : 'there are several tables in the file',
    where: { file },
    received: found.length === 0 ? brief(value, 100) : found.map(({ path }) => path),
    expected: 'a list of rows, columns of one length, or one of them inside',
    fix: (say) => `name its place: ${say('table', found[0]?.path || 'data.rows')}`,
  });
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (isObject(inner) || isList(inner) ? (inner as Fields)[key] : undefined), value);
}

interface Candidate {
  path: string;
  table: JSONTable;
  /** Plain values beside the table and around it: the symbol it is of, perhaps. */
  around: Fields;
}

/** The tables in a value; what is inside a table is none of its own. */
function tablesIn(value: unknown, path: string, depth: number, bound: Bound, around: Fields = {}): Candidate[] {
  if (depth > 6 || isPlain(value)) return [];
  const table = tableOf(value, bound);
  const beside = isObject(value)
    ? { ...around, ...Object.fromEntries(Object.entries(value).filter(([, field]) => isPlain(field))) }
    : around;
  if (table) return [{ path, table, around: beside }];
  // A list of one: an envelope, as a list of several is not.
  const entries = isList(value)
    ? value.length === 1
      ? [['0', value[0]] as const]
      : []
    : Object.entries(value as Fields);
  return entries.flatMap(([key, inner]) => {
    // A column of one number is no table: `"error": []` and the like.
    if (isList(inner) && inner.length === 0) return [];
    const symbol =
      roleOf(key) === undefined && isObject(value)
        ? { ...beside, ...(/^[A-Z0-9.^=_-]{1,12}$/.test(key) ? { symbol: key } : {}) }
        : beside;
    return tablesIn(inner, path === '' ? key : `${path}.${key}`, depth + 1, bound, symbol);
  });
}

function tableOf(value: unknown, bound: Bound): JSONTable | undefined {
  if (isList(value)) return rowsOf(value, bound);
  const fields = value as Fields;
  return pandasOf(fields, bound) ?? keyedRows(fields, bound) ?? columnsOf(fields) ?? pairsOf(fields);
}

/** A list of objects, or of lists. */
function rowsOf(rows: unknown[], bound: Bound): JSONTable | undefined {
  if (rows.length === 0) return undefined;
  if (rows.every(isObject)) {
    if (
      rows.length === 1 &&
      Object.values(rows[0]!).some((field) => !isPlain(field)) &&
      !Object.values(rows[0]!).every((field) => isPlain(field) || isObject(field))
    )
      return undefined;
    if (rows.length === 1 && !Object.values(rows[0]!).some(isPlain)) return undefined;
    const columns = new Map<string, unknown[]>();
    const isFlat = rows.every((row, k) =>
      flatten(row, (name, value) => {
        const column = columns.get(name) ?? emptyColumn(rows.length);
        column[k] = value;
        if (columns.set(name, column).size > 1) bound.check(rows.length, columns.size);
      }),
    );
    return isFlat ? { kind: 'columns', columns } : undefined;
  }
  if (rows.length > 1 && rows.every((row) => isList(row) && row.length > 1 && row.every(isPlain)))
    return { kind: 'lists', rows: rows as unknown[][] };
  return undefined;
}

const emptyColumn = (rows: number): unknown[] => new Array<unknown>(rows).fill(undefined);

/** Hands on the fields of a row, those of objects inside with a point between the names; false where there are lists inside. */
function flatten(row: Fields, take: (name: string, value: unknown) => void, before = ''): boolean {
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (isPlain(value)) take(`${before}${name}`, value);
    else if (!isObject(value) || !flatten(value, take, `${before}${name}.`)) return false;
  }
  return true;
}

/** pandas: `split` and `table`. */
function pandasOf({ columns, data, index, schema }: Fields, bound: Bound): JSONTable | undefined {
  if (isList(columns) && isList(data) && data.every(isList)) {
    bound.check(data.length, columns.length);
    const dated = isList(index) && !index.every((value, k) => value === k);
    const named = columns.map((name, k) => [String(name), (data as unknown[][]).map((row) => row[k])] as const);
    return {
      kind: 'columns',
      columns: new Map([...(dated ? ([['date', index as unknown[]]] as const) : []), ...named]),
    };
  }
  if (isObject(schema) && isList(schema['fields']) && isList(data)) return rowsOf(data, bound);
  return undefined;
}

/** Objects by date (Alpha Vantage), or by number (pandas `index`); columns of objects by row (pandas `columns`). */
function keyedRows(value: Fields, bound: Bound): JSONTable | undefined {
  const entries = Object.entries(value);
  if (entries.length === 0 || !entries.every(([, field]) => isObject(field) && Object.values(field).every(isPlain)))
    return undefined;
  const isKey = (key: string) => /^\d+$/.test(key) || readMoment(key, false) !== undefined;
  const withKeys = (keys: string[], columns: [string, unknown[]][]): JSONTable => {
    const isCounter = keys.every((key, k) => key === String(k));
    return {
      kind: 'columns',
      columns: new Map([...(isCounter ? [] : ([['date', keys]] as [string, unknown[]][])), ...columns]),
    };
  };
  if (entries.every(([key]) => isKey(key))) {
    const names = [...new Set(entries.flatMap(([, row]) => Object.keys(row as Fields)))];
    bound.check(entries.length, names.length);
    return withKeys(
      entries.map(([key]) => key),
      names.map((name) => [name, entries.map(([, row]) => (row as Fields)[name])]),
    );
  }
  const keys = [...new Set(entries.flatMap(([, column]) => Object.keys(column as Fields)))];
  if (keys.length === 0 || !keys.every(isKey)) return undefined;
  bound.check(keys.length, entries.length);
  return withKeys(
    keys,
    entries.map(([name, column]) => [name, keys.map((key) => (column as Fields)[key])]),
  );
}

/** Lists of plain values of one length, in an object or the objects inside it (Yahoo keeps quotes so). */
function columnsOf(value: Fields): JSONTable | undefined {
  const lists = new Map<string, unknown[]>();
  const collect = (inner: unknown, depth: number): void => {
    if (depth > 4 || isPlain(inner)) return;
    for (const [name, field] of Object.entries(inner as Fields)) {
      if (isList(field) && field.length > 0 && field.every(isPlain)) {
        if (!/^\d+$/.test(name) && !lists.has(name)) lists.set(name, field);
      } else if (isList(field) ? field.length === 1 : isObject(field))
        collect(isList(field) ? field[0] : field, depth + 1);
    }
  };
  const own = Object.values(value).filter((field) => isList(field) && field.length > 1 && field.every(isPlain));
  if (own.length === 0) return undefined;
  collect(value, 0);
  const length = (own[0] as unknown[]).length;
  const same = [...lists].filter(([, list]) => list.length === length);
  // A column that is shorter than the others may lack any of its values, so there is no saying which rows it has.
  if (
    same.length < lists.size &&
    [...lists].some(([name, list]) => list.length !== length && roleOf(name) !== undefined)
  )
    return undefined;
  if (same.length < 2 || !same.some(([name]) => roleOf(name) === 'date' || roleOf(name) === 'close')) return undefined;
  return { kind: 'columns', columns: new Map(same) };
}

/** Lists of [time, value] of one length, as CoinGecko gives prices and volumes. */
function pairsOf(value: Fields): JSONTable | undefined {
  const entries = Object.entries(value);
  const isPairs = (field: unknown): field is [unknown, unknown][] =>
    isList(field) &&
    field.length > 1 &&
    field.every((pair) => isList(pair) && pair.length === 2 && pair.every(isPlain));
  if (entries.length < 1 || !entries.every(([, field]) => isPairs(field))) return undefined;
  const lists = entries as [string, [unknown, unknown][]][];
  const [, first] = lists[0]!;
  if (!lists.every(([, list]) => list.length === first.length && list.every(([time], k) => time === first[k]![0])))
    return undefined;
  const columns = lists.map(([name, list]) => [singular(name), list.map(([, field]) => field)] as const);
  return { kind: 'columns', columns: new Map([['timestamp', first.map(([time]) => time)], ...columns]) };
}

const singular = (name: string): string => (name === 'prices' ? 'price' : name);

/** The symbol that stands beside the table goes into every row. */
function withSymbol(table: JSONTable, around: Fields, notes: string[]): JSONTable {
  if (table.kind !== 'columns' || [...table.columns.keys()].some((name) => roleOf(name) === 'symbol')) return table;
  const names = Object.keys(around).filter(
    (name) => roleOf(name) === 'symbol' && !['name', 'code', 'series', 'company'].includes(plainName(name)),
  );
  const symbol = names.map((name) => around[name]).find((value) => typeof value === 'string' && value !== '');
  if (symbol === undefined) return table;
  notes.push(`every row is of the symbol ${brief(symbol, 40)}, which stands beside the table`);
  const rows = [...table.columns.values()][0]?.length ?? 0;
  return {
    kind: 'columns',
    columns: new Map([['symbol', Array.from({ length: rows }, () => symbol)], ...table.columns]),
  };
}
