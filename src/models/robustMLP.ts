import { checkInteger, checkNumber, type TF, tf } from '../core';
import { dropout, layerNormalization, resizeChannels } from '../layers';

/** What a {@link robustMLP} is told. */
export interface RobustMLPOptions {
  /** Features per row. */
  features: number;
  /** Units of each hidden block. Default [16, 8]. */
  hiddenDims?: readonly number[];
  /** Share of each block's outputs dropped in training, in [0, 1). Default 0.1. */
  dropoutRate?: number;
  /** Layer normalisation of the inputs and after every hidden layer. Default true. */
  normalize?: boolean;
  /** Shortcuts around the blocks. Default true. */
  residual?: boolean;
  /** Name of the one output. Default `target`. */
  head?: string;
  /** What the untrained network predicts for every row: the mean of the target spares it the way there. Default 0. */
  initialOutput?: number;
  /** `sigmoid` ends in a sigmoid with He's weights and bias 0, as the documented network did. Default `linear`. */
  outputActivation?: 'linear' | 'sigmoid';
  /** Of the initial weights and of dropout. Default 0. */
  seed?: number;
}

/**
 * A small network for heavy-tailed features: each block is dense - layer normalisation (Ba et al. 2016) - ReLU - dropout
 * with a shortcut around it (He et al. 2016), so that no input, however large, can saturate what follows or blow up its
 * gradients. With 5 features and blocks of 16 and 8 units it has the 299 weights of the documented robust run.
 *
 * @returns a model from [rows, features] to one output [rows, 1] without activation.
 * @example
 * robustMLP({ features: 5 }).countParams(); // 299
 */
export function robustMLP(options: RobustMLPOptions): TF.LayersModel {
  const operation = 'models.robustMLP';
  const { hiddenDims = [16, 8], dropoutRate = 0.1, normalize = true, residual = true, head = 'target' } = options;
  const seed = checkInteger(operation, 'seed', options.seed ?? 0, 0, 2 ** 31 - 1000);
  checkInteger(operation, 'features', options.features, 1);
  checkNumber(operation, 'dropoutRate', dropoutRate, 0, 0.999);
  const inputs = tf.input({ shape: [options.features], name: 'features' });
  const apply = (layer: TF.layers.Layer, x: TF.SymbolicTensor) => layer.apply(x) as TF.SymbolicTensor;
  let x = normalize ? apply(layerNormalization({ name: 'input_normalization' }), inputs) : inputs;
  hiddenDims.forEach((units, k) => {
    checkInteger(operation, 'hiddenDims', units, 1, 65_536);
    const block = `block${k + 1}`;
    const kernelInitializer = tf.initializers.heNormal({ seed: seed + k + 1 });
    let y = apply(tf.layers.dense({ units, kernelInitializer, name: `${block}_dense` }), x);
    if (normalize) y = apply(layerNormalization({ name: `${block}_normalization` }), y);
    y = apply(tf.layers.activation({ activation: 'relu', name: `${block}_relu` }), y);
    if (dropoutRate > 0) y = apply(dropout({ rate: dropoutRate, seed: seed + k + 1, name: `${block}_dropout` }), y);
    if (residual) {
      const shortcut = apply(resizeChannels({ channels: units, name: `${block}_shortcut` }), x);
      y = tf.layers.add({ name: `${block}_add` }).apply([y, shortcut]) as TF.SymbolicTensor;
    }
    x = y;
  });
  const isShare = options.outputActivation === 'sigmoid';
  const last = seed + hiddenDims.length + 1;
  const output = apply(
    tf.layers.dense({
      units: 1,
      activation: isShare ? 'sigmoid' : 'linear',
      // Small, so that training begins at the initial output and not at noise around it.
      // tfjs takes the seed 0 for no seed at all, so none of these seeds may be 0.
      kernelInitializer: isShare
        ? tf.initializers.heNormal({ seed: last })
        : tf.initializers.randomNormal({ stddev: 0.01, seed: last }),
      biasInitializer: tf.initializers.constant({ value: isShare ? 0 : (options.initialOutput ?? 0) }),
      name: head,
    }),
    x,
  );
  return tf.model({ inputs, outputs: output });
}
