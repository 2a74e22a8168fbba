import { brief, ReluctantError } from '../../core';
import type { Column } from '../read/column';
import type { Dataset } from '../read/dataset';

/** The columns of daily market data that features and targets are made from. */
export const MARKET_COLUMNS = ['symbol', 'date', 'open', 'high', 'low', 'close', 'volume'] as const;
/** The name of a column of daily market data. */
export type MarketColumn = (typeof MARKET_COLUMNS)[number];

/** What each column is also called in files; compared without case, spaces, underscores, dots and hyphens. */
const ALIASES: Record<MarketColumn, readonly string[]> = {
  symbol: ['symbol', 'ticker', 'instrument', 'asset', 'secid', 'permno', 'isin', 'code'],
  date: ['date', 'datetime', 'timestamp', 'time', 'day', 'tradedate', 'tradingday'],
  open: ['open', 'openprice', 'o'],
  high: ['high', 'highprice', 'h'],
  low: ['low', 'lowprice', 'l'],
  close: ['close', 'closeprice', 'last', 'settle', 'price', 'c', 'adjclose', 'adjustedclose'],
  volume: ['volume', 'vol', 'v', 'shares', 'quantity'],
};

const plain = (name: string): string => name.toLowerCase().replace(/[\s_.\-*]/g, '');

/**
 * The same data with its market columns under the names of {@link MARKET_COLUMNS}, however the file spelt them ("Adj
 * Close", "Ticker", "Timestamp" ...). A single series needs no symbol column: it gets one. All other columns stay.
 *
 * @param names market column -> its name in the data, where guessing would be wrong.
 * @throws ReluctantError `column-not-found` when a named or needed column is absent; only `date` and `close` are needed.
 * @example
 * toMarket(new Dataset({ Date: { kind: 'date', values: Int32Array.of(0) }, Close: { kind: 'number', values: Float64Array.of(1) } })).names.join();
 * // 'symbol,date,close'
 */
export function toMarket(dataset: Dataset, names: Partial<Record<MarketColumn, string>> = {}): Dataset {
  const found = marketNames(dataset, names);
  const columns = new Map<string, Column>();
  if (![...found.values()].includes('symbol')) {
    columns.set('symbol', { kind: 'symbol', values: new Int32Array(dataset.rows), dictionary: ['all'] });
  }
  for (const role of MARKET_COLUMNS) {
    const name = [...found].find(([, other]) => other === role)?.[0];
    if (name !== undefined) columns.set(role, withKind(dataset, name, role));
  }
  for (const name of dataset.names) {
    if (!found.has(name) && !columns.has(name)) columns.set(name, dataset.column(name));
  }
  return dataset.select([]).withColumns(columns);
}

/** Name in the data -> market column, for the market columns there are. */
export function marketNames(dataset: Dataset, names: Partial<Record<MarketColumn, string>>): Map<string, MarketColumn> {
  const found = new Map<string, MarketColumn>();
  for (const role of MARKET_COLUMNS) {
    const name = names[role] ?? guess(dataset, role);
    if (name !== undefined) {
      dataset.column(name);
      found.set(name, role);
    } else if (role === 'date' || role === 'close') {
      throw new ReluctantError({
        code: 'column-not-found',
        operation: 'data.toMarket',
        problem: `no column looks like "${role}"`,
        where: { 'data set': dataset.name },
        received: brief(dataset.names, 300),
        expected: `one of ${ALIASES[role].join(', ')} (in any case)`,
        fix: `name it: { ${role}: "..." }`,
      });
    }
  }
  return found;
}

function guess(dataset: Dataset, role: MarketColumn): string | undefined {
  for (const alias of ALIASES[role]) {
    const name = dataset.names.find((name) => plain(name) === alias);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Symbols may be numbers in a file (PERMNO 10001), so they become texts; every other column must be of its kind. */
function withKind(dataset: Dataset, name: string, role: MarketColumn): Column {
  const column = dataset.column(name);
  if (role === 'symbol' && column.kind !== 'symbol') {
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
  const right =
    role === 'symbol' ||
    (role === 'date' ? column.kind === 'date' || column.kind === 'time' : column.kind === 'number');
  if (right) return column;
  throw new ReluctantError({
    code: 'column-of-wrong-kind',
    operation: 'data.toMarket',
    problem: `column ${brief(name, 60)} cannot be "${role}"`,
    where: { 'data set': dataset.name },
    received: `${column.kind}s`,
    expected: role === 'date' ? 'dates or instants' : 'numbers',
    ...(role === 'date' ? { fix: 'give the format when loading: dateFormat: "%d.%m.%Y"' } : {}),
  });
}

/** The rows of a panel symbol by symbol, in order of time: `order.slice(starts[k], starts[k + 1])` is one symbol. */
export interface PanelOrder {
  /** Row numbers, sorted by symbol, then date; ties stay in the order of the file. */
  order: Int32Array;
  /** Where in `order` each symbol begins, and the end. */
  starts: Int32Array;
}

/**
 * Sorts the rows of market data by symbol and date without moving them.
 *
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 5, seed: 7 });
 * panelOrder(prices).starts; // [0, 5, 10]
 */
export function panelOrder(dataset: Dataset): PanelOrder {
  const codes = dataset.column('symbol').values;
  const dates = dataset.numbers('date');
  const order = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  let sorted = true;
  for (let row = 1; row < dataset.rows && sorted; row++) {
    const step = codes[row]! - codes[row - 1]!;
    sorted = step > 0 || (step === 0 && dates[row]! >= dates[row - 1]!);
  }
  // NaN dates sort first, so that they cannot break up the others.
  const time = (row: number) => (Number.isNaN(dates[row]!) ? -Infinity : dates[row]!);
  if (!sorted) order.sort((a, b) => codes[a]! - codes[b]! || (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : a - b));
  const starts: number[] = [];
  for (let k = 0; k < order.length; k++) {
    if (k === 0 || codes[order[k]!] !== codes[order[k - 1]!]) starts.push(k);
  }
  return { order, starts: Int32Array.from([...starts, order.length]) };
}
