import { tf } from '../../src/core';

/** A two-headed model small enough to compute by hand: x -> trunk (ReLU, 2 units) -> a (ReLU, dead) and b (linear). */
export function twoHeads() {
  const input = tf.input({ shape: [2], name: 'x' });
  const kernel = (values: number[][]) => ({ weights: [tf.tensor2d(values), tf.zeros([values[0]!.length])] });
  const trunk = tf.layers
    .dense({
      units: 2,
      activation: 'relu',
      name: 'trunk',
      ...kernel([
        [1, 0],
        [0, -1],
      ]),
    })
    .apply(input) as ReturnType<typeof tf.input>;
  const a = tf.layers
    .dense({ units: 1, activation: 'relu', name: 'a', weights: [tf.tensor2d([[1], [1]]), tf.tensor1d([-100])] })
    .apply(trunk) as ReturnType<typeof tf.input>;
  const b = tf.layers.dense({ units: 1, name: 'b', ...kernel([[2], [3]]) }).apply(trunk) as ReturnType<typeof tf.input>;
  return tf.model({ inputs: input, outputs: [a, b] });
}
