import { checkNumber, ReluctantError } from '../core';
import { quantileOfSorted } from '../evaluation';
import { Table } from '../tables';
import { type Bins, binCount, centres, histogram } from './bins';
import type { Figure, Trace } from './figure';
import { type Numbers, sortedFinite, spread } from './numbers';
import { type Panel, panels } from './panels';
import { COLOURS, faded } from './template';

/** Targets and predictions of one head, paired by position. */
export interface HeadPredictions {
  head: string;
  targets: Numbers;
  predictions: Numbers;
}

/** Options of the figures of predictions. */
export interface PredictionFigureOptions {
  title?: string;
  subtitle?: string;
}

/** Summary of one head's targets and predictions. */
export interface PredictionSpread {
  head: string;
  samples: number;
  notFinite: number;
  zeros: number;
  negative: number;
  predictionMinimum: number;
  predictionMean: number;
  predictionMaximum: number;
  targetMean: number;
  /** std(predictions) / std(targets). */
  scaleRatio: number;
}

/**
 * The distribution of predictions over that of the targets, one panel per head, both as shares of the samples. A head
 * collapsed to one value shows as a single spike beside the spread of its targets. Values beyond the 0.2 % and 99.8 %
 * quantiles of both together lie outside the drawing (and are counted in the summary's extremes).
 *
 * @param heads targets and predictions of each head, flat lists of the same length.
 * @param options `title`, `subtitle`.
 * @throws `lengths-differ` when a head's two lists do not pair.
 *
 * @example
 * predictionDistributions([{ head: 'volatility', targets: [0.1, 0.2, 0.3], predictions: [0, 0, 0] }])
 *   .summary.rows.length; // 1
 */
export function predictionDistributions(
  heads: readonly HeadPredictions[],
  options: PredictionFigureOptions = {},
): Figure {
  checkPairs('plots.predictionDistributions', heads);
  const list = heads.map(({ head, targets, predictions }): Panel => {
    const [low, high] = commonRange(targets, predictions);
    const bins = Math.min(60, Math.max(20, binCount(targets)));
    return {
      title: head,
      traces: [
        bars('targets', histogram(targets, bins, low, high), targets.length, COLOURS.targets),
        bars('predictions', histogram(predictions, bins, low, high), predictions.length, COLOURS.predictions),
      ],
      xTitle: 'value',
      yTitle: 'share of samples',
      yaxis: { tickformat: '.0%', rangemode: 'tozero' },
    };
  });
  return panels(list, {
    title: options.title ?? 'Predictions beside targets',
    subtitle: options.subtitle,
    summary: predictionSummary(heads),
    columns: Math.min(3, heads.length),
  });
}

/**
 * Quantiles of the predictions against those of the targets (a Q-Q plot), one panel per head: on the diagonal the two
 * distributions agree; flatter than it, the predictions are too narrow.
 *
 * @param heads targets and predictions of each head.
 * @param options `title`, `subtitle`.
 * @throws `lengths-differ` when a head's two lists do not pair.
 *
 * @example
 * predictionQuantiles([{ head: 'volatility', targets: [1, 2, 3], predictions: [1, 2, 3] }]).data.length; // 2
 */
export function predictionQuantiles(heads: readonly HeadPredictions[], options: PredictionFigureOptions = {}): Figure {
  checkPairs('plots.predictionQuantiles', heads);
  const probabilities = Float64Array.from({ length: 99 }, (_, k) => (k + 1) / 100);
  const list = heads.map(({ head, targets, predictions }): Panel => {
    const [sortedTargets, sortedPredictions] = [sortedFinite(targets), sortedFinite(predictions)];
    const x = probabilities.map((p) => quantileOfSorted(sortedTargets, p));
    const y = probabilities.map((p) => quantileOfSorted(sortedPredictions, p));
    return {
      title: head,
      traces: [
        diagonal(x[0]!, x[98]!),
        {
          type: 'scatter',
          name: 'quantiles 1 % to 99 %',
          mode: 'lines+markers',
          x,
          y,
          marker: { color: COLOURS.predictions, size: 4 },
          line: { color: COLOURS.predictions, width: 1 },
        },
      ],
      xTitle: 'quantile of targets',
      yTitle: 'quantile of predictions',
    };
  });
  return panels(list, {
    title: options.title ?? 'Quantiles of predictions against quantiles of targets',
    subtitle: options.subtitle,
    summary: predictionSummary(heads),
  });
}

/** Extremes, zeros, signs and scale ratio of each head. */
export function predictionSummary(heads: readonly HeadPredictions[]): Table<PredictionSpread> {
  return new Table(
    heads.map(({ head, targets, predictions }): PredictionSpread => {
      const [target, prediction] = [spread(targets), spread(predictions)];
      let negative = 0;
      for (let k = 0; k < predictions.length; k++) if (predictions[k]! < 0) negative += 1;
      return {
        head,
        samples: prediction.count,
        notFinite: prediction.notFinite,
        zeros: prediction.zeros,
        negative,
        predictionMinimum: prediction.minimum,
        predictionMean: prediction.mean,
        predictionMaximum: prediction.maximum,
        targetMean: target.mean,
        scaleRatio: prediction.standardDeviation / target.standardDeviation,
      };
    }),
    {
      headings: {
        notFinite: 'not finite',
        predictionMinimum: 'prediction min',
        predictionMean: 'prediction mean',
        predictionMaximum: 'prediction max',
        targetMean: 'target mean',
        scaleRatio: 'std ratio',
      },
    },
  );
}

/** The line on which predictions equal targets. */
export function diagonal(low: number, high: number): Trace {
  return {
    type: 'scatter',
    name: 'prediction = target',
    mode: 'lines',
    x: [low, high],
    y: [low, high],
    line: { color: COLOURS.neutral, width: 1, dash: 'dash' },
    hoverinfo: 'skip',
  };
}

/** Throws unless every head has as many predictions as targets. */
export function checkPairs(operation: string, heads: readonly HeadPredictions[]): void {
  checkNumber(operation, 'the number of heads', heads.length, 1);
  for (const { head, targets, predictions } of heads) {
    if (targets.length === predictions.length) continue;
    throw new ReluctantError({
      code: 'lengths-differ',
      operation,
      problem: 'targets and predictions do not pair',
      where: { head },
      received: { targets: targets.length, predictions: predictions.length },
      expected: 'two lists of the same length',
    });
  }
}

/** Bars of a histogram as shares of `total`. */
export function bars(name: string, bins: Bins, total: number, tint: string): Trace {
  return {
    type: 'bar',
    name,
    x: centres(bins),
    y: bins.counts.map((count) => count / Math.max(1, total)),
    width: bins.edges[1]! - bins.edges[0]!,
    marker: { color: faded(tint, 0.55), line: { color: tint, width: 0.5 } },
    hovertemplate: '%{x:.4g}: %{y:.2%}<extra>%{fullData.name}</extra>',
  };
}

function commonRange(targets: Numbers, predictions: Numbers): [number, number] {
  const [a, b] = [sortedFinite(targets), sortedFinite(predictions)];
  const low = Math.min(...[a, b].filter((list) => list.length).map((list) => quantileOfSorted(list, 0.002)));
  const high = Math.max(...[a, b].filter((list) => list.length).map((list) => quantileOfSorted(list, 0.998)));
  if (!(low < high)) return Number.isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1];
  // Half a bin of room, so that a spike at the very end is not cut in two.
  const room = (high - low) * 0.02;
  return [low - room, high + room];
}
