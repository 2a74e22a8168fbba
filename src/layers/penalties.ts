import type { TF } from '../core';
import { layersWithin } from './keyedCalls';

/**
 * The penalties that a model's layers add to its loss, those of cells and layers inside others included: tfjs itself leaves
 * out what a recurrent layer or a wrapper holds, and counts a layer that is used twice twice.
 *
 * @returns functions that compute one number each from the weights as they are.
 */
export const penaltiesOf = (model: TF.LayersModel): (() => TF.Scalar)[] =>
  [...new Set(layersWithin(model))].flatMap((layer) => layer.losses as (() => TF.Scalar)[]);
