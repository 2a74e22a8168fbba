import { type MessageOf, messages, TYPE_NUMBERS } from './backend';
import { definitionOf } from './operations';
import { type Spec, typeNumber } from './traced';

/** An attribute value as `fill` fills it. */
export const attributeValue = (fill: (value: MessageOf) => void): MessageOf => {
  const value = new messages.AttrValue();
  fill(value);
  return value;
};
export const base64 = (bytes: ArrayBufferView) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** Attribute values, by what they hold. */
export const attribute = {
  type: (type: number) => attributeValue((value) => value.setType(type)),
  integer: (number: number) => attributeValue((value) => value.setI(number)),
  boolean: (truth: boolean) => attributeValue((value) => value.setB(truth)),
  types: (types: readonly number[]) => list(types, 'addType'),
  shapes: (shapes: readonly (readonly number[])[]) => list(shapes.map(shapeMessage), 'addShape'),
  shape: (shape: readonly number[]) => attributeValue((value) => value.setShape(shapeMessage(shape))),
  function: (name: string) =>
    attributeValue((value) => {
      const called = new messages.NameAttrList();
      called.setName(name);
      value.setFunc(called);
    }),
};

export function list(items: readonly unknown[], adder: `add${string}`): MessageOf {
  return attributeValue((value) => {
    const all = new messages.AttrValue.ListValue();
    for (const item of items) all[adder](item);
    value.setList(all);
  });
}

export function shapeMessage(shape: readonly number[]): MessageOf {
  const message = new messages.TensorShape();
  for (const size of shape) {
    const dimension = new messages.TensorShape.Dim();
    dimension.setSize(size);
    message.addDim(dimension);
  }
  return message;
}

/** A TensorFlow graph function under construction. A value in it is named by a reference: text such as `n3_Add:z:0`. */
export class GraphFunction {
  readonly message = new messages.FunctionDef();
  private readonly signature = new messages.OpDef();
  private readonly constants = new Map<string, string>();
  private readonly rows = new Map<string, string>();
  private count = 0;
  /** Functions that this one refers to, those that they refer to included. */
  readonly functions: GraphFunction[] = [];

  /** @param isCompiledByXLA decides how loops and writes into tensors are written. */
  constructor(
    readonly name: string,
    readonly isCompiledByXLA = false,
  ) {
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

  /** A function for this one to refer to. */
  within(name: string, isCompiledByXLA = this.isCompiledByXLA): GraphFunction {
    const made = new GraphFunction(`${this.name}_${name}${this.functions.length}`, isCompiledByXLA);
    this.functions.push(made);
    return made;
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
      value: attributeValue((value) => value.setTensor(tensor)),
    });
    this.constants.set(key, reference);
    return reference;
  }

  /** The length of a tensor's first axis. */
  rowsOf(reference: string, { dtype }: Spec): string {
    const known = this.rows.get(reference);
    if (known) return known;
    const integer = attribute.type(3);
    const shape = this.single('Shape', [reference], {
      T: attribute.type(typeNumber(dtype, 'compile')),
      out_type: integer,
    });
    const first = this.single('GatherV2', [shape, this.integers([0], []), this.integers([0], [])], {
      Tparams: integer,
      Tindices: integer,
      Taxis: integer,
    });
    this.rows.set(reference, first);
    return first;
  }

  zeros({ dtype, shape }: Spec): string {
    const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
    const zero = this.constant(new kinds[dtype as 'float32'](1), [], dtype);
    const attributes = { T: attribute.type(typeNumber(dtype, 'compile')), index_type: attribute.type(3) };
    return this.single('Fill', [this.integers(shape), zero], attributes);
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant(Int32Array.from(values), shape, 'int32');
  }
}

function argumentMessage(name: string, type: number): MessageOf {
  const message = new messages.OpDef.ArgDef();
  message.setName(name);
  message.setType(type);
  return message;
}
