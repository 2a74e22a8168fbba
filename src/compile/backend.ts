import { lazy, type TF, tf } from '../core';

/** An attribute of an operation, as the kernels of tfjs-node write it. */
export interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** The native functions of tfjs-node's add-on that this layer calls. */
export interface Binding {
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_Version: string;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  createTensor(shape: readonly number[], type: number, values: Int32Array): number;
  deleteTensor(id: number): void;
  executeOp(name: string, attributes: Attribute[], inputs: number[], count: number): { id: number }[];
  runSavedModel(session: number, inputs: number[], inputNames: string, outputNames: string): unknown[];
}

/** The part of tfjs-node's backend that tracing wraps. */
export interface Backend {
  binding: Binding;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: TF.Tensor[]): TF.Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: TF.Tensor[], count: number): TF.Tensor[];
  readSync(dataId: object): ArrayLike<number>;
  read(dataId: object): Promise<ArrayLike<number>>;
  getInputTensorIds(tensors: TF.Tensor[]): number[];
  createOutputTensor(metadata: unknown): TF.Tensor;
  /** What it holds of every tensor: values of JavaScript until TensorFlow asks for them, then the number of TensorFlow's own. */
  tensorMap: { get(dataId: object): { shape: number[]; dtype: number; id: number; values: unknown } };
}

/** The part of tfjs's engine that knows which variables exist. */
export interface Engine {
  registeredVariables: Record<string, TF.Variable>;
  makeVariable(...all: unknown[]): TF.Variable;
  /** The tape of gradients, and how deep within gradients and kernels the present call is. */
  state: object;
  isTapeOn(): boolean;
  gradients(
    compute: () => TF.Tensor,
    inputs: TF.Tensor[],
    dy: TF.Tensor | undefined,
    allowNoGradients: boolean,
  ): { value: TF.Tensor; grads: (TF.Tensor | undefined)[] };
  /** An operation with several results and a gradient of its own. */
  runKernelFunc(operation: {
    inputs: Record<string, TF.Tensor>;
    forwardFunc: (backend: unknown, save: (tensors: TF.Tensor[]) => void) => TF.Tensor[];
    backwardsFunc: (dy: TF.Tensor | TF.Tensor[], saved: TF.Tensor[]) => Record<string, () => TF.Tensor>;
  }): TF.Tensor[];
}

/** The backend every tensor of this process lives on. */
export const backend = (): Backend => tf.backend() as unknown as Backend;

/** tfjs's engine, with the members it does not declare. */
export const engine = (): Engine => tf.engine() as unknown as Engine;

/** The element types that graphs carry, as TensorFlow numbers them. */
export const TYPE_NUMBERS: Readonly<Record<string, number>> = { float32: 1, int32: 3, bool: 10 };

interface Message {
  serializeBinary(): Uint8Array;
}
// The classes are generated JavaScript without types; each builder method used is named here.
// biome-ignore format: one member a line reads worse than the list
interface Messages {
  AttrValue: { new (): MessageOf; ListValue: new () => MessageOf };
  NameAttrList: new () => MessageOf;
  TensorShape: { new (): MessageOf; Dim: new () => MessageOf };
  Tensor: new () => MessageOf;
  FunctionDef: new () => MessageOf;
  OpDef: { new (): MessageOf; ArgDef: new () => MessageOf };
  NodeDef: new () => MessageOf;
  GraphDef: new () => MessageOf;
  VersionDef: new () => MessageOf;
  FunctionDefLibrary: new () => MessageOf;
  MetaGraphDef: { new (): MessageOf; MetaInfoDef: new () => MessageOf };
  SavedModel: new () => MessageOf;
  SignatureDef: new () => MessageOf;
  TensorInfo: new () => MessageOf;
}
/** A protocol-buffer message under construction: its setters and adders are called by name. */
export type MessageOf = Message &
  Record<`set${string}` | `add${string}`, (value: unknown) => void> &
  Record<`get${string}Map`, () => { set(key: string, value: unknown): void }>;

/** TensorFlow's message classes, which come with tfjs-node. */
export const messages: Messages = lazy(
  () => require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as unknown as Messages,
);
