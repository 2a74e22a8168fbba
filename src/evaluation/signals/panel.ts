import { ReluctantError } from '../../core';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';

/** Predictions and what followed, one row per date and symbol, in any order. */
export interface SignalPanel {
  /** The moment of prediction: any number that grows with time. */
  date: Numbers;
  /** Needed only where a symbol is followed over time. */
  symbol?: readonly string[];
  /** What followed, e.g. the return over the horizon. */
  targets: Numbers;
  predictions: Numbers;
}

/** The rows of one date. */
export interface CrossSection {
  date: number;
  rows: Int32Array;
}

/** A checked panel with its dates in order. */
export interface Panel {
  targets: Float64Array;
  predictions: Float64Array;
  symbol?: readonly string[];
  sections: CrossSection[];
}

/** Checks a panel and gathers the rows of each date. */
export function checkPanel(operation: string, panel: SignalPanel): Panel {
  checkOptions(operation, panel, ['date', 'symbol', 'targets', 'predictions']);
  const targets = finiteRows(operation, 'targets', panel.targets ?? []);
  const predictions = finiteRows(operation, 'predictions', panel.predictions ?? []);
  const sections = sectionsOf(operation, panel.date, targets.length, panel.symbol);
  if (predictions.length !== targets.length)
    throw mismatch(operation, 'predictions', predictions.length, targets.length);
  return { targets, predictions, ...(panel.symbol ? { symbol: panel.symbol } : {}), sections };
}

/** The rows of each date, dates ascending; a symbol twice on one date is refused. */
export function sectionsOf(
  operation: string,
  dates: Numbers | undefined,
  rows: number,
  symbol?: readonly string[],
): CrossSection[] {
  const date = finiteRows(operation, 'date', dates ?? []);
  if (date.length !== rows) throw mismatch(operation, 'date', date.length, rows);
  if (symbol && symbol.length !== rows) throw mismatch(operation, 'symbol', symbol.length, rows);
  const byDate = new Map<number, number[]>();
  for (const [row, value] of date.entries()) {
    const section = byDate.get(value);
    if (section) section.push(row);
    else byDate.set(value, [row]);
  }
  const sections = [...byDate]
    .sort((a, b) => a[0] - b[0])
    .map(([at, list]) => ({ date: at, rows: Int32Array.from(list) }));
  if (symbol) for (const section of sections) refuseTwice(operation, section, symbol);
  return sections;
}

function refuseTwice(operation: string, { date, rows }: CrossSection, symbol: readonly string[]): void {
  const met = new Set<string>();
  for (const row of rows) {
    if (!met.has(symbol[row]!)) {
      met.add(symbol[row]!);
      continue;
    }
    throw new ReluctantError({
      code: 'symbol-twice',
      operation,
      problem: `symbol "${symbol[row]}" has two rows on one date`,
      where: { row, date },
      expected: 'one row per date and symbol',
    });
  }
}

function mismatch(operation: string, name: string, received: number, expected: number): ReluctantError {
  return new ReluctantError({
    code: 'length-mismatch',
    operation,
    problem: `${name} has another length than the other columns`,
    received,
    expected: `${expected} rows`,
  });
}

/** The values of some rows. */
export const pick = (values: Float64Array, rows: Int32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row]!);
