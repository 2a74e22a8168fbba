import { checkChoice, checkInteger, ReluctantError } from '../../core';
import { ranks } from '../statistics/correlation';
import { mean } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { checkPanel, type Panel, pick, type SignalPanel } from './panel';

/** What a row of the top is worth in NDCG: its place among the day's targets from 0 to 1, or log(1 + exp(target)). */
export type GainKind = 'rank' | 'softplus';

/** Options of {@link topKScores}. */
export interface TopKOptions {
  /** How many of a date's rows are the top; dates with fewer than 2 k rows are skipped. */
  k: number;
  /** Gain of NDCG. Default `rank`; the softplus of daily returns is nearly the same for all, which makes every order look good. */
  gain?: GainKind;
}

/** What {@link topKScores} found of each date; one number per date that counted. */
export interface TopKSeries {
  /** Ascending. */
  dates: Float64Array;
  /** Share of the top k whose target is above 0. */
  precision: Float64Array;
  /** The same of all rows of the date: what chance would have. */
  baseRate: Float64Array;
  /** Discounted gain of the top k over that of the best order. */
  ndcg: Float64Array;
  /** Its expectation over all orders. */
  ndcgByChance: Float64Array;
  /** Mean target of the k highest and of the k lowest predictions. */
  top: Float64Array;
  bottom: Float64Array;
}

/** Means of {@link TopKSeries} over the dates, and the series themselves. */
export interface TopKScores extends Readonly<Record<Exclude<keyof TopKSeries, 'dates'>, number>> {
  series: TopKSeries;
  /** Dates with fewer than 2 k rows, or on which all targets are equal. */
  skipped: number;
}

/**
 * How good the k highest predictions of each date are, beside what chance has. Equal predictions share the places that they have together,
 * which is the expectation over all orders of them (McSherry and Najork 2008): the order of rows decides nothing, and constant predictions have exactly what chance has.
 *
 * NDCG is Järvelin and Kekäläinen's (2002) with discounts 1 / log2(1 + place).
 *
 * @throws ReluctantError `no-dates` when no date counts, and those of misshapen columns.
 * @example
 * const panel = { date: [1, 1, 1, 1], targets: [2, 1, -1, -2], predictions: [9, 5, 5, 0] };
 * topKScores(panel, { k: 2 }).precision; // 0.75
 */
export function topKScores(panel: SignalPanel, options: TopKOptions): TopKScores {
  const operation = 'topKScores';
  checkOptions(operation, options, ['k', 'gain']);
  const k = checkInteger(operation, 'k', options.k, 1);
  const gain = checkChoice(operation, 'gain', options.gain ?? 'rank', ['rank', 'softplus']);
  const checked = checkPanel(operation, panel);
  const { series, skipped } = topKSeries(checked, k, gain);
  if (series.dates.length === 0) {
    throw new ReluctantError({
      code: 'no-dates',
      operation,
      problem: `no date has a top ${k}`,
      received: { dates: checked.sections.length },
      expected: `dates with ${2 * k} rows or more, on which the targets vary`,
      fix: 'use a smaller k',
    });
  }
  const { dates: _, ...columns } = series;
  const means = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, mean(values)]));
  return { ...(means as Record<Exclude<keyof TopKSeries, 'dates'>, number>), series, skipped };
}

/** The series of a checked panel; empty when no date counts. */
export function topKSeries(panel: Panel, k: number, gain: GainKind): { series: TopKSeries; skipped: number } {
  const rows = panel.sections.flatMap(({ date, rows: places }) => {
    const [targets, predictions] = [pick(panel.targets, places), pick(panel.predictions, places)];
    if (targets.length < 2 * k || targets.every((value) => value === targets[0])) return [];
    const [top, bottom] = [
      topShares(predictions, k),
      topShares(
        predictions.map((value) => -value),
        k,
      ),
    ];
    const earned = (shares: Float64Array) => shares.reduce((sum, share, row) => sum + share * targets[row]!, 0);
    const wins = targets.map((value) => (value > 0 ? 1 : 0));
    return {
      dates: date,
      precision: top.reduce((sum, share, row) => sum + share * wins[row]!, 0),
      baseRate: mean(wins),
      ...discountedGain(gainsOf(targets, gain), predictions, k),
      top: earned(top),
      bottom: earned(bottom),
    };
  });
  const names = ['dates', 'precision', 'baseRate', 'ndcg', 'ndcgByChance', 'top', 'bottom'] as const;
  const series = Object.fromEntries(names.map((name) => [name, Float64Array.from(rows, (row) => row[name])]));
  return { series: series as unknown as TopKSeries, skipped: panel.sections.length - rows.length };
}

/** What each row has of the top k, summing to 1: 1 / k, and of those that tie for the last places as much as is left. */
function topShares(values: Float64Array, k: number): Float64Array {
  const last = Float64Array.from(values).sort()[values.length - k]!;
  const [above, level] = [
    values.filter((value) => value > last).length,
    values.filter((value) => value === last).length,
  ];
  return values.map((value) => (value > last ? 1 / k : value === last ? (k - above) / level / k : 0));
}

function gainsOf(targets: Float64Array, kind: GainKind): Float64Array {
  if (kind === 'rank') return ranks(targets).map((rank) => (rank - 1) / (targets.length - 1));
  return targets.map((value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))));
}

/** NDCG at k with ties in the predictions averaged, and its mean over all orders. */
function discountedGain(gains: Float64Array, predictions: Float64Array, k: number) {
  const discounts = Float64Array.from({ length: k }, (_, place) => 1 / Math.log2(place + 2));
  const best = Float64Array.from(gains).sort().reverse();
  const ideal = discounts.reduce((sum, discount, place) => sum + discount * best[place]!, 0);
  const order = [...predictions.keys()].sort((a, b) => predictions[b]! - predictions[a]!);
  let sum = 0;
  for (let start = 0; start < k; ) {
    let end = start + 1;
    while (end < order.length && predictions[order[end]!] === predictions[order[start]!]) end++;
    const group = mean(order.slice(start, end).map((row) => gains[row]!));
    for (let place = start; place < Math.min(end, k); place++) sum += discounts[place]! * group;
    start = end;
  }
  const byChance = mean(gains) * discounts.reduce((total, discount) => total + discount, 0);
  return { ndcg: sum / ideal, ndcgByChance: byChance / ideal };
}
