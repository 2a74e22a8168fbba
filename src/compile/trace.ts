import { ReluctantError, type TF, tf } from '../core';
import { backend, engine, TYPE_NUMBERS } from './backend';
import { blank, isBlank } from './blank';
import { firstDifference } from './differences';
import { Recorder } from './recorder';
import type { Trace } from './traced';

/** Options of {@link trace}. */
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

type Step = (inputs: TF.Tensor[]) => TF.Tensor[];

/** Thrown where a step makes a variable out of values that were not computed. */
const NEEDS_VALUES = new Error('a variable is made of values that were not computed');

/** One call of the step, written down: by the shapes of its tensors, or computed where a variable is made of them. */
function record(operation: string, step: Step, inputs: TF.Tensor[], withLines: boolean) {
  try {
    return recordCall(operation, step, inputs, { withLines, computes: false });
  } catch (error) {
    if (error !== NEEDS_VALUES) throw error;
    return recordCall(operation, step, inputs, { withLines, computes: true });
  }
}

interface Manner {
  withLines: boolean;
  computes: boolean;
}

function recordCall(operation: string, step: Step, inputs: TF.Tensor[], manner: Manner) {
  separateVariables();
  const registered = { ...engine().registeredVariables };
  const snapshots = Object.values(registered).map((variable) => ({ variable, initial: variable.clone() }));
  const { makeVariable } = engine();
  const created: typeof snapshots = [];
  engine().makeVariable = function (...all) {
    if (isBlank(all[0] as TF.Tensor)) throw NEEDS_VALUES;
    const variable = makeVariable.apply(this, all);
    created.push({ variable, initial: tf.keep(variable.clone()) });
    return variable;
  };
  try {
    // Not returned from the scope: tfjs would walk through the whole trace in search of tensors to keep.
    let result: Trace | undefined;
    tf.tidy(() => {
      result = recordOnce(operation, step, inputs, manner);
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
  const taken = new Set<object>();
  for (const variable of Object.values(engine().registeredVariables)) {
    if (taken.has(variable.dataId)) {
      const copy = copyOf(variable);
      variable.assign(copy);
      copy.dispose();
    }
    taken.add(variable.dataId);
  }
}

/** The same values in memory of their own (`tensor.clone()` shares them). */
function copyOf(tensor: TF.Tensor): TF.Tensor {
  const { binding } = backend();
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: TYPE_NUMBERS[tensor.dtype]! };
  const copy = backend().executeSingleOutput('Identity', [type], [tensor]);
  return copy;
}

function recordOnce(operation: string, step: Step, inputs: TF.Tensor[], { withLines, computes }: Manner): Trace {
  const recorder = new Recorder(operation, withLines, computes);
  const copies = inputs.map((input) => recorder.argument(computes ? copyOf(input) : blank(input)));
  const before = Object.values(engine().registeredVariables).map((variable) => ({ variable, dataId: variable.dataId }));
  for (const { variable } of before) recorder.knowVariable(variable);
  const outputs = recorder.during(() => step(copies));
  const values = outputs.map((output) => recorder.valueOf(output));
  for (const { variable, dataId } of before) {
    if (!variable.isDisposed && variable.dataId !== dataId) recorder.update(variable, dataId);
  }
  return recorder.finish(values, outputs);
}
