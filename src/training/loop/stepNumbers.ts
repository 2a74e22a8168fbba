import { tf } from '../../core';
import type { StepNumbers } from '../step/batch';
import type { StepPlan } from '../step/plan';

/** Steps of a run that {@link stepNumbers} is asked for. */
export interface StepSpan {
  /** Steps of the whole run before the first one. */
  stepsBefore: number;
  capacity: number;
  /** Learning rate of each of them, counted from 0. */
  rate: (step: number) => number;
  seed: number;
  /** Whether a balancer that draws numbers does so for them. */
  draws: boolean;
}

/** Inputs of steps that change from one to the next: optimiser scalars, random keys, the balancer's factors and order. */
export function stepNumbers(
  { optimizer, face, balancing, stepsBefore: continued = 0 }: StepPlan,
  { stepsBefore: ofRun, capacity, rate, seed, draws }: StepSpan,
): StepNumbers {
  const stepsBefore = continued + ofRun;
  const heads = face.heads.length;
  const scalars = new Float32Array(capacity * optimizer.scalarCount);
  const keys = new Int32Array(capacity * 2);
  const factors = new Float32Array(capacity * heads);
  const terms = new Int32Array(capacity * heads);
  for (let k = 0; k < capacity; k++) {
    scalars.set(optimizer.scalars(stepsBefore + k, rate(k)), k * optimizer.scalarCount);
    keys[2 * k] = seed;
    keys[2 * k + 1] = stepsBefore + k;
    if (!draws) continue;
    if (k === 0 || balancing.drawsFactors) factors.set(balancing.factors(), k * heads);
    else factors.copyWithin(k * heads, 0, heads);
    if (k === 0 || balancing.drawsOrder) terms.set(balancing.order(), k * heads);
    else terms.copyWithin(k * heads, 0, heads);
  }
  return {
    scalars: tf.tensor2d(scalars, [capacity, optimizer.scalarCount]),
    key: tf.tensor2d(keys, [capacity, 2], 'int32'),
    factors: tf.tensor2d(factors, [capacity, heads]),
    order: tf.tensor2d(terms, [capacity, heads], 'int32'),
  };
}
