import { checkInteger, checkNames, ReluctantError, type TF, tf } from '../../core';
import { forwardReturns, type LabelKind, labelsOf } from './labels';
import { type PanelSplit, type PanelSplitOptions, splitDays } from './splitDays';
import { standardiseDays } from './standardise';

/** Columns of a {@link StockPanel}, day after day. */
export interface PanelColumns {
  /** One number per day, ascending. */
  dates: ArrayLike<number>;
  /** Names of the stocks, each once. */
  stocks: readonly string[];
  /** Names of the features, each once. */
  features: readonly string[];
  /** [days, stocks, features], row-major; NaN where a value is missing. */
  values: Float32Array;
  /** [days, stocks], row-major: what labels are made of; NaN where a stock has no price on a day. */
  closes: Float64Array;
  /** Sector of each stock, if known. */
  sectors?: readonly string[];
}

/** Rows of a panel as `fit` takes them: a row is a day. The caller disposes of the tensors. */
export interface PanelSamples {
  /** Places of the days in the panel: int32 [rows]. Windows are gathered by them inside the step. */
  inputs: { day: TF.Tensor1D };
  /** By head `h1`, `h5` ...: labels [rows, stocks], NaN where there is none. */
  targets: Record<string, TF.Tensor2D>;
}

/** How {@link StockPanel.samples} makes labels. */
export interface PanelSampleOptions {
  /** Days ahead, one head for each. Default [1]. */
  horizons?: readonly number[];
  /** `returns` (default): as they are. `standardised`: mean 0 and deviation 1 over the stocks of each day. `ranks`: from 0 to 1 over the stocks of each day. */
  labels?: LabelKind;
}

/**
 * Stocks over days: every day has the same stocks in the same columns, and NaN where one is not there. The features stay where they are, one number per day, stock and feature;
 * a window is a look at them, never a copy.
 *
 * @example
 * const columns = { dates: [1, 2, 3], stocks: ['A', 'B'], features: ['flow'], values: new Float32Array(6), closes: Float64Array.of(10, 20, 11, 20, 11, 21) };
 * new StockPanel(columns).returns(1).slice(0, 4); // [0.1, 0, 0, 0.05]
 */
export class StockPanel implements PanelColumns {
  readonly dates: Float64Array;
  readonly stocks: readonly string[];
  readonly features: readonly string[];
  readonly values: Float32Array;
  readonly closes: Float64Array;
  readonly sectors?: readonly string[];

  /** @throws ReluctantError `panel-columns` for columns that do not fit together, `dates-not-ascending`, `close-not-a-price`. */
  constructor(columns: PanelColumns) {
    checkNames('data.StockPanel', columns, ['dates', 'stocks', 'features', 'values', 'closes', 'sectors']);
    this.dates = Float64Array.from(columns.dates);
    this.stocks = [...columns.stocks];
    this.features = [...columns.features];
    this.values = columns.values;
    this.closes = columns.closes;
    if (columns.sectors) this.sectors = [...columns.sectors];
    check(this);
  }

  /** [days, stocks, features]. */
  get shape(): [number, number, number] {
    return [this.dates.length, this.stocks.length, this.features.length];
  }

  /**
   * Simple returns from each day to `horizon` days later, close[t + horizon] / close[t] - 1: [days, stocks], row-major. NaN where either price is missing, so the last `horizon` days have none.
   *
   * @throws ReluctantError for a horizon out of range.
   */
  returns(horizon: number): Float64Array {
    checkInteger('data.StockPanel.returns', 'horizon', horizon, 1, this.dates.length);
    return forwardReturns(this.closes, this.dates.length, this.stocks.length, horizon);
  }

  /**
   * Every feature standardised over the stocks of each day: mean 0, sample deviation 1, cut at `clip` deviations, missing values 0. It looks at no other
   * day, so nothing of the future gets in. What else is known of a panel, such as a truth, stays with the first.
   *
   * @param options `clip`: default 5.
   */
  standardised(options: { clip?: number } = {}): StockPanel {
    const { dates, stocks, features, closes, sectors } = this;
    const values = standardiseDays(this.values, this.shape, options);
    return new StockPanel({ dates, stocks, features, values, closes, ...(sectors && { sectors }) });
  }

  /** Days for training and validation; see {@link PanelSplit}. */
  split(options: PanelSplitOptions = {}): PanelSplit {
    return splitDays(this.dates.length, options);
  }

  /** Rows for `fit`. @param days places of the days, from 0. @throws ReluctantError `day-out-of-range`, and for an option that is none. */
  samples(days: ArrayLike<number>, options: PanelSampleOptions = {}): PanelSamples {
    const operation = 'data.StockPanel.samples';
    checkNames(operation, options, ['horizons', 'labels']);
    const { horizons = [1], labels = 'returns' } = options;
    if (horizons.length === 0 || new Set(horizons).size < horizons.length)
      throw new ReluctantError({
        code: 'horizons-not-usable',
        operation,
        problem: 'there is one head for each horizon',
        received: horizons,
        expected: 'at least one horizon, and each once',
      });
    const rows = Float64Array.from(days);
    const wrong = rows.findIndex((day) => !(Number.isInteger(day) && day >= 0 && day < this.dates.length));
    if (wrong >= 0 || rows.length === 0) {
      throw new ReluctantError({
        code: 'day-out-of-range',
        operation,
        problem: rows.length === 0 ? 'no day is given' : 'the panel has no such day',
        received: rows.length === 0 ? [] : rows[wrong],
        expected: `whole places from 0 to ${this.dates.length - 1}`,
      });
    }
    const stocks = this.stocks.length;
    const targets = horizons.map((horizon) => {
      const all = this.returns(horizon);
      const values = new Float32Array(rows.length * stocks);
      rows.forEach((day, row) => {
        values.set(labelsOf(all.subarray(day * stocks, (day + 1) * stocks), labels), row * stocks);
      });
      return [`h${horizon}`, tf.tensor2d(values, [rows.length, stocks])] as const;
    });
    return { inputs: { day: tf.tensor1d(Int32Array.from(rows), 'int32') }, targets: Object.fromEntries(targets) };
  }

  /**
   * The features as one tensor that a compiled step reads in place, missing values 0: [days, stocks, features]. It is a variable, since constants of a step are copied into it; the
   * caller disposes of it.
   */
  columns(): TF.Variable {
    const values = this.values.some(Number.isNaN)
      ? this.values.map((value) => (Number.isNaN(value) ? 0 : value))
      : this.values;
    return tf.tidy(() => tf.variable(tf.tensor3d(values, this.shape), false));
  }

  /**
   * Predictions beside the returns that followed, as `evaluation.horizonScores` takes them: one row per day and stock, NaN among the targets where a return is missing.
   *
   * @param days places of the days. @param predictions [days, stocks], row-major.
   */
  signals(days: ArrayLike<number>, predictions: ArrayLike<number>, horizon = 1) {
    const stocks = this.stocks.length;
    if (predictions.length !== days.length * stocks) {
      throw new ReluctantError({
        code: 'length-mismatch',
        operation: 'data.StockPanel.signals',
        problem: 'predictions are not one per day and stock',
        received: predictions.length,
        expected: `${days.length} days x ${stocks} stocks = ${days.length * stocks}`,
      });
    }
    const all = this.returns(horizon);
    const rows = Array.from({ length: predictions.length }, (_, row) => row);
    const place = (row: number) => days[Math.floor(row / stocks)]! * stocks + (row % stocks);
    return {
      date: rows.map((row) => this.dates[days[Math.floor(row / stocks)]!]!),
      symbol: rows.map((row) => this.stocks[row % stocks]!),
      targets: rows.map((row) => all[place(row)]!),
      predictions: Array.from(predictions),
    };
  }
}

function check({ dates, stocks, features, values, closes, sectors }: StockPanel): void {
  const cells = dates.length * stocks.length;
  const sizes = { values: values?.length, closes: closes?.length, sectors: sectors?.length ?? stocks.length };
  const expected = { values: cells * features.length, closes: cells, sectors: stocks.length };
  const unique = new Set(stocks).size === stocks.length && new Set(features).size === features.length;
  const fits = (Object.keys(expected) as (keyof typeof expected)[]).every((name) => sizes[name] === expected[name]);
  if (cells === 0 || features.length === 0 || !fits || !unique) {
    throw new ReluctantError({
      code: 'panel-columns',
      operation: 'data.StockPanel',
      problem: unique ? 'the columns do not fit together' : 'a stock or a feature has the name of another',
      received: unique ? sizes : { stocks: stocks.length, features: features.length },
      expected: unique
        ? `for ${dates.length} days, ${stocks.length} stocks and ${features.length} features: ${JSON.stringify(expected)}`
        : 'names that differ',
    });
  }
  const priceless = closes.findIndex((close) => !(close > 0 && close < Infinity) && !Number.isNaN(close));
  if (priceless >= 0)
    throw new ReluctantError({
      code: 'close-not-a-price',
      operation: 'data.StockPanel',
      problem: 'a close is no price, and no return can be made of it',
      where: { day: Math.floor(priceless / stocks.length), stock: stocks[priceless % stocks.length]! },
      received: closes[priceless],
      expected: 'a number above 0, or NaN where a stock has no price on a day',
    });
  const late = dates.findIndex((date, k) => !(k === 0 ? Number.isFinite(date) : date > dates[k - 1]!));
  if (late < 0) return;
  throw new ReluctantError({
    code: 'dates-not-ascending',
    operation: 'data.StockPanel',
    problem: 'the dates do not ascend',
    where: { day: late },
    received: dates[late],
    expected: 'each date once, ascending',
  });
}
