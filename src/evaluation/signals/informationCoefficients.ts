import { checkChoice, checkInteger, ReluctantError } from '../../core';
import { type MeanTestOptions, meanTest, type TestedMean } from '../inference/meanTest';
import { pearson, rankIC } from '../statistics/correlation';
import { standardDeviation } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import type { Numbers } from '../statistics/rows';
import { checkPanel, pick, type SignalPanel } from './panel';

/** Which correlation an information coefficient is. */
export type ICKind = 'rank' | 'pearson';

/** One information coefficient per date. */
export interface ICSeries {
  /** Dates that have one, ascending. */
  dates: Float64Array;
  values: Float64Array;
  /** Dates with fewer than `leastSymbols` rows, or on which all predictions or all targets are equal. */
  skipped: number;
}

/** Options of {@link informationCoefficients}. */
export interface ICOptions {
  /** `rank` (default): Spearman's, which one wild return cannot bend. `pearson`: the IC of the textbooks. */
  kind?: ICKind;
  /** Rows that a date must have. Default 5. */
  leastSymbols?: number;
}

/**
 * The information coefficient of every date: the correlation across symbols of what was predicted with what followed.
 *
 * @throws ReluctantError `no-dates` when no date has enough rows, and those of misshapen columns.
 * @example
 * const panel = { date: [1, 1, 1, 2, 2, 2], targets: [1, 2, 3, 1, 2, 3], predictions: [1, 2, 3, 3, 2, 1] };
 * informationCoefficients(panel, { leastSymbols: 3 }).values; // Float64Array [1, -1]
 */
export function informationCoefficients(panel: SignalPanel, options: ICOptions = {}): ICSeries {
  const operation = 'informationCoefficients';
  checkOptions(operation, options, ['kind', 'leastSymbols']);
  const correlate =
    checkChoice(operation, 'kind', options.kind ?? 'rank', ['rank', 'pearson']) === 'rank' ? rankIC : pearson;
  const least = checkInteger(operation, 'leastSymbols', options.leastSymbols ?? 5, 2);
  const { targets, predictions, sections } = checkPanel(operation, panel);
  const [dates, values]: [number[], number[]] = [[], []];
  for (const { date, rows } of sections) {
    if (rows.length < least) continue;
    const value = correlate(pick(targets, rows), pick(predictions, rows));
    if (Number.isNaN(value)) continue;
    dates.push(date);
    values.push(value);
  }
  if (values.length === 0) {
    throw new ReluctantError({
      code: 'no-dates',
      operation,
      problem: 'no date has an information coefficient',
      received: { dates: sections.length },
      expected: `dates with ${least} rows or more, on which predictions and targets vary`,
      fix: 'for one symbol over time, rankIC(targets, predictions) is what there is',
    });
  }
  return {
    dates: Float64Array.from(dates),
    values: Float64Array.from(values),
    skipped: sections.length - values.length,
  };
}

/** What {@link testIC} found. */
export interface TestedIC extends TestedMean {
  /** Standard deviation of the coefficients over time. */
  std: number;
  /** mean / std: the information ratio of the coefficients, which some papers print as "IC". */
  ICIR: number;
  /** Share of dates with a positive coefficient. */
  hitRate: number;
  /** Dates that counted, and dates that had no coefficient. */
  dates: number;
  skipped: number;
  /** mean / std * sqrt(dates): what one gets by taking overlapping returns for independent. */
  naiveStatistic: number;
}

/**
 * Tests the mean information coefficient with an error that knows that returns over `horizon` rows overlap: taken for independent, t comes out too
 * large by about sqrt(horizon). skfolio does so by a quadratic-spectral kernel and a wild bootstrap; this by the slowest cosines and Student's t
 * ({@link longRunVariance}), which needs no random numbers.
 *
 * @param options `horizon` counts dates of prediction; see {@link meanTest}.
 * @throws ReluctantError as {@link informationCoefficients} and {@link longRunVariance}.
 * @example
 * const rows = Array.from({ length: 400 }, (_, k) => k);
 * const panel = {
 *   date: rows.map((k) => Math.floor(k / 10)),
 *   targets: rows.map((k) => Math.sin(k) + Math.sin(7 * k * k)),
 *   predictions: rows.map(Math.sin),
 * };
 * testIC(panel, { horizon: 1 }).significant; // true
 */
export function testIC(panel: SignalPanel, options: MeanTestOptions & ICOptions = {}): TestedIC {
  const { kind, leastSymbols, ...test } = options;
  const series = informationCoefficients(panel, {
    ...(kind === undefined ? {} : { kind }),
    ...(leastSymbols === undefined ? {} : { leastSymbols }),
  });
  const { values, skipped } = series;
  const tested = meanTest(values, test);
  const std = standardDeviation(values, 1);
  return {
    ...tested,
    std,
    ICIR: tested.mean / std,
    hitRate: values.filter((value) => value > 0).length / values.length,
    dates: values.length,
    skipped,
    naiveStatistic: (tested.mean / std) * Math.sqrt(values.length),
  };
}

/** One step of {@link icDecay}. */
export interface DecayStep {
  /** Position among the targets: 0 for the first. */
  lag: number;
  IC: number;
  statistic: number;
  pValue: number;
}

/**
 * How fast a signal loses its worth: the tested information coefficient with returns that lie ever later.
 *
 * @param targets per lag, one column: e.g. the return of the next day, of the day after it, and so on.
 * @example
 * const rows = Array.from({ length: 400 }, (_, k) => k);
 * const signal = rows.map((k) => Math.sin(k * k));
 * const date = rows.map((k) => Math.floor(k / 10));
 * const later = [signal.map((x, k) => x + Math.cos(k)), rows.map((k) => Math.cos(3 * k * k))];
 * icDecay({ date, predictions: signal }, later).map(({ pValue }) => pValue < 0.01); // [true, false]
 */
export function icDecay(
  panel: Omit<SignalPanel, 'targets'>,
  targets: readonly Numbers[],
  options: MeanTestOptions & ICOptions = {},
): DecayStep[] {
  return targets.map((column, lag) => {
    const { mean, statistic, pValue } = testIC({ ...panel, targets: column }, options);
    return { lag, IC: mean, statistic, pValue };
  });
}
