import { type TF, tf } from '../core';
import type { Loss } from '../losses';

/** How a loss behaves on made-up predictions for real targets: what it is, whatever it is called. */
export interface LossBehaviour {
  /** It takes the same value for quite different predictions. */
  constant: boolean;
  /** It does not change when predictions are dealt to other rows: rows are not paired (a broadcast of [n] with [n, 1], say). */
  unpaired: boolean;
  /** Value on all rows twice over value on all rows once: 1 for a mean, 2 for a sum. */
  rowsFactor: number;
  /** It is lower for predictions far from the targets than for near ones. */
  rewardsError: boolean;
  /** It gives -log p for a target of 1: a log loss. */
  logarithmic: boolean;
}

/** Probes a loss with predictions near to, far from and shuffled against the targets `[rows, columns]`. */
export function lossBehaviour(loss: Loss, targets: TF.Tensor): LossBehaviour {
  return tf.tidy(() => {
    const value = (t: TF.Tensor, p: TF.Tensor) => tf.mean(loss(t, p)).dataSync()[0]!;
    const spread = tf.sqrt(tf.mean(tf.squaredDifference(targets, tf.mean(targets)))).add(1e-6);
    const noise = tf.randomNormal(targets.shape, 0, 1, 'float32', 1);
    const near = tf.add(targets, tf.mul(noise, tf.mul(spread, 0.1)));
    const far = tf.add(targets, tf.mul(noise, tf.mul(spread, 3)));
    const rows = targets.shape[0]!;
    // Reversing leaves palindromes alone; a turn by a third does not, and needs no randomness.
    const turned =
      rows < 3 ? near : tf.concat([tf.slice(near, Math.floor(rows / 3)), tf.slice(near, 0, Math.floor(rows / 3))]);
    const [atNear, atFar, atTurned] = [value(targets, near), value(targets, far), value(targets, turned)];
    const same = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b), 1e-12);
    const twice = value(tf.concat([targets, targets]), tf.concat([near, near]));
    const half = value(tf.ones([4, 1]), tf.fill([4, 1], 0.5));
    const quarter = value(tf.ones([4, 1]), tf.fill([4, 1], 0.25));
    return {
      constant: same(atNear, atFar) && same(atNear, atTurned),
      unpaired: rows >= 3 && same(atNear, atTurned) && !same(atNear, atFar),
      rowsFactor: twice / atNear,
      rewardsError: atFar < atNear && !same(atNear, atFar),
      logarithmic: Math.abs(half - Math.LN2) < 0.01 && Math.abs(quarter - 2 * Math.LN2) < 0.01,
    };
  });
}
