import { ReluctantError, type TF, tf } from '../core';
import { type Attribute, backend, engine, TYPE_NUMBERS } from './backend';
import { definitionOf } from './operations';

/** Element type and shape of a tensor. */
export interface Spec {
  dtype: TF.DataType;
  shape: readonly number[];
}

/** Where a value in a trace comes from. */
export type Value =
  | { kind: 'argument'; index: number }
  | { kind: 'variable'; index: number }
  | { kind: 'constant'; index: number }
  | { kind: 'result'; operation: number; output: number };

/** One TensorFlow operation that the step executed. */
export interface Operation {
  name: string;
  attributes: Attribute[];
  inputs: Value[];
  inputSpecs: Spec[];
  outputs: Spec[];
  /** Where in the caller's code it was called. */
  line: () => string;
}

/** A tensor the step found rather than made from its arguments. */
export interface Constant extends Spec {
  values: Float32Array | Int32Array | Uint8Array;
  line: () => string;
}

/** What one call of a step did, as data. */
export interface Trace {
  arguments: Spec[];
  variables: TF.Variable[];
  constants: Constant[];
  operations: Operation[];
  outputs: Value[];
  outputSpecs: Spec[];
  /** New values of variables, by their index in `variables`. */
  updates: { variable: number; value: Value }[];
}

/** How {@link trace} is to trace. */
export interface TraceOptions {
  /** The caller knows that the step does the same on every call, so that one call is enough. Default false. */
  repeatable?: boolean;
}

/**
 * Runs `step` eagerly on `inputs` and writes down every TensorFlow operation it executes. Variables are put back as they
 * were, the slots an optimiser made on this first call included.
 *
 * The step is run until two calls in a row did the same; a constant or an operation that differs between them would be
 * frozen in a graph, so it is refused with the line that made it.
 */
export function trace(
  operation: string,
  step: (inputs: TF.Tensor[]) => TF.Tensor[],
  inputs: TF.Tensor[],
  { repeatable = false }: TraceOptions = {},
): Trace {
  // Looking up where each operation was called takes a fifth of the time, and is asked of the last call only.
  let before = record(operation, step, inputs, repeatable);
  if (repeatable && before.created === 0) return before.trace;
  for (let attempt = 0; ; attempt++) {
    const again = record(operation, step, inputs, true);
    const difference = firstDifference(before.trace, again.trace);
    // The first call may create variables, so only later calls have to agree.
    if (!difference && again.created === 0) return again.trace;
    if (attempt > 0 || before.created === 0) {
      throw new ReluctantError({
        code: 'step-not-repeatable',
        operation,
        problem: difference?.problem ?? `the step makes ${again.created} new variables on every call`,
        ...(difference ? { where: { line: difference.line } } : {}),
        expected: 'the same operations and constants on every call with the same inputs',
        fix:
          difference?.fix ??
          'create variables once, outside the step, or keep them between calls as the optimizers of tfjs do',
      });
    }
    before = again;
  }
}

function record(
  operation: string,
  step: (inputs: TF.Tensor[]) => TF.Tensor[],
  inputs: TF.Tensor[],
  withLines: boolean,
) {
  separateVariables();
  const registered = { ...engine().registeredVariables };
  const snapshots = Object.values(registered).map((variable) => ({ variable, initial: variable.clone() }));
  const { makeVariable } = engine();
  const created: typeof snapshots = [];
  engine().makeVariable = function (...all) {
    const variable = makeVariable.apply(this, all);
    created.push({ variable, initial: tf.keep(variable.clone()) });
    return variable;
  };
  try {
    // Not returned from the scope: tfjs would walk through the whole trace in search of tensors to keep.
    let result: Trace | undefined;
    tf.tidy(() => {
      result = recordOnce(operation, step, inputs, withLines);
    });
    return { trace: result!, created: created.length };
  } finally {
    engine().makeVariable = makeVariable;
    for (const { variable, initial } of [...snapshots, ...created]) {
      if (!variable.isDisposed && variable.dataId !== initial.dataId) variable.assign(initial);
      initial.dispose();
    }
  }
}

/** Two variables that share their data could not be told apart by their inputs; each gets its own. */
function separateVariables(): void {
  const seen = new Set<object>();
  for (const variable of Object.values(engine().registeredVariables)) {
    if (seen.has(variable.dataId)) {
      const copy = copyOf(variable);
      variable.assign(copy);
      copy.dispose();
    }
    seen.add(variable.dataId);
  }
}

/** The same values in memory of their own (`tensor.clone()` shares them). */
function copyOf(tensor: TF.Tensor): TF.Tensor {
  const { binding } = backend();
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: TYPE_NUMBERS[tensor.dtype]! };
  const copy = backend().executeSingleOutput('Identity', [type], [tensor]);
  return copy;
}

function recordOnce(
  operation: string,
  step: (inputs: TF.Tensor[]) => TF.Tensor[],
  inputs: TF.Tensor[],
  withLines: boolean,
): Trace {
  const recorder = new Recorder(operation, withLines);
  const copies = inputs.map((input) => recorder.argument(copyOf(input)));
  const before = Object.values(engine().registeredVariables).map((variable) => ({ variable, dataId: variable.dataId }));
  for (const { variable } of before) recorder.knowVariable(variable);
  const outputs = recorder.during(() => step(copies));
  const values = outputs.map((output) => recorder.valueOf(output));
  for (const { variable, dataId } of before) {
    if (!variable.isDisposed && variable.dataId !== dataId) recorder.update(variable, dataId);
  }
  return recorder.finish(values, outputs);
}

/** The bookkeeping of one recorded call. */
class Recorder {
  private readonly trace: Trace = {
    arguments: [],
    variables: [],
    constants: [],
    operations: [],
    outputs: [],
    outputSpecs: [],
    updates: [],
  };
  private readonly seen = new Map<object, { value: Value; shape: readonly number[]; depends: boolean }>();
  private readonly unread = new Map<object, TF.Variable>();

  constructor(
    private readonly operation: string,
    private readonly withLines: boolean,
  ) {}

  argument(tensor: TF.Tensor): TF.Tensor {
    const value: Value = { kind: 'argument', index: this.trace.arguments.length };
    this.trace.arguments.push({ dtype: tensor.dtype, shape: [...tensor.shape] });
    this.seen.set(tensor.dataId, { value, shape: tensor.shape, depends: true });
    return tensor;
  }

  knowVariable(variable: TF.Variable): void {
    this.unread.set(variable.dataId, variable);
  }

  /** Wraps the backend while `run` runs. */
  during<T>(run: () => T): T {
    const native = backend();
    const { executeSingleOutput, executeMultipleOutputs, readSync, read } = native;
    const gather = tf.getKernel('GatherV2', 'tensorflow') as { kernelFunc: (...all: never[]) => unknown } | undefined;
    const gatherRows = gather?.kernelFunc;
    let boundsCheck = false;
    native.executeSingleOutput = (name, attributes, inputs) => {
      const note = this.before(name, attributes, inputs);
      const output = executeSingleOutput.call(native, name, attributes, inputs);
      note([output]);
      return output;
    };
    native.executeMultipleOutputs = (name, attributes, inputs, count) => {
      const note = this.before(name, attributes, inputs);
      const outputs = executeMultipleOutputs.call(native, name, attributes, inputs, count);
      note(outputs);
      return outputs;
    };
    native.readSync = (dataId) => {
      if (!boundsCheck) this.refuseReading(dataId);
      return readSync.call(native, dataId);
    };
    native.read = (dataId) => {
      this.refuseReading(dataId);
      return read.call(native, dataId);
    };
    if (gather && gatherRows) {
      // tfjs's gather reads its indices to check their bounds and for nothing else, so the reading is harmless.
      gather.kernelFunc = (...all) => {
        boundsCheck = true;
        try {
          return gatherRows(...all);
        } finally {
          boundsCheck = false;
        }
      };
    }
    this.readConstant = (dataId) => readSync.call(native, dataId);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 40;
    try {
      return run();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      Object.assign(native, { executeSingleOutput, executeMultipleOutputs, readSync, read });
      if (gather && gatherRows) gather.kernelFunc = gatherRows;
    }
  }

  private readConstant: (dataId: object) => ArrayLike<number> = (dataId) => backend().readSync(dataId);

  private before(name: string, attributes: Attribute[], inputs: TF.Tensor[]): (outputs: TF.Tensor[]) => void {
    if (!definitionOf(name)) {
      throw new ReluctantError({
        code: 'operation-not-traceable',
        operation: this.operation,
        problem: `the operation ${name} keeps a state of its own or is unknown to this TensorFlow`,
        where: { line: callerLine()() },
        expected: 'stateless operations only',
        fix: 'for random numbers use randomUniform, which is keyed by seed and step; otherwise run it eagerly',
      });
    }
    const line = this.line();
    const values = inputs.map((input) => this.valueOf(input, line));
    const depends = inputs.some((input) => this.seen.get(input.dataId)?.depends);
    const inputSpecs = inputs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));
    return (outputs) => {
      const index = this.trace.operations.length;
      this.trace.operations.push({
        name,
        attributes,
        inputs: values,
        inputSpecs,
        outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] })),
        line,
      });
      outputs.forEach((output, k) => {
        this.seen.set(output.dataId, {
          value: { kind: 'result', operation: index, output: k },
          shape: output.shape,
          depends,
        });
      });
    };
  }

  private line(): () => string {
    return this.withLines ? callerLine() : UNKNOWN_LINE;
  }

  private refuseReading(dataId: object): void {
    if (!this.seen.get(dataId)?.depends && !this.unread.has(dataId)) return;
    throw new ReluctantError({
      code: 'step-reads-values',
      operation: this.operation,
      problem: 'the step reads the values of a tensor that depends on its inputs',
      where: { line: callerLine()() },
      expected: 'a step whose operations do not depend on the data',
      fix: 'return the tensor and read it outside, or choose with tf.where; in mode "eager" any step runs',
    });
  }

  /** Where the tensor's values come from; one never seen before is a constant, one seen in another shape is reshaped. */
  valueOf(tensor: TF.Tensor, line = this.line()): Value {
    let known = this.seen.get(tensor.dataId);
    if (!known) {
      const variable = this.unread.get(tensor.dataId);
      known = variable ? this.readVariable(variable, tensor.dataId) : this.makeConstant(tensor, line);
    }
    const { value, shape } = known;
    if (sameShape(shape, tensor.shape)) return value;
    const target = this.constant(Int32Array.from(tensor.shape), 'int32', [tensor.shape.length], line);
    const { binding } = backend();
    this.trace.operations.push({
      name: 'Reshape',
      attributes: [
        { name: 'T', type: binding.TF_ATTR_TYPE, value: typeNumber(tensor.dtype, this.operation) },
        { name: 'Tshape', type: binding.TF_ATTR_TYPE, value: TYPE_NUMBERS['int32'] },
      ],
      inputs: [value, target],
      inputSpecs: [
        { dtype: tensor.dtype, shape: [...shape] },
        { dtype: 'int32', shape: [tensor.shape.length] },
      ],
      outputs: [{ dtype: tensor.dtype, shape: [...tensor.shape] }],
      line,
    });
    return { kind: 'result', operation: this.trace.operations.length - 1, output: 0 };
  }

  private readVariable(variable: TF.Variable, dataId: object) {
    const value: Value = { kind: 'variable', index: this.trace.variables.length };
    this.trace.variables.push(variable);
    const known = { value, shape: variable.shape, depends: true };
    this.seen.set(dataId, known);
    return known;
  }

  private makeConstant(tensor: TF.Tensor, line: () => string) {
    typeNumber(tensor.dtype, this.operation);
    const values = this.readConstant(tensor.dataId);
    const Kind = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[tensor.dtype as 'float32'];
    const value = this.constant(Kind.from(values), tensor.dtype, tensor.shape, line);
    const known = { value, shape: [...tensor.shape], depends: false };
    this.seen.set(tensor.dataId, known);
    return known;
  }

  private constant(
    values: Constant['values'],
    dtype: TF.DataType,
    shape: readonly number[],
    line: () => string,
  ): Value {
    this.trace.constants.push({ values, dtype, shape: [...shape], line });
    return { kind: 'constant', index: this.trace.constants.length - 1 };
  }

  update(variable: TF.Variable, dataIdBefore: object): void {
    if (!this.seen.has(dataIdBefore)) this.readVariable(variable, dataIdBefore);
    this.trace.updates.push({ variable: this.trace.variables.indexOf(variable), value: this.valueOf(variable) });
  }

  finish(outputs: Value[], tensors: TF.Tensor[]): Trace {
    this.trace.outputs = outputs;
    this.trace.outputSpecs = tensors.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));
    return this.trace;
  }
}

/** TensorFlow's number of an element type; complex numbers and strings are refused. */
export function typeNumber(dtype: string, operation: string): number {
  const type = TYPE_NUMBERS[dtype];
  if (type !== undefined) return type;
  throw new ReluctantError({
    code: 'type-not-traceable',
    operation,
    problem: 'a tensor of this element type cannot be part of a graph',
    received: dtype,
    expected: 'float32, int32 or bool',
    fix: 'run the step in mode "eager"',
  });
}

export function sameShape(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((size, k) => size === second[k]);
}

const UNKNOWN_LINE = () => 'unknown';

/** The innermost frame of the caller's own code, written down only when an error asks for it. */
function callerLine(): () => string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callerLine);
  return () => {
    const frames = (holder.stack ?? '').split('\n').slice(1);
    const own = frames.find(
      (frame) => !/node_modules|node:|tfjs-(core|layers|node)/.test(frame) && !frame.includes(__dirname),
    );
    return (own ?? frames[0] ?? 'unknown').trim().replace(/^at /, '');
  };
}

function firstDifference(first: Trace, second: Trace): { problem: string; line: string; fix: string } | undefined {
  const fix = 'make what differs an input of the step; for random numbers use randomUniform';
  const count = Math.max(first.operations.length, second.operations.length);
  for (let k = 0; k < count; k++) {
    const [a, b] = [first.operations[k], second.operations[k]];
    if (a && b && a.name === b.name && sameAttributes(a, b) && sameInputs(a, b)) continue;
    const [from, to] = [a?.name ?? 'nothing', b?.name ?? 'nothing'];
    const what = from === to ? `${from} with other inputs or attributes` : `${from}, then ${to}`;
    return {
      problem: `operation ${k + 1} changes from call to call: ${what}`,
      line: (b ?? second.operations.at(-1) ?? a!).line(),
      fix,
    };
  }
  for (const [k, a] of first.constants.entries()) {
    const b = second.constants[k];
    if (b && sameShape(a.shape, b.shape) && a.values.every((value, i) => Object.is(value, b.values[i]))) continue;
    const problem = `a constant of shape [${a.shape}] changes from call to call (a counter or random numbers of JavaScript)`;
    return { problem, line: (b ?? a).line(), fix };
  }
  return undefined;
}

const sameAttributes = (a: Operation, b: Operation) =>
  a.attributes.length === b.attributes.length &&
  a.attributes.every(({ name, value }, k) => {
    const other = b.attributes[k]!;
    return name === other.name && String(value) === String(other.value);
  });

const sameInputs = (a: Operation, b: Operation) =>
  a.inputs.length === b.inputs.length &&
  a.inputs.every((input, k) => key(input) === key(b.inputs[k]!)) &&
  a.outputs.every((output, k) => sameShape(output.shape, b.outputs[k]?.shape ?? []));

const key = (value: Value) =>
  value.kind === 'result' ? `result ${value.operation} ${value.output}` : `${value.kind} ${value.index}`;
