import type { LoopOutputs, LoopRange } from '../../compile';
import { type TF, tf } from '../../core';
import type { TrainingStepInputs } from '../step/batch';
import type { StepPlan } from '../step/plan';
import { disposeOutputs, type Runner } from './runner';

/** Steps that went well, with what they recorded; the caller disposes of `outputs`. */
export interface GoodSteps {
  record: Float32Array;
  outputs: LoopOutputs;
  bad?: undefined;
}

/** The first step that went wrong, and of what. */
export interface BadStep {
  bad: { step: number; term: string };
}

/** All variables that a step changes. */
export const stateOf = ({ face, optimizer, balancing, averages, states }: StepPlan): TF.Variable[] => [
  ...face.weights,
  ...optimizer.slots,
  ...balancing.trainable,
  ...balancing.adjusted,
  ...(averages?.variables ?? []),
  ...(states ?? []),
];

/** Runs steps and, if one goes wrong, puts back the weights from before it and says which it was. */
export function runGuarded(
  plan: StepPlan,
  runner: Runner,
  inputs: TrainingStepInputs,
  range: LoopRange,
): GoodSteps | BadStep {
  const state = stateOf(plan);
  const before = state.map((variable) => variable.clone());
  const runAgain = (until: number) => {
    state.forEach((variable, k) => {
      variable.assign(before[k]!);
    });
    if (until > range.from) disposeOutputs(runner.run(inputs, { from: range.from, until }));
  };
  try {
    const outputs = runner.run(inputs, range);
    const record = outputs.record.dataSync() as Float32Array;
    let bad = firstBadLoss(plan, record, outputs.record.shape[1], range);
    if (!bad && !areFinite(state)) bad = { step: range.until - 1, term: 'gradients' };
    if (!bad) return { record, outputs };
    disposeOutputs(outputs);
    runAgain(bad.step);
    // Finite losses may still have gradients that are not: then the step before is the one that went wrong.
    if (bad.term !== 'gradients' && bad.step > range.from && !areFinite(state)) {
      bad = { step: bad.step - 1, term: 'gradients' };
      runAgain(bad.step);
    }
    return { bad };
  } finally {
    tf.dispose(before);
  }
}

/** The first step whose total or whose head's loss is not a finite number. */
function firstBadLoss({ face }: StepPlan, record: Float32Array, width: number, { from, until }: LoopRange) {
  for (let step = from; step < until; step++) {
    const losses = record.subarray(step * width, step * width + 1 + face.heads.length);
    if (losses.every(Number.isFinite)) continue;
    const head = face.heads.find((_, position) => !Number.isFinite(losses[1 + position]!));
    return { step, term: head ?? 'loss' };
  }
  return undefined;
}

function areFinite(variables: readonly TF.Variable[]): boolean {
  return tf.tidy(() => {
    const sums = variables.filter(({ dtype }) => dtype === 'float32').map((variable) => tf.sum(tf.mul(variable, 0)));
    return sums.length === 0 || tf.addN(sums).dataSync()[0] === 0;
  });
}
