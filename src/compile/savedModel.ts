import { type MessageOf, messages } from './backend';
import { attribute, type GraphFunction, shapeMessage } from './graph';
import type { GraphMode } from './session';
import { type Spec, typeNumber } from './traced';

/**
 * A graph that calls `main`, as the bytes of a SavedModel, the only form in which tfjs-node's add-on takes graphs.
 *
 * @param main the function to call; @param others functions it refers to.
 * @param inputs and @param outputs what it takes and returns, in order.
 * @param names what others call them by: the signature that servers and Python look for.
 */
export function savedModel(
  main: GraphFunction,
  others: readonly GraphFunction[],
  inputs: readonly Spec[],
  outputs: readonly Spec[],
  mode: GraphMode,
  names?: { inputs: readonly string[]; outputs: readonly string[] },
): Uint8Array {
  if (mode === 'xla') main.mustCompileWithXLA();
  const graph = new messages.GraphDef();
  const version = new messages.VersionDef();
  version.setProducer(1882);
  graph.setVersions(version);
  const library = new messages.FunctionDefLibrary();
  const all = (one: GraphFunction): GraphFunction[] => [...one.functions.flatMap(all), one];
  for (const { message } of [...others, main].flatMap(all)) library.addFunction(message);
  graph.setLibrary(library);
  const types = (specs: readonly Spec[]) => specs.map(({ dtype }) => typeNumber(dtype, 'compile'));
  inputs.forEach(({ shape }, k) => {
    const attributes = { dtype: attribute.type(types(inputs)[k]!), shape: attribute.shape(shape) };
    graph.addNode(node(`x${k}`, 'Placeholder', [], attributes));
  });
  graph.addNode(
    node(
      'call',
      'StatefulPartitionedCall',
      inputs.map((_, k) => `x${k}`),
      {
        Tin: attribute.types(types(inputs)),
        Tout: attribute.types(types(outputs)),
        f: attribute.function(main.name),
        ...(mode === 'xla' ? { _XlaMustCompile: attribute.boolean(true) } : {}),
      },
    ),
  );
  const meta = new messages.MetaGraphDef();
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.addTags('serve');
  meta.setMetaInfoDef(info);
  meta.setGraphDef(graph);
  if (names) {
    const signature = new messages.SignatureDef();
    signature.setMethodName('tensorflow/serving/predict');
    const describe = (specs: readonly Spec[], from: 'Inputs' | 'Outputs', of: readonly string[]) =>
      specs.forEach((spec, k) => {
        const tensor = from === 'Inputs' ? `x${k}:0` : `call:${k}`;
        signature[`get${from}Map`]().set(of[k]!, tensorInfo(tensor, types(specs)[k]!, spec.shape));
      });
    describe(inputs, 'Inputs', names.inputs);
    describe(outputs, 'Outputs', names.outputs);
    meta.getSignatureDefMap().set('serving_default', signature);
  }
  const saved = new messages.SavedModel();
  saved.setSavedModelSchemaVersion(1);
  saved.addMetaGraphs(meta);
  return saved.serializeBinary();
}

function tensorInfo(name: string, type: number, shape: readonly number[]): MessageOf {
  const info = new messages.TensorInfo();
  info.setName(name);
  info.setDtype(type);
  info.setTensorShape(shapeMessage(shape));
  return info;
}

function node(name: string, operation: string, inputs: string[], attributes: Record<string, MessageOf>): MessageOf {
  const message = new messages.NodeDef();
  message.setName(name);
  message.setOp(operation);
  for (const input of inputs) message.addInput(input);
  for (const [key, value] of Object.entries(attributes)) message.getAttrMap().set(key, value);
  return message;
}
