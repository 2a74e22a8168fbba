import { ReluctantError, type TF } from '../core';
import { type Attribute, TYPE_NUMBERS } from './backend';

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
  /** What it repeats, if it is a loop over time. */
  loop?: TimeLoop;
  /** Where in the caller's code it was called. */
  line: () => string;
}

/**
 * A loop over time as one operation. Its inputs are what is carried from step to step, sequences of shape [time, ...], and what is
 * the same in all steps; its outputs what is carried after the last step, and what was kept of every step, [time, ...].
 */
export interface TimeLoop {
  steps: number;
  /** From the last time step to the first. */
  isBackwards: boolean;
  /** How many of the inputs are carried, and how many are sequences. */
  carried: number;
  sequences: number;
  /** One time step. Arguments as the inputs, of a sequence one step; outputs what is carried on, then what is kept. */
  body: Trace;
}

/** A tensor the step found rather than made from its arguments. */
export interface Constant extends Spec {
  values: Float32Array | Int32Array | Uint8Array;
  /** In a trace for any number of rows: how much its values, or the lengths of its shape, grow with each row, and with how many it has these. */
  perRow?: { kind: 'values' | 'shape'; slopes: readonly number[]; rows: number };
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
