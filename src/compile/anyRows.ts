import { isDeepStrictEqual } from 'node:util';
import { ReluctantError } from '../core';
import type { Attribute } from './backend';
import type { Constant, Operation, Spec, Trace } from './traced';

/**
 * Traces of one step, at three numbers of rows, as one trace for any number. Lengths that differ are -1; whole numbers that
 * differ are computed from the number of rows in the graph, and so is the shape of a constant that holds one value throughout.
 *
 * @param operation named in errors.
 * @param traces by how many rows they were given. A line goes through any two of them; the third shows that it is one.
 * @throws ReluctantError `rows-not-free` where the step does something else for other numbers of rows.
 */
export function forAnyRows(operation: string, traces: ReadonlyMap<number, Trace>): Trace {
  const [[first, few], ...others] = [...traces] as [[number, Trace], ...[number, Trace][]];
  const [merged, ...again] = others.map(([rows, more]) => {
    const merge = new Merge(operation, [first, rows]);
    return { trace: merge.traces(few, more, true), merge };
  });
  for (const { trace, merge } of again)
    trace.constants.forEach(({ perRow, line }, k) => {
      if (!isDeepStrictEqual(perRow, merged!.trace.constants[k]!.perRow)) throw merge.refusal(`a constant (${line()})`);
    });
  return merged!.trace;
}

class Merge {
  constructor(
    private readonly operation: string,
    private readonly rows: readonly [number, number],
  ) {}

  /** @param knowsRows whether the graph can ask for the number of rows there: within a loop over time it cannot. */
  traces(few: Trace, more: Trace, knowsRows: boolean): Trace {
    this.same(few.operations.length, more.operations.length, 'the number of operations');
    this.same(few.outputs, more.outputs, 'the outputs');
    return {
      ...few,
      arguments: this.specs(few.arguments, more.arguments),
      constants: few.constants.map((one, k) => this.constants(one, more.constants[k]!, knowsRows)),
      operations: few.operations.map((one, k) => this.operations(one, more.operations[k]!)),
      outputSpecs: this.specs(few.outputSpecs, more.outputSpecs),
    };
  }

  private operations(few: Operation, more: Operation): Operation {
    const what = `the operation ${few.name} (${few.line()})`;
    this.same([few.name, few.inputs], [more.name, more.inputs], what);
    this.same(few.attributes.length, more.attributes.length, what);
    return {
      ...few,
      attributes: few.attributes.map((one, k) => this.attributes(one, more.attributes[k]!, what)),
      inputSpecs: this.specs(few.inputSpecs, more.inputSpecs),
      outputs: this.specs(few.outputs, more.outputs),
      ...(few.loop && { loop: { ...few.loop, body: this.traces(few.loop.body, more.loop!.body, false) } }),
    };
  }

  private attributes(few: Attribute, more: Attribute, what: string): Attribute {
    const [one, other] = [few.value, more.value];
    const areShapes = Array.isArray(one) && Array.isArray(other) && one.length === other.length;
    if (areShapes && one.some((length) => Number.isInteger(length)))
      return { ...few, value: merged(one as number[], other as number[]) };
    this.same(one, other, `the attribute ${few.name} of ${what}`);
    return few;
  }

  private constants(few: Constant, more: Constant, knowsRows: boolean): Constant {
    const what = `a constant (${few.line()})`;
    this.same([few.dtype, few.shape.length], [more.dtype, more.shape.length], what);
    const slopes = this.slopes(few.shape, more.shape, what);
    const [one, other] = [few.values, more.values];
    if (slopes.some((slope) => slope !== 0)) {
      const isFilled = [...one, ...other].every((value) => Object.is(value, one[0]));
      if (isFilled && knowsRows) return { ...few, perRow: { kind: 'shape', slopes, rows: this.rows[0] } };
      throw this.refusal(what);
    }
    if (one.every((value, k) => Object.is(value, other[k]))) return few;
    if (few.dtype !== 'int32' || !knowsRows) throw this.refusal(what);
    return { ...few, perRow: { kind: 'values', slopes: this.slopes([...one], [...other], what), rows: this.rows[0] } };
  }

  /** By how much each number grows with a row. */
  private slopes(few: readonly number[], more: readonly number[], what: string): number[] {
    const [first, second] = this.rows;
    return few.map((value, k) => {
      const slope = (more[k]! - value) / (second - first);
      if (Number.isInteger(slope)) return slope;
      throw this.refusal(what);
    });
  }

  private specs(few: readonly Spec[], more: readonly Spec[]): Spec[] {
    return few.map((spec, k) => ({ ...spec, shape: merged(spec.shape, more[k]!.shape) }));
  }

  private same(few: unknown, more: unknown, what: string): void {
    if (JSON.stringify(few) !== JSON.stringify(more)) throw this.refusal(what);
  }

  refusal(what: string) {
    return new ReluctantError({
      code: 'rows-not-free',
      operation: this.operation,
      problem: 'the model does something else for another number of rows',
      where: { in: what },
      received: `${this.rows.join(' and ')} rows`,
      expected: 'layers that treat every row by itself',
    });
  }
}

const merged = (few: readonly number[], more: readonly number[]): number[] =>
  few.map((length, k) => (length === more[k] ? length : -1));
