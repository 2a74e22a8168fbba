import { type TF, tf } from '../core';
import { only } from './define';

type Call = TF.layers.Layer['call'];

/** The members of tfjs's normalising layers that their classes do not declare. */
interface Normalization {
  axis: number | number[];
  scale: boolean;
  center: boolean;
  gamma?: { read(): TF.Tensor } | null;
  beta?: { read(): TF.Tensor } | null;
}

/**
 * Another way to call a layer that tfjs cannot compute or has no gradient for: normalisations without scale or shift, which get ones and
 * zeros; batch normalisation and softmax along another axis than the last, which is moved to the end and back. Undefined for all others.
 */
export function normalizationCall(layer: TF.layers.Layer): Call | undefined {
  const plain = layer.call.bind(layer);
  const holder = layer as unknown as Normalization;
  switch (layer.getClassName()) {
    case 'BatchNormalization':
      return withLastAxis(holder, (inputs, options) => {
        const channels = only(inputs).shape.slice(-1);
        // Outside training tfjs knows how to go without.
        return options['training'] ? complete(holder, channels, () => plain(inputs, options)) : plain(inputs, options);
      });
    case 'LayerNormalization':
      if (holder.scale && holder.center) return undefined;
      return (inputs, options) => {
        const { shape, rank } = only(inputs);
        const axes = [holder.axis].flat().map((axis) => shape[axis < 0 ? rank + axis : axis]!);
        return complete(holder, axes, () => plain(inputs, options));
      };
    case 'Softmax':
      return withLastAxis(holder, plain);
    default:
      return undefined;
  }
}

/** Runs `call` on tensors whose meant axis is the last. */
function withLastAxis(holder: Normalization, call: Call): Call {
  return (inputs, options) => {
    const x = only(inputs);
    const { axis } = holder;
    const meant = (axis as number) < 0 ? x.rank + (axis as number) : (axis as number);
    if (meant === x.rank - 1) return call(inputs, options);
    const others = Array.from({ length: x.rank }, (_, k) => k).filter((k) => k !== meant);
    const order = [...others, meant];
    return tf.tidy(() => {
      holder.axis = -1;
      try {
        const y = call(tf.transpose(x, order), options) as TF.Tensor;
        return tf.transpose(
          y,
          order.map((_, k) => order.indexOf(k)),
        );
      } finally {
        holder.axis = axis;
      }
    });
  };
}

/** Runs `call` with ones and zeros in the place of the scale and shift that a layer does without. */
function complete<T>(holder: Normalization, shape: number[], call: () => T): T {
  const { gamma, beta, scale, center } = holder;
  if (gamma && beta) return call();
  Object.assign(holder, {
    scale: true,
    center: true,
    gamma: gamma ?? { read: () => tf.ones(shape) },
    beta: beta ?? { read: () => tf.zeros(shape) },
  });
  try {
    return call();
  } finally {
    Object.assign(holder, { gamma, beta, scale, center });
  }
}
