import { Random, type TF, tf } from '../../core';
import type { Loss, LossName } from '../../losses';

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

/** Losses known by name need no probing: what they do is written down. */
export function namedLossBehaviour(name: LossName, columns: number): LossBehaviour {
  const logarithmic = name === 'binaryCrossentropy' || name === 'categoricalCrossentropy';
  // One column scaled to sum to 1 is 1 whatever it was.
  const constant = name === 'categoricalCrossentropy' && columns === 1;
  return { constant, unpaired: false, rowsFactor: 1, rewardsError: false, logarithmic };
}

/**
 * Probes a loss with predictions near to, far from and dealt at random against the targets `[rows, columns]`. Targets from 0
 * to 1 are probed with predictions from 0 to 1, so that a log loss is not asked for logarithms of negative numbers.
 *
 * @param seed of the made-up predictions and of the order they are dealt in.
 */
export function lossBehaviour(loss: Loss, targets: TF.Tensor, seed = 1): LossBehaviour {
  return tf.tidy(() => {
    const random = new Random(seed).fork('loss behaviour');
    const value = (t: TF.Tensor, p: TF.Tensor) => tf.mean(loss(t, p)).dataSync()[0]!;
    const { near, far } = madeUp(targets, random);
    const rows = targets.shape[0]!;
    const dealt = tf.gather(near, tf.tensor1d(random.permutation(rows), 'int32'));
    const [atNear, atFar, atDealt] = [value(targets, near), value(targets, far), value(targets, dealt)];
    const same = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b), 1e-12);
    const twice = value(tf.concat([targets, targets]), tf.concat([near, near]));
    const half = value(tf.ones([4, 1]), tf.fill([4, 1], 0.5));
    const quarter = value(tf.ones([4, 1]), tf.fill([4, 1], 0.25));
    // Where all rows have one target, dealing changes nothing, whatever the loss.
    const varies = tf.moments(targets, 0).variance.max().dataSync()[0]! > 0;
    return {
      constant: same(atNear, atFar) && same(atNear, atDealt),
      unpaired: rows >= 8 && varies && same(atNear, atDealt) && !same(atNear, atFar),
      rowsFactor: twice / atNear,
      rewardsError: atFar < atNear && !same(atNear, atFar),
      logarithmic: Math.abs(half - Math.LN2) < 0.01 && Math.abs(quarter - 2 * Math.LN2) < 0.01,
    };
  });
}

/** Predictions near to the targets and far from them; from 0 to 1 where the targets are. */
export function madeUp(targets: TF.Tensor, random: Random): { near: TF.Tensor; far: TF.Tensor } {
  const draws = tf.tensor(
    Float32Array.from({ length: targets.size }, () => random.uniform()),
    targets.shape,
  );
  const [least, most] = [tf.min(targets).dataSync()[0]!, tf.max(targets).dataSync()[0]!];
  if (least >= 0 && most <= 1) {
    const mixed = (share: number) => tf.add(tf.mul(targets, 1 - share), tf.mul(draws, share));
    return { near: mixed(0.1), far: tf.add(tf.mul(tf.sub(1, targets), 0.8), tf.mul(draws, 0.2)) };
  }
  const spread = tf.sqrt(tf.mean(tf.squaredDifference(targets, tf.mean(targets)))).add(1e-6);
  // Uniform draws of variance 1.
  const noise = tf.mul(tf.sub(draws, 0.5), Math.sqrt(12));
  const at = (distance: number) => tf.add(targets, tf.mul(noise, tf.mul(spread, distance)));
  return { near: at(0.1), far: at(3) };
}
