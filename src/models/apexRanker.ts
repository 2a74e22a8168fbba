import { checkInteger, checkNames, checkNumber, ReluctantError, type TF, tf } from '../core';
import { attention, dropout, layerNormalization, patchEmbedding, timePositions } from '../layers';

/** What an {@link apexRanker} is told. */
export interface ApexRankerOptions {
  /** Features per day. */
  features: number;
  /** Days a window looks back on. Default 180. */
  window?: number;
  /** Days of a patch, and from the beginning of one to that of the next. Defaults 16 and 8. */
  patch?: number;
  stride?: number;
  /** Width of a token. Default 192. */
  width?: number;
  /** Blocks of attention. Default 3. */
  depth?: number;
  /** Comparisons side by side in a block; they divide `width`. Default 8. */
  heads?: number;
  /** Share dropped in training behind attention and within the feed-forward part. Default 0.1. */
  dropoutRate?: number;
  /** Days ahead; the outputs are `h1`, `h5` and so on. Default [1, 5, 10, 20]. */
  horizons?: readonly number[];
  /** Of the initial weights and of dropout. Default 0. */
  seed?: number;
}

const OPTIONS = [
  ...['features', 'window', 'patch', 'stride', 'width', 'depth', 'heads', 'dropoutRate', 'horizons', 'seed'],
];

/**
 * APEX-Ranker: PatchTST (Nie and others 2023) over a stock's window, with one score per horizon, to be ranked within each day. Patches of days become tokens by a convolution of
 * each feature of its own into max(2, width // features) channels and a linear map; sines mark where they stand; blocks of attention and of a feed-forward part of four
 * times the width (GELU), each behind a layer normalisation (epsilon 1e-5) and beside a shortcut; the mean over the tokens; a line per horizon.
 *
 * 1,375,876 weights with 64 features, 1,372,964 with 89; 3,213,876 with 65, width 256 and depth 4; 612,050 with 61, window 60, patch 8,
 * stride 4, width 128 and two horizons: the sizes of its history.
 *
 * @returns a model from [samples, window, features] to one output [samples, 1] per horizon; `overPanel` applies it to the stocks of days.
 * @throws ReluctantError for an option out of range or unknown, `heads-not-even` when the heads do not divide the width.
 * @example
 * apexRanker({ features: 64 }).countParams(); // 1375876
 */
export function apexRanker(options: ApexRankerOptions): TF.LayersModel {
  const { features, window, patch, stride, width, depth, heads, dropoutRate, horizons, seed } = checked(options);
  const input = tf.input({ shape: [window, features], name: 'window' });
  const apply = (layer: TF.layers.Layer, x: TF.SymbolicTensor | TF.SymbolicTensor[]) =>
    layer.apply(x) as TF.SymbolicTensor;
  let seeds = seed;
  // tfjs takes the seed 0 for no seed at all.
  const glorot = () => tf.initializers.glorotUniform({ seed: ++seeds });
  const normalise = (name: string, x: TF.SymbolicTensor) => apply(layerNormalization({ name, epsilon: 1e-5 }), x);
  const drop = (name: string, x: TF.SymbolicTensor) =>
    dropoutRate > 0 ? apply(dropout({ name, rate: dropoutRate, seed: ++seeds }), x) : x;
  const dense = (name: string, units: number, activation: 'gelu' | 'linear') =>
    tf.layers.dense({ name, units, activation: activation as 'linear', kernelInitializer: glorot() });
  const channelsPerFeature = Math.max(2, Math.floor(width / features));
  const embedding = { name: 'patches', patch, stride, width, channelsPerFeature, seed: ++seeds };
  seeds += 1;
  let x = apply(timePositions({ name: 'positions' }), apply(patchEmbedding(embedding), input));
  for (let block = 1; block <= depth; block++) {
    const name = `block${block}`;
    const compared = attention({
      name: `${name}_attention`,
      heads,
      keyDimension: width / heads,
      causal: false,
      seed: ++seeds,
    });
    // The layer takes four of them.
    seeds += 3;
    const mixed = drop(`${name}_attention_dropout`, apply(compared, normalise(`${name}_normalization1`, x)));
    x = apply(tf.layers.add({ name: `${name}_attended` }), [x, mixed]);
    const wide = apply(dense(`${name}_wide`, 4 * width, 'gelu'), normalise(`${name}_normalization2`, x));
    const narrow = apply(dense(`${name}_narrow`, width, 'linear'), drop(`${name}_wide_dropout`, wide));
    x = apply(tf.layers.add({ name: `${name}_out` }), [x, drop(`${name}_narrow_dropout`, narrow)]);
  }
  const pooled = apply(tf.layers.globalAveragePooling1d({ name: 'pooled' }), normalise('normalization', x));
  const outputs = horizons.map((horizon) => apply(dense(`h${horizon}`, 1, 'linear'), pooled));
  return tf.model({ inputs: input, outputs, name: 'apexRanker' });
}

function checked(options: ApexRankerOptions): Required<ApexRankerOptions> {
  const operation = 'models.apexRanker';
  checkNames(operation, options ?? {}, OPTIONS);
  const whole = (name: keyof ApexRankerOptions, fallback?: number) =>
    checkInteger(operation, name, options[name] ?? fallback, 1, 65_536);
  const { horizons = [1, 5, 10, 20] } = options;
  for (const horizon of horizons) checkInteger(operation, 'horizons', horizon, 1);
  const [width, heads] = [whole('width', 192), whole('heads', 8)];
  if (width % heads !== 0 || horizons.length === 0 || new Set(horizons).size < horizons.length) {
    throw new ReluctantError({
      code: width % heads !== 0 ? 'heads-not-even' : 'horizons-not-usable',
      operation,
      problem: width % heads !== 0 ? 'the heads do not divide the width' : 'the horizons are not usable',
      received: width % heads !== 0 ? { width, heads } : horizons,
      expected:
        width % heads !== 0 ? 'a width that is a multiple of the heads' : 'one number of days or more, each once',
    });
  }
  return {
    features: whole('features'),
    window: whole('window', 180),
    patch: whole('patch', 16),
    stride: whole('stride', 8),
    depth: whole('depth', 3),
    dropoutRate: checkNumber(operation, 'dropoutRate', options.dropoutRate ?? 0.1, 0, 0.999),
    seed: checkInteger(operation, 'seed', options.seed ?? 0, 0, 2 ** 31 - 1_000_000),
    width,
    heads,
    horizons,
  };
}
