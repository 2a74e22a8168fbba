import { variableGrads, withRandomKey } from '../../compile';
import { ReluctantError, type TF, tf } from '../../core';
import type { Named } from '../trainable';
import { balanceRecord } from './balancing';
import type { TrainingStepInputs } from './batch';
import { headLoss } from './headLoss';
import type { StepPlan } from './plan';

/** Results of the forward and backward pass of one step; the tensors are kept beyond the tape. */
export interface StepGradients {
  /** Of the model's variables, then the balancer's. */
  gradients: TF.Tensor[];
  total: TF.Scalar;
  /** Losses of the heads as they are, [heads]. */
  terms: TF.Tensor1D;
  predictions: Named<TF.Tensor>;
  /** Of heads whose steps do not all count. */
  masks: Named<TF.Tensor>;
  /** What layers hand on to the next batch. */
  states: TF.Tensor[];
  /** Numbers of the balancer to record. */
  balance: TF.Tensor1D[];
}

/** Gradients of the balanced sum of the heads' losses: in one backward pass, or in one per head where the balancer asks for it. */
export function gradientsOf(plan: StepPlan, inputs: TrainingStepInputs): StepGradients {
  return plan.balancing.perTerm ? termByTerm(plan, inputs) : allAtOnce(plan, inputs);
}

/** Predictions and unweighted losses of one batch; losses may draw random numbers as layers do. */
function forward({ face, losses, states: before }: StepPlan, { columns, perStep }: TrainingStepInputs) {
  const { inputs, targets, weights } = columns;
  return withRandomKey(perStep.key as TF.Tensor1D, () => {
    const { predictions, masks, states } = face.forwardWithMasks(inputs, true, before);
    const terms = face.heads.map((head) =>
      headLoss(head, losses[head]!, {
        targets: targets[head]!,
        predictions: predictions[head]!,
        weights: weights[head],
        mask: masks[head],
      }),
    );
    return { predictions, masks, states, terms };
  });
}

/** One backward pass for the sum of all terms. */
function allAtOnce(plan: StepPlan, inputs: TrainingStepInputs): StepGradients {
  const { face, balancing } = plan;
  const factors = inputs.perStep.factors as TF.Tensor1D;
  const results: Partial<StepGradients> = {};
  const variables = [...face.trainable, ...balancing.trainable];
  const { grads } = variableGrads(() => {
    const { predictions, masks, states, terms } = forward(plan, inputs);
    const stacked = tf.stack(terms) as TF.Tensor1D;
    const weighted = balancing.total(tf.mul(stacked, inputs.fixed.lossWeights), factors);
    const total = face.penalties().reduce((sum, penalty) => tf.add(sum, penalty), weighted as TF.Tensor) as TF.Scalar;
    // The tape disposes of what it does not need; these are wanted after it.
    results.total = tf.keep(total.clone());
    results.terms = tf.keep(stacked);
    results.predictions = kept(predictions);
    results.masks = kept(masks);
    results.states = states.map((state) => tf.keep(state.clone()));
    return total;
  }, variables);
  const gradients = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
  const balance = balanceRecord(balancing, { weights: balancing.counted(factors) });
  return { ...(results as StepGradients), gradients, balance };
}

/** Copies that outlive the tape. */
const kept = (tensors: Named<TF.Tensor>): Named<TF.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tensor.clone())]));

/** One backward pass per term; the forward pass that each repeats is the same, and compiled away. */
function termByTerm(plan: StepPlan, inputs: TrainingStepInputs): StepGradients {
  const { face, balancing } = plan;
  const lossWeights = inputs.fixed.lossWeights as TF.Tensor1D;
  const results: Partial<StepGradients> = {};
  let putBack = (): void => undefined;
  const perTerm = face.heads.map((head, k) => {
    const { grads } = variableGrads(() => {
      const { predictions, masks, states, terms } = forward(plan, inputs);
      results.terms ??= tf.keep(tf.stack(terms) as TF.Tensor1D);
      results.predictions ??= kept(predictions);
      results.masks ??= kept(masks);
      results.states ??= states.map((state) => tf.keep(state.clone()));
      return tf.mul(terms[k]!, lossWeights.slice([k], [1]).reshape([])) as TF.Scalar;
    }, [...face.trainable]);
    if (k === 0) putBack = puttingBack(face);
    if (Object.keys(grads).length > 0) return face.trainable.map((variable) => grads[variable.name]);
    throw new ReluctantError({
      code: 'head-not-trainable',
      operation: 'fit',
      problem: 'no trainable weight reaches the loss of a head',
      where: { head },
    });
  });
  const scaled = tf.mul(results.terms!, lossWeights) as TF.Tensor1D;
  const factors = inputs.perStep.factors as TF.Tensor1D;
  const balanced = balancing.combine(perTerm, scaled, factors, inputs.perStep.order as TF.Tensor1D, face.trainable);
  const { gradients, penalty } = withPenalties(plan, inputs, balanced.gradients);
  putBack();
  const weighted =
    balancing.balancer.kind === 'uncertainty'
      ? balancing.total(scaled, factors)
      : tf.sum(tf.mul(scaled, balanced.weights));
  return {
    ...(results as StepGradients),
    total: tf.keep(tf.add(weighted, penalty) as TF.Scalar),
    gradients: [...gradients, ...balancing.varianceGradients(scaled)],
    balance: balanceRecord(balancing, balanced),
  };
}

/**
 * Puts what is not trained, such as the moving averages of a batch normalisation, back to where it is now: it is to move once per
 * step, however often the step goes through the model.
 */
function puttingBack({ weights, trainable }: StepPlan['face']): () => void {
  const others = weights.filter((variable) => !trainable.includes(variable));
  const values = others.map((variable) => variable.clone());
  return () => {
    others.forEach((variable, k) => {
      if (variable.dataId !== values[k]!.dataId) variable.assign(values[k]!);
    });
  };
}

/** Adds the gradients of the layers' penalties, which are no term to balance. */
function withPenalties(plan: StepPlan, inputs: TrainingStepInputs, gradients: TF.Tensor[]) {
  const { face } = plan;
  const penalties = face.penalties();
  if (penalties.length === 0) return { gradients, penalty: tf.scalar(0) };
  // Penalties of what passed through the layers are there once per forward pass, and need the way it came.
  const areOfActivity = face.penalties().length < penalties.length;
  const { value, grads } = variableGrads(() => {
    if (areOfActivity) forward(plan, inputs);
    return tf.addN(face.penalties()) as TF.Scalar;
  }, [...face.trainable]);
  const summed = face.trainable.map((variable, k) => {
    const ofPenalty = grads[variable.name];
    return ofPenalty ? tf.add(gradients[k]!, ofPenalty) : gradients[k]!;
  });
  return { gradients: summed, penalty: value };
}
