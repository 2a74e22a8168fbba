import type { ColumnTable } from 'arquero';
import { brief, lazy, ReluctantError } from '../../core';
import { Table } from '../../tables';
import type { Column } from '../table/column';
import type { Dataset } from '../table/dataset';
import { MARKET_COLUMNS, type MarketColumn } from '../table/roles';
import { type Bars, INDICATORS, type Indicator } from './indicators';
import { panelOrder } from './order';

const arquero = lazy(() => require('arquero') as typeof import('arquero'));

/** How one feature is made by an expression from a symbol's own past and present. */
interface Expression {
  /** What it is, with its source where it has one. */
  about: string;
  /** Columns of the market it needs. */
  needs: readonly MarketColumn[];
  /** An arquero expression over the row `d`. Only `op.lag` and the trailing window reach other rows, so none can see ahead. */
  expression: string;
  /** Rows in the trailing window, this one included; without it the expression sees this row (and lags) only. */
  window?: number;
}

/** Value of the expression where every input of the whole trailing window is there, NaN where one is missing or not yet. */
const trailing = (
  window: number,
  inputs: string | readonly string[],
  expression: string,
): Pick<Expression, 'expression' | 'window'> => ({
  expression: `${[inputs]
    .flat()
    .map((input) => `op.valid(${input}) < ${window}`)
    .join(' || ')} ? NaN : ${expression}`,
  window,
});

const momentum = (days: number): Expression => ({
  about: `Return over ${days} rows: close / close ${days} rows ago - 1`,
  needs: ['close'],
  expression: `d.close / op.lag(d.close, ${days}) - 1`,
});

const EXPRESSIONS = {
  closeChangePct: {
    about: 'Return of the row: close / previous close - 1',
    needs: ['close'],
    expression: 'd.close / op.lag(d.close, 1) - 1',
  },
  vwap: {
    about: 'Volume-weighted average of the typical price (high + low + close) / 3 over 20 rows, in units of price',
    needs: ['high', 'low', 'close', 'volume'],
    ...trailing(
      20,
      ['d.high', 'd.low', 'd.close', 'd.volume'],
      'op.sum((d.high + d.low + d.close) / 3 * d.volume) / op.sum(d.volume)',
    ),
  },
  typicalPrice: {
    about:
      'Typical price of the row: (high + low + close) / 3, in units of price; the documented robust run calls it vwap',
    needs: ['high', 'low', 'close'],
    expression: '(d.high + d.low + d.close) / 3',
  },
  priceRange: {
    about: 'Range of the row relative to its close: (high - low) / close',
    needs: ['high', 'low', 'close'],
    expression: '(d.high - d.low) / d.close',
  },
  priceMomentum3: momentum(3),
  priceMomentum5: momentum(5),
  priceMomentum10: momentum(10),
  priceMomentum20: momentum(20),
  logReturn: { about: 'ln(close / previous close)', needs: ['close'], expression: 'd.logReturn_' },
  openGap: {
    about: 'Overnight return: open / previous close - 1',
    needs: ['open', 'close'],
    expression: 'd.open / op.lag(d.close, 1) - 1',
  },
  closeLocation: {
    about: 'Where the close lies in the range of the row, 0 at the low, 1 at the high, 0.5 where there is no range',
    needs: ['high', 'low', 'close'],
    expression: 'd.high > d.low ? (d.close - d.low) / (d.high - d.low) : 0.5',
  },
  volatility5: {
    about: 'Standard deviation of the last 5 log returns',
    needs: ['close'],
    ...trailing(5, 'd.logReturn_', 'op.stdev(d.logReturn_)'),
  },
  volatility20: {
    about: 'Standard deviation of the last 20 log returns',
    needs: ['close'],
    ...trailing(20, 'd.logReturn_', 'op.stdev(d.logReturn_)'),
  },
  parkinson10: {
    about: 'Volatility a day from the ranges of 10 rows: sqrt(mean(ln(high/low)^2) / (4 ln 2)) (Parkinson 1980)',
    needs: ['high', 'low'],
    ...trailing(10, ['d.high', 'd.low'], 'op.sqrt(op.mean(op.pow(op.log(d.high / d.low), 2)) / 2.772588722239781)'),
  },
  garmanKlass10: {
    about:
      'Volatility a day from 10 bars: sqrt(mean(0.5 ln(high/low)^2 - (2 ln 2 - 1) ln(close/open)^2)) (Garman and Klass 1980)',
    needs: ['open', 'high', 'low', 'close'],
    ...trailing(
      10,
      ['d.open', 'd.high', 'd.low', 'd.close'],
      'op.sqrt(op.mean(0.5 * op.pow(op.log(d.high / d.low), 2) - 0.3862943611198906 * op.pow(op.log(d.close / d.open), 2)))',
    ),
  },
  volumeRatio20: {
    about: 'ln(volume / its mean over 20 rows)',
    needs: ['volume'],
    ...trailing(20, 'd.volume', 'op.log(d.volume / op.mean(d.volume))'),
  },
  volumeChange: {
    about: 'ln(volume / previous volume)',
    needs: ['volume'],
    expression: 'op.log(d.volume / op.lag(d.volume, 1))',
  },
  averageDistance20: {
    about: 'Distance of the close from its mean over 20 rows: close / mean - 1',
    needs: ['close'],
    ...trailing(20, 'd.close', 'd.close / op.mean(d.close) - 1'),
  },
  drawdown60: {
    about: 'Fall from the highest close of 60 rows: close / max - 1, at most 0',
    needs: ['close'],
    ...trailing(60, 'd.close', 'd.close / op.max(d.close) - 1'),
  },
  relativeStrength14: {
    about: 'Relative strength index over 14 rows in [0, 1]: gains / (gains + losses) (Wilder 1978, plain averages)',
    needs: ['close'],
    ...trailing(
      14,
      'd.logReturn_',
      'op.sum(op.abs(d.logReturn_)) > 0 ? 0.5 + 0.5 * op.sum(d.logReturn_) / op.sum(op.abs(d.logReturn_)) : 0.5',
    ),
  },
} satisfies Record<string, Expression>;

type Definition = Expression | Indicator;

const DEFINITIONS = { ...EXPRESSIONS, ...INDICATORS };

/** A feature this library can make. */
export type FeatureName = keyof typeof DEFINITIONS;

/** The five features of the robust pipeline of `../../notebooks/05-robust-training.ipynb`. */
export const ROBUST_FEATURES = ['closeChangePct', 'vwap', 'priceRange', 'priceMomentum3', 'priceMomentum5'] as const;

/** A set that says little twice: return, range, gap, place in the range, volume, two horizons of trend and of volatility. */
export const STANDARD_FEATURES = [
  'logReturn',
  'priceRange',
  'openGap',
  'closeLocation',
  'volumeRatio20',
  'priceMomentum5',
  'volatility5',
  'volatility20',
] as const satisfies readonly FeatureName[];

/** The 19 features of the preset `wavenet_optimized` of the documented Financial WaveNet. */
export const WAVENET_FEATURES = [
  'volatilityParkinson10',
  'volatilityYangZhang20',
  'volatilityRogersSatchell20',
  'volatilityRogersSatchell60',
  'volatilityCloseToClose60',
  'volatilityOfVolatility20',
  'bollingerWidth20',
  'rangeLog',
  'rangeLogMean20',
  'trueRangeRatio14',
  'rollSpread20',
  'averageDistance20',
  'vwapRatio20',
  'highDistance20',
  'volumeRank252',
  'relativeVolume20',
  'marketState',
  'volatilityRegime',
  'wilderStrength14',
] as const satisfies readonly FeatureName[];

/**
 * 70 features, as many as the documented Runs 2 to 4 had. Which these were is not documented: they are of the same families
 * (returns, volatilities, trend, volume, distribution), each of which is documented to have been there.
 */
export const SEVENTY_FEATURES: readonly FeatureName[] = [
  ...WAVENET_FEATURES,
  ...(Object.keys(INDICATORS) as (keyof typeof INDICATORS)[]).filter(
    (name) => !(WAVENET_FEATURES as readonly string[]).includes(name),
  ),
].slice(0, 70);

/**
 * Every feature there is, with its formula and the columns it needs.
 *
 * @example
 * describeFeatures().rows.length > 10; // true
 */
export function describeFeatures(): Table<{ feature: string; about: string; needs: string }> {
  return new Table(
    Object.entries(DEFINITIONS).map(([feature, { about, needs }]) => ({ feature, about, needs: needs.join(', ') })),
    { title: 'Features' },
  );
}

/**
 * Market data with features added as columns. Each is made by arquero from a symbol's own rows up to and including the
 * present one, so no feature can see the future; the first rows of a symbol, whose window is not full, are NaN.
 *
 * @param market data with the names of {@link toMarket}; need not be sorted.
 * @param names which features; default {@link STANDARD_FEATURES}, as far as the data has the columns for them.
 * @returns the same rows in the same order, with one column more per feature.
 * @throws ReluctantError `unknown-feature`, `column-not-found`.
 * @example
 * const prices = rl.synthetic.market({ symbols: 1, days: 30, seed: 7 });
 * addFeatures(prices, ['logReturn']).numbers('logReturn').length; // 30
 */
export function addFeatures(market: Dataset, names?: readonly string[]): Dataset {
  const possible = (name: FeatureName) => DEFINITIONS[name].needs.every((column) => market.has(column));
  const wanted = names ?? STANDARD_FEATURES.filter(possible);
  const definitions = wanted.map((name) => [name, definition(name)] as const);
  for (const [, { needs }] of definitions) for (const column of needs) market.column(column);
  const { order, starts } = panelOrder(market);
  const table = lazy(() => orderedTable(market, order, starts));
  const columns = new Map<string, Column>();
  for (const [name, definition] of definitions) {
    if ('compute' in definition) {
      columns.set(name, { kind: 'number', values: computed(market, definition, order, starts) });
      continue;
    }
    const { expression, window } = definition;
    const compiled = `d => ${expression}`;
    const derived = table.derive({ value: window ? arquero.rolling(compiled, [1 - window, 0]) : compiled });
    const found = derived.column('value') as unknown as ArrayLike<unknown>;
    const values = new Float64Array(market.rows);
    for (let k = 0; k < order.length; k++) {
      const value = found[k];
      values[order[k]!] = typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
    }
    columns.set(name, { kind: 'number', values });
  }
  return market.withColumns(columns);
}

/** An indicator of every stretch of a symbol's rows in which none of its columns misses a value. */
function computed(market: Dataset, { needs, compute }: Indicator, order: Int32Array, starts: Int32Array): Float64Array {
  const values = new Float64Array(market.rows).fill(Number.NaN);
  const columns = needs.map((name) => market.numbers(name));
  const isWhole = (k: number) => columns.every((column) => Number.isFinite(column[order[k]!]!));
  for (let group = 0; group + 1 < starts.length; group++) {
    for (let from = starts[group]!; from < starts[group + 1]!; ) {
      let to = from;
      while (to < starts[group + 1]! && isWhole(to)) to++;
      const rows = order.subarray(from, to);
      const bars = Object.fromEntries(
        needs.map((name, c) => [name, Float64Array.from(rows, (row) => columns[c]![row]!)]),
      );
      if (to > from) {
        compute(bars as unknown as Bars).forEach((value, k) => {
          if (Number.isFinite(value)) values[rows[k]!] = value;
        });
      }
      from = to + 1;
    }
  }
  return values;
}

/** Rows before the present one that a feature depends on: `Infinity` for recursions and running sums, 0 for a column of the data. */
export function lookBackOf(name: string): number {
  if (!Object.hasOwn(DEFINITIONS, name)) return 0;
  const found = definition(name);
  // The expressions reach back by a lag or a window, the longest of them 60 rows.
  return 'lookBack' in found ? found.lookBack : (found.window ?? 20);
}

/** The market columns in order of symbol and time, grouped by symbol, with the log return every other feature builds on. */
function orderedTable(market: Dataset, order: Int32Array, starts: Int32Array): ColumnTable {
  const arrays: Record<string, Float64Array> = {};
  for (const name of MARKET_COLUMNS) {
    if (name === 'symbol' || name === 'date' || !market.has(name)) continue;
    const values = market.numbers(name);
    arrays[name] = Float64Array.from(order, (row) => values[row]!);
  }
  const group = new Int32Array(order.length);
  for (let k = 0; k + 1 < starts.length; k++) group.fill(k, starts[k], starts[k + 1]);
  const table = arquero.table({ ...arrays, group_: group }).groupby('group_');
  return market.has('close') ? table.derive({ logReturn_: 'd => op.log(d.close / op.lag(d.close, 1))' }) : table;
}

function definition(name: string): Definition {
  if (Object.hasOwn(DEFINITIONS, name)) return DEFINITIONS[name as FeatureName];
  throw new ReluctantError({
    code: 'unknown-feature',
    operation: 'data.addFeatures',
    problem: `there is no feature ${brief(name, 60)}`,
    expected: `one of ${Object.keys(DEFINITIONS).join(', ')}`,
    fix: 'data.describeFeatures() lists them; a column of your own needs no feature: pass its name to makeSamples',
  });
}
