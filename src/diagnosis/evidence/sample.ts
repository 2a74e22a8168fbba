import { Random, ReluctantError, type TF, tf } from '../../core';
import { outputNames } from '../../inspection';
import { orderedInputs } from '../../inspection/layers';
import type { TrainingData } from '../../training';

/** Rows drawn from one part of the data, with what the model gives for them. Tensors live as long as the scope they are made in. */
export interface Sample {
  inputs: TF.Tensor[];
  /** By head. */
  targets: Record<string, TF.Tensor>;
  predictions: Record<string, TF.Tensor>;
  /** Their numbers in the data, ascending. */
  rows: Int32Array;
}

/** Most rows drawn, and of models that take long over each. */
const ROWS = 2048;
const ROWS_OF_LARGE = 512;

/** True of a model whose every row costs millions of products, so that fewer rows are looked at. */
export const isLarge = (model: TF.LayersModel): boolean => {
  const steps = Math.max(...model.inputs.map(({ shape }) => (shape.length === 3 ? (shape[1] ?? 1) : 1)));
  return model.countParams() * steps > 1e6;
};

/** Draws rows at random, the same ones for the same data, and predicts them. @throws `head-without-targets`, `inputs-mismatch`. */
export function drawSample(part: string, model: TF.LayersModel, data: NonNullable<TrainingData['validation']>): Sample {
  const names = outputNames(model);
  const given = targetsOf(part, model, data);
  const inputs = orderedInputs('diagnose', model, data.inputs);
  const count = inputs[0]!.shape[0]!;
  const most = isLarge(model) ? ROWS_OF_LARGE : ROWS;
  const rows =
    count <= most
      ? Int32Array.from({ length: count }, (_, row) => row)
      : new Random(count).permutation(count).slice(0, most).sort();
  const take = (tensor: TF.Tensor) => (count <= most ? tensor : tf.gather(tensor, tf.tensor1d(rows, 'int32')));
  const x = inputs.map(take);
  const list = predicted(model, x);
  return {
    inputs: x,
    targets: Object.fromEntries(names.map((head) => [head, asColumn(take(given[head]!))])),
    predictions: Object.fromEntries(names.map((head, k) => [head, list[k]!])),
    rows,
  };
}

/** Targets of every head. @throws `head-without-targets`. */
export function targetsOf(
  part: string,
  model: TF.LayersModel,
  { targets }: NonNullable<TrainingData['validation']>,
): Record<string, TF.Tensor> {
  const names = outputNames(model);
  const given = targets instanceof tf.Tensor ? { [names[0]!]: targets } : targets;
  for (const head of names) {
    if (given[head] instanceof tf.Tensor) continue;
    throw new ReluctantError({
      code: 'head-without-targets',
      operation: 'diagnose',
      problem: `a head has no ${part} targets`,
      where: { head },
      received: Object.keys(given),
      expected: names.join(', '),
    });
  }
  return given as Record<string, TF.Tensor>;
}

/** What the model gives for rows, head by head. */
export function predicted(model: TF.LayersModel, inputs: TF.Tensor[]): TF.Tensor[] {
  const outputs = model.predict(inputs.length === 1 ? inputs[0]! : inputs, { batchSize: 512 });
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Targets of shape [rows] stand beside predictions of shape [rows, 1], as in training. */
const asColumn = (targets: TF.Tensor): TF.Tensor => (targets.rank === 1 ? tf.expandDims(targets, 1) : targets);
