import { type Operation, sameShape, type Trace, type Value } from './traced';

/** Where two traces of one step differ, with what to do about it; nothing if they are the same. */
export function firstDifference(
  first: Trace,
  second: Trace,
): { problem: string; line: string; fix: string } | undefined {
  const fix = 'make what differs an input of the step; for random numbers use randomUniform';
  const count = Math.max(first.operations.length, second.operations.length);
  for (let k = 0; k < count; k++) {
    const [a, b] = [first.operations[k], second.operations[k]];
    if (a && b && a.name === b.name && sameAttributes(a, b) && sameInputs(a, b)) {
      const within = a.loop && b.loop && firstDifference(a.loop.body, b.loop.body);
      if (within) return within;
      continue;
    }
    const [from, to] = [a?.name ?? 'nothing', b?.name ?? 'nothing'];
    const what = from === to ? `${from} with other inputs or attributes` : `${from}, then ${to}`;
    return {
      problem: `operation ${k + 1} changes from call to call: ${what}`,
      line: (b ?? second.operations.at(-1) ?? a!).line(),
      fix,
    };
  }
  for (const [k, a] of first.constants.entries()) {
    const b = second.constants[k];
    if (b && sameShape(a.shape, b.shape) && a.values.every((value, i) => Object.is(value, b.values[i]))) continue;
    const problem = `a constant of shape [${a.shape}] changes from call to call (a counter or random numbers of JavaScript)`;
    return { problem, line: (b ?? a).line(), fix };
  }
  return undefined;
}

const sameAttributes = (a: Operation, b: Operation) =>
  a.attributes.length === b.attributes.length &&
  a.attributes.every(({ name, value }, k) => {
    const other = b.attributes[k]!;
    return name === other.name && String(value) === String(other.value);
  });

const sameInputs = (a: Operation, b: Operation) =>
  a.inputs.length === b.inputs.length &&
  a.inputs.every((input, k) => key(input) === key(b.inputs[k]!)) &&
  a.outputs.every((output, k) => sameShape(output.shape, b.outputs[k]?.shape ?? []));

const key = (value: Value) =>
  value.kind === 'result' ? `result ${value.operation} ${value.output}` : `${value.kind} ${value.index}`;
