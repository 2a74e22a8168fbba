import { ReluctantError } from '../../core';
import type { Parameter } from './declared';
import { accepts, type JsonValue, type Kind } from './kinds';

/** Values by parameter name. Plain JSON values; a text from the command line is wrapped in {@link ParameterText}. */
export type ParameterValues = Readonly<Record<string, unknown>>;

/** A value from the command line, which becomes what its parameter's type says. */
export class ParameterText {
  constructor(readonly text: string) {}
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The JSON value that is meant for a parameter.
 *
 * @throws ReluctantError `wrong-parameter-type`, `constant-parameter`
 */
export function valueFor(notebook: string, parameter: Parameter, given: unknown): JsonValue {
  const { name, type, kind, constant, line } = parameter;
  const refuse = (code: string, problem: string, fix?: string): ReluctantError =>
    new ReluctantError({
      code,
      operation: 'run',
      problem,
      where: { notebook, line },
      expected: `a value of the type ${type}`,
      received: given instanceof ParameterText ? given.text : given,
      ...(fix ? { fix } : {}),
    });
  if (constant) {
    throw refuse(
      'constant-parameter',
      `the parameter "${name}" is declared with const and keeps its value`,
      `declare it with let in the cell tagged "parameters"`,
    );
  }
  const candidates = given instanceof ParameterText ? readings(given.text, kind) : isJson(given) ? [given] : [];
  const value = candidates.find((candidate) => accepts(kind, candidate));
  if (value === undefined) throw refuse('wrong-parameter-type', `the parameter "${name}" has another type`, hint(kind));
  return value;
}

function hint(kind: Kind): string | undefined {
  if (kind.is === 'unsettable') return 'only values that JSON can carry are parameters';
  return kind.is === 'array' || kind.is === 'object' ? `give it as JSON, in single quotes` : undefined;
}

/** What a text can mean, the most exact meaning first. */
function readings(text: string, kind: Kind): JsonValue[] {
  // A text is a text even when it looks like a number: -p symbol=7203
  if (kind.is === 'string') return [text];
  const found: JsonValue[] = [];
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) {
    const number = Number(trimmed);
    if (Number.isFinite(number) && isExact(trimmed, number)) found.push(number);
  } else {
    try {
      const parsed = JSON.parse(trimmed) as JsonValue;
      if (isJson(parsed)) found.push(parsed);
    } catch {} // no JSON: it can only be a text
  }
  return [...found, text];
}

/** Whole numbers beyond 2^53 would silently become their neighbours. */
function isExact(text: string, number: number): boolean {
  return !/^[+-]?\d+$/.test(text) || Number.isSafeInteger(number);
}

/** Whether a value survives JSON: no NaN, no undefined, no objects of classes. */
export function isJson(value: unknown, depth = 0): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > 100) return false;
  if (Array.isArray(value)) return value.every((element) => isJson(element, depth + 1));
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((element) => isJson(element, depth + 1));
}
