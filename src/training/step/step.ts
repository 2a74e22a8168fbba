import { type TF, tf } from '../../core';
import { metricOf } from '../metrics';
import type { TrainingStep } from './batch';
import { gradientsOf } from './gradients';
import { recordedHeads, rowMetrics, type StepPlan } from './plan';

/** One step of gradient descent on the balanced sum of the heads' losses. */
export function trainingStep(plan: StepPlan): TrainingStep {
  const heads = recordedHeads(plan);
  return (inputs) => {
    const { gradients, total, terms, predictions, balance } = gradientsOf(plan, inputs);
    plan.optimizer.apply(clip(gradients, plan), inputs.perStep.scalars as TF.Tensor1D);
    plan.face.constrain();
    const means = rowMetrics(plan).map(({ head, metric }) =>
      tf.mean(metricOf(metric).perRow!(inputs.columns.targets[head]!, predictions[head]!)).reshape([1]),
    );
    const record = tf.concat([total.reshape([1]), terms, ...means, ...balance]) as TF.Tensor1D;
    const rows = Object.fromEntries(heads.map((head) => [head, predictions[head]!.clone()]));
    tf.dispose([total, terms, predictions] as TF.TensorContainer);
    return { record, rows };
  };
}

function clip(gradients: TF.Tensor[], { clipNorm, clipVariableNorm, clipValue }: StepPlan): TF.Tensor[] {
  let clipped = gradients;
  if (clipValue !== undefined) clipped = clipped.map((gradient) => tf.clipByValue(gradient, -clipValue, clipValue));
  if (clipVariableNorm !== undefined) {
    clipped = clipped.map((gradient) => tf.mul(gradient, factorTo(clipVariableNorm, tf.sum(tf.square(gradient)))));
  }
  if (clipNorm !== undefined) {
    const factor = factorTo(clipNorm, tf.addN(clipped.map((gradient) => tf.sum(tf.square(gradient)))));
    clipped = clipped.map((gradient) => tf.mul(gradient, factor));
  }
  return clipped;
}

/** What brings a vector of this squared length to `limit` where it is longer. */
const factorTo = (limit: number, squared: TF.Tensor) => tf.div(limit, tf.maximum(tf.sqrt(squared), limit));
