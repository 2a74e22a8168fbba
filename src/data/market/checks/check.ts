import { checkInteger } from '../../../core';
import { MILLISECONDS_PER_DAY } from '../../table/column';
import type { Dataset } from '../../table/dataset';
import type { MarketColumn } from '../../table/roles';
import { marketNames, toMarket } from '../panel';
import { CELL_CHECKS } from './cells';
import { COLUMN_CHECKS } from './columns';
import { type DataFinding, DataReport } from './report';
import { SERIES_CHECKS } from './series';
import { type Check, viewOf } from './view';

/** Options of {@link check}. */
export interface CheckOptions {
  /** Market column -> its name in the data, where it is not recognised. */
  columns?: Partial<Record<MarketColumn, string>>;
  /** Days without a row after which a gap is reported. Default 10. */
  longestGap?: number;
  /** The last day that can be in the data, days since 1970-01-01. Default today. */
  today?: number;
}

/** Everything that is looked for, in the order of the report. */
const CHECKS: readonly Check[] = [...CELL_CHECKS, ...SERIES_CHECKS, ...COLUMN_CHECKS];

/**
 * Looks market data over before anything is trained on them: cells that are missing or cannot be; dates that repeat, jump or come
 * at another interval; splits, units and symbols that change between rows; stale and weekend rows; columns of the wrong scale, that
 * are copies, or know the next row; symbols that end early (survivorship).
 *
 * @throws ReluctantError as `toMarket` does.
 * @example
 * const report = check(rl.synthetic.market({ symbols: 2, days: 50 }));
 * report.passed; // true
 */
export function check(dataset: Dataset, options: CheckOptions = {}): DataReport {
  const longestGap = checkInteger('data.check', 'longestGap', options.longestGap ?? 10, 1);
  const market = toMarket(dataset, options.columns);
  const isNamed = [...marketNames(dataset, options.columns ?? {}).values()].includes('symbol');
  const view = viewOf(market, {
    isNamed,
    longestGap,
    today: options.today ?? Math.floor(Date.now() / MILLISECONDS_PER_DAY),
  });
  const findings: DataFinding[] = [];
  const faulty = new Set<number>();
  const unmended = new Set<string>();
  for (const { check, severity, rows, meaning, isBeyondRepair } of CHECKS.flatMap(({ run }) => run(view))) {
    if (rows.length === 0) continue;
    if (isBeyondRepair) unmended.add(check);
    else if (severity === 'error') for (const row of rows) faulty.add(row);
    const first = rows.slice(0, 10).map((row) => row + 1);
    findings.push({ check, severity, count: rows.length, rows: first.join(', '), meaning });
  }
  return new DataReport(dataset, findings, { faulty, unmended, looked: CHECKS.map(({ about }) => about) });
}
