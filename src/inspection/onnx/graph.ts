/** Element types of ONNX that are written. */
const FLOAT = 1;
const INT64 = 7;

/** A setting of an operator: whole numbers and others are told apart, since ONNX does. */
export type Attribute =
  | { int: number }
  | { float: number }
  | { text: string }
  | { ints: readonly number[] }
  | { floats: readonly number[] }
  | { texts: readonly string[] };

/** A graph of ONNX under construction. Values in it are known by name. */
export class OnnxGraph {
  private readonly nodes: object[] = [];
  private readonly initializers: object[] = [];
  private readonly inputs: object[] = [];
  private readonly outputs: object[] = [];
  private count = 0;

  input(name: string, shape: readonly (number | null)[]): string {
    this.inputs.push(valueInfo(name, shape));
    return name;
  }

  /** Calls a value by the name of an output. */
  output(name: string, shape: readonly (number | null)[], value: string): void {
    this.outputs.push(valueInfo(name, shape));
    this.write('Identity', [value], [name], {});
  }

  /** Weights, or other numbers that stay the same. */
  constant(values: Float32Array, shape: readonly number[]): string {
    return this.initializer(FLOAT, shape, values);
  }

  number(value: number): string {
    return this.constant(Float32Array.of(value), []);
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.initializer(INT64, shape, BigInt64Array.from(values, BigInt));
  }

  /** An operator of one output, of which the name is returned; inputs left out are ''. */
  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.many(operator, inputs, 1, attributes)[0]!;
  }

  /** An operator of several outputs. */
  many(
    operator: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const names = Array.from({ length: outputs }, (_, k) => `v${this.count}.${k}`);
    this.count++;
    this.write(operator, inputs, names, attributes);
    return names;
  }

  transpose(value: string, order: readonly number[]): string {
    return order.every((axis, k) => axis === k) ? value : this.node('Transpose', [value], { perm: { ints: order } });
  }

  /** To a shape in which 0 stands for the length that was there. */
  reshape(value: string, shape: readonly number[]): string {
    return this.node('Reshape', [value, this.integers(shape)]);
  }

  /** The message of the graph. */
  message(name: string): object {
    return { name, node: this.nodes, initializer: this.initializers, input: this.inputs, output: this.outputs };
  }

  private write(
    opType: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ) {
    const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...attributeFields(value) }));
    this.nodes.push({ opType, input, output, attribute, name: `${opType} ${this.nodes.length}` });
  }

  private initializer(dataType: number, dims: readonly number[], values: ArrayBufferView): string {
    const name = `c${this.initializers.length}`;
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push({ name, dataType, dims, rawData });
    return name;
  }
}

/** Numbers of AttributeProto.AttributeType beside the field of each. */
function attributeFields(value: Attribute): object {
  if ('float' in value) return { type: 1, f: value.float };
  if ('int' in value) return { type: 2, i: value.int };
  if ('text' in value) return { type: 3, s: Buffer.from(value.text) };
  if ('floats' in value) return { type: 6, floats: value.floats };
  if ('ints' in value) return { type: 7, ints: value.ints };
  return { type: 8, strings: value.texts.map((text) => Buffer.from(text)) };
}

function valueInfo(name: string, shape: readonly (number | null)[]): object {
  // Lengths that are not known are told apart by their axis.
  const dim = shape.map((length, axis) =>
    length === null ? { dimParam: axis === 0 ? 'rows' : `length${axis}` } : { dimValue: length },
  );
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
