import { type TF, tf } from '../../core';

/**
 * PCGrad (Yu et al. 2020): from each term's gradient, the part that points against another term's gradient is taken away,
 * one other term after the next. The step is then the sum of the rows.
 *
 * @param gradients one term per row, [terms, parameters].
 * @param order the order in which the others are gone through, a permutation of 0 .. terms - 1, int32 [terms]; the paper draws
 *   it anew for every step.
 * @returns the gradients without conflicts, [terms, parameters].
 *
 * @example
 * projectConflicts(tf.tensor2d([[1, 0], [-1, 1]]), tf.tensor1d([0, 1], 'int32')).arraySync(); // [[0.5, 0.5], [0, 1]]
 */
export function projectConflicts(gradients: TF.Tensor2D, order: TF.Tensor1D): TF.Tensor2D {
  return tf.tidy(() => {
    const [terms] = gradients.shape;
    const others = tf.gather(gradients, order);
    const squares = tf.maximum(tf.sum(tf.square(others), 1), 1e-30);
    let projected = gradients;
    for (let position = 0; position < terms; position++) {
      const other = others.slice([position, 0], [1, -1]) as TF.Tensor2D;
      const products = tf.matMul(projected, other, false, true);
      // 0 for the term itself, whose own gradient is no conflict.
      const self = tf
        .cast(tf.equal(tf.range(0, terms, 1, 'int32'), order.slice([position], [1])), 'float32')
        .reshape([terms, 1]);
      const conflict = tf.mul(tf.minimum(products, 0), tf.sub(1, self));
      const share = tf.div(conflict, squares.slice([position], [1]));
      projected = tf.sub(projected, tf.mul(share, other)) as TF.Tensor2D;
    }
    return projected;
  });
}
