import { type TF, tf } from '../../core';
import { leafLayers, outputNames } from '../../inspection';
import { lossOf } from '../../losses';
import { lossGiven, matrixOf } from './headEvidence';
import type { TrainingOptions } from './program';
import { type Matrix, straightLine } from './references';
import type { Sample } from './sample';

/** How much of the gradient reaches the first steps of an input that a recurrent layer reads. */
export interface ThroughTime {
  /** The recurrent layer. */
  layer: string;
  input: string;
  steps: number;
  /** Mean absolute gradient of the loss with respect to the first and the last third of the steps. */
  first: number;
  last: number;
  /** By head: share of the targets' variance on rows left out that a line through the first third of the steps explains. */
  earlySkill: Readonly<Record<string, number>>;
}

const ROWS = 128;
const RECURRENT = /RNN|LSTM|GRU|Bidirectional/;

/** Looks at models with a recurrent layer and inputs of at least six steps. */
export function throughTime(
  model: TF.LayersModel,
  heads: readonly string[],
  sample: Sample,
  options: TrainingOptions,
): ThroughTime[] {
  const layer = leafLayers(model).find((one) => RECURRENT.test(one.getClassName()));
  const place = sample.inputs.findIndex(({ rank, shape }) => rank === 3 && shape[1]! >= 6);
  if (!layer || place < 0) return [];
  const [, steps] = sample.inputs[place]!.shape as [number, number];
  const third = Math.floor(steps / 3);
  return tf.tidy(() => {
    const take = (tensor: TF.Tensor) => tf.slice(tensor, 0, Math.min(ROWS, tensor.shape[0]!));
    const inputs = sample.inputs.map(take);
    const names = outputNames(model);
    const loss = (read: TF.Tensor) => {
      const given = inputs.map((input, k) => (k === place ? read : input));
      const told = [model.apply(given.length === 1 ? given[0]! : given)].flat() as TF.Tensor[];
      const terms = heads.map((head) =>
        tf.mean(lossOf(lossGiven(options, head), 'diagnose')(take(sample.targets[head]!), told[names.indexOf(head)]!)),
      );
      return tf.addN(terms).asScalar();
    };
    const gradient = tf.grad(loss)(inputs[place]!);
    const size = (from: number) => tf.mean(tf.abs(tf.slice(gradient, [0, from, 0], [-1, third, -1]))).dataSync()[0]!;
    const early = matrixOfSteps(sample.inputs[place]!, third);
    return [
      {
        layer: layer.name,
        input: model.inputs[place]!.sourceLayer.name,
        steps,
        first: size(0),
        last: size(steps - third),
        earlySkill: Object.fromEntries(heads.map((head) => [head, lineSkill(early, matrixOf(sample.targets[head]!))])),
      },
    ];
  });
}

function matrixOfSteps(input: TF.Tensor, count: number): Matrix {
  const [rows, , features] = input.shape as [number, number, number];
  const values = Float64Array.from(tf.slice(input, [0, 0, 0], [rows, count, features]).dataSync());
  return { values, rows, columns: count * features };
}

/** Skill of a line on every second row, fitted to the others. */
function lineSkill(inputs: Matrix, targets: Matrix): number {
  const part = ({ values, rows, columns }: Matrix, remainder: number): Matrix => {
    const places = Array.from({ length: rows }, (_, row) => row).filter((row) => row % 2 === remainder);
    const taken = places.flatMap((row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
    return { values: Float64Array.from(taken), rows: places.length, columns };
  };
  const [told] = straightLine(part(inputs, 0), part(targets, 0), [part(inputs, 1)]);
  const truth = part(targets, 1);
  const means = Array.from({ length: truth.columns }, (_, c) => {
    let sum = 0;
    for (let row = 0; row < truth.rows; row++) sum += truth.values[row * truth.columns + c]!;
    return sum / truth.rows;
  });
  let [error, spread] = [0, 0];
  truth.values.forEach((value, k) => {
    error += (value - told!.values[k]!) ** 2;
    spread += (value - means[k % truth.columns]!) ** 2;
  });
  return spread > 0 ? 1 - error / spread : 0;
}
