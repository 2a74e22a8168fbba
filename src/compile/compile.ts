import { checkChoice, ReluctantError, type TF, tf } from '../core';
import { engine } from './backend';
import { GraphFunction } from './graph';
import { inlineTrace } from './inline';
import { savedModel } from './savedModel';
import { type GraphMode, Program } from './session';
import { signature } from './signature';
import { isTracing } from './timeLoop';
import { trace } from './trace';
import { type Spec, type Trace, typeNumber } from './traced';
import { UsedOptimizers } from './usedOptimizers';

/** What a compiled function may return: a tensor, or a list or record of tensors. */
export type Result = TF.Tensor | readonly TF.Tensor[] | Readonly<Record<string, TF.Tensor>>;

/** Options of {@link compile}. */
export interface CompileOptions {
  /**
   * `graph` runs on TensorFlow's executor; `xla` makes machine code, which takes seconds and pays for long loops of small
   * operations; `auto` (default) makes both on the first call and keeps the faster; `eager` calls the step as it is.
   */
  mode?: 'auto' | 'xla' | 'graph' | 'eager';
  /** Named in errors and warnings; default the step's own name. */
  name?: string;
  /**
   * The caller vouches that the step does the same operations with the same constants on every call: it is then run once
   * per signature to find out what it does, and not again to compare. Default false.
   */
  repeatable?: boolean;
}

/** So many graphs of one step are more than anybody wants: something changes from call to call that should be an input. */
const MANY = 20;
const TOO_MANY = `there are ${MANY} graphs of this step by now; let shapes of its inputs be few, and give a rate that changes as an input`;

/** A function that {@link compile} made. */
export interface Compiled<Inputs extends TF.Tensor[], Output extends Result> {
  (...inputs: Inputs): Output;
  /** How it runs for each signature of inputs seen so far, and why. */
  readonly signatures: ReadonlyMap<string, { mode: GraphMode | 'eager'; reason: string; operations: number }>;
}

/**
 * A step of tensors and variables as a TensorFlow graph: the same numbers, without a trip between JavaScript and C++ for
 * every operation. The step runs a few times on the first call for each signature (element types and shapes of the inputs) to
 * find out what it does; variables it assigns, those of tfjs's optimisers among them, are put back and then updated
 * by the graph.
 *
 * JavaScript in the step runs while tracing only. Numbers of JavaScript become constants, so whatever should change from
 * call to call (a counter, a weight of a loss) must be an input or a variable; the settings of tfjs's optimisers alone are looked at on
 * every call, and another rate is another graph. What cannot be a graph is noticed, not frozen: a
 * step that reads values, draws random numbers in JavaScript or does different things on two calls runs eagerly, with a warning
 * that names the operation and the line.
 *
 * A compiled function within another one becomes part of its graph. Within `tf.grad` and the like it runs eagerly, so that gradients
 * flow through it: compile the function that takes the gradients. What it cannot do at all: shapes that depend on values
 * (`tf.booleanMaskAsync`, `tf.unique`), strings and complex numbers, waiting (`await`) within the step.
 *
 * @param step pure but for variables; what it returns belongs to the caller.
 * @returns a function of the same signature. Calls with other shapes compile again; equal graphs share their code.
 * @throws ReluctantError what the step itself throws; `not-tensors` on other inputs or outputs.
 * @example
 * const weight = tf.variable(tf.scalar(2));
 * const scale = compile((x: TF.Tensor) => x.mul(weight));
 * scale(tf.scalar(3)).dataSync()[0]; // 6
 * weight.assign(tf.scalar(5));
 * scale(tf.scalar(3)).dataSync()[0]; // 15
 */
export function compile<Inputs extends TF.Tensor[], Output extends Result>(
  step: (...inputs: Inputs) => Output,
  options: CompileOptions = {},
): Compiled<Inputs, Output> {
  const mode = checkChoice('compile', 'mode', options.mode ?? 'auto', ['auto', 'xla', 'graph', 'eager']);
  const name = options.name ?? (step.name || 'compile');
  const { repeatable = false } = options;
  const concrete = new Map<string, Concrete<Output> | Eager>();
  const optimizers = new UsedOptimizers();
  const call = (...inputs: Inputs): Output => {
    checkTensors(name, inputs);
    // Within another step it is part of that one's graph; a tape has to see its operations, to go back through them.
    if (mode === 'eager' || isTracing() || engine().isTapeOn()) return step(...inputs);
    const shapes = inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(', ');
    const signature = () => [shapes, optimizers.settings].filter(Boolean).join('; ');
    let known = concrete.get(signature());
    if (!known) {
      known = optimizers.during(() => specialise(name, step, inputs, mode, repeatable));
      concrete.set(signature(), known);
      if (concrete.size === MANY) console.warn(`${name}: ${TOO_MANY}`);
    }
    return known instanceof Concrete ? known.run(inputs) : step(...inputs);
  };
  return Object.assign(call, { signatures: concrete });
}

interface Eager {
  mode: 'eager';
  reason: string;
  operations: number;
}

function specialise<Inputs extends TF.Tensor[], Output extends Result>(
  name: string,
  step: (...inputs: Inputs) => Output,
  inputs: Inputs,
  mode: 'auto' | 'xla' | 'graph',
  repeatable: boolean,
): Concrete<Output> | Eager {
  let build: ((tensors: TF.Tensor[]) => Output) | undefined;
  try {
    const traced = trace(
      name,
      (flat) => {
        const { tensors, rebuild } = flatten(name, step(...(flat as Inputs)));
        build = rebuild as typeof build;
        return tensors;
      },
      inputs,
      { repeatable },
    );
    return new Concrete(traced, build!, mode, inputs);
  } catch (error) {
    if (!(error instanceof ReluctantError) || !UNTRACEABLE.has(error.code)) throw error;
    console.warn(`${error.message} — running it eagerly`);
    return { mode: 'eager', reason: error.message, operations: 0 };
  }
}

/** Codes of errors that say a step cannot be a graph; any other is a mistake in the step. */
export const UNTRACEABLE: ReadonlySet<string> = new Set([
  'step-not-repeatable',
  'step-reads-values',
  'operation-not-traceable',
  'type-not-traceable',
  'attribute-not-traceable',
]);

/** A step compiled for one signature. */
class Concrete<Output> {
  mode: GraphMode = 'graph';
  reason = 'as asked for';
  private readonly programs = new Map<GraphMode, Program>();

  constructor(
    private readonly traced: Trace,
    private readonly build: (tensors: TF.Tensor[]) => Output,
    mode: 'auto' | 'xla' | 'graph',
    sample: TF.Tensor[],
  ) {
    if (mode === 'auto') this.choose(sample);
    else this.mode = mode;
  }

  get operations(): number {
    return this.traced.operations.length;
  }

  run(inputs: TF.Tensor[]): Output {
    const outputs = this.program(this.mode).run([...inputs, ...this.traced.variables]);
    const updates = outputs.splice(this.traced.outputs.length);
    this.traced.updates.forEach(({ variable }, k) => {
      this.traced.variables[variable]!.assign(updates[k]!);
    });
    tf.dispose(updates);
    return this.build(outputs);
  }

  /** A call changes nothing but by its outputs, so both ways can be tried and their outputs thrown away. */
  private choose(sample: TF.Tensor[]): void {
    const timed = (mode: GraphMode) => {
      const inputs = [...sample, ...this.traced.variables];
      tf.dispose(this.program(mode).run(inputs));
      const times = [0, 1, 2].map(() => {
        const start = performance.now();
        tf.dispose(this.program(mode).run(inputs));
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    const graph = timed('graph');
    try {
      const xla = timed('xla');
      this.mode = xla < graph ? 'xla' : 'graph';
      this.reason = `measured on the first call: ${xla.toFixed(2)} ms by XLA, ${graph.toFixed(2)} ms as a graph`;
    } catch (error) {
      this.reason = `XLA cannot compile it: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
    }
  }

  private program(mode: GraphMode): Program {
    const known = this.programs.get(mode);
    if (known) return known;
    const { traced } = this;
    const variables = traced.variables.map(({ dtype, shape }) => ({ dtype, shape }));
    const inputs = [...traced.arguments, ...variables];
    const specs = [...traced.outputSpecs, ...traced.updates.map(({ variable }) => variables[variable]!)];
    const write = () => {
      const main = new GraphFunction('step', mode === 'xla');
      const type = ({ dtype }: Spec) => typeNumber(dtype, 'compile');
      const references = inputs.map((spec, k) => main.argument(`a${k}`, type(spec)));
      const count = traced.arguments.length;
      const { outputs, updates } = inlineTrace(main, traced, references.slice(0, count), references.slice(count));
      [...outputs, ...updates].forEach((reference, k) => {
        main.result(`r${k}`, type(specs[k]!), reference);
      });
      return savedModel(main, [], inputs, specs, mode);
    };
    const program = new Program(signature(traced, ['step', mode]), inputs.length, specs.length, write);
    this.programs.set(mode, program);
    return program;
  }
}

function checkTensors(name: string, inputs: readonly unknown[]): void {
  const wrong = inputs.findIndex((input) => !(input instanceof tf.Tensor));
  if (wrong < 0) return;
  throw new ReluctantError({
    code: 'not-tensors',
    operation: name,
    problem: 'an input is not a tensor',
    where: { input: wrong },
    received: inputs[wrong],
    expected: 'tensors only',
    fix: 'wrap numbers with tf.scalar, so that they are not frozen into the graph',
  });
}

/** The tensors of a result in a fixed order, and how to make the like of it from others. */
function flatten(name: string, result: Result): { tensors: TF.Tensor[]; rebuild: (tensors: TF.Tensor[]) => Result } {
  if (result instanceof tf.Tensor) return { tensors: [result], rebuild: ([tensor]) => tensor! };
  const isList = Array.isArray(result);
  const entries = result && typeof result === 'object' ? Object.entries(result) : [];
  if (!entries.every(([, tensor]) => tensor instanceof tf.Tensor) || result === null || typeof result !== 'object') {
    throw new ReluctantError({
      code: 'not-tensors',
      operation: name,
      problem: 'the step returns something else than tensors',
      received: result,
      expected: 'a tensor, a list of tensors or a record of tensors',
    });
  }
  const names = entries.map(([key]) => key);
  const rebuild = (tensors: TF.Tensor[]) =>
    isList ? tensors : Object.fromEntries(names.map((key, k) => [key, tensors[k]!]));
  return { tensors: entries.map(([, tensor]) => tensor), rebuild };
}
