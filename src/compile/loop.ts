import * as os from 'node:os';
import { ReluctantError, type TF, tf } from '../core';
import { TYPE_NUMBERS } from './backend';
import { attribute, GraphFunction } from './graph';
import { GraphSlices } from './graphSlices';
import { inlineTrace } from './inline';
import {
  capacityOf,
  type LoopInputs,
  type LoopOutputs,
  type LoopRange,
  type LoopStep,
  type StepInputs,
  sliceInputs,
} from './loopInputs';
import { savedModel } from './savedModel';
import { type GraphMode, Program } from './session';
import { signature } from './signature';
import { leavesOf, namesOf, type TreeNames, takeTree } from './tensorTree';
import { type TraceOptions, trace } from './trace';
import { type Spec, type Trace, typeNumber } from './traced';
import { vectorize } from './vectorize';

/**
 * A step compiled together with the loop around it: one call runs thousands of steps without returning to JavaScript.
 * Everything that may change between runs is an input, so one compilation serves a whole training run, and the next.
 */
export class CompiledLoop<Inputs extends StepInputs = StepInputs> {
  private readonly programs = new Map<GraphMode, Program>();

  private constructor(
    private readonly traced: Trace,
    private readonly names: Names,
    private readonly columnCount: number,
    readonly batch: number,
    private readonly capacity: number,
    private readonly inputs: readonly Spec[],
  ) {}

  /**
   * Traces `step` on the first batch of `inputs`. Throws as {@link trace} does if it cannot become a graph.
   *
   * @param operation named in errors. @param batch rows a step takes.
   */
  static of<Inputs extends StepInputs>(
    operation: string,
    step: LoopStep<Inputs>,
    batch: number,
    inputs: LoopInputs<Inputs>,
    options: TraceOptions = {},
  ): CompiledLoop<Inputs> {
    const names: Names = {
      columns: namesOf(inputs.columns),
      fixed: namesOf(inputs.fixed),
      perStep: namesOf(inputs.perStep),
      rows: [],
    };
    const first = sliceInputs(inputs, { step: 0, batch });
    let traced: Trace;
    try {
      traced = trace(
        operation,
        (flat) => {
          const { record, rows = {} } = step(unflatten<Inputs>(names, flat));
          names.rows = Object.keys(rows);
          return [record, ...Object.values(rows)];
        },
        flatten(names, first),
        options,
      );
    } finally {
      tf.dispose([first.columns, first.perStep] as unknown as TF.TensorContainer);
    }
    checkOutputs(operation, traced, batch);
    const specs = specsOf([...flatten(names, inputs), ...traced.variables]);
    const columnCount = leavesOf(inputs.columns).length;
    return new CompiledLoop(traced, names, columnCount, batch, capacityOf(inputs), specs);
  }

  /**
   * The same loop for `count` settings at once: the fixed and per-step inputs named in `stacked`, the record, and every variable
   * have a new axis of that length (first, or second behind the steps). Batches are shared. Rows cannot be kept.
   *
   * @param variables stand-ins for {@link variables}, each with the new axis first.
   * @throws `not-vectorizable` if some operation of the step has no rule for it.
   */
  vectorized(count: number, stacked: ReadonlySet<string>, variables: readonly TF.Variable[]): CompiledLoop<Inputs> {
    const { names, traced, columnCount, batch, capacity } = this;
    const isStacked = [
      ...Array<boolean>(columnCount).fill(false),
      ...[...names.fixed, ...names.perStep].map(([name]) => stacked.has(name)),
    ];
    const inputs = this.inputs.slice(0, isStacked.length).map((spec, k) => {
      if (!isStacked[k]) return spec;
      const { shape } = spec;
      const perStep = k >= columnCount + names.fixed.length;
      return { ...spec, shape: perStep ? [shape[0]!, count, ...shape.slice(1)] : [count, ...shape] };
    });
    const single = { ...traced, outputs: traced.outputs.slice(0, 1), outputSpecs: traced.outputSpecs.slice(0, 1) };
    const many = vectorize(single, count, isStacked, variables);
    return new CompiledLoop(many, { ...names, rows: [] }, columnCount, batch, capacity, [
      ...inputs,
      ...specsOf(variables),
    ]);
  }

  /** Number of TensorFlow operations in one step, those of a time step of its loops included. */
  get operations(): number {
    return countOperations(this.traced);
  }

  /** Whether the step has convolutions: inside a loop of its own XLA computes their gradients number by number. */
  get hasConvolutions(): boolean {
    return this.traced.operations.some(({ name }) => /^(Depthwise)?Conv/.test(name) && name !== 'ConcatV2');
  }

  /** What names this step on this machine, whatever the length of the loop around it. */
  get stepKey(): string {
    const { traced, batch } = this;
    return signature(traced, ['step', batch, os.cpus().length, os.cpus()[0]?.model ?? 'unknown']);
  }

  /** Where in the caller's code an operation is first called. */
  lineOf(operation: string): string | undefined {
    return this.traced.operations.find(({ name }) => name === operation)?.line();
  }

  /** The variables the step reads or assigns. */
  get variables(): readonly TF.Variable[] {
    return this.traced.variables;
  }

  /** Runs a range of steps and assigns the variables. Throws TensorFlow's own error if it cannot compile the graph. */
  run(mode: GraphMode, inputs: LoopInputs<Inputs>, { from, until }: LoopRange): LoopOutputs {
    let program = this.programs.get(mode);
    if (!program) {
      program = this.program(mode);
      this.programs.set(mode, program);
    }
    const range = [tf.scalar(from, 'int32'), tf.scalar(until, 'int32')];
    const outputs = program.run([...range, ...flatten(this.names, inputs), ...this.traced.variables]);
    tf.dispose(range);
    const [record, ...rest] = outputs as [TF.Tensor2D, ...TF.Tensor[]];
    const rows = Object.fromEntries(this.names.rows.map((name, k) => [name, rest[k]!]));
    this.traced.updates.forEach(({ variable }, k) => {
      const value = rest[this.names.rows.length + k]!;
      this.traced.variables[variable]!.assign(value);
      value.dispose();
    });
    return { record, rows };
  }

  private program(mode: GraphMode): Program {
    const { names, batch, capacity, inputs } = this;
    const { all, results } = this.shapes();
    const counts = [this.columnCount, names.fixed.length, names.perStep.length, names.rows.length];
    const specs = inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`);
    const key = signature(this.traced, ['loop', mode, batch, capacity, ...counts, ...specs]);
    return new Program(key, all.length, results.length, () => this.write(mode));
  }

  /** What the loop keeps of each step, what it is given, what it carries from step to step, and where its results are in that. */
  private shapes() {
    const { traced, capacity, batch } = this;
    const kept = traced.outputSpecs.map(
      ({ dtype, shape }, k): Spec => ({
        dtype,
        shape: k === 0 ? [capacity, ...shape] : [capacity * batch, ...shape.slice(1)],
      }),
    );
    const all: Spec[] = [{ dtype: 'int32', shape: [] }, { dtype: 'int32', shape: [] }, ...this.inputs];
    const carried: Spec[] = [{ dtype: 'int32', shape: [] }, ...kept, ...all];
    const firstVariable = carried.length - traced.variables.length;
    const results = [...kept.map((_, k) => 1 + k), ...traced.updates.map(({ variable }) => firstVariable + variable)];
    return { kept, all, carried, results };
  }

  /** Writes the loop: a body that slices a batch and runs the step, a condition, and a function that starts it. */
  private write(mode: GraphMode): Uint8Array {
    const { kept, all, carried, results } = this.shapes();
    const types = carried.map(({ dtype }) => typeNumber(dtype, 'compile'));
    const body = this.emitBody(mode, kept.length, carried, types);
    const condition = new GraphFunction('condition');
    const at = types.map((type, k) => condition.argument(`c${k}`, type));
    const more = condition.single('Less', [at[0]!, at[2 + kept.length]!], { T: attribute.type(3) });
    condition.result('more', TYPE_NUMBERS['bool']!, more);

    const main = new GraphFunction('loop');
    const inputs = all.map(({ dtype }, k) => main.argument(`a${k}`, typeNumber(dtype, 'compile')));
    const zeros = kept.map((spec) => main.zeros(spec));
    const loop = main.node('StatelessWhile', [inputs[0]!, ...zeros, ...inputs], {
      T: attribute.types(types),
      cond: attribute.function(condition.name),
      body: attribute.function(body.name),
      output_shapes: attribute.shapes(carried.map(({ shape }) => shape)),
      parallel_iterations: attribute.integer(1),
      ...(mode !== 'xla' ? { _lower_using_switch_merge: attribute.boolean(true) } : {}),
    });
    results.forEach((position, k) => {
      main.result(`r${k}`, types[position]!, `${loop}:output:${position}`);
    });
    const outputs = results.map((position) => carried[position]!);
    return savedModel(main, [body, condition], all, outputs, mode);
  }

  private emitBody(mode: GraphMode, keptCount: number, carried: readonly Spec[], types: readonly number[]) {
    const { traced, batch, names } = this;
    const body = new GraphFunction('body', mode === 'xla');
    const at = types.map((type, k) => body.argument(`c${k}`, type));
    const slices = new GraphSlices(body);
    const integer = { T: attribute.type(3) };
    const step = at[0]!;
    const stepRow = body.single('Mul', [step, body.integers([batch], [])], integer);
    let position = 3 + keptCount;
    const argumentsAt: string[] = [];
    for (let k = 0; k < this.columnCount; k++, position++) {
      argumentsAt.push(slices.read(at[position]!, carried[position]!, stepRow, batch));
    }
    for (const _ of names.fixed) argumentsAt.push(at[position++]!);
    for (const _ of names.perStep) {
      argumentsAt.push(slices.row(at[position]!, carried[position]!, step));
      position++;
    }
    const variablesAt = at.slice(position);
    const { outputs, updates } =
      mode === 'xla-step'
        ? this.callStep(body, argumentsAt, variablesAt)
        : inlineTrace(body, traced, argumentsAt, variablesAt);
    const next = [...at];
    next[0] = body.single('AddV2', [step, body.integers([1], [])], integer);
    next[1] = slices.writeRow(at[1]!, carried[1]!, step, outputs[0]!);
    for (let k = 1; k < outputs.length; k++) {
      next[1 + k] = slices.write(at[1 + k]!, carried[1 + k]!, stepRow, outputs[k]!, batch);
    }
    traced.updates.forEach(({ variable }, k) => {
      next[position + variable] = updates[k]!;
    });
    next.forEach((reference, k) => {
      body.result(`d${k}`, types[k]!, reference);
    });
    return body;
  }

  /** Puts the step into a function of its own that XLA compiles, and calls it. */
  private callStep(body: GraphFunction, argumentsAt: readonly string[], variablesAt: readonly string[]) {
    const { traced } = this;
    const step = body.within('step', true);
    step.mustCompileWithXLA();
    const type = ({ dtype }: Spec) => typeNumber(dtype, 'compile');
    const taken = [...traced.arguments, ...specsOf(traced.variables)].map(type);
    const at = taken.map((each, k) => step.argument(`a${k}`, each));
    const count = traced.arguments.length;
    const { outputs, updates } = inlineTrace(step, traced, at.slice(0, count), at.slice(count));
    const given = [
      ...traced.outputSpecs,
      ...specsOf(traced.updates.map(({ variable }) => traced.variables[variable]!)),
    ];
    [...outputs, ...updates].forEach((reference, k) => {
      step.result(`r${k}`, type(given[k]!), reference);
    });
    const call = body.node('StatefulPartitionedCall', [...argumentsAt, ...variablesAt], {
      Tin: attribute.types(taken),
      Tout: attribute.types(given.map(type)),
      f: attribute.function(step.name),
      _XlaMustCompile: attribute.boolean(true),
    });
    const results = given.map((_, k) => `${call}:output:${k}`);
    return { outputs: results.slice(0, outputs.length), updates: results.slice(outputs.length) };
  }
}

const countOperations = ({ operations }: Trace): number =>
  operations.reduce((sum, { loop }) => sum + 1 + (loop ? countOperations(loop.body) : 0), 0);

/** Names of inputs and outputs, in their order. Fixed inputs and those per step have no groups. */
interface Names {
  columns: TreeNames;
  fixed: TreeNames;
  perStep: TreeNames;
  rows: string[];
}

const specsOf = (tensors: readonly TF.Tensor[]): Spec[] =>
  tensors.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }));

const KINDS = ['columns', 'fixed', 'perStep'] as const;

const flatten = (names: Names, inputs: StepInputs): TF.Tensor[] =>
  KINDS.flatMap((kind) => leavesOf(inputs[kind], names[kind]));

function unflatten<Inputs extends StepInputs>(names: Names, flat: readonly TF.Tensor[]): Inputs {
  const left = [...flat];
  return Object.fromEntries(KINDS.map((kind) => [kind, takeTree(names[kind], left)])) as unknown as Inputs;
}

function checkOutputs(operation: string, { outputSpecs }: Trace, batch: number): void {
  const [record, ...rows] = outputSpecs;
  if (record?.shape.length === 1 && rows.every(({ shape }) => shape[0] === batch)) return;
  throw new ReluctantError({
    code: 'step-output-shape',
    operation,
    problem: 'the step returns tensors of other shapes than a loop can keep',
    received: outputSpecs.map(({ shape }) => shape),
    expected: `a record of shape [k] and rows of shape [${batch}, ...]`,
  });
}
