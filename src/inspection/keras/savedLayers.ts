import { ReluctantError, type TF } from '../../core';
import { ACTIVATIONS } from '../../layers/activations';
import type { Json } from './description';
import { LAYERS } from './layers';

/** A layer as Keras describes it. */
export interface KerasLayer {
  class_name: string;
  config: Json;
}

/** Where a class of tfjs, or of this project, differs from that of Keras by its name. */
const OTHER_CLASS: Readonly<Record<string, string>> = {
  KeyedDropout: 'Dropout',
  BroadcastLayerNormalization: 'LayerNormalization',
  ResetAfterGRU: 'GRU',
  SlopedReLU: 'ReLU',
  ScaledELU: 'ELU',
};

/** Settings that a class has beside those that are read, or that it has always. */
const MORE: Readonly<Record<string, { keep?: readonly string[]; fixed?: Json }>> = {
  ActivityRegularization: { keep: ['l1', 'l2'] },
  ELU: { keep: ['alpha'] },
  GRU: { fixed: { reset_after: false } },
  ResetAfterGRU: { fixed: { reset_after: true } },
  Conv3D: { keep: ['filters', 'kernel_size', 'strides', 'padding', 'activation', 'use_bias'] },
};

/** Settings for which Keras has a value of its own, and of which a layer here may have another. */
const LOST: readonly string[] = ['return_state', 'noise_shape'];

const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * How Keras describes a layer of tfjs. How weights were drawn is left out, since they are saved.
 *
 * @throws ReluctantError `layer-not-saved`, naming the layer and what Keras has no word for.
 */
export function kerasLayer(layer: TF.layers.Layer): KerasLayer {
  const own = layer.getClassName();
  const kerasClass = OTHER_CLASS[own] ?? own;
  const rule = LAYERS[kerasClass] ?? (own in MORE ? { keep: [] } : undefined);
  if (!rule) throw refusal(layer, `Keras has no layer of the class ${own}`);
  const { depthMultiplier } = layer as { depthMultiplier?: number };
  // tfjs's separable convolution leaves it out of its configuration.
  const given: Json = { ...layer.getConfig(), ...(depthMultiplier !== undefined && { depthMultiplier }) };
  const config: Json = { name: layer.name, trainable: layer.trainable };
  const more = MORE[own] ?? MORE[kerasClass] ?? {};
  for (const key of [...rule.keep, ...(more.keep ?? [])]) {
    const value = given[camelCase(key)];
    if (value !== undefined && !key.endsWith('_initializer')) config[key] = settingOf(layer, key, value);
  }
  for (const [to, from] of Object.entries(rule.rename ?? {})) {
    const value = given[camelCase(from)];
    if (value !== undefined && !Object.values(config).includes(value)) config[to] = value;
  }
  for (const key of LOST) {
    const value = given[camelCase(key)];
    if (value !== undefined && value !== null && value !== false) throw refusal(layer, `${key} is not saved`, value);
  }
  const format = given['dataFormat'];
  if (format === 'channelsFirst') throw refusal(layer, 'channels stand first', format);
  return { class_name: kerasClass, config: { ...config, ...more.fixed } };
}

function settingOf(layer: TF.layers.Layer, key: string, value: unknown): unknown {
  if (key.endsWith('activation')) {
    const name = ACTIVATIONS[value as keyof typeof ACTIVATIONS]?.keras[0];
    if (name !== undefined) return name;
    throw refusal(layer, 'Keras computes its activation otherwise, or not at all', value);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const { className, config } = value as { className?: string; config?: Json };
  if (className === undefined) throw refusal(layer, `its ${key} cannot be written down`, value);
  const place = key.endsWith('_regularizer') ? 'keras.regularizers' : 'keras.constraints';
  const settings = Object.fromEntries(Object.entries(config ?? {}).map(([name, one]) => [snakeCase(name), one]));
  return { module: place, class_name: className, config: settings, registered_name: null };
}

/** Why a layer cannot be saved for Keras. */
export const refusal = (layer: { name: string }, problem: string, received?: unknown) =>
  new ReluctantError({
    code: 'layer-not-saved',
    operation: 'inspect.saveKeras',
    problem: `a layer cannot be saved for Keras: ${problem}`,
    where: { layer: layer.name },
    ...(received !== undefined && { received }),
    fix: 'save the model with model.save("file://folder"), which keeps layers of this project',
  });
