import { type TF, tf } from '../src/core';
import { causalConvolution, lastStep } from '../src/layers';

/** A model, its data and its losses: the same for every contender, in contender.py for Keras. */
export interface Workload {
  model: () => TF.LayersModel;
  losses: Record<string, 'meanSquaredError' | 'categoricalCrossentropy'>;
  data: (rows: number) => { inputs: TF.Tensor; targets: Record<string, TF.Tensor> };
}

const linearTarget = (x: TF.Tensor) => tf.tidy(() => x.sum(1, true));

/** What training is timed on. */
export const WORKLOADS: Record<'mlp' | 'wavenet', Workload> = {
  /** 5-16-8-1 with ReLU: the size of model that daily prices of one market feed. */
  mlp: {
    model: () => {
      const input = tf.input({ shape: [5] });
      let x = input;
      for (const units of [16, 8]) x = tf.layers.dense({ units, activation: 'relu' }).apply(x) as typeof input;
      const output = tf.layers.dense({ units: 1, name: 'value' }).apply(x) as typeof input;
      const model = tf.model({ inputs: input, outputs: output });
      model.outputNames = ['value'];
      return model;
    },
    losses: { value: 'meanSquaredError' },
    data: (rows) => {
      const inputs = tf.randomNormal([rows, 5], 0, 1, 'float32', 1);
      return { inputs, targets: { value: linearTarget(inputs) } };
    },
  },
  /** Financial WaveNet: 32 steps of 8 features, four gated blocks of 16 channels, three heads; without dropout. */
  wavenet: {
    model: () => {
      const input = tf.input({ shape: [32, 8] });
      const dense = (
        units: number,
        x: TF.SymbolicTensor,
        activation?: 'relu' | 'softmax' | 'softplus',
        name?: string,
      ) => tf.layers.dense({ units, activation, name }).apply(x) as TF.SymbolicTensor;
      let stream = dense(16, input);
      const skips: TF.SymbolicTensor[] = [];
      for (const dilation of [1, 2, 4, 8]) {
        const convolve = (activation: 'tanh' | 'sigmoid') =>
          causalConvolution({ filters: 16, kernelSize: 2, dilation, activation }).apply(stream) as TF.SymbolicTensor;
        const gated = tf.layers.multiply().apply([convolve('tanh'), convolve('sigmoid')]) as TF.SymbolicTensor;
        skips.push(dense(32, lastStep({}).apply(gated) as TF.SymbolicTensor));
        if (dilation < 8) stream = tf.layers.add().apply([stream, dense(16, gated)]) as TF.SymbolicTensor;
      }
      const sum = tf.layers.add().apply(skips) as TF.SymbolicTensor;
      const fusion = dense(32, tf.layers.activation({ activation: 'relu' }).apply(sum) as TF.SymbolicTensor, 'relu');
      const outputs = [dense(3, fusion, 'softmax'), dense(1, fusion, 'softplus'), dense(1, fusion, 'softplus')];
      const model = tf.model({ inputs: input, outputs });
      model.outputNames = ['direction', 'volatility', 'magnitude'];
      return model;
    },
    losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'meanSquaredError' },
    data: (rows) =>
      tf.tidy(() => {
        const inputs = tf.randomNormal([rows, 32, 8], 0, 1, 'float32', 1);
        const last = inputs.slice([0, 31, 0], [rows, 1, 8]).reshape([rows, 8]);
        const direction = tf.oneHot(last.slice([0, 0], [rows, 3]).argMax(1) as TF.Tensor1D, 3).toFloat();
        const volatility = inputs.square().mean([1, 2]).expandDims(1);
        return { inputs, targets: { direction, volatility, magnitude: last.abs().mean(1, true) } };
      }),
  },
};
