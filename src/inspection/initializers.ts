import type { TF } from '../core';

/** Standard deviation of a normal cut at two of its own: what tfjs's "normal" initialisers draw, uncorrected. */
export const TRUNCATED_NORMAL_STD = 0.8796256610342398;

interface Initializer {
  getClassName(): string;
  getConfig(): Record<string, unknown>;
}

/**
 * The standard deviation that a layer's initialiser draws a weight from: Glorot and Bengio 2010, He et al. 2015, LeCun et al.
 * 1998 and their like, with the fans tfjs computes. NaN when the initialiser is not one of the documented ones.
 */
export function initialStd(layer: TF.layers.Layer, weightName: string, shape: readonly number[]): number {
  const part = weightName.split('/').pop()!.replace(/_\d+$/, '');
  const key = `${part.replace(/_kernel$/, '')}Initializer`;
  const owner = layer as unknown as Record<string, unknown> & { cell?: Record<string, unknown> };
  const initializer = (owner[key] ?? owner.cell?.[key]) as Initializer | undefined;
  return initializer && typeof initializer.getConfig === 'function' ? stdOf(initializer, shape) : Number.NaN;
}

function stdOf(initializer: Initializer, shape: readonly number[]): number {
  const config = initializer.getConfig();
  const number = (name: string, otherwise: number) => (typeof config[name] === 'number' ? config[name] : otherwise);
  switch (initializer.getClassName()) {
    case 'Zeros':
    case 'Ones':
    case 'Constant':
      return 0;
    case 'RandomUniform':
      return (number('maxval', 0.05) - number('minval', -0.05)) / Math.sqrt(12);
    case 'RandomNormal':
      return number('stddev', 0.05);
    case 'TruncatedNormal':
      return number('stddev', 0.05) * TRUNCATED_NORMAL_STD;
    case 'VarianceScaling':
    case 'GlorotUniform':
    case 'GlorotNormal':
    case 'HeUniform':
    case 'HeNormal':
    case 'LeCunUniform':
    case 'LeCunNormal':
      return varianceScaling(config, number('scale', 1), shape);
    default:
      return Number.NaN;
  }
}

function varianceScaling(config: Record<string, unknown>, scale: number, shape: readonly number[]): number {
  const [fanIn, fanOut] = fans(shape);
  const fan = config['mode'] === 'fanIn' ? fanIn : config['mode'] === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
  const std = Math.sqrt(scale / Math.max(1, fan));
  return config['distribution'] === 'normal' ? std * TRUNCATED_NORMAL_STD : std;
}

/** Inputs and outputs of a kernel whose last two axes are channels and whose others are positions. */
function fans(shape: readonly number[]): [number, number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [field * shape[shape.length - 2]!, field * shape[shape.length - 1]!];
}
