import type { TF } from '../core';
import type { Watcher } from '../training';
import { isLayersModel } from '../training/trainable';

/** How the values of a tensor are spread: counts in equal bins between its ends, over the finite values. */
export interface Histogram {
  /** Finite values. */
  count: number;
  min: number;
  max: number;
  sum: number;
  sumOfSquares: number;
  /** Values in each of the bins, of which the first begins at `min` and the last ends at `max`. */
  bins: readonly number[];
}

/** The histogram of a weight after an epoch, counted from 0. */
export interface WeightHistogram {
  epoch: number;
  weight: string;
  histogram: Histogram;
}

const BINS = 30;

/** The histogram of some values; undefined if none of them is finite. */
export function histogramOf(values: ArrayLike<number>): Histogram | undefined {
  let [count, sum, sumOfSquares, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    sumOfSquares += value * value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return undefined;
  const bins = new Array<number>(min === max ? 1 : BINS).fill(0);
  const perUnit = bins.length / (max - min || 1);
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (Number.isFinite(value)) bins[Math.min(bins.length - 1, Math.floor((value - min) * perUnit))]!++;
  }
  return { count, min, max, sum, sumOfSquares, bins };
}

/** Histograms of every weight of a model as it is. */
export function weightHistograms(model: TF.LayersModel, epoch: number): WeightHistogram[] {
  return model.weights.flatMap((weight) => {
    const histogram = histogramOf(weight.read().dataSync());
    return histogram ? [{ epoch, weight: weight.originalName, histogram }] : [];
  });
}

/** Epochs at most of which a run keeps histograms: more than a board can show apart, and next to nothing beside the training. */
const MOST_EPOCHS = 100;

/** A watcher that takes histograms of every weight after each epoch; of long runs, after a hundred epochs evenly spaced. */
export function watchHistograms(): Watcher & { readonly taken: readonly WeightHistogram[] } {
  const taken: WeightHistogram[] = [];
  let model: TF.LayersModel | undefined;
  return {
    taken,
    begin(given) {
      model = isLayersModel(given.model) ? given.model : undefined;
    },
    evaluate({ epoch, epochs }) {
      const every = Math.ceil(epochs / MOST_EPOCHS);
      if (model && (epoch + 1) % every === 0) taken.push(...weightHistograms(model, epoch));
      return undefined;
    },
  };
}
