import * as rl from 'reluctant';

/** Pairs of numbers and their sums. */
export function rows(count: number): { inputs: rl.TF.Tensor; targets: rl.TF.Tensor } {
  const inputs = rl.tf.randomNormal([count, 2], 0, 1, 'float32', 7);
  return { inputs, targets: inputs.sum(1, true) };
}
