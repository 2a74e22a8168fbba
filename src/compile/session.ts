import { sealCompiledCode, type TF } from '../core';
import { backend } from './backend';
import { withGraphFolder } from './graphCache';

/**
 * How a compiled function runs: by XLA's machine code, the loop around its steps included; each step by XLA, in a loop of TensorFlow's
 * executor; or all by that executor.
 */
export type GraphMode = 'xla' | 'xla-step' | 'graph';

/** Graphs loaded in this process, least recently used first, by their signature. */
const loaded = new Map<string, number>();
/** More than any notebook has at once; each holds compiled code of about a megabyte. */
const LIMIT = 48;

/** A graph, ready to be called any number of times. Equal graphs share one session. */
export class Program {
  private readonly inputNames: string;
  private readonly outputNames: string;
  private hasRun = false;

  /**
   * @param key of {@link signature}: programs of the same key are the same graph.
   * @param inputs and @param outputs how many tensors it takes and returns.
   * @param write makes the graph, a SavedModel; only called if neither this process nor the disk has it.
   */
  constructor(
    private readonly key: string,
    inputs: number,
    outputs: number,
    private readonly write: () => Uint8Array,
  ) {
    const names = (count: number, name: (k: number) => string) =>
      Array.from({ length: count }, (_, k) => name(k)).join();
    this.inputNames = names(inputs, (k) => `x${k}:0`);
    this.outputNames = names(outputs, (k) => `call:${k}`);
  }

  /** Runs the graph. The caller owns the tensors returned. Throws TensorFlow's own error, e.g. if XLA cannot compile it. */
  run(inputs: TF.Tensor[]): TF.Tensor[] {
    const native = backend();
    const session = this.session();
    const results = native.binding.runSavedModel(
      session,
      native.getInputTensorIds(inputs),
      this.inputNames,
      this.outputNames,
    );
    // XLA compiles on the first run.
    if (!this.hasRun) sealCompiledCode();
    this.hasRun = true;
    return results.map((metadata) => native.createOutputTensor(metadata));
  }

  private session(): number {
    const known = loaded.get(this.key);
    const session =
      known ?? withGraphFolder(this.key, this.write, (folder) => backend().binding.loadSavedModel(folder, 'serve'));
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
 * Counts the graphs loaded in this process.
 *
 * @example
 * countCompiled() >= 0; // true
 */
export const countCompiled = (): number => loaded.size;
