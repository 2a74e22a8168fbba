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
