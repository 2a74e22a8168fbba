import { type TF, tf } from '../core';
import { forAnyRows } from './anyRows';
import { TYPE_NUMBERS } from './backend';
import { GraphFunction } from './graph';
import { inlineTrace } from './inline';
import { savedModel } from './savedModel';
import { trace } from './trace';
import { type Spec, typeNumber } from './traced';

/** What a graph is written of. */
export interface WrittenStep {
  /** Takes tensors of rows, and gives tensors of as many. */
  step: (inputs: TF.Tensor[]) => TF.Tensor[];
  /** Names and shapes of what it takes, float32, without the rows. */
  inputs: readonly { name: string; shape: readonly number[] }[];
  /** Names of what it gives. */
  outputs: readonly string[];
}

/** Numbers of rows that a step is traced with; what differs between them depends on the rows. */
const ROWS = [5, 7, 12];

/**
 * A step of tensors as the bytes of a SavedModel that needs nothing beside it, for any number of rows: variables have become
 * constants, so that it computes and no longer learns.
 *
 * @param operation named in errors.
 * @throws ReluctantError as {@link trace} does for a step that cannot be a graph; `rows-not-free`.
 */
export function graphOfStep(operation: string, { step, inputs, outputs }: WrittenStep): Uint8Array {
  const traces = ROWS.map((rows) => {
    const given = inputs.map(({ shape }) => tf.zeros([rows, ...shape]));
    try {
      return [rows, trace(operation, step, given)] as const;
    } finally {
      tf.dispose(given);
    }
  });
  const traced = forAnyRows(operation, new Map(traces));
  const main = new GraphFunction('step');
  const type = ({ dtype }: Spec) => typeNumber(dtype, operation);
  const argumentsAt = traced.arguments.map((spec, k) => main.argument(`a${k}`, type(spec)));
  const variablesAt = traced.variables.map((variable) => {
    const values = variable.dataSync();
    return main.constant(values as Float32Array, variable.shape, variable.dtype);
  });
  inlineTrace(main, traced, argumentsAt, variablesAt).outputs.forEach((reference, k) => {
    main.result(`r${k}`, TYPE_NUMBERS[traced.outputSpecs[k]!.dtype]!, reference);
  });
  const names = { inputs: inputs.map(({ name }) => name), outputs };
  return savedModel(main, [], traced.arguments, traced.outputSpecs, 'graph', names);
}
