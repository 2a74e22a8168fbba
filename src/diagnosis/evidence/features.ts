import type { TF } from '../../core';
import { kolmogorovSmirnov, mean, type Tail, tail } from '../../evaluation';
import { leafLayers } from '../../inspection';

/** One input feature (one index of the last axis), over rows and time steps. */
export interface FeatureEvidence extends Tail {
  input: string;
  feature: number;
  mean: number;
  std: number;
  min: number;
  max: number;
  nan: number;
  /** It feeds an embedding: its values are word numbers, whose size and spread mean nothing. */
  words: boolean;
  /** Share of validation values outside the training range; NaN without validation data. */
  validationOutside: number;
  /**
   * Distance of Kolmogorov and Smirnov between training and validation values (of windows, the last step), and the chance of
   * one as large between two samples of one law; NaN without validation data.
   */
  validationDistance: number;
  validationChance: number;
}

/** Above so many columns, each is looked at on fewer rows. */
const WIDE = 96;
const WIDE_ROWS = 400;

/** Every feature of one input, on training rows and beside them the validation rows. */
export function features(
  model: TF.LayersModel,
  input: TF.Tensor,
  index: number,
  validation: TF.Tensor | undefined,
): FeatureEvidence[] {
  const width = input.rank > 1 ? input.shape[input.rank - 1]! : 1;
  const [values, later] = [input.dataSync(), validation?.dataSync()];
  const words = feedsEmbedding(model, index);
  return Array.from({ length: width }, (_, feature) => {
    const all = column(values, feature, width, input.shape[0]!);
    const usable = all.filter(Number.isFinite);
    const name = { input: model.inputs[index]!.sourceLayer.name, feature, nan: all.length - usable.length, words };
    if (usable.length === 0) return { ...name, ...NOTHING };
    const [low, high] = [usable.reduce((a, b) => Math.min(a, b)), usable.reduce((a, b) => Math.max(a, b))];
    const center = mean(usable);
    const compared = later && column(later, feature, width, validation!.shape[0]!).filter(Number.isFinite);
    return {
      ...name,
      ...tail(usable),
      mean: center,
      std: Math.sqrt(mean(usable.map((value) => (value - center) ** 2))),
      min: low,
      max: high,
      ...(compared?.length
        ? comparison(input, validation!, feature, width, values, later!, compared, low, high)
        : { validationOutside: Number.NaN, validationDistance: Number.NaN, validationChance: Number.NaN }),
    };
  });
}

function comparison(
  input: TF.Tensor,
  validation: TF.Tensor,
  feature: number,
  width: number,
  values: ArrayLike<number>,
  later: ArrayLike<number>,
  compared: Float64Array,
  low: number,
  high: number,
): Pick<FeatureEvidence, 'validationOutside' | 'validationDistance' | 'validationChance'> {
  // Steps of one window are no independent draws: one value of each row counts.
  const [one, other] = [lastOfRows(input, feature, width, values), lastOfRows(validation, feature, width, later)];
  const validationDistance = one.length && other.length ? kolmogorovSmirnov(one, other) : Number.NaN;
  return {
    validationOutside: compared.filter((value) => value < low || value > high).length / compared.length,
    validationDistance,
    validationChance: chanceOfDistance(validationDistance, one.length, other.length),
  };
}

/**
 * The chance of a distance at least as large between two samples of one law, by the asymptotic law with the correction of
 * Stephens (1970). With many equal values the true chance is smaller, so that no alarm is raised by them.
 */
export function chanceOfDistance(distance: number, first: number, second: number): number {
  const size = Math.sqrt((first * second) / (first + second));
  const scaled = (size + 0.12 + 0.11 / size) * distance;
  if (Number.isNaN(scaled)) return Number.NaN;
  if (scaled < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * scaled * scaled);
  return Math.max(0, Math.min(1, sum));
}

/** True when an input feeds an embedding: its values are numbers of words. */
export function feedsEmbedding(model: TF.LayersModel, index: number): boolean {
  const source = model.inputs[index]!;
  return leafLayers(model).some((layer) => {
    if (layer.getClassName() !== 'Embedding') return false;
    const nodes = (layer as unknown as { inboundNodes: { inputTensors: TF.SymbolicTensor[] }[] }).inboundNodes;
    // A first layer of a sequential model, and one of a nested model, have inputs of their own.
    return (
      model.inputs.length === 1 ||
      nodes.some(({ inputTensors }) => inputTensors.some(({ name }) => name === source.name))
    );
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
  validationDistance: Number.NaN,
  validationChance: Number.NaN,
};

function column(values: ArrayLike<number>, feature: number, width: number, rows: number): Float64Array {
  const length = values.length / width;
  const every = width > WIDE ? Math.max(1, Math.floor(rows / WIDE_ROWS)) : 1;
  return Float64Array.from({ length: Math.floor(length / every) }, (_, k) => values[k * every * width + feature]!);
}

function lastOfRows(input: TF.Tensor, feature: number, width: number, values: ArrayLike<number>): Float64Array {
  const rows = input.shape[0]!;
  const stride = values.length / rows;
  const last = Float64Array.from({ length: rows }, (_, row) => values[(row + 1) * stride - width + feature]!);
  return last.filter(Number.isFinite);
}
