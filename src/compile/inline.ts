import { ReluctantError } from '../core';
import { type Attribute, backend, type MessageOf, TYPE_NUMBERS } from './backend';
import { attribute, attributeValue, base64, type GraphFunction, list } from './graph';
import { GraphSlices } from './graphSlices';
import { definitionOf } from './operations';
import { dependencies } from './timeGradient';
import { type Constant, type Operation, type Spec, type Trace, typeNumber, type Value } from './traced';

/**
 * Writes a traced step into a function. `argumentsAt` and `variablesAt` are the references its inputs stand at. Operations that
 * nothing depends on are left out.
 */
export function inlineTrace(
  into: GraphFunction,
  trace: Trace,
  argumentsAt: readonly string[],
  variablesAt: readonly string[],
) {
  const needed = dependencies(trace, [...trace.outputs, ...trace.updates.map(({ value }) => value)]);
  const results: string[][] = [];
  const at = (value: Value): string => {
    if (value.kind === 'argument') return argumentsAt[value.index]!;
    if (value.kind === 'variable') return variablesAt[value.index]!;
    if (value.kind === 'result') return results[value.operation]![value.output]!;
    return writeConstant(into, trace.constants[value.index]!, argumentsAt[0]!, trace.arguments[0]!);
  };
  trace.operations.forEach((operation, index) => {
    if (!needed.has(index)) {
      results.push([]);
      return;
    }
    if (operation.loop) {
      results.push(writeTimeLoop(into, operation, operation.inputs.map(at)));
      return;
    }
    if (operation.name === 'AddN' && into.isCompiledByXLA) {
      results.push([addedInTurn(into, operation, operation.inputs.map(at))]);
      return;
    }
    const attributes: Record<string, MessageOf> = {};
    for (const each of operation.attributes) attributes[each.name] = translate(each);
    addInferred(operation.name, operation.inputSpecs, attributes);
    const node = into.node(operation.name, operation.inputs.map(at), attributes);
    results.push(outputNames(operation.name, operation.outputs.length, operation.attributes, node));
  });
  return { outputs: trace.outputs.map(at), updates: trace.updates.map(({ value }) => at(value)) };
}

/** A constant; one that depends on the number of rows is computed from that of the first argument. */
function writeConstant(into: GraphFunction, constant: Constant, argument: string, spec: Spec): string {
  const { values, shape, dtype, perRow } = constant;
  if (!perRow) return into.constant(values, shape, dtype);
  const rows = into.rowsOf(argument, spec);
  const grown = (base: readonly number[], sizes: readonly number[]) => {
    const without = base.map((number, k) => number - perRow.slopes[k]! * perRow.rows);
    const integer = { T: attribute.type(INTEGER) };
    const growth = into.single('Mul', [into.integers(perRow.slopes, sizes), rows], integer);
    return into.single('AddV2', [growth, into.integers(without, sizes)], integer);
  };
  if (perRow.kind === 'values') return grown([...values], shape);
  const one = into.constant(values.slice(0, 1), [], dtype);
  const attributes = { T: attribute.type(typeNumber(dtype, 'compile')), index_type: attribute.type(INTEGER) };
  return into.single('Fill', [grown(shape, [shape.length]), one], attributes);
}

/**
 * A sum of many as additions in turn. TensorFlow's optimiser of memory rewrites large `AddN`s with a `TemporaryVariable`, for which
 * XLA has no code, so that it refused every step above some size.
 */
function addedInTurn(into: GraphFunction, { outputs }: Operation, terms: readonly string[]): string {
  const type = { T: attribute.type(typeNumber(outputs[0]!.dtype, 'compile')) };
  return terms.reduce((sum, term) => into.single('AddV2', [sum, term], type));
}

/**
 * Writes a loop over time into a graph as a `StatelessWhile`, and returns the references of its results. The functions it is
 * made of are added to those of `into`.
 */
function writeTimeLoop(into: GraphFunction, operation: Operation, inputs: readonly string[]): string[] {
  const { steps, isBackwards, carried, sequences, body: step } = operation.loop!;
  const specs = operation.inputSpecs;
  const stacks = operation.outputs.slice(carried).map((spec) => stackOf(into.isCompiledByXLA, spec));
  const integer = { type: INTEGER, shape: [] as readonly number[] };
  const typed = ({ dtype, shape }: Spec) => ({ type: typeNumber(dtype, 'compile'), shape });
  const given = specs.map(typed);
  const state = [integer, ...given.slice(0, carried), ...stacks.map(({ carried }) => carried), ...given.slice(carried)];
  const firstSequence = 1 + carried + stacks.length;

  const body = into.within('time');
  const at = state.map(({ type }, k) => body.argument(`c${k}`, type));
  const slices = new GraphSlices(body);
  const last = body.integers([steps - 1], []);
  const time = isBackwards ? body.single('Sub', [last, at[0]!], { T: attribute.type(INTEGER) }) : at[0]!;
  const rows = Array.from({ length: sequences }, (_, k) =>
    slices.row(at[firstSequence + k]!, specs[carried + k]!, time),
  );
  const { outputs } = inlineTrace(
    body,
    step,
    [...at.slice(1, 1 + carried), ...rows, ...at.slice(firstSequence + sequences)],
    [],
  );
  const next = [...at];
  next[0] = body.single('AddV2', [at[0]!, body.integers([1], [])], { T: attribute.type(INTEGER) });
  outputs.forEach((output, k) => {
    next[1 + k] = k < carried ? output : stacks[k - carried]!.write(body, at[1 + k]!, time, output);
  });
  next.forEach((reference, k) => {
    body.result(`d${k}`, state[k]!.type, reference);
  });

  const condition = into.within('more');
  const before = state.map(({ type }, k) => condition.argument(`c${k}`, type));
  const isLess = condition.single('Less', [before[0]!, condition.integers([steps], [])], {
    T: attribute.type(INTEGER),
  });
  condition.result('more', TYPE_NUMBERS['bool']!, isLess);

  const start = [
    into.integers([0], []),
    ...inputs.slice(0, carried),
    ...stacks.map((stack) => stack.start(into)),
    ...inputs.slice(carried),
  ];
  const loop = into.node('StatelessWhile', start, {
    T: attribute.types(state.map(({ type }) => type)),
    cond: attribute.function(condition.name),
    body: attribute.function(body.name),
    output_shapes: attribute.shapes(state.map(({ shape }) => shape)),
    parallel_iterations: attribute.integer(1),
    ...(into.isCompiledByXLA ? {} : { _lower_using_switch_merge: attribute.boolean(true) }),
  });
  return operation.outputs.map((_, k) => {
    const reference = `${loop}:output:${1 + k}`;
    return k < carried ? reference : stacks[k - carried]!.end(into, reference);
  });
}

const INTEGER = TYPE_NUMBERS['int32']!;
const VARIANT = 21;

/** How a loop keeps one value of every step. */
interface Stack {
  /** Type and shape of what the loop carries. */
  carried: { type: number; shape: readonly number[] };
  start(graph: GraphFunction): string;
  write(graph: GraphFunction, reference: string, time: string, value: string): string;
  /** All steps as one tensor. */
  end(graph: GraphFunction, reference: string): string;
}

/** XLA writes into a tensor in place; TensorFlow's executor would copy it every time, and keeps a list of tensors instead. */
function stackOf(isCompiledByXLA: boolean, spec: Spec): Stack {
  const type = typeNumber(spec.dtype, 'compile');
  if (isCompiledByXLA) {
    return {
      carried: { type, shape: spec.shape },
      start: (graph) => graph.zeros(spec),
      write: (graph, reference, time, value) => new GraphSlices(graph).writeRow(reference, spec, time, value),
      end: (_, reference) => reference,
    };
  }
  const [count, ...element] = spec.shape;
  const types = { element_dtype: attribute.type(type) };
  return {
    carried: { type: VARIANT, shape: [] },
    start: (graph) =>
      graph.single('TensorListReserve', [graph.integers(element), graph.integers([count!], [])], {
        ...types,
        shape_type: attribute.type(INTEGER),
      }),
    write: (graph, reference, time, value) => graph.single('TensorListSetItem', [reference, time, value], types),
    end: (graph, reference) =>
      graph.single('TensorListStack', [reference, graph.integers(element)], {
        ...types,
        num_elements: attribute.integer(count!),
      }),
  };
}

/** An attribute as a tfjs kernel wrote it, as a message. */
function translate({ type, value, name }: Attribute): MessageOf {
  const { binding } = backend();
  const many = Array.isArray(value);
  if (type === binding.TF_ATTR_TYPE) return many ? attribute.types(value) : attribute.type(value as number);
  if (type === binding.TF_ATTR_BOOL) return many ? list(value, 'addB') : attribute.boolean(Boolean(value));
  if (type === binding.TF_ATTR_INT) return many ? list(value, 'addI') : attribute.integer(value as number);
  if (type === binding.TF_ATTR_FLOAT)
    return many ? list(value, 'addF') : attributeValue((message) => message.setF(value));
  if (type === binding.TF_ATTR_SHAPE) return attribute.shape(value as number[]);
  if (type === binding.TF_ATTR_STRING)
    return attributeValue((message) => message.setS(base64(Buffer.from(String(value)))));
  throw new ReluctantError({
    code: 'attribute-not-traceable',
    operation: 'compile',
    problem: `the attribute "${name}" is of a kind that graphs are not written with`,
    received: type,
  });
}

/** Type and count attributes that eager execution works out by itself and a graph does not. */
function addInferred(name: string, inputs: readonly Spec[], attributes: Record<string, MessageOf>): void {
  const { inputs: declared } = definitionOf(name)!;
  let position = 0;
  for (const { typeAttribute, countAttribute } of declared) {
    const count = countAttribute ? inputs.length - declared.length + 1 : 1;
    if (countAttribute) attributes[countAttribute] ??= attribute.integer(count);
    const spec = inputs[position];
    if (typeAttribute && spec) attributes[typeAttribute] ??= attribute.type(typeNumber(spec.dtype, 'compile'));
    position += count;
  }
}

/** The references of a node's outputs, in order: an argument may stand for several. */
function outputNames(name: string, count: number, attributes: readonly Attribute[], node: string): string[] {
  const names: string[] = [];
  for (const { name: output, countAttribute } of definitionOf(name)!.outputs) {
    const stated = attributes.find((each) => each.name === countAttribute)?.value as number | undefined;
    const many = countAttribute ? (stated ?? count) : 1;
    for (let k = 0; k < many; k++) names.push(`${node}:${output}:${k}`);
  }
  return names;
}
