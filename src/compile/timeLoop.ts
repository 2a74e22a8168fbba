import { type TF, tf } from '../core';
import { engine } from './backend';
import { blank } from './blank';
import { Recorder } from './recorder';
import { type BackwardPlan, planBackward } from './timeGradient';
import type { Spec, TimeLoop, Trace } from './traced';

/** One time step: what is carried from the step before, this step of every sequence, and what is the same in all steps. */
export type TimeStep = (
  carried: TF.Tensor[],
  slices: TF.Tensor[],
  constants: TF.Tensor[],
) => { carried: TF.Tensor[]; kept: TF.Tensor[] };

/** What a loop over time is given. Sequences have the shape [time, ...]. */
export interface TimeLoopInputs {
  carried: readonly TF.Tensor[];
  /** Those that gradients flow to, such as inputs that a layer has projected. */
  sequences: readonly TF.Tensor[];
  /** The same in every step, with gradients. */
  weights: readonly TF.Tensor[];
  /** Without gradients: masks. */
  fixedSequences?: readonly TF.Tensor[];
  fixed?: readonly TF.Tensor[];
}

/** Whether a step is being traced: only then {@link loopOverTime} may be called. */
export const isTracing = (): boolean => Recorder.current !== undefined;

/**
 * A loop over time as one operation of the graph that is being traced, with gradients: however many time steps there are, the
 * step is traced once, so that they cost no time to trace or to compile.
 *
 * The way back is a loop as well, over what the way forward kept of each time step. Gradients of weights that are a sum over
 * time of matrix products are taken out of it, as one product over all time steps.
 *
 * @param step pure: it uses nothing but its arguments and constants.
 * @returns what is carried after the last step, and what was kept of all steps, [time, ...].
 */
export function loopOverTime(step: TimeStep, inputs: TimeLoopInputs): { carried: TF.Tensor[]; kept: TF.Tensor[] } {
  const { carried, sequences, weights, fixedSequences = [], fixed = [] } = inputs;
  const recorder = Recorder.current!;
  const steps = [...sequences, ...fixedSequences][0]!.shape[0]!;
  const given = [...carried, ...sequences, ...fixedSequences, ...weights, ...fixed];
  const counts = { carried: carried.length, sequences: sequences.length + fixedSequences.length };
  const isSequence = (k: number) => k >= counts.carried && k < counts.carried + counts.sequences;
  const specs = given.map(({ dtype, shape }, k): Spec => ({ dtype, shape: isSequence(k) ? shape.slice(1) : shape }));
  const call: Call = (all) => {
    const rest = [...all];
    const [c, s] = [rest.splice(0, counts.carried), rest.splice(0, counts.sequences)];
    const results = step(c, s, rest);
    return [...results.carried, ...results.kept];
  };
  if (!engine().isTapeOn()) {
    const body = recordBody(recorder, specs, call);
    const outputs = recorder.loop({ ...counts, steps, isBackwards: false, body }, given);
    return { carried: outputs.slice(0, counts.carried), kept: outputs.slice(counts.carried) };
  }
  const learns = given.map((_, k) => !isFixed(k, inputs));
  const outputs = withGradients(recorder, { specs, call, learns, counts, steps }, given);
  return { carried: outputs.slice(0, counts.carried), kept: outputs.slice(counts.carried) };
}

type Call = (all: TF.Tensor[]) => TF.Tensor[];

function isFixed(k: number, { carried, sequences, fixedSequences = [], weights }: TimeLoopInputs): boolean {
  const first = carried.length + sequences.length;
  return (k >= first && k < first + fixedSequences.length) || k >= first + fixedSequences.length + weights.length;
}

interface Described {
  specs: readonly Spec[];
  call: Call;
  learns: readonly boolean[];
  counts: Pick<TimeLoop, 'carried' | 'sequences'>;
  steps: number;
}

function withGradients(recorder: Recorder, { specs, call, learns, counts, steps }: Described, given: TF.Tensor[]) {
  const results = recordBody(recorder, specs, call).outputSpecs;
  const both = recordBody(recorder, [...specs, ...results], (all) =>
    withinOwnTape(() => stepAndGradients(call, all.slice(0, specs.length), all.slice(specs.length), learns)),
  );
  const plan = planBackward(both, { ...counts, given: specs.length, results: results.length, steps });
  return engine().runKernelFunc({
    inputs: Object.fromEntries(given.entries()),
    forwardFunc: (_, save) => {
      const outputs = recorder.loop({ ...counts, steps, isBackwards: false, body: plan.forward }, given);
      save([...given, ...outputs.slice(results.length)]);
      return outputs.slice(0, results.length);
    },
    backwardsFunc: (dy, saved) => {
      const list = Array.isArray(dy) ? dy : [dy];
      const gradients = runBackward(recorder, plan, list, saved);
      return Object.fromEntries(given.map((one, k) => [k, () => gradients[k] ?? tf.zerosLike(one)]));
    },
  });
}

/** Results of a step, then the gradients of the sum of `results * weights of results` by what learns. */
function stepAndGradients(call: Call, given: TF.Tensor[], factors: TF.Tensor[], learns: readonly boolean[]) {
  let outputs: TF.Tensor[] = [];
  const learnt = given.filter((_, k) => learns[k]);
  const { grads } = engine().gradients(
    () => {
      outputs = call(given).map((output) => tf.keep(output.clone()));
      return tf.addN(outputs.map((output, k) => tf.sum(tf.mul(output, factors[k]!)))) as TF.Scalar;
    },
    learnt,
    undefined,
    true,
  );
  const found = [...grads];
  return [...outputs, ...given.map((one, k) => (learns[k] ? found.shift() : undefined) ?? tf.zeros(one.shape))];
}

/** Runs the loop back, and what of the weights' gradients was taken out of it. */
function runBackward(recorder: Recorder, plan: BackwardPlan, dy: TF.Tensor[], saved: TF.Tensor[]) {
  const { loop, carriedCount, outside, zeros } = plan;
  const stacks = plan.sequences.map((source) => (source.kind === 'dy' ? dy[source.index]! : saved[source.index]!));
  const constants = plan.constants.map((index) => saved[index]!);
  const start = [...dy.slice(0, carriedCount), ...zeros.map((shape) => tf.zeros([...shape]))];
  const outputs = recorder.loop(loop, [...start, ...stacks, ...constants]);
  const gradients: (TF.Tensor | undefined)[] = [];
  for (const [given, output] of plan.gradients) gradients[given] = outputs[output]!;
  for (const { given, left, right, shape } of outside) {
    const stack = (from: typeof left) => (from.kind === 'saved' ? saved[from.index]! : outputs[from.index]!);
    const flat = (from: typeof left) => stack(from).reshape([-1, from.width]) as TF.Tensor2D;
    gradients[given] = tf.matMul(flat(left), flat(right), true).reshape([...shape]);
  }
  return gradients;
}

/** What `call` does to tensors of these shapes, as a trace of its own that uses nothing from outside. */
function recordBody(outer: Recorder, specs: readonly Spec[], call: Call): Trace {
  return Recorder.aside(() => {
    let result: Trace | undefined;
    tf.tidy(() => {
      const recorder = new Recorder('fit', false, false, outer);
      const given = specs.map(({ dtype, shape }) => recorder.argument(blank({ dtype, shape })));
      const outputs = recorder.during(() => call(given));
      const values = outputs.map((output) => recorder.valueOf(output));
      result = recorder.finish(values, outputs);
      tf.dispose(outputs);
    });
    return result!;
  });
}

/** Gradients within gradients: the tape of those outside, and that a kernel runs, are set aside meanwhile. */
function withinOwnTape<T>(run: () => T): T {
  const state = engine().state as { activeTape: unknown; gradientDepth: number; kernelDepth: number };
  const { activeTape, gradientDepth, kernelDepth } = state;
  Object.assign(state, { activeTape: null, gradientDepth: 0, kernelDepth: 0 });
  try {
    return run();
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}
