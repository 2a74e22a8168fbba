import { ReluctantError, type TF } from '../core';
import { type Attribute, backend, TYPE_NUMBERS } from './backend';
import { type Constant, type Operation, type Spec, sameShape, type TimeLoop, type Trace, type Value } from './traced';

/** Operations on each element by itself, whose inputs broadcast. */
const ELEMENTWISE = new Set(
  `Abs Add AddV2 Cast Ceil ClipByValue Cos Cosh Div DivNoNan Elu Equal Erf Exp Expm1 Floor FloorDiv Greater GreaterEqual Identity IsFinite
  IsInf IsNan LeakyRelu Less LessEqual Log Log1p LogicalAnd LogicalNot LogicalOr Maximum Minimum Mod Mul Neg NotEqual OnesLike Pow
  RealDiv Reciprocal Relu Relu6 Round Rsqrt Select SelectV2 Selu Sigmoid Sign Sin Sinh Softplus Sqrt Square SquaredDifference Sub Tan
  Tanh ZerosLike FloorMod BitwiseAnd BitwiseXor RightShift EluGrad`.split(/\s+/),
);
/** Operations along axes that a constant second input names. */
const REDUCTIONS = new Set(['Sum', 'Mean', 'Max', 'Min', 'Prod', 'All', 'Any', 'ArgMax', 'ArgMin']);

/** A value of the vectorised trace: `stacked` if it has one entry per setting along a new first axis. */
interface Lane {
  value: Value;
  stacked: boolean;
  /** As in the single trace, without the new axis. */
  spec: Spec;
}

/**
 * The trace of a step as the trace of `count` steps at once: every value that depends on a stacked input has one entry per
 * setting along a new first axis, and what all settings share is computed once (the batching rules of `vmap`, as in JAX).
 *
 * @param stackedArguments which arguments have the new axis. @param variables stand-ins for the trace's variables, each
 *   with the new axis.
 * @throws `not-vectorizable` naming the operation that has no rule and the line it was called at.
 */
export function vectorize(
  trace: Trace,
  count: number,
  stackedArguments: readonly boolean[],
  variables: readonly TF.Variable[],
): Trace {
  const rewriter = new Rewriter(trace, count, stackedArguments);
  trace.operations.forEach((operation, index) => {
    rewriter.rewrite(operation, index);
  });
  const stack = (specs: readonly Spec[], stacked: (k: number) => boolean) =>
    specs.map((spec, k) => (stacked(k) ? { ...spec, shape: [count, ...spec.shape] } : spec));
  const outputs = trace.outputs.map((value) => rewriter.stacked(rewriter.lane(value)));
  return {
    arguments: stack(trace.arguments, (k) => stackedArguments[k]!),
    variables: [...variables],
    outputs: outputs.map(({ value }) => value),
    outputSpecs: stack(trace.outputSpecs, () => true),
    updates: trace.updates.map(({ variable, value }) => ({
      variable,
      value: rewriter.stacked(rewriter.lane(value)).value,
    })),
    operations: rewriter.operations,
    constants: rewriter.constants,
  };
}

class Rewriter {
  readonly operations: Operation[] = [];
  readonly constants: Constant[] = [];
  private readonly results: Lane[][] = [];
  private current!: Operation;

  constructor(
    private readonly trace: Trace,
    private readonly count: number,
    private readonly stackedArguments: readonly boolean[],
  ) {}

  /** Where a value of the single trace stands in this one. */
  lane(value: Value): Lane {
    if (value.kind === 'result') return this.results[value.operation]![value.output]!;
    if (value.kind === 'argument') {
      return { value, stacked: this.stackedArguments[value.index]!, spec: this.trace.arguments[value.index]! };
    }
    if (value.kind === 'variable') {
      const { dtype, shape } = this.trace.variables[value.index]!;
      return { value, stacked: true, spec: { dtype, shape } };
    }
    const constant = this.trace.constants[value.index]!;
    this.constants.push(constant);
    return { value: { kind: 'constant', index: this.constants.length - 1 }, stacked: false, spec: constant };
  }

  rewrite(operation: Operation, index: number): void {
    this.current = operation;
    const inputs = operation.inputs.map((value) => this.lane(value));
    if (!inputs.some(({ stacked }) => stacked)) {
      this.push(index, operation, inputs, {});
      return;
    }
    if (operation.loop) {
      this.rewriteLoop(index, operation, operation.loop, inputs);
      return;
    }
    const rule = this.rule(operation, inputs);
    this.push(index, operation, rule.inputs, { ...rule, stacked: true });
  }

  /** The value with the new axis, repeated if it had none. */
  stacked(lane: Lane): Lane {
    if (lane.stacked) return lane;
    const shape = [this.count, ...lane.spec.shape];
    const value = this.add('BroadcastTo', [lane.value, this.integers(shape)], lane.spec.dtype, shape, 'Tidx');
    return { value, stacked: true, spec: lane.spec };
  }

  /** A loop over time of all settings: time stays the first axis of its sequences while it runs. */
  private rewriteLoop(index: number, operation: Operation, loop: TimeLoop, lanes: Lane[]): void {
    const { count } = this;
    const { carried, sequences } = loop;
    const isSequence = (k: number) => k >= carried && k < carried + sequences;
    const inputs = lanes.map((lane, k) => {
      if (k < carried) return this.stacked(lane);
      return lane.stacked && isSequence(k) ? this.swapped(lane.value, lane.spec, false) : lane;
    });
    const body = vectorize(
      loop.body,
      count,
      lanes.map(({ stacked }, k) => k < carried || stacked),
      [],
    );
    const inputSpecs = inputs.map(({ stacked, spec }, k): Spec => {
      if (!stacked) return spec;
      const { dtype, shape } = spec;
      return { dtype, shape: isSequence(k) ? [shape[0]!, count, ...shape.slice(1)] : [count, ...shape] };
    });
    const outputs = operation.outputs.map(({ dtype, shape }, k): Spec => {
      return { dtype, shape: k < carried ? [count, ...shape] : [shape[0]!, count, ...shape.slice(1)] };
    });
    const values = inputs.map(({ value }) => value);
    this.operations.push({ ...operation, inputs: values, inputSpecs, outputs, loop: { ...loop, body } });
    const position = this.operations.length - 1;
    this.results[index] = operation.outputs.map((spec, output) => {
      const value: Value = { kind: 'result', operation: position, output };
      return output < carried ? { value, stacked: true, spec } : this.swapped(value, spec, true);
    });
  }

  /** A sequence of all settings with its first two axes, settings and time, exchanged. */
  private swapped(value: Value, spec: Spec, isBack: boolean): Lane {
    const [time, ...rest] = spec.shape as [number, ...number[]];
    const shape = isBack ? [this.count, time, ...rest] : [time, this.count, ...rest];
    const order = this.integers([1, 0, ...rest.map((_, k) => k + 2)]);
    return { value: this.add('Transpose', [value, order], spec.dtype, shape, 'Tperm'), stacked: true, spec };
  }

  private rule(operation: Operation, inputs: Lane[]): { inputs: Value[]; name?: string; attributes?: Attribute[] } {
    const { name, attributes } = operation;
    const [first, second, third] = inputs as [Lane, Lane, Lane];
    const rest = () => inputs.slice(1).map(({ value }) => value);
    if (ELEMENTWISE.has(name)) {
      const rank = Math.max(...inputs.map(({ spec }) => spec.shape.length));
      // The older Select wants equal shapes; the newer one broadcasts.
      return { inputs: inputs.map((lane) => this.aligned(lane, rank)), name: name === 'Select' ? 'SelectV2' : name };
    }
    if (name === 'BatchMatMulV2' || name === 'BatchMatMul') {
      const rank = Math.max(first.spec.shape.length, second.spec.shape.length);
      return { inputs: inputs.map((lane) => this.aligned(lane, rank)), name: 'BatchMatMulV2' };
    }
    if (name === 'Softmax' || name === 'LogSoftmax') return { inputs: [first.value] };
    if (REDUCTIONS.has(name)) {
      const axes = this.constantOf(operation, 1);
      const scalar = operation.inputSpecs[1]!.shape.length === 0;
      const moved = axes.map((axis) => (axis < 0 ? axis : axis + 1));
      return { inputs: [first.value, scalar ? this.integers(moved, []) : this.integers(moved)] };
    }
    if (name === 'Reshape') {
      const target = [this.count, ...operation.outputs[0]!.shape];
      return { inputs: [this.stacked(first).value, this.integers(target)] };
    }
    if (name === 'Transpose') {
      const order = this.constantOf(operation, 1);
      return { inputs: [this.stacked(first).value, this.integers([0, ...order.map((axis) => axis + 1)])] };
    }
    if (name === 'Slice' && first.stacked) {
      const [begin, size] = [this.constantOf(operation, 1), this.constantOf(operation, 2)];
      return { inputs: [first.value, this.integers([0, ...begin]), this.integers([this.count, ...size])] };
    }
    if ((name === 'PadV2' || name === 'Pad') && first.stacked) {
      const paddings = this.constantOf(operation, 1);
      const whole = this.integers([0, 0, ...paddings], [paddings.length / 2 + 1, 2]);
      return { inputs: [first.value, whole, ...rest().slice(1)] };
    }
    if (name === 'Tile' && first.stacked) {
      return { inputs: [first.value, this.integers([1, ...this.constantOf(operation, 1)])] };
    }
    if (name === 'ConcatV2') {
      const axis = this.constantOf(operation, inputs.length - 1);
      const parts = inputs.slice(0, -1).map((lane) => this.stacked(lane).value);
      return { inputs: [...parts, this.integers([axis[0]! < 0 ? axis[0]! : axis[0]! + 1], [])] };
    }
    if (name === 'Pack' || name === 'Unpack') {
      const moved = attributes.map((each) =>
        each.name === 'axis' && (each.value as number) >= 0 ? { ...each, value: (each.value as number) + 1 } : each,
      );
      return { inputs: inputs.map((lane) => this.stacked(lane).value), attributes: moved };
    }
    if (name === 'AddN') return { inputs: inputs.map((lane) => this.stacked(lane).value) };
    if (name === 'GatherV2' && first.stacked && !second.stacked && third) {
      const [axis] = this.constantOf(operation, 2) as [number];
      return { inputs: [first.value, second.value, this.integers([axis < 0 ? axis : axis + 1], [])] };
    }
    if (name === 'Fill' && !first.stacked) {
      // The one number to fill with differs by setting: it is repeated instead.
      const rank = operation.outputs[0]!.shape.length;
      const shape = this.integers([this.count, ...operation.outputs[0]!.shape]);
      const { binding } = backend();
      const types = [
        { name: 'T', type: binding.TF_ATTR_TYPE, value: TYPE_NUMBERS[second.spec.dtype] },
        { name: 'Tidx', type: binding.TF_ATTR_TYPE, value: 3 },
      ];
      return { inputs: [this.aligned(second, rank), shape], name: 'BroadcastTo', attributes: types };
    }
    throw new ReluctantError({
      code: 'not-vectorizable',
      operation: 'vectorize',
      problem: `the operation ${name} has no rule for several settings at once`,
      where: { line: operation.line() },
    });
  }

  /** A stacked value whose axes stand under those of values of a higher rank: ones are put behind the new axis. */
  private aligned(lane: Lane, rank: number): Value {
    const missing = rank - lane.spec.shape.length;
    if (!lane.stacked || missing === 0) return lane.value;
    const shape = [this.count, ...Array(missing).fill(1), ...lane.spec.shape];
    return this.add('Reshape', [lane.value, this.integers(shape)], lane.spec.dtype, shape, 'Tshape');
  }

  private constantOf(operation: Operation, input: number): number[] {
    const value = operation.inputs[input]!;
    if (value.kind === 'constant') return Array.from(this.trace.constants[value.index]!.values);
    throw new ReluctantError({
      code: 'not-vectorizable',
      operation: 'vectorize',
      problem: `the operation ${operation.name} computes its own axes or sizes`,
      where: { line: operation.line() },
    });
  }

  private integers(values: number[], shape: number[] = [values.length]): Value {
    const found = this.constants.findIndex(
      (each) => each.dtype === 'int32' && sameShape(each.shape, shape) && values.every((v, k) => v === each.values[k]),
    );
    if (found >= 0) return { kind: 'constant', index: found };
    this.constants.push({ values: Int32Array.from(values), dtype: 'int32', shape, line: this.current.line });
    return { kind: 'constant', index: this.constants.length - 1 };
  }

  private add(name: string, inputs: Value[], dtype: TF.DataType, shape: number[], shapeType: string): Value {
    const { binding } = backend();
    this.operations.push({
      name,
      attributes: [
        { name: 'T', type: binding.TF_ATTR_TYPE, value: TYPE_NUMBERS[dtype] },
        { name: shapeType, type: binding.TF_ATTR_TYPE, value: 3 },
      ],
      inputs,
      inputSpecs: [
        { dtype, shape: [] },
        { dtype: 'int32', shape: [shape.length] },
      ],
      outputs: [{ dtype, shape }],
      line: this.current?.line ?? (() => 'the end of the step'),
    });
    return { kind: 'result', operation: this.operations.length - 1, output: 0 };
  }

  private push(
    index: number,
    operation: Operation,
    inputs: readonly (Value | Lane)[],
    changed: { name?: string; attributes?: Attribute[]; stacked?: boolean },
  ): void {
    const { stacked = false, name = operation.name, attributes = operation.attributes } = changed;
    const values = inputs.map((input) => ('value' in input ? input.value : input));
    const outputs = operation.outputs.map((spec) => (stacked ? { ...spec, shape: [this.count, ...spec.shape] } : spec));
    this.operations.push({ ...operation, name, attributes, inputs: values, outputs });
    const position = this.operations.length - 1;
    this.results[index] = operation.outputs.map((spec, output) => ({
      value: { kind: 'result', operation: position, output },
      stacked,
      spec,
    }));
  }
}
