import { type TF, tf } from '../../../core';
import { type Matrix, standardizedTogether } from './matrix';

/** Neighbours averaged over. */
const NEIGHBOURS = 12;

/**
 * The mean target of the nearest training rows, by the distance of standardised columns.
 *
 * @param training inputs of the rows to learn from. @param targets `[rows, outputs]`. @param others inputs to predict for.
 */
export function nearestNeighbours(training: Matrix, targets: Matrix, others: readonly Matrix[]): Matrix[] {
  const [own, ...rest] = standardizedTogether(training, others);
  const count = Math.min(NEIGHBOURS, Math.max(1, Math.floor(training.rows / 4)));
  const outputs = targets.columns;
  return rest.map(({ values, rows, columns }) => {
    const nearest = tf.tidy(() => {
      const x = tf.tensor2d(Float32Array.from(own!.values), [own!.rows, own!.columns]);
      const z = tf.tensor2d(Float32Array.from(values), [rows, columns]);
      const distance = tf.sub(tf.sum(tf.square(x), 1), tf.mul(2, tf.matMul(z, x, false, true)));
      return tf.topk<TF.Tensor>(tf.neg(distance), count).indices.dataSync();
    });
    const told = new Float64Array(rows * outputs);
    for (let k = 0; k < nearest.length; k++) {
      const row = Math.floor(k / count);
      for (let c = 0; c < outputs; c++) told[row * outputs + c]! += targets.values[nearest[k]! * outputs + c]! / count;
    }
    return { values: told, rows, columns: outputs };
  });
}
