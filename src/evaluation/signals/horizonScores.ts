import { checkInteger, checkNumber } from '../../core';
import { cosineCount } from '../inference/longRunVariance';
import { isConstant, meanTest } from '../inference/meanTest';
import { meanAbsoluteError, rootMeanSquaredError, rSquared, scaleRatio } from '../scores/regression';
import { sharpeTest } from '../sharpe/tests';
import { pearson, rankIC } from '../statistics/correlation';
import { mean } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';
import { checkPanel, type Panel, pick, type SignalPanel } from './panel';
import { type GainKind, topKSeries } from './topK';

/** Options of {@link horizonScores}. */
export interface HorizonOptions {
  /** Dates that one target spans: 5 for returns over five days. Standard errors mind that they overlap. Default 1. */
  horizon?: number;
  /** Rows of a date that are the top, and the portfolio. Default 10. */
  k?: number;
  /** Gain of NDCG. Default `rank`. */
  gain?: GainKind;
  /** Dates of a year, for the annual Sharpe ratios. Default 252. */
  periodsPerYear?: number;
}

/** A mean over dates with what is known of its error; NaN where there are too few dates to tell. */
export interface MeanOverDates {
  mean: number;
  standardError: number;
  statistic: number;
  pValue: number;
  /** Dates that have a value. */
  dates: number;
}

/** The Sharpe ratio of what a portfolio earns over the horizon, formed anew on every date. */
export interface HorizonSharpe {
  /** Mean over standard deviation of the returns over one horizon. */
  perHorizon: number;
  /** perHorizon times sqrt(periodsPerYear / horizon). */
  annual: number;
  /** Of `annual`. */
  standardError: number;
}

/** What {@link horizonScores} found. */
export interface HorizonScores {
  horizon: number;
  /** Rows with a label, and rows without, which were left out. */
  rows: number;
  unlabelled: number;
  dates: number;
  meanAbsoluteError: number;
  rootMeanSquaredError: number;
  /** The same of predicting 0. */
  naiveRMSE: number;
  /** Against the mean of these very targets. */
  rSquared: number;
  /** Pearson's correlation within each date. */
  IC: MeanOverDates;
  /** Spearman's, equal values sharing the mean of their ranks: a date of equal predictions has none. */
  rankIC: MeanOverDates;
  /** std(predictions) / std(targets), over all rows, and what it is for the best forecast of this correlation. */
  scale: number;
  bestScale: number;
  /** Share of rows whose sign was right, and that of always naming the more frequent sign; rows with a target of 0 are left out, predictions of 0 count as half. */
  hitRate: number;
  hitRateByConstant: number;
  /** Share of the top k whose target is above 0, and that of all rows. */
  precision: number;
  precisionByChance: number;
  ndcg: number;
  ndcgByChance: number;
  /** Mean target of the top k less that of the bottom k. */
  spread: MeanOverDates;
  /** The top k, held alike; and the top k against the bottom k. */
  sharpe: HorizonSharpe;
  spreadSharpe: HorizonSharpe;
}

/**
 * All that is to be said of predictions at one horizon, each number beside what chance, a constant or 0 would have. Rows whose target is NaN have no label and are left out.
 * What cannot be told is NaN and no error: correlations of constant predictions, standard errors of a handful of dates, a top k of dates with fewer than 2 k rows.
 *
 * The Sharpe ratio is mean over standard deviation of what the top k earn over one horizon, before costs; it is annualised by sqrt(periodsPerYear / horizon), and its error minds that
 * returns of neighbouring dates overlap.
 *
 * @throws ReluctantError for options out of range and misshapen columns; predictions must be finite.
 * @example
 * const rows = Array.from({ length: 1000 }, (_, k) => k);
 * const predictions = rows.map((k) => Math.sin(k * k));
 * const panel = { date: rows.map((k) => Math.floor(k / 20)), predictions, targets: rows.map((k) => predictions[k] + 3 * Math.cos(7 * k * k)) };
 * horizonScores(panel, { k: 5 }).IC.mean > 0.1; // true
 */
export function horizonScores(panel: SignalPanel, options: HorizonOptions = {}): HorizonScores {
  const operation = 'horizonScores';
  checkOptions(operation, options, ['horizon', 'k', 'gain', 'periodsPerYear']);
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1);
  const k = checkInteger(operation, 'k', options.k ?? 10, 1);
  const periodsPerYear = checkNumber(operation, 'periodsPerYear', options.periodsPerYear ?? 252, 1e-6);
  const labelled = withoutUnlabelled(panel);
  const checked = checkPanel(operation, labelled.panel);
  const { targets, predictions, sections } = checked;
  const { series } = topKSeries(checked, k, options.gain ?? 'rank');
  const spreads = series.top.map((value, t) => value - series.bottom[t]!);
  const average = (values: Numbers) => (values.length > 0 ? mean(values) : Number.NaN);
  const sharpe = (returns: Float64Array) => sharpeOver(returns, horizon, periodsPerYear);
  return {
    horizon,
    rows: targets.length,
    unlabelled: labelled.left,
    dates: sections.length,
    meanAbsoluteError: meanAbsoluteError(targets, predictions),
    rootMeanSquaredError: rootMeanSquaredError(targets, predictions),
    naiveRMSE: rootMeanSquaredError(targets, new Float64Array(targets.length)),
    rSquared: rSquared(targets, predictions),
    IC: meanOver(perDate(checked, pearson), horizon),
    rankIC: meanOver(perDate(checked, rankIC), horizon),
    scale: scaleRatio(targets, predictions),
    bestScale: Math.max(0, pearson(targets, predictions)),
    ...hitRates(targets, predictions),
    precision: average(series.precision),
    precisionByChance: average(series.baseRate),
    ndcg: average(series.ndcg),
    ndcgByChance: average(series.ndcgByChance),
    spread: meanOver(spreads, horizon),
    sharpe: sharpe(series.top),
    spreadSharpe: sharpe(spreads),
  };
}

/** The rows that have a label. */
function withoutUnlabelled(panel: SignalPanel): { panel: SignalPanel; left: number } {
  const targets = panel?.targets ?? [];
  const rows = Array.from({ length: targets.length }, (_, row) => row).filter((row) => !Number.isNaN(targets[row]!));
  if (rows.length === targets.length) return { panel, left: 0 };
  const of = (values: Numbers) => Array.from(rows, (row) => values[row]!);
  const { symbol, date, predictions } = panel;
  // A model may be mute only where there is nothing to compare.
  finiteRows('horizonScores', 'predictions', of(predictions));
  return {
    panel: {
      date: of(date),
      targets: of(targets),
      predictions: of(predictions),
      ...(symbol && { symbol: rows.map((row) => symbol[row]!) }),
    },
    left: targets.length - rows.length,
  };
}

/** A number of each date that has one. */
function perDate({ sections, targets, predictions }: Panel, score: (y: Float64Array, p: Float64Array) => number) {
  const values = sections.map(({ rows }) => score(pick(targets, rows), pick(predictions, rows)));
  return Float64Array.from(values.filter((value) => !Number.isNaN(value)));
}

const isTestable = (values: Float64Array, horizon: number) =>
  values.length > 2 && cosineCount(values.length, horizon) >= 3 && !isConstant(values);

function meanOver(values: Float64Array, horizon: number): MeanOverDates {
  const dates = values.length;
  if (isTestable(values, horizon)) {
    const { mean: center, standardError, statistic, pValue } = meanTest(values, { horizon });
    return { mean: center, standardError, statistic, pValue, dates };
  }
  const [center, unknown] = [dates > 0 ? mean(values) : Number.NaN, Number.NaN];
  return { mean: center, standardError: unknown, statistic: unknown, pValue: unknown, dates };
}

function sharpeOver(returns: Float64Array, horizon: number, periodsPerYear: number): HorizonSharpe {
  const year = Math.sqrt(periodsPerYear / horizon);
  if (!isTestable(returns, horizon)) {
    return { perHorizon: Number.NaN, annual: Number.NaN, standardError: Number.NaN };
  }
  const { sharpe, standardError } = sharpeTest(returns, { horizon });
  return { perHorizon: sharpe, annual: year * sharpe, standardError: year * standardError };
}

function hitRates(targets: Float64Array, predictions: Float64Array): { hitRate: number; hitRateByConstant: number } {
  let [right, up, rows] = [0, 0, 0];
  for (const [row, target] of targets.entries()) {
    if (target === 0) continue;
    rows++;
    if (target > 0) up++;
    const agreement = Math.sign(target) * Math.sign(predictions[row]!);
    right += (agreement + 1) / 2;
  }
  return { hitRate: right / rows, hitRateByConstant: Math.max(up, rows - up) / rows };
}
