import { brief, ReluctantError } from '../../core';
import { symbolOfFile } from '../read/symbolNames';
import { settle } from '../read/texts/settle';
import { type Column, cellOf } from '../table/column';
import type { Dataset } from '../table/dataset';
import { ALIASES, MARKET_COLUMNS, type MarketColumn, plainName } from '../table/roles';

/**
 * The same data with its market columns under the names of {@link MARKET_COLUMNS}, however the file spelt them ("Adj
 * Close", "Ticker", "Timestamp" ...). A single series needs no symbol column: it gets one, with the name of its file. Texts and
 * counts of seconds in the column of dates become dates. All other columns stay.
 *
 * @param names market column -> its name in the data, where guessing would be wrong.
 * @throws ReluctantError `column-not-found` when a named or needed column is absent; only `date` and `close` are needed.
 * @example
 * toMarket(new Dataset({ Date: { kind: 'date', values: Int32Array.of(0) }, Close: { kind: 'number', values: Float64Array.of(1) } })).names.join();
 * // 'symbol,date,close'
 */
export function toMarket(dataset: Dataset, names: Partial<Record<MarketColumn, string>> = {}): Dataset {
  const roles = marketNames(dataset, names);
  const columns = new Map<string, Column>();
  if (![...roles.values()].includes('symbol')) {
    columns.set('symbol', {
      kind: 'symbol',
      values: new Int32Array(dataset.rows),
      dictionary: [symbolOf(dataset, roles)],
    });
  }
  for (const role of MARKET_COLUMNS) {
    const name = [...roles].find(([, other]) => other === role)?.[0];
    if (name !== undefined) columns.set(role, withKind(dataset, name, role));
  }
  for (const name of dataset.names) {
    if (!roles.has(name) && !columns.has(name)) columns.set(name, dataset.column(name));
  }
  return dataset.select([]).withColumns(columns);
}

/** The name of the one symbol of a file: what stands before the points of all its names (R's AAPL.Open), or the file's own. */
function symbolOf(dataset: Dataset, roles: ReadonlyMap<string, MarketColumn>): string {
  const prefix = prefixOf(dataset);
  if (prefix !== undefined && [...roles.keys()].some((name) => name.startsWith(`${prefix}.`))) return prefix;
  const stem = symbolOfFile('data.toMarket', dataset.name);
  return stem === '' || /\s/.test(stem) ? 'all' : stem;
}

/** What quantmod puts before the names of its columns. */
function prefixOf(dataset: Dataset): string | undefined {
  const closes = dataset.names.filter((name) => /^[^.]+(\.[^.]+)*\.close$/i.test(name));
  return closes.length === 1 ? closes[0]!.slice(0, -'.close'.length) : undefined;
}

/** Name in the data -> market column, for the market columns there are. */
export function marketNames(dataset: Dataset, names: Partial<Record<MarketColumn, string>>): Map<string, MarketColumn> {
  const roles = new Map<string, MarketColumn>();
  for (const role of MARKET_COLUMNS) {
    const name = names[role] ?? guess(dataset, role, roles);
    if (name !== undefined) {
      dataset.column(name);
      roles.set(name, role);
    } else if (role === 'date' || role === 'close') {
      throw new ReluctantError({
        code: 'column-not-found',
        operation: 'data.toMarket',
        problem: `no column looks like "${role}"`,
        where: { 'data set': dataset.name },
        received: brief(dataset.names, 300),
        expected: `one of ${ALIASES[role].slice(0, 12).join(', ')} ... (in any case)`,
        fix: (say) => `name it: ${say('columns', { [role]: dataset.names[0] ?? role })}`,
      });
    }
  }
  return roles;
}

/** The column that a role goes by: by its name, and for a date or a price also the only column of its kind. */
function guess(dataset: Dataset, role: MarketColumn, taken: ReadonlyMap<string, MarketColumn>): string | undefined {
  const prefix = prefixOf(dataset);
  const open = dataset.names.filter((name) => !taken.has(name));
  const plain = new Map(
    open.map((name) => [
      name,
      plainName(prefix !== undefined && name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name),
    ]),
  );
  for (const alias of ALIASES[role]) {
    const name = open.find((other) => plain.get(other) === alias && suits(dataset.column(other), role));
    if (name !== undefined) return name;
  }
  // A name that fits and a kind that does not: named in the message.
  const misfit = ALIASES[role]
    .map((alias) => open.find((other) => plain.get(other) === alias))
    .find((name) => name !== undefined);
  if (misfit !== undefined && role !== 'symbol') return misfit;
  const kinds = role === 'date' ? ['date', 'time'] : role === 'close' ? ['number'] : [];
  const only = open.filter((name) => kinds.includes(dataset.column(name).kind));
  return only.length === 1 ? only[0] : undefined;
}

function suits({ kind }: Column, role: MarketColumn): boolean {
  if (role === 'symbol') return kind === 'symbol' || kind === 'number';
  return role === 'date' ? kind === 'date' || kind === 'time' : kind === 'number';
}

/** Symbols may be numbers in a file (PERMNO 10001), so they become texts; every other column must be of its kind. */
function withKind(dataset: Dataset, name: string, role: MarketColumn): Column {
  const column = dataset.column(name);
  if (role === 'symbol' && column.kind !== 'symbol') return asTexts(column);
  if (role === 'symbol' || suits(column, role)) return column;
  const again = settleColumn(
    dataset.name,
    role === 'date' ? 'date' : name,
    role === 'date' && column.kind === 'number' ? asTexts(column) : column,
  );
  if (again && suits(again, role)) return again;
  throw new ReluctantError({
    code: 'column-of-wrong-kind',
    operation: 'data.toMarket',
    problem: `column ${brief(name, 60)} cannot be "${role}"`,
    where: { 'data set': dataset.name },
    received: `${column.kind === 'symbol' ? 'texts' : `${column.kind}s`}, such as ${brief(firstOf(column), 40)}`,
    expected: role === 'date' ? 'dates or instants' : 'numbers',
    fix: (say) =>
      role === 'date'
        ? `say how they are written: ${say('dateFormat', likelyFormat(firstOf(column)))}, or name another column: ${say('columns', { date: 'NAME' })}`
        : `name another column: ${say('columns', { [role]: 'NAME' })}`,
  });
}

/** Formats by what is written in them; the one of most of the world for anything else. */
const LIKELY: readonly [RegExp, string][] = [
  [/^(18|19|20)\d{2}$/, '%Y'],
  [/^(18|19|20)\d{2}(0[1-9]|1[0-2])$/, '%Y%m'],
  [/^[2-6]\d{4}(\.\d+)?$/, 'excel'],
  [/^\d{10}(\.\d+)?$/, 'unix-s'],
  [/^\d{13}$/, 'unix-ms'],
  [/^[A-Za-z]{3}-\d{2}$/, '%b-%y'],
  [/^[A-Za-z]{3} \d{4}$/, '%b %Y'],
  [/^[A-Za-z]{3}-\d{4}$/, '%b-%Y'],
  [/^\d{1,2}[/]\d{4}$/, '%m/%Y'],
];
const likelyFormat = (example: unknown): string =>
  LIKELY.find(([form]) => form.test(String(example)))?.[1] ?? '%d.%m.%Y';

const firstOf = (column: Column): unknown => {
  for (let row = 0; row < column.values.length; row++) {
    const value = cellOf(column, row);
    if (value !== undefined) return value;
  }
  return undefined;
};

/** Numbers as texts, each once in the dictionary. */
function asTexts(column: Column): Column & { kind: 'symbol' } {
  const codes = new Map<number, number>();
  const dictionary: string[] = [];
  const values = Int32Array.from(column.values as ArrayLike<number>, (value) => {
    if (Number.isNaN(value)) return -1;
    let code = codes.get(value);
    if (code === undefined) {
      code = dictionary.push(String(value)) - 1;
      codes.set(value, code);
    }
    return code;
  });
  return { kind: 'symbol', values, dictionary };
}

/** A column of texts (of a Parquet file, say) read as those of a text file are; nothing where they stay texts. */
function settleColumn(file: string, name: string, column: Column): Column | undefined {
  if (column.kind !== 'symbol') return undefined;
  const texts = { name, codes: column.values, texts: column.dictionary };
  try {
    const { files } = settle(
      'data.toMarket',
      [{ file, columns: new Map([[name, texts]]), rowOf: (row) => row + 1, quick: false }],
      {},
    );
    return files[0]!.get(name);
  } catch (error) {
    if (error instanceof ReluctantError && error.code === 'date-ambiguous') throw error;
    return undefined;
  }
}
