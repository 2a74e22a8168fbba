import { type TF, tf } from '../../src/core';
import { financialWaveNet } from '../../src/models';

const WINDOW = 32;
const FEATURES = 9;

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
  /** The library's own model as it is: 32 steps of 9 features, four gated blocks of 16 channels, three heads, dropout of 0.3. */
  wavenet: {
    model: () => financialWaveNet({ window: WINDOW, features: FEATURES }),
    losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'meanSquaredError' },
    data: (rows) =>
      tf.tidy(() => {
        const inputs = tf.randomNormal([rows, WINDOW, FEATURES], 0, 1, 'float32', 1);
        const last = inputs.slice([0, WINDOW - 1, 0], [rows, 1, FEATURES]).reshape([rows, FEATURES]);
        const direction = tf.oneHot(last.slice([0, 0], [rows, 3]).argMax(1) as TF.Tensor1D, 3).toFloat();
        const volatility = inputs.square().mean([1, 2]).expandDims(1);
        return { inputs, targets: { direction, volatility, magnitude: last.abs().mean(1, true) } };
      }),
  },
};
