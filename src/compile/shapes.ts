import type { TF } from '../core';
import { type Attribute, TYPE_NUMBERS } from './backend';
import type { Spec } from './traced';

/** The values of a small tensor that does not depend on the step's inputs; undefined of one that does. */
export type ConstantOf = (tensor: TF.Tensor) => readonly number[] | undefined;

type Shape = readonly number[];

/** One call of an operation, as the rules see it. */
interface Called {
  inputs: readonly TF.Tensor[];
  attribute(name: string): unknown;
  /** The values of an input that has to be a constant. Throws {@link UNKNOWN} if it is none. */
  constant(input: number): readonly number[];
}

type Rule = (called: Called) => readonly Spec[];

/** Thrown where a rule cannot tell. */
const UNKNOWN = new Error('no rule');

const words = (text: string) => text.trim().split(/\s+/);
const sizeOf = (shape: Shape) => shape.reduce((product, length) => product * length, 1);
const like = (tensor: TF.Tensor, shape: Shape = tensor.shape): readonly Spec[] => [{ dtype: tensor.dtype, shape }];

function broadcast(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + axis] ?? 1).filter((size) => size !== 1);
    if (sizes.some((size) => size !== sizes[0])) throw UNKNOWN;
    return sizes[0] ?? 1;
  });
}

const positive = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

function reduced(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const gone = new Set(axes.map((axis) => positive(axis, shape.length)));
  if (keep) return shape.map((size, axis) => (gone.has(axis) ? 1 : size));
  return shape.filter((_, axis) => !gone.has(axis));
}

/** Length of a window's output along one axis. */
function windows(size: number, kernel: number, stride: number, dilation: number, padding: unknown): number {
  if (padding === 'SAME') return Math.ceil(size / stride);
  if (padding !== 'VALID') throw UNKNOWN;
  return Math.ceil((size - dilation * (kernel - 1)) / stride);
}

/** Output of a window over pictures [batch, height, width, channels]; other layouts are left to TensorFlow. */
function overPictures({ inputs, attribute }: Called, kernel: Shape, channels: number): Shape {
  const format = attribute('data_format');
  if (format !== undefined && format !== 'NHWC') throw UNKNOWN;
  const [batch, height, width] = inputs[0]!.shape as [number, number, number];
  const strides = attribute('strides') as number[];
  const dilations = (attribute('dilations') as number[] | undefined) ?? [1, 1, 1, 1];
  const along = (axis: 1 | 2, size: number) =>
    windows(size, kernel[axis - 1]!, strides[axis]!, dilations[axis]!, attribute('padding'));
  return [batch, along(1, height), along(2, width), channels];
}

function matrixProduct({ inputs, attribute }: Called, flags: readonly [string, string]): readonly Spec[] {
  const [a, b] = inputs.map(({ shape }): Shape => shape) as [Shape, Shape];
  const [isLeft, isRight] = flags.map((flag) => Boolean(attribute(flag)));
  const rows = a.at(isLeft ? -1 : -2)!;
  const columns = b.at(isRight ? -2 : -1)!;
  if (a.at(isLeft ? -2 : -1) !== b.at(isRight ? -1 : -2)) throw UNKNOWN;
  return like(inputs[0]!, [...broadcast([a.slice(0, -2), b.slice(0, -2)]), rows, columns]);
}

function concatenated({ inputs, constant }: Called): readonly Spec[] {
  const parts = inputs.slice(0, -1);
  const shape = [...parts[0]!.shape];
  const axis = positive(constant(inputs.length - 1)[0]!, shape.length);
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return like(parts[0]!, shape);
}

function reshaped({ inputs, constant }: Called): readonly Spec[] {
  const [x] = inputs as [TF.Tensor];
  const target = [...constant(1)];
  const open = target.indexOf(-1);
  if (open >= 0) target[open] = x.size / -sizeOf(target);
  if (sizeOf(target) !== x.size) throw UNKNOWN;
  return like(x, target);
}

function gathered({ inputs, attribute, constant }: Called): readonly Spec[] {
  const [x, indices] = inputs as [TF.Tensor, TF.Tensor];
  if (Number(attribute('batch_dims') ?? 0) !== 0) throw UNKNOWN;
  const axis = positive(constant(2)[0]!, x.rank);
  return like(x, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
}

function splitInto(x: TF.Tensor, axis: number, sizes: readonly number[]): readonly Spec[] {
  const at = positive(axis, x.rank);
  if (sizes.includes(-1)) throw UNKNOWN;
  return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((length, k) => (k === at ? size : length)) }));
}

const typeNamed = (number: unknown): TF.DataType => {
  const name = Object.keys(TYPE_NUMBERS).find((key) => TYPE_NUMBERS[key] === number);
  if (name === undefined) throw UNKNOWN;
  return name as TF.DataType;
};

const withSize = (called: Called): readonly Spec[] => like(called.inputs[1]!, called.constant(0));
const ofFirst: Rule = ({ inputs }) => like(inputs[0]!);
const broadcasted: Rule = ({ inputs }) => like(inputs[0]!, broadcast(inputs.map(({ shape }) => shape)));
const compared: Rule = ({ inputs }) => [{ dtype: 'bool', shape: broadcast(inputs.map(({ shape }) => shape)) }];
const reduction: Rule = ({ inputs, constant, attribute }) =>
  like(inputs[0]!, reduced(inputs[0]!.shape, constant(1), Boolean(attribute('keep_dims'))));
const position: Rule = ({ inputs, constant, attribute }) => [
  { dtype: typeNamed(attribute('output_type') ?? 9), shape: reduced(inputs[0]!.shape, constant(1), false) },
];

const all = (names: string, rule: Rule): [string, Rule][] => words(names).map((name) => [name, rule]);

/** What TensorFlow says of the shapes of results, operation by operation, for those that steps of training are made of. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...all(
    `Abs Ceil Cos Cosh Elu Erf Exp Expm1 Floor Identity LeakyRelu Log Log1p LogicalNot LogSoftmax Neg OnesLike Reciprocal Relu
    Relu6 ReluGrad Relu6Grad LeakyReluGrad EluGrad SeluGrad SigmoidGrad TanhGrad Round Rsqrt Selu Sigmoid Sign Sin Sinh Softmax
    Softplus Sqrt Square Tan Tanh ZerosLike ClipByValue ReverseV2 Cumsum MaxPoolGrad AddN`,
    ofFirst,
  ),
  ...all(
    `Add AddV2 Sub Mul Div RealDiv DivNoNan FloorDiv Maximum Minimum Mod FloorMod Pow SquaredDifference BitwiseAnd BitwiseXor
    RightShift`,
    broadcasted,
  ),
  ...all('Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr IsNan IsInf IsFinite', compared),
  ...all('Sum Mean Max Min Prod All Any', reduction),
  ...all('ArgMax ArgMin', position),
  ['Cast', ({ inputs, attribute }) => [{ dtype: typeNamed(attribute('DstT')), shape: inputs[0]!.shape }]],
  ['Select', ({ inputs }) => like(inputs[1]!)],
  ['SelectV2', ({ inputs }) => like(inputs[1]!, broadcast(inputs.map(({ shape }) => shape)))],
  ['BatchMatMul', (called) => matrixProduct(called, ['adj_x', 'adj_y'])],
  ['BatchMatMulV2', (called) => matrixProduct(called, ['adj_x', 'adj_y'])],
  ['MatMul', (called) => matrixProduct(called, ['transpose_a', 'transpose_b'])],
  ['Reshape', reshaped],
  [
    'Transpose',
    ({ inputs, constant }) =>
      like(
        inputs[0]!,
        constant(1).map((axis) => inputs[0]!.shape[axis]!),
      ),
  ],
  [
    'Slice',
    ({ inputs, constant }) => {
      const begin = constant(1);
      const size = (length: number, axis: number) => (length < 0 ? inputs[0]!.shape[axis]! - begin[axis]! : length);
      return like(inputs[0]!, constant(2).map(size));
    },
  ],
  ['ConcatV2', concatenated],
  [
    'Pack',
    ({ inputs, attribute }) => {
      const shape = [...inputs[0]!.shape];
      shape.splice(positive(Number(attribute('axis') ?? 0), shape.length + 1), 0, inputs.length);
      return like(inputs[0]!, shape);
    },
  ],
  [
    'Unpack',
    ({ inputs, attribute }) => {
      const [x] = inputs as [TF.Tensor];
      const axis = positive(Number(attribute('axis') ?? 0), x.rank);
      return Array.from({ length: x.shape[axis]! }, () => like(x, reduced(x.shape, [axis], false))[0]!);
    },
  ],
  ['SplitV', ({ inputs, constant }) => splitInto(inputs[0]!, constant(2)[0]!, constant(1))],
  [
    'Tile',
    ({ inputs, constant }) =>
      like(
        inputs[0]!,
        constant(1).map((times, axis) => times * inputs[0]!.shape[axis]!),
      ),
  ],
  ['BroadcastTo', ({ inputs, constant }) => like(inputs[0]!, constant(1))],
  ['Fill', withSize],
  ['GatherV2', gathered],
  ...all('Pad PadV2 MirrorPad', ({ inputs, constant }) => {
    const padding = constant(1);
    return like(
      inputs[0]!,
      inputs[0]!.shape.map((size, k) => size + padding[2 * k]! + padding[2 * k + 1]!),
    );
  }),
  [
    'ExpandDims',
    ({ inputs, constant }) => {
      const shape = [...inputs[0]!.shape];
      shape.splice(positive(constant(1)[0]!, shape.length + 1), 0, 1);
      return like(inputs[0]!, shape);
    },
  ],
  [
    'Conv2D',
    (called) => {
      const [x, filter] = called.inputs as [TF.Tensor, TF.Tensor];
      return like(x, overPictures(called, filter.shape.slice(0, 2), filter.shape[3]!));
    },
  ],
  ['Conv2DBackpropInput', ({ inputs, constant }) => like(inputs[1]!, constant(0))],
  ['Conv2DBackpropFilter', ({ inputs, constant }) => like(inputs[0]!, constant(1))],
  ...all('MaxPool AvgPool', (called) => {
    const kernel = called.attribute('ksize') as number[];
    return like(called.inputs[0]!, overPictures(called, kernel.slice(1, 3), called.inputs[0]!.shape[3]!));
  }),
  ['AvgPoolGrad', ({ inputs, constant }) => like(inputs[1]!, constant(0))],
]);

/**
 * Types and shapes of an operation's results, so that a step can be traced without computing it: undefined where no rule can tell,
 * and TensorFlow is asked.
 */
export function shapesOf(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly TF.Tensor[],
  constantOf: ConstantOf,
): readonly Spec[] | undefined {
  const rule = RULES.get(name);
  if (!rule) return undefined;
  try {
    return rule({
      inputs,
      attribute: (key) => attributes.find((each) => each.name === key)?.value,
      constant(input) {
        const values = constantOf(inputs[input]!);
        if (!values) throw UNKNOWN;
        return values;
      },
    });
  } catch (error) {
    if (error === UNKNOWN) return undefined;
    throw error;
  }
}
