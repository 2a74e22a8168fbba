import { checkInteger, checkNumber, Random, ReluctantError, type TF, tf } from '../core';
import { causalConvolution, dropout, lastStep } from '../layers';
import { HEAD_SCALES, type HeadActivation, type HeadInitializer, headActivations, regressionHead } from './heads';

/** What {@link financialWaveNet} can be told. Only `window` and `features` are needed. */
export interface FinancialWaveNetOptions {
  /** Time steps of one input window. */
  window: number;
  /** Features per time step. */
  features: number;
  /** Channels of the convolutions. Default 16. */
  channels?: number;
  /** Dilation of each gated block, in time steps; together they see `sum(dilations) + 1` steps. Default 1, 2, 4, 8. */
  dilations?: readonly number[];
  /** Units of the shared trunk ("fusion") that all heads read. Default 32. */
  fusionUnits?: number;
  /** Share of the trunk's units dropped in training, from 0 up to 0.9. Default 0.3. */
  dropoutRate?: number;
  /** Activation of the volatility and magnitude heads, one for both or one each. Default `softplus`. */
  headActivation?: HeadActivation | Readonly<Record<'volatility' | 'magnitude', HeadActivation>>;
  /** Largest output of a head that ends in `scaledSigmoid`. Default 0.15 for volatility, 0.6 for magnitude. */
  headScales?: Partial<Readonly<Record<'volatility' | 'magnitude', number>>>;
  /** Initialiser of those heads' kernels. Default `glorotUniform`; `heNormal` is the one meant for ReLU. */
  headInitializer?: HeadInitializer;
  /** Seed of every initialiser and of dropout. Default 1. */
  seed?: number;
}

/**
 * A small stand-in for the documented "Financial WaveNet v1" ({@link threeBranchWaveNet}), for quick looks: causal dilated gated convolutions over a window of
 * features, a shared trunk and three heads.
 *
 * Each block computes `tanh(f) * sigmoid(g)` from two causal convolutions of kernel 2 (van den Oord et al. 2016, equation 2),
 * adds it to its input and hands its last time step to the trunk.
 *
 * Shapes: input `[samples, window, features]`; outputs `direction` `[samples, 3]` (softmax over down, flat, up),
 * `volatility` `[samples, 1]` and `magnitude` `[samples, 1]` (both meant to be positive).
 *
 * @throws ReluctantError when an option is out of range, or the blocks look back further than the window.
 * @example
 * const model = models.financialWaveNet({ window: 16, features: 4, seed: 7 });
 * model.outputNames; // ['direction', 'volatility', 'magnitude']
 */
export function financialWaveNet(options: FinancialWaveNetOptions): TF.LayersModel {
  const { window, features, channels, dilations, fusionUnits, dropoutRate, activations, scales, initializer, seed } =
    checked(options);
  const seeds = new Random(seed);
  const nextSeed = (name: string) => seeds.fork(name).integer(1, 2 ** 31 - 1);
  const glorot = (name: string) => tf.initializers.glorotUniform({ seed: nextSeed(name) });

  const input = tf.input({ shape: [window, features], name: 'window' });
  const dense = (name: string, units: number, x: TF.SymbolicTensor, activation?: 'relu' | 'softmax') =>
    tf.layers.dense({ name, units, activation, kernelInitializer: glorot(name) }).apply(x) as TF.SymbolicTensor;
  const convolve = (name: string, dilation: number, activation: 'tanh' | 'sigmoid', x: TF.SymbolicTensor) =>
    causalConvolution({
      name,
      filters: channels,
      kernelSize: 2,
      dilation,
      activation,
      kernelInitializer: glorot(name),
    }).apply(x) as TF.SymbolicTensor;

  let stream = dense('embedding', channels, input);
  const skips: TF.SymbolicTensor[] = [];
  for (const [k, dilation] of dilations.entries()) {
    const block = `block${k + 1}`;
    const filter = convolve(`${block}_filter`, dilation, 'tanh', stream);
    const gate = convolve(`${block}_gate`, dilation, 'sigmoid', stream);
    const gated = tf.layers.multiply({ name: `${block}_gated` }).apply([filter, gate]) as TF.SymbolicTensor;
    const last = lastStep({ name: `${block}_last` }).apply(gated) as TF.SymbolicTensor;
    skips.push(dense(`${block}_skip`, fusionUnits, last));
    if (k === dilations.length - 1) break;
    const residual = dense(`${block}_residual`, channels, gated);
    stream = tf.layers.add({ name: `${block}_out` }).apply([stream, residual]) as TF.SymbolicTensor;
  }
  const sum = skips.length === 1 ? skips[0]! : (tf.layers.add({ name: 'skips' }).apply(skips) as TF.SymbolicTensor);
  const rectified = tf.layers.activation({ name: 'skips_relu', activation: 'relu' }).apply(sum) as TF.SymbolicTensor;
  let fusion = dense('fusion', fusionUnits, rectified, 'relu');
  if (dropoutRate > 0) {
    const layer = dropout({ name: 'fusion_dropout', rate: dropoutRate, seed: nextSeed('dropout') });
    fusion = layer.apply(fusion) as TF.SymbolicTensor;
  }
  const direction = dense('direction', 3, fusion, 'softmax');
  const head = (name: 'volatility' | 'magnitude') =>
    regressionHead(
      { name, activation: activations[name], initializer, seed: nextSeed(name), scale: scales[name] },
      fusion,
    );
  const outputs = [direction, head('volatility'), head('magnitude')];
  return tf.model({ name: 'financial_wavenet_v1', inputs: input, outputs });
}

function checked(options: FinancialWaveNetOptions) {
  const operation = 'models.financialWaveNet';
  const { dilations = [1, 2, 4, 8], headActivation = 'softplus', headInitializer = 'glorotUniform' } = options;
  const window = checkInteger(operation, 'window', options.window, 1);
  for (const dilation of dilations) checkInteger(operation, 'dilation', dilation, 1);
  const reach = dilations.reduce((sum, dilation) => sum + dilation, 1);
  if (dilations.length === 0 || reach > window) {
    throw new ReluctantError({
      code: 'window-too-short',
      operation,
      problem: dilations.length ? `the blocks look back over ${reach} steps` : 'there are no blocks',
      received: { window, dilations },
      expected: 'at least one dilation, and sum(dilations) + 1 <= window',
      fix: 'lengthen the window or leave out the largest dilation',
    });
  }
  const activations = headActivations(operation, headActivation);
  return {
    window,
    dilations,
    activations,
    features: checkInteger(operation, 'features', options.features, 1),
    channels: checkInteger(operation, 'channels', options.channels ?? 16, 1, 4096),
    fusionUnits: checkInteger(operation, 'fusionUnits', options.fusionUnits ?? 32, 1, 65536),
    dropoutRate: checkNumber(operation, 'dropoutRate', options.dropoutRate ?? 0.3, 0, 0.9),
    scales: { ...HEAD_SCALES, ...options.headScales },
    initializer: headInitializer,
    seed: options.seed ?? 1,
  };
}
