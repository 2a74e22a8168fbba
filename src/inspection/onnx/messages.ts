const field = (id: number, type: string, repeated = false) => ({ id, type, ...(repeated && { rule: 'repeated' }) });

/** What is written of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), under its names and numbers. */
const SCHEMA = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'GraphProto'),
        opsetImport: field(8, 'OperatorSetIdProto', true),
      },
    },
    OperatorSetIdProto: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    GraphProto: {
      fields: {
        node: field(1, 'NodeProto', true),
        name: field(2, 'string'),
        initializer: field(5, 'TensorProto', true),
        input: field(11, 'ValueInfoProto', true),
        output: field(12, 'ValueInfoProto', true),
      },
    },
    NodeProto: {
      fields: {
        input: field(1, 'string', true),
        output: field(2, 'string', true),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: field(5, 'AttributeProto', true),
      },
    },
    AttributeProto: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        floats: field(7, 'float', true),
        ints: field(8, 'int64', true),
        strings: field(9, 'bytes', true),
        type: field(20, 'int32'),
      },
    },
    TensorProto: {
      fields: {
        dims: field(1, 'int64', true),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
      },
    },
    ValueInfoProto: { fields: { name: field(1, 'string'), type: field(2, 'TypeProto') } },
    TypeProto: { fields: { tensorType: field(1, 'TensorTypeProto') } },
    TensorTypeProto: { fields: { elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') } },
    TensorShapeProto: { fields: { dim: field(1, 'DimensionProto', true) } },
    DimensionProto: {
      oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
      fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') },
    },
  },
};

/** The bytes of a model, whose fields are called as onnx.proto calls them, in camel case. */
export async function modelBytes(model: object): Promise<Uint8Array> {
  // Loaded when it is needed: importing the library is to cost next to nothing.
  const protobuf = await import('protobufjs/light');
  const type = protobuf.Root.fromJSON(SCHEMA).lookupType('ModelProto');
  return type.encode(type.create(model)).finish();
}
