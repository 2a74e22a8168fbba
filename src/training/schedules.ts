import { checkNumber } from '../core';

/** Where in a run a step is. */
export interface SchedulePoint {
  /** Counted from 0 over the whole run. */
  step: number;
  stepsPerEpoch: number;
  /** All the steps the run would take if nothing stopped it. */
  totalSteps: number;
}

/** The factor on the learning rate at a step. It is evaluated for every step and recompiles nothing. */
export type Schedule = (point: SchedulePoint) => number;

/** A factor that never changes: the default. */
export const constant = (): Schedule => () => 1;

/**
 * Half a cosine from 1 down to `finalFraction` over the run, after a linear warm-up (Loshchilov and Hutter 2017).
 * The warm-up keeps Adam's first, badly estimated steps small.
 *
 * @param options.warmupEpochs length of the warm-up, default 0. @param options.initialFraction where the warm-up begins, in [0, 1],
 *   default 0. @param options.finalFraction in [0, 1], default 0.
 * @example
 * warmupCosine({ warmupEpochs: 1 })({ step: 0, stepsPerEpoch: 10, totalSteps: 100 }); // 0.1
 */
export function warmupCosine(
  options: { warmupEpochs?: number; initialFraction?: number; finalFraction?: number } = {},
): Schedule {
  const warmupEpochs = checkNumber('warmupCosine', 'warmupEpochs', options.warmupEpochs ?? 0, 0);
  const initialFraction = checkNumber('warmupCosine', 'initialFraction', options.initialFraction ?? 0, 0, 1);
  const finalFraction = checkNumber('warmupCosine', 'finalFraction', options.finalFraction ?? 0, 0, 1);
  return ({ step, stepsPerEpoch, totalSteps }) => {
    const warmup = warmupEpochs * stepsPerEpoch;
    if (step < warmup) return initialFraction + (1 - initialFraction) * ((step + 1) / warmup);
    const progress = totalSteps > warmup ? Math.min(1, (step - warmup) / (totalSteps - warmup)) : 1;
    return finalFraction + ((1 - finalFraction) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/**
 * Multiplies the learning rate by `factor` every `epochs` epochs.
 *
 * @example
 * stepDecay({ factor: 0.5, epochs: 10 })({ step: 25, stepsPerEpoch: 2, totalSteps: 100 }); // 0.5
 */
export function stepDecay(options: { factor: number; epochs: number }): Schedule {
  const factor = checkNumber('stepDecay', 'factor', options.factor, 0, 1);
  const epochs = checkNumber('stepDecay', 'epochs', options.epochs, 1);
  return ({ step, stepsPerEpoch }) => factor ** Math.floor(step / stepsPerEpoch / epochs);
}

/**
 * Up and down once over the run (Smith and Topin 2018): half a cosine from `startFraction` to 1 over the first `warmupShare` of the
 * steps, then half a cosine down to `finalFraction`. The optimiser's learning rate is the peak.
 *
 * @param options.warmupShare in (0, 1), default 0.3. @param options.startFraction in [0, 1], default 0.04.
 * @param options.finalFraction in [0, 1], default 0.000004.
 * @example
 * oneCycle()({ step: 30, stepsPerEpoch: 10, totalSteps: 100 }); // 1
 */
export function oneCycle(
  options: { warmupShare?: number; startFraction?: number; finalFraction?: number } = {},
): Schedule {
  const warmupShare = checkNumber('oneCycle', 'warmupShare', options.warmupShare ?? 0.3, 0, 1);
  const startFraction = checkNumber('oneCycle', 'startFraction', options.startFraction ?? 0.04, 0, 1);
  const finalFraction = checkNumber('oneCycle', 'finalFraction', options.finalFraction ?? 4e-6, 0, 1);
  const between = (from: number, to: number, share: number) =>
    from + ((to - from) * (1 - Math.cos(Math.PI * share))) / 2;
  return ({ step, totalSteps }) => {
    const peak = warmupShare * totalSteps;
    if (step < peak) return between(startFraction, 1, step / peak);
    return between(1, finalFraction, totalSteps - 1 > peak ? Math.min(1, (step - peak) / (totalSteps - 1 - peak)) : 1);
  };
}
