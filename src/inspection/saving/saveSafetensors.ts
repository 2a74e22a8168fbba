import { type TF, writeAtomically } from '../../core';
import { weightName } from '../../training/trainable';
import { safetensorsBytes } from '../files/writeSafetensors';

/**
 * Writes the weights of a model as safetensors, which Python's `safetensors` and others open without running anything: one float32
 * tensor per weight, called as `inspect.weights` calls it. Layers and settings are not in it.
 *
 * @param path ends in `.safetensors`; written whole or not at all.
 * @throws ReluctantError `file-not-written`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'sum' })] });
 * const path = require('node:path').join(require('node:os').tmpdir(), `saved-${process.pid}.safetensors`);
 * await inspect.saveSafetensors(model, path);
 * (await inspect.tensors(path)).map(({ name }) => name); // ['sum/kernel', 'sum/bias']
 */
export async function saveSafetensors(model: TF.LayersModel, path: string): Promise<void> {
  const tensors = model.weights.map((weight) => {
    const tensor = weight.read();
    return { name: weightName(weight), shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
  });
  writeAtomically(path, safetensorsBytes(tensors));
}
