import { type TF, tf } from '../../src/core';

/** Rows whose direction and volatility follow from the inputs. */
export function twoHeadRows(rows: number, seed = 1) {
  return tf.tidy(() => {
    const inputs = tf.randomNormal([rows, 5], 0, 1, 'float32', seed) as TF.Tensor2D;
    const volatility = inputs.square().mean(1, true) as TF.Tensor2D;
    const direction = tf.oneHot(inputs.slice([0, 0], [rows, 3]).argMax(1) as TF.Tensor1D, 3).toFloat() as TF.Tensor2D;
    return { inputs, targets: { direction, volatility } };
  });
}

/** A small model of two heads, the same weights every time. */
export function twoHeadModel(units = 16): TF.LayersModel {
  const kernelInitializer = (seed: number) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }) });
  const input = tf.input({ shape: [5] });
  const hidden = tf.layers.dense({ units, activation: 'tanh', ...kernelInitializer(1) }).apply(input);
  const heads = [
    tf.layers.dense({ units: 3, activation: 'softmax', name: 'direction', ...kernelInitializer(2) }).apply(hidden),
    tf.layers.dense({ units: 1, activation: 'softplus', name: 'volatility', ...kernelInitializer(3) }).apply(hidden),
  ];
  const model = tf.model({ inputs: input, outputs: heads as TF.SymbolicTensor[] });
  // tfjs keeps the names of layers apart by numbering them; the names of heads are part of the contract.
  model.outputNames = ['direction', 'volatility'];
  return model;
}

export const twoHeadLosses = { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError' } as const;
