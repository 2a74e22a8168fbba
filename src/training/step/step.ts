import { type TF, tf } from '../../core';
import { metricOf } from '../metrics';
import type { TrainingStep } from './batch';
import { gradientsOf } from './gradients';
import { asSteps } from './headLoss';
import { maskOutput, recordedHeads, rowMetrics, type StepPlan } from './plan';

/** One step of gradient descent on the balanced sum of the heads' losses. */
export function trainingStep(plan: StepPlan): TrainingStep {
  const heads = recordedHeads(plan);
  return (inputs) => {
    plan.face.prepare?.();
    const { gradients, total, terms, predictions, masks, states, balance } = gradientsOf(plan, inputs);
    plan.optimizer.apply(gradients, inputs.perStep.scalars as TF.Tensor1D);
    plan.face.constrain();
    plan.averages?.afterStep();
    plan.states?.forEach((variable, k) => {
      variable.assign(states[k]!);
    });
    const means = rowMetrics(plan).map(({ head, metric }) => {
      const { perRow } = metricOf(metric);
      return meanOfMetric(perRow!, inputs.columns.targets[head]!, predictions[head]!, masks[head]).reshape([1]);
    });
    const record = tf.concat([total.reshape([1]), terms, ...means, ...balance]) as TF.Tensor1D;
    const rows = Object.fromEntries(
      heads.flatMap((head) => [
        [head, predictions[head]!.clone()],
        ...(masks[head] ? [[maskOutput(head), tf.cast(masks[head], 'float32')]] : []),
      ]),
    );
    tf.dispose([total, terms, predictions, masks, states] as TF.TensorContainer);
    return { record, rows };
  };
}

type PerRow = (targets: TF.Tensor, predictions: TF.Tensor) => TF.Tensor;

/** The mean of a metric over rows, or over the steps that count. */
function meanOfMetric(perRow: PerRow, targets: TF.Tensor, predictions: TF.Tensor, mask: TF.Tensor | undefined) {
  if (!mask) return tf.mean(perRow(targets, predictions));
  const [, time] = predictions.shape as [number, number];
  const counted = tf.cast(mask, 'float32').reshape([-1]);
  const sum = tf.sum(tf.mul(perRow(asSteps(targets, time), asSteps(predictions, time)), counted));
  return tf.div(sum, tf.maximum(tf.sum(counted), 1));
}
