import { callersLine, ReluctantError, type TF, tf } from '../core';
import { type Attribute, backend, TYPE_NUMBERS } from './backend';
import { blank, fill, filled } from './blank';
import { definitionOf } from './operations';
import { shapesOf } from './shapes';
import { type Constant, sameShape, type TimeLoop, type Trace, typeNumber, type Value } from './traced';

/** Bookkeeping of one recorded call: the backend that writes down what it computes. */
export class Recorder {
  /** The one that writes down what is computed now, if any. */
  static current: Recorder | undefined;

  private readonly trace: Trace = {
    arguments: [],
    variables: [],
    constants: [],
    operations: [],
    outputs: [],
    outputSpecs: [],
    updates: [],
  };
  private readonly places = new Map<object, { value: Value; shape: readonly number[]; depends: boolean }>();
  private readonly unread = new Map<object, TF.Variable>();

  constructor(
    private readonly operation: string,
    private readonly withLines: boolean,
    /** Whether operations are computed even where their shapes are known without. */
    private readonly computes = false,
    /** The recorder of the step that this one records a part of. */
    private readonly outer?: Recorder,
  ) {}

  /** Runs `run` without writing down what it computes. */
  static aside<T>(run: () => T): T {
    const { current } = Recorder;
    Recorder.current = undefined;
    try {
      return run();
    } finally {
      Recorder.current = current;
    }
  }

  argument(tensor: TF.Tensor): TF.Tensor {
    const value: Value = { kind: 'argument', index: this.trace.arguments.length };
    this.trace.arguments.push({ dtype: tensor.dtype, shape: [...tensor.shape] });
    this.places.set(tensor.dataId, { value, shape: tensor.shape, depends: true });
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
      if (Recorder.current !== this) return executeSingleOutput.call(native, name, attributes, inputs);
      const note = this.before(name, attributes, inputs);
      const outputs = this.withoutComputing(name, attributes, inputs) ?? [
        executeSingleOutput.call(native, name, attributes, inputs.map(filled)),
      ];
      note(outputs);
      return outputs[0]!;
    };
    native.executeMultipleOutputs = (name, attributes, inputs, count) => {
      if (Recorder.current !== this) return executeMultipleOutputs.call(native, name, attributes, inputs, count);
      const note = this.before(name, attributes, inputs);
      const outputs =
        this.withoutComputing(name, attributes, inputs) ??
        executeMultipleOutputs.call(native, name, attributes, inputs.map(filled), count);
      note(outputs);
      return outputs;
    };
    native.readSync = (dataId) => {
      if (!boundsCheck) this.refuseReading(dataId);
      fill(dataId);
      return readSync.call(native, dataId);
    };
    native.read = (dataId) => {
      try {
        this.refuseReading(dataId);
      } catch (error) {
        // Thrown here it would reject a promise that nobody waits for, and end the process; the recording itself refuses.
        this.refusal ??= error as Error;
        return new Promise(() => undefined);
      }
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
    const { current } = Recorder;
    Recorder.current = this;
    try {
      const result = run();
      if (this.refusal) throw this.refusal;
      return result;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      Recorder.current = current;
      Object.assign(native, { executeSingleOutput, executeMultipleOutputs, readSync, read });
      if (gather && gatherRows) gather.kernelFunc = gatherRows;
    }
  }

  /**
   * Results of an operation as tensors of which only the shape is right. Values that depend on a step's inputs are never looked at
   * while it is traced, so they are not computed where the shape is known without.
   */
  private withoutComputing(name: string, attributes: Attribute[], inputs: TF.Tensor[]): TF.Tensor[] | undefined {
    if (this.computes) return undefined;
    const depends = (tensor: TF.Tensor) => this.places.get(tensor.dataId)?.depends === true;
    if (!inputs.some(depends)) return undefined;
    const constantOf = (tensor: TF.Tensor) =>
      depends(tensor) || tensor.size > MOST_READ ? undefined : Array.from(this.readConstant(tensor.dataId));
    return shapesOf(name, attributes, inputs, constantOf)?.map(blank);
  }

  private refusal: Error | undefined;

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
    return this.note(name, attributes, inputs);
  }

  /** Writes down a loop over time; its results are tensors of which only the shape is right. */
  loop(loop: TimeLoop, inputs: TF.Tensor[]): TF.Tensor[] {
    const note = this.note('StatelessWhile', [], inputs, loop);
    const outputs = loop.body.outputSpecs.map(({ dtype, shape }, k) =>
      blank({ dtype, shape: k < loop.carried ? shape : [loop.steps, ...shape] }),
    );
    note(outputs);
    return outputs;
  }

  private note(name: string, attributes: Attribute[], inputs: TF.Tensor[], loop?: TimeLoop) {
    const line = this.line();
    const values = inputs.map((input) => this.valueOf(input, line));
    const depends = inputs.some((input) => this.places.get(input.dataId)?.depends);
    const inputSpecs = inputs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));
    return (outputs: TF.Tensor[]) => {
      const index = this.trace.operations.length;
      this.trace.operations.push({
        name,
        attributes,
        inputs: values,
        inputSpecs,
        outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] })),
        ...(loop && { loop }),
        line,
      });
      outputs.forEach((output, k) => {
        this.places.set(output.dataId, {
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
    if (!this.knows(dataId)) return;
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
    let place = this.places.get(tensor.dataId);
    if (!place) {
      const variable = this.unread.get(tensor.dataId);
      place = variable ? this.readVariable(variable, tensor.dataId) : this.makeConstant(tensor, line);
    }
    const { value, shape } = place;
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

  /** Whether the tensor depends on inputs or variables, of this step or of the one it is a part of. */
  private knows(dataId: object): boolean {
    return Boolean(this.places.get(dataId)?.depends) || this.unread.has(dataId) || Boolean(this.outer?.knows(dataId));
  }

  private readVariable(variable: TF.Variable, dataId: object) {
    const value: Value = { kind: 'variable', index: this.trace.variables.length };
    this.trace.variables.push(variable);
    const place = { value, shape: variable.shape, depends: true };
    this.places.set(dataId, place);
    return place;
  }

  private makeConstant(tensor: TF.Tensor, line: () => string) {
    typeNumber(tensor.dtype, this.operation);
    if (this.outer?.knows(tensor.dataId)) {
      throw new ReluctantError({
        code: 'operation-not-traceable',
        operation: this.operation,
        problem: 'a time step of a loop uses a tensor that it was not given',
        where: { line: line() },
        expected: 'a step that uses what it is given and constants',
      });
    }
    const values = this.readConstant(tensor.dataId);
    const Kind = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[tensor.dtype as 'float32'];
    const value = this.constant(Kind.from(values), tensor.dtype, tensor.shape, line);
    const place = { value, shape: [...tensor.shape], depends: false };
    this.places.set(tensor.dataId, place);
    return place;
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
    if (!this.places.has(dataIdBefore)) this.readVariable(variable, dataIdBefore);
    this.trace.updates.push({ variable: this.trace.variables.indexOf(variable), value: this.valueOf(variable) });
  }

  finish(outputs: Value[], tensors: TF.Tensor[]): Trace {
    this.trace.outputs = outputs;
    this.trace.outputSpecs = tensors.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));
    return this.trace;
  }
}

/** Numbers of axes and sizes that a rule reads at most. */
const MOST_READ = 64;

const UNKNOWN_LINE = () => 'unknown';

/** The innermost frame of the caller's own code, written down only when an error asks for it. */
function callerLine(): () => string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callerLine);
  return () => callersLine(holder.stack) ?? 'unknown';
}
