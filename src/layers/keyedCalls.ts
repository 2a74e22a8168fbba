import { randomUniform } from '../compile';
import { type TF, tf } from '../core';
import { only } from './define';
import { dilatedCall } from './dilatedCalls';
import { normalizationCall } from './normalizationCalls';
import { isPrepared } from './preparedLayers';
import { recurrentCall } from './recurrentCalls';

type Call = TF.layers.Layer['call'];

/** The members of tfjs's random layers that their classes do not declare. */
interface RandomLayer {
  rate?: number;
  stddev?: number;
  seed?: number | null;
  noiseShape?: (number | null)[] | null;
  dropout?: number;
  recurrentDropout?: number;
  dropoutFunc?: unknown;
}

/** Streams of layers without a seed of their own begin here, apart from those that are given. */
const FIRST_STREAM = 0x10000;

/** Ones and zeros over the share that is left, so that the mean stays: one where a number is kept. */
function mask(shape: readonly number[], rate: number, stream: number): TF.Tensor {
  const isKept = tf.greaterEqual(randomUniform(shape, stream), rate);
  return tf.mul(tf.cast(isKept, 'float32'), 1 / (1 - rate));
}

/** Standard normal numbers by Box and Muller 1958, from the key of the running step. */
function normal(shape: readonly number[], stream: number): TF.Tensor {
  const radius = tf.sqrt(tf.mul(tf.log(tf.sub(1, randomUniform(shape, stream))), -2));
  return tf.mul(radius, tf.cos(tf.mul(randomUniform(shape, stream), 2 * Math.PI)));
}

/** The shape of a dropout's mask: that of the inputs, or with ones where the mask is the same along an axis. */
function maskShape(x: TF.Tensor, className: string, { noiseShape }: RandomLayer): number[] {
  if (className === 'SpatialDropout1D') return [x.shape[0]!, 1, x.shape[2]!];
  return noiseShape ? noiseShape.map((length, axis) => length ?? x.shape[axis]!) : x.shape;
}

/** What self-normalising networks keep their statistics with (Klambauer et al. 2017, section on alpha dropout). */
const ALPHA_PRIME = -1.6732632423543772 * 1.0507009873554805;

function alphaDropout(x: TF.Tensor, rate: number, stream: number): TF.Tensor {
  const isKept = tf.cast(tf.greaterEqual(randomUniform(x.shape, stream), rate), 'float32');
  const scale = ((1 - rate) * (1 + rate * ALPHA_PRIME ** 2)) ** -0.5;
  const shift = -scale * ALPHA_PRIME * rate;
  return tf.add(tf.mul(tf.add(tf.mul(x, isKept), tf.mul(tf.sub(1, isKept), ALPHA_PRIME)), scale), shift);
}

/** What tfjs's random layers compute in training, with numbers drawn from the key of the step instead of in JavaScript. */
const KEYED: Readonly<
  Record<string, (x: TF.Tensor, layer: RandomLayer, stream: number, className: string) => TF.Tensor>
> = {
  Dropout: (x, layer, stream, name) => tf.mul(x, mask(maskShape(x, name, layer), layer.rate!, stream)),
  SpatialDropout1D: (x, layer, stream, name) => tf.mul(x, mask(maskShape(x, name, layer), layer.rate!, stream)),
  GaussianNoise: (x, { stddev }, stream) => tf.add(x, tf.mul(normal(x.shape, stream), stddev!)),
  GaussianDropout: (x, { rate }, stream) =>
    tf.mul(x, tf.add(1, tf.mul(normal(x.shape, stream), Math.sqrt(rate! / (1 - rate!))))),
  AlphaDropout: (x, { rate }, stream) => alphaDropout(x, rate!, stream),
};

/**
 * Layers of a model, those of models, wrappers and recurrent layers inside it included.
 *
 * @example
 * const inner = tf.layers.dense({ units: 2 });
 * const model = tf.sequential({ layers: [tf.layers.timeDistributed({ layer: inner, inputShape: [4, 3] })] });
 * layers.layersWithin(model).length; // 2
 */
export function layersWithin(model: TF.LayersModel): TF.layers.Layer[] {
  type Inner = TF.layers.Layer | undefined;
  type Holder = Record<'layers' | 'cells', TF.layers.Layer[] | undefined> &
    Record<'layer' | 'forwardLayer' | 'backwardLayer' | 'cell', Inner>;
  const within = (layer: TF.layers.Layer): TF.layers.Layer[] => {
    const { layers, cells, layer: wrapped, forwardLayer, backwardLayer, cell } = layer as unknown as Holder;
    const inner = [...(layers ?? []), ...(cells ?? []), wrapped, forwardLayer, backwardLayer, cell];
    return [layer, ...inner.filter((one) => one !== undefined && one !== null).flatMap(within)];
  };
  return model.layers.flatMap(within);
}

/** Batch normalisations that are not trainable: Keras runs them with their moving statistics, which then stand still. */
function isFrozenNormalization(layer: TF.layers.Layer, trained: ReadonlySet<unknown>): boolean {
  if (layer.getClassName() !== 'BatchNormalization') return false;
  // A model around it may be frozen as a whole, which leaves the layer's own flag as it is.
  const { gamma, beta } = layer as unknown as Record<'gamma' | 'beta', unknown>;
  const learnt = [gamma, beta].filter((weight) => weight !== undefined && weight !== null);
  return !layer.trainable || (learnt.length > 0 && !learnt.some((weight) => trained.has(weight)));
}

/**
 * Makes a model's layers compute what they should in training, while `run` runs: dropout and noise of tfjs depend on the
 * key of the step, so that a step that has them can be compiled; those without a seed draw by their place in the model,
 * so that the same model built twice gives the same bits; a frozen batch normalisation uses its moving statistics; dilated
 * convolutions and unusual normalisations, for which tfjs has no gradient, are computed in a way that has one. Outside training only these differ.
 *
 * @returns a function that does so for this model, again and again.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dropout({ rate: 0.5, inputShape: [4] })] });
 * const asTrained = layers.trainingCalls(model);
 * const key = tf.tensor1d([7, 0], 'int32');
 * const draw = () => Array.from((model.apply(tf.ones([1, 4]), { training: true }) as rl.TF.Tensor).dataSync());
 * const [first, again] = [1, 2].map(() => rl.withRandomKey(key, () => asTrained(draw)));
 * String(first) === String(again); // true
 */
export function trainingCalls(model: TF.LayersModel): <T>(run: () => T) => T {
  const trained = new Set<unknown>(model.trainableWeights);
  const changes: { holder: object; name: string; value: unknown }[] = [];
  let stream = 0;
  for (const layer of new Set(layersWithin(model))) {
    const random = layer as unknown as RandomLayer & { isSeeded?: boolean };
    const className = layer.getClassName();
    const draw = KEYED[className];
    const dilated = dilatedCall(layer);
    const recurrent = recurrentCall(layer);
    const normalized = normalizationCall(layer);
    // Done once per step by whoever trains, however often the step goes through the model.
    if (isPrepared(layer)) changes.push({ holder: layer, name: 'isPrepared', value: true });
    if (recurrent) changes.push({ holder: layer, name: 'call', value: recurrent });
    else if (dilated) changes.push({ holder: layer, name: 'call', value: dilated });
    else if (className === 'KeyedDropout' && !random.isSeeded)
      changes.push({ holder: layer, name: 'seed', value: ++stream });
    else if (draw !== undefined)
      changes.push({ holder: layer, name: 'call', value: keyedCall(layer, random.seed ?? FIRST_STREAM + ++stream) });
    else if (isFrozenNormalization(layer, trained))
      changes.push({ holder: layer, name: 'call', value: withoutTraining(normalized ?? layer.call.bind(layer)) });
    else if (normalized) changes.push({ holder: layer, name: 'call', value: normalized });
    else if ((random.dropout ?? 0) > 0 || (random.recurrentDropout ?? 0) > 0) {
      const own = FIRST_STREAM + ++stream;
      // tfjs's cells take a function for their dropout; each of its calls within a step draws other numbers.
      const dropoutFunc = (x: TF.Tensor, rate: number) => tf.tidy(() => tf.mul(x, mask(x.shape, rate, own)));
      if ('dropoutMask' in layer) changes.push({ holder: layer, name: 'dropoutFunc', value: dropoutFunc });
    }
  }
  return (run) => swapped(changes, run);
}

function keyedCall(layer: TF.layers.Layer, stream: number): Call {
  const plain = layer.call.bind(layer);
  const draw = KEYED[layer.getClassName()]!;
  const { rate, stddev } = layer as unknown as RandomLayer;
  return (inputs, options) => {
    if (!options['training'] || (rate ?? stddev ?? 0) <= 0) return plain(inputs, options);
    return tf.tidy(() => draw(only(inputs), layer as unknown as RandomLayer, stream, layer.getClassName()));
  };
}

const withoutTraining =
  (call: Call): Call =>
  (inputs, options) =>
    call(inputs, { ...options, training: false });

/** Runs `run` with members of objects replaced, and puts them back. */
function swapped<T>(changes: readonly { holder: object; name: string; value: unknown }[], run: () => T): T {
  const before = changes.map(({ holder, name }) => ({
    holder,
    descriptor: Object.getOwnPropertyDescriptor(holder, name),
  }));
  for (const { holder, name, value } of changes) Reflect.set(holder, name, value);
  try {
    return run();
  } finally {
    changes.forEach(({ name }, k) => {
      const { holder, descriptor } = before[k]!;
      if (descriptor) Object.defineProperty(holder, name, descriptor);
      else Reflect.deleteProperty(holder, name);
    });
  }
}
