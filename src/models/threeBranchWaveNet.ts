import { checkChoice, checkInteger, checkNumber, Random, type TF, tf } from '../core';
import { dropout } from '../layers';
import { convolutionBranch, recurrentBranch, waveNetBranch } from './branches';
import { HEAD_SCALES, type HeadActivation, type HeadInitializer, headActivations, regressionHead } from './heads';

/** Options of {@link threeBranchWaveNet}. Only `features` is needed: the defaults are the documented network. */
export interface ThreeBranchWaveNetOptions {
  /** Features per time step. */
  features: number;
  /** Time steps of one input window, at least what the pooling halves to one. Default 20. */
  window?: number;
  /** Channels of the WaveNet branch. Default 32. */
  channels?: number;
  /** Dilations of the units of one block, in time steps. Default 1, 2, 4. */
  dilations?: readonly number[];
  /** How often the dilations are repeated. Default 4: 12 units. */
  blocks?: number;
  /** Filters of the convolutions of the second branch; a pooling over two steps follows each but the last. Default 64, 128, 256. */
  convolutionFilters?: readonly number[];
  /** Units of each bidirectional LSTM, per direction. Default 256, 128. */
  recurrentUnits?: readonly number[];
  /** Units of the additive attention over the LSTM's steps. Default 128. */
  attentionUnits?: number;
  /** Units of the shared trunk ("fusion"). Default 256, 128. */
  fusionUnits?: readonly number[];
  /** Share of units dropped in training in the convolution and recurrent branches and the trunk. Default 0.3. */
  dropoutRate?: number;
  /** The same inside each WaveNet unit. Default 0.1; 0 where `dropoutRate` is 0. */
  unitDropoutRate?: number;
  /** Weight of the L2 penalty on the kernels of convolutions, LSTMs and trunk. Default 1e-4. */
  l2?: number;
  /**
   * `direct` (default): each head is one dense layer on the trunk, as in Runs 1 to 6. `deep`: the later form, direction
   * through a layer of 64 ELU units (L2 doubled) and dropout of 1.5 times the rate, the others through dropout of half
   * the rate, with half the L2.
   */
  heads?: 'direct' | 'deep';
  /** Activation of the volatility and magnitude heads, one for both or one each. Default `softplus`, as in Run 6. */
  headActivation?: HeadActivation | Readonly<Record<'volatility' | 'magnitude', HeadActivation>>;
  /** Largest output of a head that ends in `scaledSigmoid`. Default 0.15 for volatility, 0.6 for magnitude. */
  headScales?: Partial<Readonly<Record<'volatility' | 'magnitude', number>>>;
  /** Initialiser of those heads' kernels. Default `glorotUniform`, as in Run 6. */
  headInitializer?: HeadInitializer;
  /** Seed of every initialiser and of dropout. Default 1. */
  seed?: number;
}

const HEAD_FORMS = ['direct', 'deep'] as const;

/**
 * "Financial WaveNet" as it was documented: 12 gated causal units whose skips are summed and averaged over time, beside three
 * convolutions that feed two bidirectional LSTMs with additive attention; both meet in a trunk that three heads read. With 70
 * features and a window of 20 it has the 2,073,125 weights of Run 4, with 69 the 2,072,773 of Run 6.
 *
 * The residual of the last gated unit is counted there and read by nothing; it is here as well, and its gradient is zero.
 * The convolutions of the second branch look ahead within the window (padding `same`), which a window that ends in the
 * present allows.
 *
 * Shapes: input `[samples, window, features]`; outputs `direction` `[samples, 3]` (softmax), `volatility` `[samples, 1]` and
 * `magnitude` `[samples, 1]`.
 *
 * @throws ReluctantError when an option is out of range.
 * @example
 * models.threeBranchWaveNet({ features: 70 }).countParams(); // 2073125
 */
export function threeBranchWaveNet(options: ThreeBranchWaveNetOptions): TF.LayersModel {
  const sizes = checked(options);
  const { window, features, fusionUnits, dropoutRate, l2, seed } = sizes;
  const seeds = new Random(seed);
  const nextSeed = (name: string) => seeds.fork(name).integer(1, 2 ** 31 - 1);
  const input = tf.input({ shape: [window, features], name: 'window' });
  const waves = waveNetBranch(input, sizes, nextSeed);
  const recurrent = recurrentBranch(convolutionBranch(input, sizes, nextSeed), sizes, nextSeed);
  let trunk = tf.layers.concatenate({ name: 'branches' }).apply([waves, recurrent]) as TF.SymbolicTensor;
  fusionUnits.forEach((units, k) => {
    const name = `fusion${k + 1}`;
    trunk = dense(name, units, trunk, { activation: 'elu', l2, seed: nextSeed(name) });
    trunk = tf.layers.batchNormalization({ name: `${name}_normalization` }).apply(trunk) as TF.SymbolicTensor;
    trunk = dropped(`${name}_dropout`, dropoutRate, trunk, nextSeed);
  });
  return tf.model({ name: 'financial_wavenet', inputs: input, outputs: headsOn(trunk, sizes, nextSeed) });
}

type Sizes = ReturnType<typeof checked>;
type NextSeed = (name: string) => number;

function headsOn(trunk: TF.SymbolicTensor, sizes: Sizes, nextSeed: NextSeed): TF.SymbolicTensor[] {
  const { heads, dropoutRate, l2, activations, scales, initializer } = sizes;
  const isDeep = heads === 'deep';
  let before = trunk;
  if (isDeep) {
    const hidden = dense('direction_hidden', 64, trunk, { activation: 'elu', l2: 2 * l2, seed: nextSeed('hidden') });
    before = dropped('direction_dropout', Math.min(0.9, 1.5 * dropoutRate), hidden, nextSeed);
  }
  const direction = dense('direction', 3, before, { activation: 'softmax', l2: 0, seed: nextSeed('direction') });
  const regression = (['volatility', 'magnitude'] as const).map((name) => {
    const source = isDeep ? dropped(`${name}_dropout`, dropoutRate / 2, trunk, nextSeed) : trunk;
    const own = { name, activation: activations[name], scale: scales[name], initializer, seed: nextSeed(name) };
    return regressionHead({ ...own, l2: isDeep ? l2 / 2 : 0 }, source);
  });
  return [direction, ...regression];
}

function dense(
  name: string,
  units: number,
  x: TF.SymbolicTensor,
  { activation, l2, seed }: { activation: 'elu' | 'softmax'; l2: number; seed: number },
): TF.SymbolicTensor {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const kernelRegularizer = l2 > 0 ? tf.regularizers.l2({ l2 }) : undefined;
  const layer = tf.layers.dense({ name, units, activation, kernelInitializer, kernelRegularizer });
  return layer.apply(x) as TF.SymbolicTensor;
}

function dropped(name: string, rate: number, x: TF.SymbolicTensor, nextSeed: NextSeed): TF.SymbolicTensor {
  return rate > 0 ? (dropout({ name, rate, seed: nextSeed(name) }).apply(x) as TF.SymbolicTensor) : x;
}

function checked(options: ThreeBranchWaveNetOptions) {
  const operation = 'models.threeBranchWaveNet';
  const whole = (name: string, value: number, least = 1) => checkInteger(operation, name, value, least, 65_536);
  const eachWhole = (name: string, values: readonly number[]) => values.map((value) => whole(name, value));
  const convolutionFilters = eachWhole('convolutionFilters', options.convolutionFilters ?? [64, 128, 256]);
  const dropoutRate = checkNumber(operation, 'dropoutRate', options.dropoutRate ?? 0.3, 0, 0.9);
  const fallback = dropoutRate === 0 ? 0 : 0.1;
  return {
    features: whole('features', options.features),
    // Each pooling halves the steps, and one has to be left.
    window: whole('window', options.window ?? 20, 2 ** (convolutionFilters.length - 1)),
    channels: whole('channels', options.channels ?? 32),
    dilations: eachWhole('dilations', options.dilations ?? [1, 2, 4]),
    blocks: whole('blocks', options.blocks ?? 4),
    convolutionFilters,
    recurrentUnits: eachWhole('recurrentUnits', options.recurrentUnits ?? [256, 128]),
    attentionUnits: whole('attentionUnits', options.attentionUnits ?? 128),
    fusionUnits: eachWhole('fusionUnits', options.fusionUnits ?? [256, 128]),
    dropoutRate,
    unitDropoutRate: checkNumber(operation, 'unitDropoutRate', options.unitDropoutRate ?? fallback, 0, 0.9),
    l2: checkNumber(operation, 'l2', options.l2 ?? 1e-4, 0),
    heads: checkChoice(operation, 'heads', options.heads ?? 'direct', HEAD_FORMS),
    activations: headActivations(operation, options.headActivation ?? 'softplus'),
    scales: { ...HEAD_SCALES, ...options.headScales },
    initializer: options.headInitializer ?? 'glorotUniform',
    seed: options.seed ?? 1,
  };
}
