import { ReluctantError } from '../core';
import { type Attribute, backend, type MessageOf, messages, TYPE_NUMBERS } from './backend';
import { definitionOf } from './operations';
import { type Spec, type Trace, typeNumber, type Value } from './traced';

const make = (fill: (value: MessageOf) => void): MessageOf => {
  const value = new messages.AttrValue();
  fill(value);
  return value;
};
const base64 = (bytes: ArrayBufferView) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** Attribute values, by what they hold. */
export const attribute = {
  type: (type: number) => make((value) => value.setType(type)),
  integer: (number: number) => make((value) => value.setI(number)),
  boolean: (truth: boolean) => make((value) => value.setB(truth)),
  types: (types: readonly number[]) => list(types, 'addType'),
  shapes: (shapes: readonly (readonly number[])[]) => list(shapes.map(shapeMessage), 'addShape'),
  shape: (shape: readonly number[]) => make((value) => value.setShape(shapeMessage(shape))),
  function: (name: string) =>
    make((value) => {
      const called = new messages.NameAttrList();
      called.setName(name);
      value.setFunc(called);
    }),
};

function list(items: readonly unknown[], adder: `add${string}`): MessageOf {
  return make((value) => {
    const all = new messages.AttrValue.ListValue();
    for (const item of items) all[adder](item);
    value.setList(all);
  });
}

function shapeMessage(shape: readonly number[]): MessageOf {
  const message = new messages.TensorShape();
  for (const size of shape) {
    const dimension = new messages.TensorShape.Dim();
    dimension.setSize(size);
    message.addDim(dimension);
  }
  return message;
}

/** An attribute as a tfjs kernel wrote it, as a message. */
function translate({ type, value, name }: Attribute): MessageOf {
  const { binding } = backend();
  const many = Array.isArray(value);
  if (type === binding.TF_ATTR_TYPE) return many ? attribute.types(value) : attribute.type(value as number);
  if (type === binding.TF_ATTR_BOOL) return many ? list(value, 'addB') : attribute.boolean(Boolean(value));
  if (type === binding.TF_ATTR_INT) return many ? list(value, 'addI') : attribute.integer(value as number);
  if (type === binding.TF_ATTR_FLOAT) return many ? list(value, 'addF') : make((message) => message.setF(value));
  if (type === binding.TF_ATTR_SHAPE) return attribute.shape(value as number[]);
  if (type === binding.TF_ATTR_STRING) return make((message) => message.setS(base64(Buffer.from(String(value)))));
  throw new ReluctantError({
    code: 'attribute-not-traceable',
    operation: 'compile',
    problem: `the attribute "${name}" is of a kind that graphs are not written with`,
    received: type,
  });
}

/** A TensorFlow graph function under construction. A value in it is named by a reference: text such as `n3_Add:z:0`. */
export class GraphFunction {
  readonly message = new messages.FunctionDef();
  private readonly signature = new messages.OpDef();
  private readonly constants = new Map<string, string>();
  private count = 0;

  constructor(readonly name: string) {
    this.signature.setName(name);
    this.message.setSignature(this.signature);
  }

  /** Declares an argument and returns its reference. */
  argument(name: string, type: number): string {
    this.signature.addInputArg(argumentMessage(name, type));
    return name;
  }

  /** Declares the value at `reference` an output. Outputs are numbered in the order of these calls. */
  result(name: string, type: number, reference: string): void {
    this.signature.addOutputArg(argumentMessage(name, type));
    this.message.getRetMap().set(name, reference);
  }

  mustCompileWithXLA(): void {
    this.message.getAttrMap().set('_XlaMustCompile', attribute.boolean(true));
  }

  /** Adds an operation and returns its name; {@link output} names its outputs. */
  node(operation: string, inputs: readonly string[], attributes: Readonly<Record<string, MessageOf>>): string {
    const message = new messages.NodeDef();
    const name = `n${this.count++}_${operation.replace(/^_+/, '')}`;
    message.setName(name);
    message.setOp(operation);
    for (const input of inputs) message.addInput(input);
    for (const [key, value] of Object.entries(attributes)) message.getAttrMap().set(key, value);
    this.message.addNodeDef(message);
    return name;
  }

  /** An operation with one output, of which the reference is returned. */
  single(operation: string, inputs: readonly string[], attributes: Readonly<Record<string, MessageOf>>): string {
    return `${this.node(operation, inputs, attributes)}:${definitionOf(operation)!.outputs[0]!.name}:0`;
  }

  /** A constant; equal constants are one node. */
  constant(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[], dtype: string): string {
    const content = base64(values);
    const key = `${dtype}[${shape}]${content}`;
    const known = this.constants.get(key);
    if (known) return known;
    const type = TYPE_NUMBERS[dtype]!;
    const tensor = new messages.Tensor();
    tensor.setDtype(type);
    tensor.setTensorShape(shapeMessage(shape));
    tensor.setTensorContent(content);
    const reference = this.single('Const', [], {
      dtype: attribute.type(type),
      value: make((value) => value.setTensor(tensor)),
    });
    this.constants.set(key, reference);
    return reference;
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant(Int32Array.from(values), shape, 'int32');
  }

  /**
   * Writes a traced step into this function. `argumentsAt` and `variablesAt` are the references its inputs stand at.
   * Operations that nothing depends on are left out.
   */
  inline(trace: Trace, argumentsAt: readonly string[], variablesAt: readonly string[]) {
    const needed = reachable(trace);
    const results: string[][] = [];
    const at = (value: Value): string => {
      if (value.kind === 'argument') return argumentsAt[value.index]!;
      if (value.kind === 'variable') return variablesAt[value.index]!;
      if (value.kind === 'result') return results[value.operation]![value.output]!;
      const { values, shape, dtype } = trace.constants[value.index]!;
      return this.constant(values, shape, dtype);
    };
    trace.operations.forEach((operation, index) => {
      if (!needed.has(index)) {
        results.push([]);
        return;
      }
      const attributes: Record<string, MessageOf> = {};
      for (const each of operation.attributes) attributes[each.name] = translate(each);
      addInferred(operation.name, operation.inputSpecs, attributes);
      const node = this.node(operation.name, operation.inputs.map(at), attributes);
      results.push(outputNames(operation.name, operation.outputs.length, operation.attributes, node));
    });
    return { outputs: trace.outputs.map(at), updates: trace.updates.map(({ value }) => at(value)) };
  }
}

function argumentMessage(name: string, type: number): MessageOf {
  const message = new messages.OpDef.ArgDef();
  message.setName(name);
  message.setType(type);
  return message;
}

/** The operations that some output or update depends on. */
function reachable(trace: Trace): Set<number> {
  const needed = new Set<number>();
  const queue = [...trace.outputs, ...trace.updates.map(({ value }) => value)];
  for (let value = queue.pop(); value; value = queue.pop()) {
    if (value.kind !== 'result' || needed.has(value.operation)) continue;
    needed.add(value.operation);
    queue.push(...trace.operations[value.operation]!.inputs);
  }
  return needed;
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
