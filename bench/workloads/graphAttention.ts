import { type TF, tf } from '../../src/core';
import type { FunctionModel } from '../../src/training';

const NODES = 200;
const HEADS = 4;
const WIDTH = 16;

/** Two layers of graph attention (Velickovic et al. 2018) over one graph whose nodes are the rows, each linked to its 20 next. */
export function graphAttention(): FunctionModel {
  const links = tf.tidy(() => {
    const place = tf.range(0, NODES, 1, 'int32');
    const distance = tf.mod(tf.sub(place.expandDims(0), place.expandDims(1)).add(NODES), tf.scalar(NODES, 'int32'));
    return tf.sub(tf.cast(tf.less(distance, tf.scalar(21, 'int32')), 'float32'), 1).mul(1e9);
  });
  const weight = (shape: number[], seed: number) =>
    tf.variable(tf.randomNormal(shape, 0, 1 / Math.sqrt(shape[0]!), 'float32', seed));
  const layers = [0, 1].map((k) => ({
    kernel: weight([64, HEADS * WIDTH], 3 * k + 1),
    from: weight([WIDTH, HEADS], 3 * k + 2),
    to: weight([WIDTH, HEADS], 3 * k + 3),
  }));
  const output = weight([HEADS * WIDTH, 1], 9);
  const attend = (x: TF.Tensor, { kernel, from, to }: (typeof layers)[number]): TF.Tensor => {
    // `fit` asks for the shapes of predictions with a few rows.
    const [nodes] = x.shape as [number];
    const h = tf.matMul(x as TF.Tensor2D, kernel as unknown as TF.Tensor2D).reshape([nodes, HEADS, WIDTH]);
    const score = (of: TF.Variable) => tf.sum(tf.mul(h, tf.transpose(of)), -1);
    const each = tf.add(score(from).transpose().expandDims(2), score(to).transpose().expandDims(1));
    const attention = tf.softmax(tf.add(tf.leakyRelu(each, 0.2), links.slice([0, 0], [nodes, nodes])));
    const mixed = tf.matMul(attention, tf.transpose(h, [1, 0, 2]));
    return tf.transpose(mixed, [1, 0, 2]).reshape([nodes, HEADS * WIDTH]);
  };
  return {
    heads: ['value'],
    variables: [...layers.flatMap(({ kernel, from, to }) => [kernel, from, to]), output],
    predict(inputs) {
      let x = Object.values(inputs)[0]!;
      for (const layer of layers) x = tf.elu(attend(x, layer) as TF.Tensor2D);
      return { value: tf.matMul(x as TF.Tensor2D, output as unknown as TF.Tensor2D) };
    },
  };
}
