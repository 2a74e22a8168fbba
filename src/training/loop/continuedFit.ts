import type { FitOptions } from '../options';
import { type OptimizerState, restoreTensors, saveTensors } from '../state';
import type { Optimizer } from '../step/optimizer';
import type { StepPlan } from '../step/plan';

/** Numbers of an optimiser's slots that a run keeps at most: 64 MB. */
const MOST_KEPT = 2 ** 24;

/**
 * Puts what an earlier fit's optimiser had gathered into this one's slots.
 *
 * @returns the steps it has behind it.
 * @throws ReluctantError `state-does-not-fit` for another optimiser or another model.
 */
export function continuedSteps(from: FitOptions['continueFrom'], optimizer: Optimizer): number {
  const state = from?.optimizerState;
  if (!state) return 0;
  restoreTensors("slots of the continued run's optimizer", optimizer.slots, state.slots);
  return state.steps;
}

/** What the optimiser has gathered after a run of `steps`; undefined where it is too much to keep. */
export function saveOptimizer({ optimizer, stepsBefore = 0 }: StepPlan, steps: number): OptimizerState | undefined {
  const size = optimizer.slots.reduce((sum, slot) => sum + slot.size, 0);
  if (size > MOST_KEPT) return undefined;
  return { steps: stepsBefore + steps, slots: saveTensors(optimizer.slots) };
}
