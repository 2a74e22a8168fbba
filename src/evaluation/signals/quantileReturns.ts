import { checkInteger, ReluctantError } from '../../core';
import { type MeanTestOptions, meanTest, type TestedMean } from '../inference/meanTest';
import { rankIC, ranks } from '../statistics/correlation';
import { mean } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { checkPanel, type Panel, pick, type SignalPanel } from './panel';

/** What {@link quantileReturns} found. */
export interface QuantileReturns {
  /** Mean target of each quantile of the predictions, lowest first: of each date, then over the dates. */
  means: number[];
  /** The highest quantile less the lowest, tested over the dates. */
  spread: TestedMean;
  /** Rank correlation of the means with their order: 1 when each quantile earns more than the one below. */
  monotonicity: number;
  dates: number;
  /** Dates with fewer rows than quantiles, or whose predictions are all equal. */
  skipped: number;
}

/**
 * What followed the highest and the lowest predictions of each date. Ties are put into the quantile of their mean rank together, so the order of
 * rows decides nothing.
 *
 * @param options `quantiles` (default 5), and those of {@link meanTest}.
 * @throws ReluctantError `no-dates`, and those of {@link longRunVariance}.
 * @example
 * const rows = Array.from({ length: 300 }, (_, k) => k);
 * const predictions = rows.map((k) => Math.sin(k));
 * const panel = { date: rows.map((k) => k % 30), predictions, targets: predictions.map((x, k) => x + Math.cos(5 * k)) };
 * quantileReturns(panel, { quantiles: 2 }).spread.significant; // true
 */
export function quantileReturns(
  panel: SignalPanel,
  options: MeanTestOptions & { quantiles?: number } = {},
): QuantileReturns {
  const operation = 'quantileReturns';
  const { quantiles: count = 5, ...test } = options;
  checkInteger(operation, 'quantiles', count, 2);
  const checked = checkPanel(operation, panel);
  const byDate = checked.sections
    .map(({ rows }) => meansOf(checked, rows, count))
    .filter((means) => means !== undefined);
  if (byDate.length === 0) {
    throw new ReluctantError({
      code: 'no-dates',
      operation,
      problem: `no date has predictions in all ${count} quantiles`,
      received: { dates: checked.sections.length },
      expected: `dates with ${count} rows or more whose predictions vary`,
      fix: 'use fewer quantiles',
    });
  }
  const means = Array.from({ length: count }, (_, q) => mean(byDate.map((values) => values[q]!)));
  return {
    means,
    spread: meanTest(
      byDate.map((values) => values[count - 1]! - values[0]!),
      test,
    ),
    monotonicity: rankIC(means, [...means.keys()]),
    dates: byDate.length,
    skipped: checked.sections.length - byDate.length,
  };
}

/** Mean target of each quantile, or nothing if one of the outermost has no rows. */
function meansOf({ targets, predictions }: Panel, rows: Int32Array, count: number): number[] | undefined {
  if (rows.length < count) return undefined;
  const places = quantilesOf(pick(predictions, rows), count);
  const [sums, sizes] = [new Float64Array(count), new Float64Array(count)];
  places.forEach((q, k) => {
    sums[q]! += targets[rows[k]!]!;
    sizes[q]!++;
  });
  return sizes.every((size) => size > 0) ? Array.from(sums, (sum, q) => sum / sizes[q]!) : undefined;
}

/** The quantile of each value, from 0. */
export function quantilesOf(values: Float64Array, count: number): Int32Array {
  return Int32Array.from(ranks(values), (rank) =>
    Math.min(count - 1, Math.floor(((rank - 0.5) / values.length) * count)),
  );
}

/** What {@link signalTurnover} found, each averaged over the pairs of neighbouring dates. */
export interface SignalTurnover {
  /** Rank correlation of the predictions with those of the date before, over the symbols that both have. */
  rankAutocorrelation: number;
  /** Share of the symbols of the highest quantile that were not in it on the date before. */
  top: number;
  /** The same of the lowest quantile. */
  bottom: number;
  /** Pairs of dates that counted. */
  pairs: number;
}

/**
 * How much a signal changes from date to date, which is what trading it costs.
 *
 * @param panel with symbols.
 * @param options `quantiles`: default 5.
 * @throws ReluctantError `symbols-missing`, `no-dates`.
 * @example
 * const date = [1, 1, 1, 1, 2, 2, 2, 2];
 * const symbol = ['A', 'B', 'C', 'D', 'A', 'B', 'C', 'D'];
 * signalTurnover({ date, symbol, predictions: [1, 2, 3, 4, 1, 2, 4, 3] }, { quantiles: 2 }).top; // 0
 */
export function signalTurnover(
  panel: Omit<SignalPanel, 'targets'>,
  options: { quantiles?: number } = {},
): SignalTurnover {
  const operation = 'signalTurnover';
  checkOptions(operation, options, ['quantiles']);
  const count = checkInteger(operation, 'quantiles', options.quantiles ?? 5, 2);
  const { predictions, symbol, sections } = checkPanel(operation, { ...panel, targets: panel.predictions });
  if (!symbol) {
    throw new ReluctantError({
      code: 'symbols-missing',
      operation,
      problem: 'the panel has no column of symbols, so none can be followed over time',
      expected: 'symbol: one text per row',
    });
  }
  const [correlations, tops, bottoms]: [number[], number[], number[]] = [[], [], []];
  for (let k = 1; k < sections.length; k++) {
    const [before, now] = [sections[k - 1]!.rows, sections[k]!.rows];
    if (before.length < count || now.length < count) continue;
    const earlier = new Map(Array.from(before, (row) => [symbol[row]!, predictions[row]!]));
    const both = now.filter((row) => earlier.has(symbol[row]!));
    const correlation =
      both.length < 2
        ? Number.NaN
        : rankIC(
            pick(predictions, both),
            Array.from(both, (row) => earlier.get(symbol[row]!)!),
          );
    if (Number.isNaN(correlation)) continue;
    correlations.push(correlation);
    for (const [list, q] of [
      [tops, count - 1],
      [bottoms, 0],
    ] as const) {
      const members = (rows: Int32Array) => {
        const places = quantilesOf(pick(predictions, rows), count);
        return Array.from(rows, (row) => symbol[row]!).filter((_, i) => places[i] === q);
      };
      const old = new Set(members(before));
      const held = members(now);
      if (held.length > 0) list.push(held.filter((name) => !old.has(name)).length / held.length);
    }
  }
  if (correlations.length === 0) {
    throw new ReluctantError({
      code: 'no-dates',
      operation,
      problem: 'no two neighbouring dates can be compared',
      received: { dates: sections.length },
      expected: `neighbouring dates with ${count} symbols or more, whose predictions vary`,
    });
  }
  const average = (values: number[]) => (values.length > 0 ? mean(values) : 0);
  return {
    rankAutocorrelation: mean(correlations),
    top: average(tops),
    bottom: average(bottoms),
    pairs: correlations.length,
  };
}
