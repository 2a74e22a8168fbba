import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { TF } from '../core';
import { backend, type MessageOf, messages } from './backend';
import { attribute, type GraphFunction } from './graph';
import { type Spec, typeNumber } from './trace';

/** How a compiled function runs: by XLA's machine code, or by TensorFlow's graph executor. */
export type GraphMode = 'xla' | 'graph';

/** Graphs loaded in this process, least recently used first, by the digest of their bytes. */
const loaded = new Map<string, number>();
/** More than any notebook has at once; each holds compiled code of about a megabyte. */
const LIMIT = 48;

/** A graph loaded into TensorFlow, ready to be called any number of times. Equal graphs share one session. */
export class Program {
  private readonly key: string;
  private readonly bytes: Uint8Array;
  private readonly inputNames: string;
  private readonly outputNames: string;

  /**
   * @param main the function to call; @param others functions it refers to.
   * @param inputs and @param outputs what it takes and returns, in order.
   */
  constructor(
    main: GraphFunction,
    others: readonly GraphFunction[],
    inputs: readonly Spec[],
    outputs: readonly Spec[],
    readonly mode: GraphMode,
  ) {
    if (mode === 'xla') main.mustCompileWithXLA();
    this.bytes = savedModel(main, others, inputs, outputs, mode);
    this.key = createHash('sha256').update(this.bytes).digest('hex');
    this.inputNames = inputs.map((_, k) => `x${k}:0`).join(',');
    this.outputNames = outputs.map((_, k) => `call:${k}`).join(',');
  }

  /** Runs the graph. The caller owns the tensors returned. Throws TensorFlow's own error, e.g. if XLA cannot compile it. */
  run(inputs: TF.Tensor[]): TF.Tensor[] {
    const native = backend();
    const session = this.session();
    return native.binding
      .runSavedModel(session, native.getInputTensorIds(inputs), this.inputNames, this.outputNames)
      .map((metadata) => native.createOutputTensor(metadata));
  }

  private session(): number {
    const known = loaded.get(this.key);
    const session = known ?? load(this.bytes);
    loaded.delete(this.key);
    loaded.set(this.key, session);
    if (loaded.size > LIMIT) {
      const [oldest, unused] = loaded.entries().next().value as [string, number];
      loaded.delete(oldest);
      backend().binding.deleteSavedModel(unused);
    }
    return session;
  }
}

/**
 * Frees every graph loaded by this process; those still in use load again when called.
 *
 * @example
 * clearCompiled();
 */
export function clearCompiled(): void {
  for (const session of loaded.values()) backend().binding.deleteSavedModel(session);
  loaded.clear();
}

/**
 * How many graphs are loaded in this process.
 *
 * @example
 * countCompiled() >= 0; // true
 */
export const countCompiled = (): number => loaded.size;

/** The add-on loads graphs from folders only, so one is made that nobody else can read, and removed at once. */
function load(bytes: Uint8Array): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-graph-'));
  try {
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), bytes, { mode: 0o600 });
    return backend().binding.loadSavedModel(folder, 'serve');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function savedModel(
  main: GraphFunction,
  others: readonly GraphFunction[],
  inputs: readonly Spec[],
  outputs: readonly Spec[],
  mode: GraphMode,
): Uint8Array {
  const graph = new messages.GraphDef();
  const version = new messages.VersionDef();
  version.setProducer(1882);
  graph.setVersions(version);
  const library = new messages.FunctionDefLibrary();
  for (const { message } of [...others, main]) library.addFunction(message);
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
  const saved = new messages.SavedModel();
  saved.setSavedModelSchemaVersion(1);
  saved.addMetaGraphs(meta);
  return saved.serializeBinary();
}

function node(name: string, operation: string, inputs: string[], attributes: Record<string, MessageOf>): MessageOf {
  const message = new messages.NodeDef();
  message.setName(name);
  message.setOp(operation);
  for (const input of inputs) message.addInput(input);
  for (const [key, value] of Object.entries(attributes)) message.getAttrMap().set(key, value);
  return message;
}
