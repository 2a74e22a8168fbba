import { type TF, tf } from '../../core';
import { lossOf } from '../../losses';
import { lossGiven } from './headEvidence';
import type { TrainingOptions } from './program';
import { isLarge, predicted, type Sample } from './sample';

/** The loss of some training rows after one step of the optimiser's kind, short or long. */
export interface StepSearch {
  /** Without a step. */
  loss: number;
  /** After a step of `factor` times the run's own. */
  steps: readonly { factor: number; loss: number }[];
}

const FACTORS = [0.01, 0.1, 1, 10, 100, 1000];
const ROWS = 256;

/**
 * Steps along the gradient of all the rows looked at: as far as the run's own rate goes, and less and more far. Where a step
 * a hundred times as long still helps, the rate is too low for the steps that were made; where the run's own step does harm
 * and a tenth of it helps, it is too high. The weights are put back.
 */
export function stepSearch(
  model: TF.LayersModel,
  heads: readonly string[],
  sample: Sample,
  options: TrainingOptions,
): StepSearch | undefined {
  const variables = model.trainableWeights.map((weight) => weight.read() as TF.Variable);
  if (variables.length === 0) return undefined;
  const kept = variables.map((variable) => tf.clone(variable));
  try {
    return tf.tidy(() => {
      const take = (tensor: TF.Tensor) => tf.slice(tensor, 0, Math.min(isLarge(model) ? 64 : ROWS, tensor.shape[0]!));
      const inputs = sample.inputs.map(take);
      const targets = heads.map((head) => take(sample.targets[head]!));
      const total = () => {
        const outputs = predicted(model, inputs);
        const names = Object.keys(sample.predictions);
        const terms = heads.map((head, k) =>
          tf.mul(
            tf.mean(lossOf(lossGiven(options, head))(targets[k]!, outputs[names.indexOf(head)]!)),
            options.lossWeights?.[head] ?? 1,
          ),
        );
        return tf.addN(terms).asScalar();
      };
      const { value, grads } = tf.variableGrads(total, variables);
      const steps = stepsOf(variables, grads as Record<string, TF.Tensor>, options);
      const at = (factor: number) => {
        variables.forEach((variable, k) => {
          variable.assign(tf.sub(kept[k]!, tf.mul(steps[k]!, factor)) as never);
        });
        return total().dataSync()[0]!;
      };
      return { loss: value.dataSync()[0]!, steps: FACTORS.map((factor) => ({ factor, loss: at(factor) })) };
    });
  } finally {
    variables.forEach((variable, k) => {
      variable.assign(kept[k]! as never);
    });
    tf.dispose(kept);
  }
}

/** One step of the run's optimiser: Adam's is rate times the sign of a gradient that lasts, gradient descent's rate / (1 - momentum) times it. */
function stepsOf(
  variables: readonly TF.Variable[],
  gradients: Record<string, TF.Tensor>,
  { optimizer = {}, clipNorm }: TrainingOptions,
): TF.Tensor[] {
  const { kind = 'adam', learningRate = kind === 'sgd' ? 0.01 : 0.001, momentum = 0, epsilon = 1e-7 } = optimizer;
  const given = variables.map((variable) => gradients[variable.name] ?? tf.zerosLike(variable));
  const norm = Math.sqrt(given.reduce((sum, one) => sum + tf.sum(tf.square(one)).dataSync()[0]!, 0));
  const scale = clipNorm && norm > clipNorm ? clipNorm / norm : 1;
  return given.map((gradient) =>
    kind === 'sgd'
      ? tf.mul(gradient, (scale * learningRate) / (1 - momentum))
      : tf.mul(tf.div(gradient, tf.add(tf.abs(gradient), epsilon)), learningRate),
  );
}
