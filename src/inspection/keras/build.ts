import { type TF, tf, withWeightsAtMost } from '../../core';
import { registerLayers } from '../../layers';
import { fileError } from '../files/fileError';
import type { Place } from './description';

/**
 * Builds a model with weights of 0, no more of them than its file has: `modelFromJSON` has made them when it returns its promise.
 *
 * @throws ReluctantError `malformed`.
 */
export function buildBlank(description: object, count: number, place: Place): Promise<TF.LayersModel> {
  const refuse = (layer: string, shape: readonly number[]): never => {
    throw fileError(
      'malformed',
      'a layer claims more weights than the file holds',
      { ...place, layer },
      { received: shape, expected: `at most ${count} values` },
    );
  };
  registerLayers();
  const built = withWeightsAtMost(count, refuse, () => tf.models.modelFromJSON(description as never), {
    isBlank: true,
  });
  return built.catch((cause: Error) => {
    if (cause.name === 'ReluctantError') throw cause;
    throw fileError('malformed', `the layers do not fit together: ${cause.message}`, place, { cause });
  });
}
