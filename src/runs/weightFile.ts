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

/**
 * The bytes of a safetensors file (Hugging Face, format 0.3): the length of the header (uint64, little-endian), the header as
 * JSON padded to eight bytes, and the values. A name that occurs twice gets the number of its place behind it.
 */
export function safetensorsBytes(
  tensors: readonly SavedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const parts: Buffer[] = [];
  let offset = 0;
  tensors.forEach(({ name, shape, values }, place) => {
    const unique = name in header ? `${name}#${place}` : name;
    const end = offset + values.byteLength;
    header[unique] = { dtype: values instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [offset, end] };
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    offset = end;
  });
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
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
