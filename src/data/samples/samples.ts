import { checkChoice, checkInteger, checkNames, checkNumber, ReluctantError } from '../../core';
import { mean, quantiles, standardDeviation } from '../../evaluation';
import { Table } from '../../tables';
import { addBarrierLabels, type BarrierOptions } from '../market/barriers';
import { addFeatures, describeFeatures } from '../market/features';
import { checkDatesDiffer, panelOrder } from '../market/order';
import { marketNames, toMarket } from '../market/panel';
import { addTargets, type VolatilityMeasure } from '../market/targets';
import type { Dataset } from '../table/dataset';
import { MARKET_COLUMNS, type MarketColumn } from '../table/roles';
import { DIRECTIONS, SampleSet } from './sampleSet';
import { Scaler, type Scaling } from './scaler';
import { splitByTime, type TimeSplit, type TimeSplitOptions } from './splits';

/** Where down ends and up begins. */
export type DirectionRule =
  /** The terciles of the training returns: three classes of the same size. */
  | 'terciles'
  /** Minus and plus this many standard deviations of the training returns. */
  | { sigma: number }
  /** Minus and plus this return, fixed. */
  | { threshold: number }
  /**
   * The barrier touched first within the horizon (the triple-barrier method, see `addBarrierLabels`): down is a stop, flat a
   * timeout, up a profit. The barriers' horizon is that of the samples.
   */
  | { barriers: Omit<BarrierOptions, 'horizon'> };

/** How {@link makeSamples} makes samples; everything that is learned from data is learned from the training part. */
export interface SampleOptions {
  /** Rows each sample looks back on, the present one included. Default 32. */
  window?: number;
  /** Rows ahead that the targets are about. Default 3. */
  horizon?: number;
  /** Take every n-th row of a symbol. Default 1. */
  stride?: number;
  /**
   * Features of `describeFeatures()` and number columns of the data, mixed. Default: the standard ones the data has
   * columns for, and every number column beyond the market's own.
   */
  features?: readonly string[];
  /** Market column -> its name in the data, where it is not recognised. */
  columns?: Partial<Record<MarketColumn, string>>;
  /** Shares of time for training, validation and test, and the embargo between them. */
  split?: TimeSplitOptions;
  /** Default `terciles`. */
  direction?: DirectionRule;
  /** Default `deviation`. */
  volatility?: VolatilityMeasure;
  /** Default `standard`. */
  scaling?: Scaling;
}

/** What {@link makeSamples} returns. */
export interface MarketSamples {
  training: SampleSet;
  validation: SampleSet;
  test: SampleSet;
  /** Names of the features, in the order of the inputs' last axis. */
  features: readonly string[];
  /** Fitted on the training part. */
  scaler: Scaler;
  /** Returns below the first are down, above the second up; NaN where barriers say what the direction is. */
  thresholds: readonly [number, number];
  /** The market data with all feature and target columns, to look at; `rows` of a sample set point into it. */
  dataset: Dataset;
  /** Rows that gave no sample, by reason. */
  dropped: { incomplete: number; purged: number; embargoed: number };
  /** One line per part: samples, period, classes, target means and standard deviations. */
  describe(): Table;
}

/**
 * Windows of features with three targets each - direction (down, flat, up), volatility and magnitude of what comes next -
 * cut by time into training, validation and test with purging and embargo. Class thresholds and scales are fitted on
 * the training part only. Rows whose window is incomplete, reaches into another symbol or holds a missing value, or
 * whose target is not known, give no sample.
 *
 * @param dataset market data, real or synthetic; needs a date and a close.
 * @throws ReluctantError `samples-empty` when nothing is left; and those of `toMarket`, `addFeatures`, `addTargets`, `splitByTime`.
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 200, seed: 7 });
 * const samples = makeSamples(prices, { window: 16, horizon: 3 });
 * const { inputs, targets } = samples.training.toTensors();
 * inputs.shape[1]; // 16
 * targets.direction.shape[1]; // 3
 */
export function makeSamples(dataset: Dataset, options: SampleOptions = {}): MarketSamples {
  const { window = 32, horizon = 3, stride = 1, direction = 'terciles', scaling = 'standard' } = options;
  const operation = 'data.makeSamples';
  checkInteger(operation, 'window', window, 1, 100_000);
  checkInteger(operation, 'stride', stride, 1);
  const market = toMarket(dataset, options.columns);
  checkDatesDiffer(operation, market, [...marketNames(dataset, options.columns ?? {}).values()].includes('symbol'));
  const { data, features } = withFeatures(market, options.features);
  const barriers = barriersOf(direction, horizon);
  const labelled = barriers ? addBarrierLabels(data, barriers) : data;
  const complete = addTargets(labelled, { horizon, volatility: options.volatility ?? 'deviation' });
  const rows = usableRows(complete, features, window, stride, barriers ? 'barrierSide' : 'forwardReturn');
  if (rows.length === 0) {
    throw new ReluctantError({
      code: 'samples-empty',
      operation,
      problem: 'no row has a complete window and a known target',
      where: { 'data set': dataset.name },
      received: { rows: dataset.rows, window, horizon, features: features.length },
      expected: 'symbols with more rows than window + horizon + the longest look-back of a feature',
      fix: 'shorten the window, or leave out features with many missing values',
    });
  }
  const at = (name: string) => {
    const values = complete.numbers(name);
    return Array.from(rows, (row) => values[row]!);
  };
  const dates = at('date');
  const split = splitByTime(dates, at('labelEnd'), options.split);
  const returns = complete.numbers('forwardReturn');
  const thresholds = fitThresholds(
    direction,
    Array.from(split.training, (k) => returns[rows[k]!]!),
  );
  const scaler = fitScaler(scaling, complete, features, dates, split);
  const inputs = new WindowReader(complete, features, scaler, window);
  const part = (positions: Int32Array) =>
    collect(
      complete,
      inputs,
      Int32Array.from(positions, (k) => rows[k]!),
      thresholds,
    );
  const [training, validation, test] = [part(split.training), part(split.validation), part(split.test)];
  const parts = { training, validation, test };
  return {
    ...parts,
    features,
    scaler,
    thresholds,
    dataset: complete,
    dropped: {
      incomplete: dataset.rows - rows.length,
      purged: split.purged.length,
      embargoed: split.embargoed.length,
    },
    describe: () => describeParts(parts),
  };
}

function withFeatures(market: Dataset, wanted?: readonly string[]): { data: Dataset; features: string[] } {
  const known = new Set(describeFeatures().column('feature'));
  if (wanted) {
    if (wanted.length === 0) {
      throw new ReluctantError({
        code: 'features-empty',
        operation: 'data.makeSamples',
        problem: 'no features are asked for',
        expected: 'at least one name',
      });
    }
    const made = wanted.filter((name) => !market.has(name) || known.has(name));
    return { data: addFeatures(market, made), features: [...wanted] };
  }
  const own = new Set<string>(MARKET_COLUMNS);
  const extra = market.names.filter((name) => !own.has(name) && market.column(name).kind === 'number');
  const data = addFeatures(market);
  const made = data.names.filter((name) => !market.has(name));
  return { data, features: [...made, ...extra] };
}

/** Last rows of the windows that are whole: one symbol, no missing feature, target known. */
function usableRows(
  dataset: Dataset,
  features: readonly string[],
  window: number,
  stride: number,
  label: string,
): Int32Array {
  const columns = features.map((name) => dataset.numbers(name));
  const target = dataset.numbers('forwardReturn');
  const labels = dataset.numbers(label);
  const { order, starts } = panelOrder(dataset);
  const rows: number[] = [];
  for (let group = 0; group + 1 < starts.length; group++) {
    let unbroken = 0;
    for (let k = starts[group]!; k < starts[group + 1]!; k++) {
      const row = order[k]!;
      unbroken = columns.every((values) => Number.isFinite(values[row]!)) ? unbroken + 1 : 0;
      const counted = (k - starts[group]!) % stride === 0;
      const labelled = Number.isFinite(target[row]!) && Number.isFinite(labels[row]!);
      if (unbroken >= window && counted && labelled) rows.push(row);
    }
  }
  return Int32Array.from(rows);
}

/** Options of the barriers that a direction is made of, if it is. */
function barriersOf(rule: DirectionRule, horizon: number): BarrierOptions | undefined {
  const operation = 'data.makeSamples';
  if (rule === 'terciles') return undefined;
  if (typeof rule !== 'object' || rule === null) checkChoice(operation, 'direction', rule, ['terciles']);
  checkNames(operation, rule, ['sigma', 'threshold', 'barriers'], { where: { in: 'direction' } });
  if (!('barriers' in rule)) return undefined;
  const own = ['takeProfit', 'stopLoss', 'unit', 'span', 'touch'];
  checkNames(operation, rule.barriers, own, {
    where: { in: 'direction.barriers' },
    fix: 'their horizon is that of the samples: makeSamples(market, { horizon })',
  });
  return { ...rule.barriers, horizon };
}

function fitThresholds(rule: DirectionRule, returns: number[]): [number, number] {
  const operation = 'data.makeSamples';
  if (rule === 'terciles') {
    return quantiles(returns, [1 / 3, 2 / 3]) as [number, number];
  }
  if ('barriers' in rule) return [Number.NaN, Number.NaN];
  if ('threshold' in rule) {
    const threshold = checkNumber(operation, 'direction.threshold', rule.threshold, 0);
    return [-threshold, threshold];
  }
  const sigma = checkNumber(operation, 'direction.sigma', rule.sigma, 0);
  const deviation = standardDeviation(returns);
  return [-sigma * deviation, sigma * deviation];
}

/** Scales from every row up to the last training date: rows inside training windows count once, not once per window. */
function fitScaler(
  scaling: Scaling,
  dataset: Dataset,
  features: readonly string[],
  dates: readonly number[],
  split: TimeSplit,
): Scaler {
  let last = -Infinity;
  for (const k of split.training) last = Math.max(last, dates[k]!);
  const all = dataset.numbers('date');
  const rows: number[] = [];
  for (let row = 0; row < dataset.rows; row++) if (all[row]! <= last) rows.push(row);
  const columns = features.map((name) => {
    const values = dataset.numbers(name);
    return Float64Array.from(rows, (row) => values[row]!);
  });
  return Scaler.fit(scaling, features, columns);
}

/** Copies the scaled window that ends at a row. */
class WindowReader {
  readonly size: number;
  private readonly scaled: Float32Array[];
  private readonly order: Int32Array;
  private readonly place: Int32Array;

  constructor(
    dataset: Dataset,
    readonly features: readonly string[],
    scaler: Scaler,
    readonly window: number,
  ) {
    this.size = window * features.length;
    this.scaled = features.map((name, k) =>
      Float32Array.from(dataset.numbers(name), (value) => scaler.transform(k, value)),
    );
    this.order = panelOrder(dataset).order;
    this.place = new Int32Array(this.order.length);
    this.order.forEach((row, k) => {
      this.place[row] = k;
    });
  }

  copy(row: number, into: Float32Array, offset: number): void {
    const first = this.place[row]! - this.window + 1;
    let at = offset;
    for (let k = first; k < first + this.window; k++) {
      for (const column of this.scaled) into[at++] = column[this.order[k]!]!;
    }
  }
}

function collect(
  dataset: Dataset,
  reader: WindowReader,
  rows: Int32Array,
  thresholds: readonly [number, number],
): SampleSet {
  const inputs = new Float32Array(rows.length * reader.size);
  rows.forEach((row, k) => {
    reader.copy(row, inputs, k * reader.size);
  });
  const floats = (name: string) => {
    const values = dataset.numbers(name);
    return Float32Array.from(rows, (row) => values[row]!);
  };
  const returns = dataset.numbers('forwardReturn');
  const [down, up] = thresholds;
  const sides = Number.isNaN(down) ? dataset.numbers('barrierSide') : undefined;
  const symbol = dataset.column('symbol');
  const dictionary = symbol.kind === 'symbol' ? symbol.dictionary : [];
  const closes = dataset.numbers('close');
  const dates = dataset.numbers('date');
  return new SampleSet(reader.window, reader.features, {
    inputs,
    directions: Uint8Array.from(rows, (row) =>
      sides ? sides[row]! + 1 : returns[row]! < down ? 0 : returns[row]! > up ? 2 : 1,
    ),
    volatilities: floats('forwardVolatility'),
    magnitudes: floats('forwardMagnitude'),
    forwardReturns: floats('forwardReturn'),
    dates:
      dates instanceof Int32Array
        ? Int32Array.from(rows, (row) => dates[row]!)
        : Float64Array.from(rows, (row) => dates[row]!),
    symbols: Array.from(rows, (row) => dictionary[symbol.values[row]!] ?? ''),
    rows,
    closes: Float64Array.from(rows, (row) => closes[row]!),
  });
}

function describeParts(parts: Record<string, SampleSet>): Table {
  const rows = Object.entries(parts).map(([part, set]) => {
    const [from, to] = set.period;
    const count = (direction: number) => set.directions.reduce((sum, d) => sum + (d === direction ? 1 : 0), 0);
    const over = (statistic: typeof mean, values: Float32Array) => (set.size === 0 ? Number.NaN : statistic(values));
    return {
      part,
      samples: set.size,
      from,
      to,
      ...Object.fromEntries(DIRECTIONS.map((name, k) => [name, count(k)])),
      'volatility mean': over(mean, set.volatilities),
      'volatility std': over(standardDeviation, set.volatilities),
      'magnitude mean': over(mean, set.magnitudes),
      'magnitude std': over(standardDeviation, set.magnitudes),
    };
  });
  return new Table(rows, { title: 'Samples' });
}
