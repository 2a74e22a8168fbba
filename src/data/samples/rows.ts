import { checkInteger, ReluctantError } from '../../core';
import { addFeatures, describeFeatures, ROBUST_FEATURES } from '../market/features';
import { checkDatesDiffer, dayOfDates } from '../market/order';
import { marketNames, toMarket } from '../market/panel';
import { addTargets } from '../market/targets';
import { MILLISECONDS_PER_DAY } from '../table/column';
import type { Dataset } from '../table/dataset';
import type { MarketColumn } from '../table/roles';
import { Scaler, type Scaling } from './scaler';
import { splitByTime, type TimeSplitOptions } from './splits';
import { RankMap } from './transforms';

/** How {@link makeRows} makes rows. */
export interface RowOptions {
  /** Features of `describeFeatures()` and number columns of the data. Default {@link ROBUST_FEATURES}. */
  features?: readonly string[];
  /** Rows ahead that the target return is over. Default 1. */
  horizon?: number;
  /** Market column -> its name in the data, where it is not recognised. */
  columns?: Partial<Record<MarketColumn, string>>;
  /** Default 0.8 of time for training and 0.2 for validation, purged. */
  split?: TimeSplitOptions;
  /** Default `standard`. */
  scaling?: Scaling;
}

/** Rows of one part: sample k is the k-th of each array. */
export interface RowSet {
  /** Scaled features, row-major [rows, features]. */
  inputs: Float32Array;
  /** Rank of the forward return among the training returns, in [0, 1]. */
  targets: Float32Array;
  /** The forward return itself. */
  returns: Float64Array;
  /** Row numbers in the data set. */
  rows: Int32Array;
}

/** What {@link makeRows} returns. */
export interface Rows {
  training: RowSet;
  validation: RowSet;
  features: readonly string[];
  /** Fitted on the training part. */
  scaler: Scaler;
  /** Ranks of the training returns. */
  ranks: RankMap;
  /** The last dates of the training and validation rows: milliseconds since 1970. */
  until: { training: number; validation: number };
}

/**
 * One row of features per sample and the rank of the return that follows as its target, (rank - 1) / (n - 1) among the
 * training returns: the bounded target of the robust pipeline. Scales and ranks are fitted on the training part only.
 *
 * @throws ReluctantError `rows-empty`, and those of `toMarket`, `addFeatures`, `splitByTime`.
 * @example
 * const prices = rl.synthetic.market({ symbols: 2, days: 200, seed: 7 });
 * const { training } = makeRows(prices, { features: ['closeChangePct', 'priceRange'] });
 * training.inputs.length === 2 * training.targets.length; // true
 */
export function makeRows(dataset: Dataset, options: RowOptions = {}): Rows {
  const { horizon = 1, scaling = 'standard' } = options;
  checkInteger('data.makeRows', 'horizon', horizon, 1);
  const { complete, features } = withRowFeatures(dataset, options);
  const withTargets = addTargets(complete, { horizon, volatility: 'realised' });
  const returns = withTargets.numbers('forwardReturn');
  const usable = completeRows(withTargets, features).filter((row) => Number.isFinite(returns[row]!));
  if (usable.length === 0) {
    throw new ReluctantError({
      code: 'rows-empty',
      operation: 'data.makeRows',
      problem: 'no row has all features and a known target',
      where: { 'data set': dataset.name },
      received: { rows: dataset.rows, features },
      fix: 'check the data: reluctant check-data --data FILE',
    });
  }
  const dates = withTargets.numbers('date');
  const ends = withTargets.numbers('labelEnd');
  const at = (values: ArrayLike<number>) => Float64Array.from(usable, (row) => values[row]!);
  const split = splitByTime(at(dates), at(ends), options.split ?? { training: 0.8, validation: 0.2 });
  const rowsOf = (positions: Int32Array) => positions.map((k) => usable[k]!);
  const trainingRows = rowsOf(split.training);
  const pick = (name: string) => {
    const values = withTargets.numbers(name);
    return Float64Array.from(trainingRows, (row) => values[row]!);
  };
  const scaler = Scaler.fit(scaling, features, features.map(pick));
  const ranks = RankMap.fit(pick('forwardReturn'));
  const part = (rows: Int32Array): RowSet => ({
    inputs: scaledRows(withTargets, scaler, rows),
    targets: Float32Array.from(rows, (row) => ranks.rank(returns[row]!)),
    returns: Float64Array.from(rows, (row) => returns[row]!),
    rows,
  });
  const [training, validation] = [part(trainingRows), part(rowsOf(split.validation))];
  const day = dayOfDates(withTargets) === 1 ? MILLISECONDS_PER_DAY : 1;
  const last = ({ rows }: RowSet) => rows.reduce((latest, row) => Math.max(latest, dates[row]! * day), -Infinity);
  return {
    training,
    validation,
    features,
    scaler,
    ranks,
    until: { training: last(training), validation: last(validation) },
  };
}

/** Market data with the features of {@link makeRows}, and their names. */
export function withRowFeatures(
  dataset: Dataset,
  options: Pick<RowOptions, 'features' | 'columns'>,
): { complete: Dataset; features: readonly string[] } {
  const market = toMarket(dataset, options.columns);
  checkDatesDiffer(
    'data.makeRows',
    market,
    [...marketNames(dataset, options.columns ?? {}).values()].includes('symbol'),
  );
  const features = options.features ?? ROBUST_FEATURES;
  const known = new Set(describeFeatures().column('feature'));
  const made = features.filter((name) => known.has(name) || !market.has(name));
  return { complete: addFeatures(market, made), features };
}

/** The rows in which no feature is missing. */
export function completeRows(dataset: Dataset, features: readonly string[]): Int32Array {
  const columns = features.map((name) => dataset.numbers(name));
  const rows: number[] = [];
  for (let row = 0; row < dataset.rows; row++) {
    if (columns.every((values) => Number.isFinite(values[row]!))) rows.push(row);
  }
  return Int32Array.from(rows);
}

/** Scaled features of some rows, row-major [rows, features]. */
export function scaledRows(dataset: Dataset, scaler: Scaler, rows: Int32Array): Float32Array {
  const width = scaler.features.length;
  const inputs = new Float32Array(rows.length * width);
  scaler.features.forEach((name, feature) => {
    const values = dataset.numbers(name);
    for (let k = 0; k < rows.length; k++) inputs[k * width + feature] = scaler.transform(feature, values[rows[k]!]!);
  });
  return inputs;
}
