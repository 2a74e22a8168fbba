import { checkChoice, checkNames, checkNumber, Random, ReluctantError, type TF, tf } from '../core';
import type { Samples, TrainingData } from './samples';

/** How rows are set apart for validation. */
export interface ValidationSplit {
  /** Share of the rows that is set apart, between 0 and 1. */
  share: number;
  /**
   * `time` sets the last rows apart: right where rows follow each other in time, since a model is asked about what comes after.
   * `random` draws them, which is right only where rows have nothing to do with each other. There is no default: the wrong one makes
   * validation look better than it is.
   */
  by: 'time' | 'random';
  /** Of the draw; default 0. */
  seed?: number;
}

/**
 * Samples as `fit` takes them, with a share of the rows set apart for validation. The tensors are new, and the caller's.
 *
 * @param samples inputs, targets and, if rows are weighed, their weights; they stay the caller's.
 * @throws ReluctantError `unknown-choice`, `number-out-of-range`, `unknown-option`; `no-rows` where a part would be empty.
 * @example
 * const inputs = tf.range(0, 10).reshape([10, 1]);
 * const data = withValidation({ inputs, targets: inputs }, { share: 0.2, by: 'time' });
 * (data.validation.inputs as rl.TF.Tensor).dataSync(); // Float32Array [8, 9]
 */
export function withValidation<Given extends Samples>(
  samples: Given,
  split: ValidationSplit,
): TrainingData & { validation: Samples } {
  checkNames('withValidation', split, ['share', 'by', 'seed']);
  const share = checkNumber('withValidation', 'share', split.share, 0, 1);
  const by = checkChoice('withValidation', 'by', split.by, ['time', 'random']);
  const rows = firstTensor(samples.inputs).shape[0]!;
  const apart = Math.round(share * rows);
  if (apart < 1 || apart >= rows) {
    throw new ReluctantError({
      code: 'no-rows',
      operation: 'withValidation',
      problem: 'one of the two parts has no rows',
      received: `${apart} of ${rows} rows for validation`,
      expected: 'at least 1 row in each',
    });
  }
  const order = by === 'time' ? Int32Array.from({ length: rows }, (_, k) => k) : drawn(rows, split.seed ?? 0);
  return { ...take(samples, order.slice(0, rows - apart)), validation: take(samples, order.slice(rows - apart)) };
}

const drawn = (rows: number, seed: number): Int32Array => new Random(seed).fork('validation').permutation(rows);

const firstTensor = (given: Samples['inputs']): TF.Tensor =>
  given instanceof tf.Tensor ? given : Object.values(given)[0]!;

function take({ inputs, targets, sampleWeights }: Samples, rows: Int32Array): Samples {
  const numbers = tf.tensor1d(rows, 'int32');
  const of = <T extends Samples['inputs']>(given: T): T =>
    (given instanceof tf.Tensor
      ? tf.gather(given as TF.Tensor, numbers)
      : Object.fromEntries(Object.entries(given).map(([name, one]) => [name, tf.gather(one, numbers)]))) as T;
  const part = {
    inputs: of(inputs),
    targets: of(targets),
    ...(sampleWeights && {
      sampleWeights: of(sampleWeights as Samples['inputs']) as NonNullable<Samples['sampleWeights']>,
    }),
  };
  numbers.dispose();
  return part;
}
