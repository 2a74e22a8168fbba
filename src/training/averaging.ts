import { checkChoice, checkInteger, checkNames, checkNumber, ReluctantError } from '../core';

/** Averages of the weights that take their place for validation and at the end. */
export type Averaging =
  | {
      /** Exponential moving average over the steps (Polyak and Juditsky 1992): Keras's `use_ema`. */
      kind: 'ema';
      /** Share of the average that stays in a step, below 1; default 0.99. */
      decay?: number;
    }
  | {
      /** Mean over the weights at the end of epochs (Izmailov et al. 2018). */
      kind: 'swa';
      /** The first epoch that counts, from 0; default three quarters of the run. */
      fromEpoch?: number;
    };

/** An averaging that was checked, with its defaults filled in. */
export type AveragingSettings = { kind: 'ema'; decay: number } | { kind: 'swa'; fromEpoch: number };

/**
 * Checks how weights are averaged.
 *
 * @throws ReluctantError `option-of-wrong-kind`, `unknown-choice`, `unknown-option`, `number-out-of-range`.
 */
export function averagingSettings(given: Averaging | undefined, epochs: number): AveragingSettings | undefined {
  if (given === undefined) return undefined;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new ReluctantError({
      code: 'option-of-wrong-kind',
      operation: 'fit',
      problem: 'averaging is not usable',
      received: given,
      expected: "{ kind: 'ema', decay } or { kind: 'swa', fromEpoch }",
    });
  }
  const kind = checkChoice('fit', 'averaging.kind', given.kind, ['ema', 'swa'] as const);
  const allowed = kind === 'ema' ? ['kind', 'decay'] : ['kind', 'fromEpoch'];
  checkNames('fit', given, allowed, { kind: 'setting', where: { averaging: kind } });
  if (given.kind === 'ema')
    return { kind: 'ema', decay: checkNumber('fit', 'averaging.decay', given.decay ?? 0.99, 0, 0.999999) };
  const fromEpoch = given.fromEpoch ?? Math.floor((3 * epochs) / 4);
  return { kind: 'swa', fromEpoch: checkInteger('fit', 'averaging.fromEpoch', fromEpoch, 0, epochs - 1) };
}
