import { formatShare, Table } from '../tables';
import { binCount, centres, histogram } from './bins';
import type { Figure, Trace } from './figure';
import { type Numbers, sortedFinite } from './numbers';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { panels } from './panels';
import { COLOURS } from './template';

/**
 * Logits of combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and Zhu 2015): for every way to halve the
 * history, where the winner of one half ranks in the other, as log(w / (1 - w)). The share below 0, where the winner does worse
 * than half of the others, is the probability of backtest overfitting.
 *
 * @param logits one per halving, as `evaluation.backtestOverfitting` gives them; infinite ones are drawn at the ends.
 * @param options `title`, `subtitle`, `width`, and `expected`, the range of the probability if no strategy is better than another.
 * @throws ReluctantError `rows-empty` without logits.
 * @example
 * overfittingLogits([-1, 0.5, 2, 3]).summary.rows[0].probability; // 0.25
 */
export function overfittingLogits(
  logits: Numbers,
  options: DrawingOptions & { expected?: readonly [low: number, high: number] } = {},
): Figure {
  const operation = 'plots.overfittingLogits';
  checkRows(operation, logits, 'logits', 'halving of the history');
  const { traces, most, valid, probability } = logitBars(logits, [
    'winner ranks in the lower half elsewhere',
    'in the upper half',
  ]);
  const { expected } = options;
  const context = expected
    ? `; ${formatShare(expected[0])} to ${formatShare(expected[1])} if none is better than another`
    : '';
  const panel = {
    title: 'logits',
    traces,
    xTitle: 'logit of the rank in the other half',
    yTitle: 'share of the halvings',
    xaxis: { zeroline: true, range: [-most * 1.05, most * 1.05] },
    yaxis: { tickformat: '.0%', rangemode: 'tozero' },
  };
  return panels([panel], {
    title: options.title ?? 'Is the winner chosen by luck?',
    subtitle: options.subtitle ?? `probability of backtest overfitting ${formatShare(probability)}${context}`,
    width: widthOf(operation, options),
    panelHeight: 240,
    summary: new Table([{ halvings: logits.length, 'not numbers': logits.length - valid, probability }]),
  });
}

/** Logits as bars on both sides of 0, none of which reaches over it. */
export function logitBars(logits: Numbers, [below, above]: readonly [below: string, above: string]) {
  const finite = sortedFinite(logits);
  const most = Math.max(1, ...[finite[0] ?? 0, finite.at(-1) ?? 0].map(Math.abs));
  const clipped = Float64Array.from({ length: logits.length }, (_, k) => Math.max(-most, Math.min(most, logits[k]!)));
  const valid = clipped.filter((value) => !Number.isNaN(value));
  const probability = valid.length ? valid.filter((value) => value <= 0).length / valid.length : Number.NaN;
  // An even number of bins around 0, so that none belongs to both sides.
  const bins = histogram(valid, 2 * Math.ceil(Math.max(10, binCount(valid)) / 2), -most * 1.0001, most * 1.0001);
  const at = centres(bins);
  const side = (name: string, color: string, test: (x: number) => boolean): Trace => ({
    type: 'bar',
    name,
    x: Array.from(at).filter(test),
    y: Array.from(bins.counts)
      .filter((_, k) => test(at[k]!))
      .map((count) => count / valid.length),
    width: bins.edges[1]! - bins.edges[0]!,
    marker: { color },
    hovertemplate: 'logit %{x:.2f}: %{y:.1%}<extra></extra>',
  });
  const traces = [side(below, COLOURS.bad, (x) => x < 0), side(above, COLOURS.training, (x) => x > 0)];
  return { traces, most, valid: valid.length, probability };
}
