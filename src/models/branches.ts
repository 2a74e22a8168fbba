import { type TF, tf } from '../core';
import { causalConvolution, dropout, firstInput, gatedActivation } from '../layers';
import { orthogonal } from '../layers/orthogonal';

type Tensor = TF.SymbolicTensor;
type NextSeed = (name: string) => number;

const apply = (layer: TF.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;

/** Gated residual units in series; their skips are summed and averaged over time: [samples, channels]. */
export function waveNetBranch(
  input: Tensor,
  sizes: { channels: number; dilations: readonly number[]; blocks: number; unitDropoutRate: number },
  nextSeed: NextSeed,
): Tensor {
  const { channels, blocks, unitDropoutRate } = sizes;
  const dilations = Array.from({ length: blocks }, () => sizes.dilations).flat();
  const convolve = (name: string, filters: number, x: Tensor, [kernelSize, dilation] = [1, 1]) => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: nextSeed(name) });
    return apply(causalConvolution({ name, filters, kernelSize, dilation, kernelInitializer }), x);
  };
  let stream = input;
  const skips = dilations.map((dilation, k) => {
    const name = `unit${k + 1}`;
    let y = convolve(`${name}_convolution`, 2 * channels, stream, [2, dilation]);
    y = apply(tf.layers.batchNormalization({ name: `${name}_normalization` }), y);
    y = apply(gatedActivation({ name: `${name}_gate` }), y);
    const drop = { name: `${name}_dropout`, rate: unitDropoutRate, seed: nextSeed(`${name}_dropout`) };
    if (unitDropoutRate > 0) y = apply(dropout(drop), y);
    // The first unit brings the features to the channels of the stream.
    const shortcut = k === 0 ? convolve('unit1_projection', channels, stream) : stream;
    const residual = convolve(`${name}_residual`, channels, y);
    stream = apply(tf.layers.add({ name: `${name}_out` }), [residual, shortcut]);
    return convolve(`${name}_skip`, channels, y);
  });
  const sum = skips.length === 1 ? skips[0]! : apply(tf.layers.add({ name: 'skips' }), skips);
  const counted = apply(firstInput({ name: 'skips_read' }), [sum, stream]);
  return apply(tf.layers.globalAveragePooling1d({ name: 'waves' }), counted);
}

/** Convolutions over three steps, with normalisation, ELU, pooling over two steps (but for the last) and dropout. */
export function convolutionBranch(
  input: Tensor,
  { convolutionFilters, dropoutRate, l2 }: { convolutionFilters: readonly number[]; dropoutRate: number; l2: number },
  nextSeed: NextSeed,
): Tensor {
  return convolutionFilters.reduce((x, filters, k) => {
    const name = `convolution${k + 1}`;
    const kernelInitializer = tf.initializers.glorotUniform({ seed: nextSeed(name) });
    const settings = { name, filters, kernelSize: 3, padding: 'same' as const, kernelInitializer };
    let y = apply(tf.layers.conv1d({ ...settings, kernelRegularizer: penalty(l2) }), x);
    y = apply(tf.layers.batchNormalization({ name: `${name}_normalization` }), y);
    y = apply(tf.layers.elu({ name: `${name}_elu` }), y);
    if (k < convolutionFilters.length - 1)
      y = apply(tf.layers.maxPooling1d({ name: `${name}_pooling`, poolSize: 2 }), y);
    return dropped(`${name}_dropout`, dropoutRate, y, nextSeed);
  }, input);
}

/** Bidirectional LSTMs, and of their steps a sum weighted by additive attention (Bahdanau et al. 2015): [samples, 2 units]. */
export function recurrentBranch(
  steps: Tensor,
  sizes: { recurrentUnits: readonly number[]; attentionUnits: number; dropoutRate: number; l2: number },
  nextSeed: NextSeed,
): Tensor {
  const { recurrentUnits, attentionUnits, dropoutRate, l2 } = sizes;
  const sequence = recurrentUnits.reduce((x, units, k) => {
    const name = `lstm${k + 1}`;
    const layer = tf.layers.lstm({
      name: `${name}_steps`,
      units,
      returnSequences: true,
      // Keras's; tfjs takes the hard sigmoid otherwise.
      recurrentActivation: 'sigmoid',
      kernelInitializer: tf.initializers.glorotUniform({ seed: nextSeed(name) }),
      recurrentInitializer: orthogonal({ seed: nextSeed(`${name}_recurrent`) }),
      kernelRegularizer: penalty(l2),
    });
    const both = tf.layers.bidirectional({ name, layer: layer as TF.RNN, mergeMode: 'concat' });
    return dropped(`${name}_dropout`, dropoutRate, apply(both, x), nextSeed);
  }, steps);
  const glorot = (name: string) => tf.initializers.glorotUniform({ seed: nextSeed(name) });
  const dense = (name: string, units: number, x: Tensor, activation: 'tanh' | 'linear', useBias: boolean) =>
    apply(tf.layers.dense({ name, units, activation, useBias, kernelInitializer: glorot(name) }), x);
  const scores = dense('attention', attentionUnits, sequence, 'tanh', true);
  const score = dense('attention_score', 1, scores, 'linear', false);
  const flat = apply(tf.layers.flatten({ name: 'attention_scores' }), score);
  const weights = apply(tf.layers.softmax({ name: 'attention_weights' }), flat);
  return apply(tf.layers.dot({ name: 'attended', axes: 1 }), [sequence, weights]);
}

const penalty = (l2: number) => (l2 > 0 ? tf.regularizers.l2({ l2 }) : undefined);

function dropped(name: string, rate: number, x: Tensor, nextSeed: NextSeed): Tensor {
  return rate > 0 ? apply(dropout({ name, rate, seed: nextSeed(name) }), x) : x;
}
