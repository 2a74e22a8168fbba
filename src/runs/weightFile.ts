import * as fs from 'node:fs';
import * as path from 'node:path';
import { readSafetensors } from '../inspection/files/safetensors';
import type { SavedTensor, Trainable } from '../training';
import { saveTensors } from '../training/state';
import { faceOf } from '../training/trainable';
import { readGuarded } from './digests';

/** The file of a run's weights, which Python's `safetensors` opens as well. */
export const WEIGHT_FILE = 'weights.safetensors';

/** The weights of a model as they are, by name. */
export function weightsOf(model: Trainable): SavedTensor[] {
  const { weights, weightNames } = faceOf(model);
  return saveTensors(weights, weightNames);
}

/** The weights in the folder of a run. @throws ReluctantError `run-not-readable`. */
export function readWeights(place: string): SavedTensor[] {
  readGuarded(place, WEIGHT_FILE);
  const file = path.join(place, WEIGHT_FILE);
  return readSafetensors(file, fs.statSync(file).size).map(({ name, shape, values }) => ({
    name,
    shape,
    values: values() as Float32Array | Int32Array,
  }));
}
