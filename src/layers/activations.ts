// What is known of every activation of tfjs and Keras, once: the rooms that draw, inspect and diagnose read it here.

/** Shape of an activation, from which follows what can go wrong with it. */
export type ActivationKind =
  /** Passes everything on, with a slope everywhere. */
  | 'linear'
  /** Exactly zero on one side: a unit can die. */
  | 'rectified'
  /** Flat on both sides: a unit can saturate. */
  | 'saturating'
  /** Flat on one side at most, and zero nowhere for good. */
  | 'smooth'
  /** One distribution over the units, so that no unit stands for itself. */
  | 'normalised';

/** Facts of one activation function. */
export interface ActivationFacts {
  kind: ActivationKind;
  /** Least and most that it gives; ends that are only approached count. */
  range: readonly [least: number, most: number];
  /** Pre-activations below and above which its slope is under 1 % of its steepest; infinite where it never is. */
  flat: readonly [below: number, above: number];
  /** Its value at a pre-activation; absent where the other units have a say. */
  value?: (x: number) => number;
  /** Its derivative; at a kink, that from the left. */
  slope?: (x: number) => number;
  /** Names that Keras 3 has for it. */
  keras: readonly string[];
}

/** Slope of a LeakyReLU head below zero, as in the documented attempt to mend a dead ReLU. */
export const LEAKY_RELU_SLOPE = 0.01;
/** Slope below zero of Keras's function `leaky_relu`, which has no other setting. */
export const KERAS_LEAKY_SLOPE = 0.2;
/** Threshold of Keras's shrinking functions. */
export const SHRINK_THRESHOLD = 0.5;

const NEVER: readonly [number, number] = [-Infinity, Infinity];
/** Where tanh has a hundredth of its slope: 1 - tanh(x)^2 = 0.01. */
const TANH_END = Math.atanh(Math.sqrt(0.99));
/** Where the sigmoid, the slope of softplus, is 0.01. */
const SOFTPLUS_END = Math.log(99);
/** Self-normalising networks (Klambauer et al. 2017), equation 2. */
const [SELU_ALPHA, SELU_SCALE] = [1.6732632423543772, 1.0507009873554805];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
// log(1 + e^x) written so that it overflows nowhere.
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clip = (x: number, least: number, most: number): number => Math.min(Math.max(x, least), most);
const within = (x: number, least: number, most: number): boolean => x > least && x <= most;
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const GELU_NEW = Math.sqrt(2 / Math.PI);
const geluNewInner = (x: number): number => Math.tanh(GELU_NEW * (x + 0.044715 * x ** 3));

/** A hard sigmoid of this slope: 0.2 in Keras 2 and tfjs, 1/6 in Keras 3. */
const hardSigmoid = (slope: number): Omit<Required<ActivationFacts>, 'keras'> => ({
  kind: 'saturating',
  range: [0, 1],
  flat: [-0.5 / slope, 0.5 / slope],
  value: (x) => clip(slope * x + 0.5, 0, 1),
  slope: (x) => (within(x, -0.5 / slope, 0.5 / slope) ? slope : 0),
});

/**
 * A rectifier with a slope below zero, for figures and tables: LeakyReLU.
 *
 * @param slope below zero, above 0.
 * @example
 * leakyReLU(0.01).value!(-2); // -0.02
 */
export const leakyReLU = (slope: number): Required<ActivationFacts> => ({
  kind: 'linear',
  range: NEVER,
  flat: slope < 0.01 ? [0, Infinity] : NEVER,
  value: (x) => (x > 0 ? x : slope * x),
  slope: (x) => (x > 0 ? 1 : slope),
  keras: ['leaky_relu'],
});

/**
 * Every activation, by the name that its class has in tfjs; those that tfjs lacks, by the name under which `layers/keras`
 * registers them. Settings are Keras's defaults (ELU: alpha 1; LeakyReLU: slope 0.2; shrinking: threshold 0.5).
 *
 * @example
 * layers.ACTIVATIONS.sigmoid.range; // [0, 1]
 */
export const ACTIVATIONS = {
  linear: { kind: 'linear', range: NEVER, flat: NEVER, value: (x) => x, slope: () => 1, keras: ['linear'] },
  relu: {
    kind: 'rectified',
    range: [0, Infinity],
    flat: [0, Infinity],
    value: (x) => Math.max(0, x),
    slope: (x) => (x > 0 ? 1 : 0),
    keras: ['relu'],
  },
  relu6: {
    kind: 'rectified',
    range: [0, 6],
    flat: [0, 6],
    value: (x) => clip(x, 0, 6),
    slope: (x) => (within(x, 0, 6) ? 1 : 0),
    keras: ['relu6'],
  },
  leakyReLU: leakyReLU(KERAS_LEAKY_SLOPE),
  elu: {
    kind: 'smooth',
    range: [-1, Infinity],
    flat: [Math.log(0.01), Infinity],
    value: (x) => (x > 0 ? x : Math.expm1(x)),
    slope: (x) => (x > 0 ? 1 : Math.exp(x)),
    keras: ['elu', 'celu'], // with alpha 1 the two are one
  },
  selu: {
    kind: 'smooth',
    range: [-SELU_SCALE * SELU_ALPHA, Infinity],
    flat: [Math.log(0.01), Infinity],
    value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    slope: (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x)),
    keras: ['selu'],
  },
  sigmoid: {
    kind: 'saturating',
    range: [0, 1],
    flat: [-2 * TANH_END, 2 * TANH_END],
    value: sigmoid,
    slope: (x) => sigmoid(x) * sigmoid(-x),
    keras: ['sigmoid'],
  },
  hardSigmoid: { ...hardSigmoid(0.2), keras: [] },
  hardSigmoidSixth: { ...hardSigmoid(1 / 6), keras: ['hard_sigmoid'] },
  tanh: {
    kind: 'saturating',
    range: [-1, 1],
    flat: [-TANH_END, TANH_END],
    value: Math.tanh,
    slope: (x) => 1 - Math.tanh(x) ** 2,
    keras: ['tanh'],
  },
  hardTanh: {
    kind: 'saturating',
    range: [-1, 1],
    flat: [-1, 1],
    value: (x) => clip(x, -1, 1),
    slope: (x) => (within(x, -1, 1) ? 1 : 0),
    keras: ['hard_tanh'],
  },
  softsign: {
    kind: 'saturating',
    range: [-1, 1],
    flat: [-9, 9], // 1 / (1 + |x|)^2 = 0.01
    value: (x) => x / (1 + Math.abs(x)),
    slope: (x) => 1 / (1 + Math.abs(x)) ** 2,
    keras: ['softsign'],
  },
  softplus: {
    kind: 'smooth',
    range: [0, Infinity],
    flat: [-SOFTPLUS_END, Infinity],
    value: softplus,
    slope: sigmoid,
    keras: ['softplus'],
  },
  squareplus: {
    kind: 'smooth',
    range: [0, Infinity],
    flat: [-0.98 / Math.sqrt(0.01 * 0.99), Infinity], // (1 + x / sqrt(x^2 + 4)) / 2 = 0.01
    value: (x) => (x + Math.sqrt(x * x + 4)) / 2,
    slope: (x) => (1 + x / Math.sqrt(x * x + 4)) / 2,
    keras: ['squareplus'],
  },
  exponential: {
    kind: 'smooth',
    range: [0, Infinity],
    flat: NEVER, // it has no steepest slope
    value: Math.exp,
    slope: Math.exp,
    keras: ['exponential'],
  },
  logSigmoid: {
    kind: 'smooth',
    range: [-Infinity, 0],
    flat: [-Infinity, SOFTPLUS_END],
    value: (x) => -softplus(-x),
    slope: (x) => sigmoid(-x),
    keras: ['log_sigmoid'],
  },
  // Those that dip below zero before they rise: the least value is that of the dip, found where the slope is 0.
  gelu: {
    kind: 'smooth',
    range: [-0.16997120747990369, Infinity],
    flat: [-3.0216, Infinity],
    value: (x) => (x * (1 + errorFunction(x / Math.SQRT2))) / 2,
    slope: (x) => (1 + errorFunction(x / Math.SQRT2)) / 2 + x * density(x),
    keras: ['gelu'],
  },
  gelu_new: {
    kind: 'smooth',
    range: [-0.17004075057125412, Infinity],
    flat: [-3.0093, Infinity],
    value: (x) => (x * (1 + geluNewInner(x))) / 2,
    slope: (x) =>
      (1 + geluNewInner(x)) / 2 + (x / 2) * (1 - geluNewInner(x) ** 2) * GELU_NEW * (1 + 3 * 0.044715 * x * x),
    keras: [],
  },
  swish: {
    kind: 'smooth',
    range: [-0.27846454276107374, Infinity],
    flat: [-6.1429, Infinity],
    value: (x) => x * sigmoid(x),
    slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)),
    keras: ['silu', 'swish'],
  },
  hardSwish: {
    kind: 'smooth',
    range: [-0.375, Infinity],
    flat: [-3, Infinity],
    value: (x) => x * clip(x / 6 + 0.5, 0, 1),
    slope: (x) => (x <= -3 ? 0 : x > 3 ? 1 : x / 3 + 0.5),
    keras: ['hard_silu', 'hard_swish'],
  },
  mish: {
    kind: 'smooth',
    range: [-0.308843413017218, Infinity],
    flat: [-6.1587, Infinity],
    value: (x) => x * Math.tanh(softplus(x)),
    slope: (x) => Math.tanh(softplus(x)) + x * sigmoid(x) * (1 - Math.tanh(softplus(x)) ** 2),
    keras: ['mish'],
  },
  tanhShrink: {
    kind: 'linear', // flat only around 0, where it passes
    range: NEVER,
    flat: NEVER,
    value: (x) => x - Math.tanh(x),
    slope: (x) => Math.tanh(x) ** 2,
    keras: ['tanh_shrink'],
  },
  softShrink: {
    kind: 'linear',
    range: NEVER,
    flat: NEVER,
    value: (x) => Math.sign(x) * Math.max(Math.abs(x) - SHRINK_THRESHOLD, 0),
    slope: (x) => (Math.abs(x) > SHRINK_THRESHOLD ? 1 : 0),
    keras: ['soft_shrink'],
  },
  hardShrink: {
    kind: 'linear',
    range: NEVER,
    flat: NEVER,
    value: (x) => (Math.abs(x) > SHRINK_THRESHOLD ? x : 0),
    slope: (x) => (Math.abs(x) > SHRINK_THRESHOLD ? 1 : 0),
    keras: ['hard_shrink'],
  },
  softmax: { kind: 'normalised', range: [0, 1], flat: NEVER, keras: ['softmax'] },
  logSoftmax: { kind: 'normalised', range: [-Infinity, 0], flat: NEVER, keras: ['log_softmax'] },
} satisfies Readonly<Record<string, ActivationFacts>>;

/** The name of an activation in {@link ACTIVATIONS}. */
export type ActivationName = keyof typeof ACTIVATIONS;

/**
 * The facts of an activation by name.
 *
 * @returns `undefined` for a name that is not in the table, such as that of an activation of one's own.
 * @example
 * activationFacts('relu')?.kind; // 'rectified'
 */
export function activationFacts(name: string): ActivationFacts | undefined {
  return Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name as ActivationName] : undefined;
}

/**
 * Tells whether an output lies where a rectified or saturating activation has no slope to speak of: under 1 % of its steepest.
 *
 * @returns false for activations of other kinds, whose outputs do not tell.
 * @example
 * isAtFlatEnd('tanh', 0.999); // true
 */
export function isAtFlatEnd(name: string, output: number): boolean {
  const facts = activationFacts(name);
  if (!facts?.value || (facts.kind !== 'rectified' && facts.kind !== 'saturating')) return false;
  const [below, above] = facts.flat;
  return output <= facts.value(below) || output >= facts.value(above);
}

/** erf by Numerical Recipes (Press et al. 2007, 6.2.2, Chebyshev), to 1.2e-7: the precision of the tensors it is compared with. */
function errorFunction(x: number): number {
  const t = 1 / (1 + Math.abs(x) / 2);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const sum = terms.reduceRight((rest, term) => term + t * rest, 0);
  const tail = t * Math.exp(-x * x + sum);
  return x >= 0 ? 1 - tail : tail - 1;
}
