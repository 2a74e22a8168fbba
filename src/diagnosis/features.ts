import type { TF } from '../core';
import { mean, type Tail, tail } from '../evaluation';

/** One input feature (one index of the last axis), over rows and time steps. */
export interface FeatureEvidence extends Tail {
  input: string;
  feature: number;
  mean: number;
  std: number;
  min: number;
  max: number;
  nan: number;
  /** Share of validation values outside the training range; NaN without validation data. */
  validationOutside: number;
  /** |validation median - training median| / robust std of training; NaN without validation data. */
  validationShift: number;
}

/** Every feature of one input, on training rows and beside them the validation rows. */
export function features(
  model: TF.LayersModel,
  input: TF.Tensor,
  index: number,
  validation: TF.Tensor | undefined,
): FeatureEvidence[] {
  const width = input.rank > 1 ? input.shape[input.rank - 1]! : 1;
  const [values, later] = [input.dataSync(), validation?.dataSync()];
  return Array.from({ length: width }, (_, feature) => {
    const all = column(values, feature, width);
    const own = all.filter(Number.isFinite);
    const name = { input: model.inputs[index]!.sourceLayer.name, feature, nan: all.length - own.length };
    if (own.length === 0) return { ...name, ...NOTHING };
    const [low, high] = [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))];
    const center = mean(own);
    const ends = tail(own);
    const seen = later && column(later, feature, width).filter(Number.isFinite);
    const laterMedian = seen?.length ? tail(seen).median : Number.NaN;
    return {
      ...name,
      ...ends,
      mean: center,
      std: Math.sqrt(mean(own.map((value) => (value - center) ** 2))),
      min: low,
      max: high,
      validationOutside: seen?.length
        ? seen.filter((value) => value < low || value > high).length / seen.length
        : Number.NaN,
      validationShift: Math.abs(laterMedian - ends.median) / ends.robustStd,
    };
  });
}

const NOTHING = {
  median: Number.NaN,
  robustStd: Number.NaN,
  largestRobustZ: Number.NaN,
  tailIndex: Number.NaN,
  farShare: Number.NaN,
  mean: Number.NaN,
  std: Number.NaN,
  min: Number.NaN,
  max: Number.NaN,
  validationOutside: Number.NaN,
  validationShift: Number.NaN,
};

function column(values: ArrayLike<number>, feature: number, width: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, k) => values[k * width + feature]!);
}
