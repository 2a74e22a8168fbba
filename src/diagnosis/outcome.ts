import { type TF, tf } from '../core';
import { outputNames } from '../inspection';
import { orderedInputs } from '../inspection/layers';
import type { TrainingData } from '../training';
import { matrixOf } from './evidence/headEvidence';
import { hits, scoped } from './evidence/references';
import { predicted } from './evidence/sample';
import { isClasses, targetKind } from './evidence/targetKind';

/**
 * How good a trained model is, head by head in the model's order, on rows it was not trained on where there are any: the share
 * of rows whose class is right, or the share of the variance that is explained. A head that does worse than the best constant
 * gets the share of its error that the constant would make, less 1: from 0 down to -1, so that better is more there as well.
 * Neither moves when a change rescales targets, inputs or the loss.
 */
export function outcomesOf(model: TF.LayersModel, data: TrainingData): { head: string; score: number }[] {
  const { inputs, targets } = data.validation ?? data;
  return scoped(() => {
    const outputs = predicted(model, orderedInputs('confirm', model, inputs));
    return outputNames(model).map((head, k) => ({
      head,
      score: scoreOf(targets instanceof tf.Tensor ? targets : targets[head]!, outputs[k]!),
    }));
  });
}

function scoreOf(targets: TF.Tensor, predictions: TF.Tensor): number {
  const [truth, told] = [matrixOf(targets), matrixOf(predictions)];
  const kind = targetKind(truth.values, truth.columns);
  if (truth.values.length !== told.values.length) return -1;
  if (isClasses(kind)) {
    const right = hits(truth, told, kind === 'one-of-many' || kind === 'probabilities');
    return told.values.every(Number.isFinite) ? right.reduce((a, b) => a + b, 0) / right.length : 0;
  }
  let [error, spread] = [0, 0];
  for (let c = 0; c < truth.columns; c++) {
    const column = truth.values.filter((_, j) => j % truth.columns === c);
    const center = column.reduce((a, b) => a + b, 0) / column.length;
    column.forEach((value, row) => {
      error += (value - told.values[row * truth.columns + c]!) ** 2;
      spread += (value - center) ** 2;
    });
  }
  if (!Number.isFinite(error)) return -1;
  return error <= spread ? 1 - error / spread : spread / error - 1;
}
