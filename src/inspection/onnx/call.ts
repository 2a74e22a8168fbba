import { ReluctantError, type TF } from '../../core';
import type { OnnxGraph } from './graph';

/** One call of a layer, as its conversion sees it. */
export interface LayerCall {
  graph: OnnxGraph;
  layer: TF.layers.Layer;
  /** Settings of the layer under tfjs's names. */
  config: Readonly<Record<string, unknown>>;
  /** Names of the values it is called with, and their shapes with the rows. */
  inputs: readonly string[];
  shapes: readonly TF.Shape[];
  /** Shape of what it gives. */
  shape: TF.Shape;
}

/** Writes down a call of a layer; returns the name of its value. */
export type Conversion = (call: LayerCall) => string;

/** Why a layer cannot be written down. */
export const refusal = ({ name }: { name: string }, problem: string, received?: unknown) =>
  new ReluctantError({
    code: 'layer-not-saved',
    operation: 'inspect.saveONNX',
    problem: `a layer cannot be saved as ONNX: ${problem}`,
    where: { layer: name },
    ...(received !== undefined && { received }),
    fix: 'save the model by inspect.saveKeras or inspect.saveTfjs, or put another layer in its place',
  });

/** The values of a layer's weight by its name in Keras, such as `kernel`; undefined where it has none. */
export function weightOf(layer: TF.layers.Layer, name: string): { values: Float32Array; shape: number[] } | undefined {
  const found = layer.weights.find(({ originalName }) => originalName.split('/').at(-1)!.replace(/_\d+$/, '') === name);
  if (!found) return undefined;
  const tensor = found.read();
  return { values: Float32Array.from(tensor.dataSync()), shape: tensor.shape };
}

/** The same, of a weight that every layer of the class has. */
export function neededWeight(layer: TF.layers.Layer, name: string): { values: Float32Array; shape: number[] } {
  const weight = weightOf(layer, name);
  if (weight) return weight;
  throw refusal(
    layer,
    `it has no weight "${name}"`,
    layer.weights.map(({ originalName }) => originalName),
  );
}

/** Refuses settings by which a layer computes something that is not written down. */
export function refuseSettings({ layer, config }: LayerCall, ...names: readonly string[]): void {
  for (const name of names) {
    const value = config[name];
    if (value !== undefined && value !== null && value !== false)
      throw refusal(layer, `${name} is not written down`, value);
  }
  if (config['dataFormat'] === 'channelsFirst') throw refusal(layer, 'channels stand first', 'channelsFirst');
}

/** A setting that is one number, or one per axis. */
export function perAxis(value: unknown, axes: number): number[] {
  return Array.isArray(value)
    ? (value as number[])
    : Array.from({ length: axes }, () => (value as number | undefined) ?? 1);
}
