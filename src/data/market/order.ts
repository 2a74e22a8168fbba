import { ReluctantError } from '../../core';
import { dayToText, isMissing, MILLISECONDS_PER_DAY } from '../table/column';
import type { Dataset } from '../table/dataset';

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

/**
 * Throws where two rows of a symbol bear one date: their order in time, and so every return between rows, is not known.
 *
 * @param market data with the names of `toMarket`.
 * @param named whether the symbols come from a column, and not from the name of the file.
 * @throws ReluctantError `date-missing`; `dates-repeated`, with the rows and what they may be.
 * @example
 * checkDatesDiffer('data.makeRows', rl.synthetic.market({ symbols: 2, days: 5, seed: 7 }), true);
 */
export function checkDatesDiffer(operation: string, market: Dataset, named: boolean): void {
  const { order, starts } = panelOrder(market);
  const date = market.column('date');
  const isStart = new Set(starts);
  const undated = order.findIndex((row) => isMissing(date, row));
  if (undated >= 0) {
    throw new ReluctantError({
      code: 'date-missing',
      operation,
      problem: 'a row has no date, and so no place in time',
      where: { 'data set': market.name, row: order[undated]! + 1 },
      expected: 'a date in every row',
      fix: 'look at the rows: reluctant check-data --data FILE; with --repair a copy without them is written',
    });
  }
  for (let k = 1; k < order.length; k++) {
    const [row, before] = [order[k]!, order[k - 1]!];
    if (isStart.has(k) || date.values[row] !== date.values[before]) continue;
    const day = date.kind === 'time' ? new Date(date.values[row]!).toISOString() : dayToText(date.values[row]!);
    const symbol = market.column('symbol');
    const texts = market.names.filter((name) => name !== 'symbol' && market.column(name).kind === 'symbol');
    throw new ReluctantError({
      code: 'dates-repeated',
      operation,
      problem: named
        ? `the symbol ${symbol.kind === 'symbol' ? symbol.dictionary[symbol.values[row]!] : ''} has two rows of ${day}`
        : `two rows bear the date ${day} and no column says which symbol they are of`,
      where: { 'data set': market.name, row: Math.max(row, before) + 1 },
      expected: 'one row per symbol and date',
      fix: (say) =>
        named
          ? 'look which is right: reluctant check-data --data FILE; with --repair a copy without the later ones is written'
          : `name the column of symbols: ${say('columns', { symbol: texts[0] ?? 'NAME' })}, or keep a file per symbol and load them together`,
    });
  }
}

/** Milliseconds or days in a calendar day, as the dates of the data count. */
export const dayOfDates = (market: Dataset): number =>
  market.column('date').kind === 'time' ? MILLISECONDS_PER_DAY : 1;
