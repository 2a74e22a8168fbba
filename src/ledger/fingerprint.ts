import { createHash } from 'node:crypto';
import { type TF, tf } from '../core';

type Tensors = TF.Tensor | Readonly<Record<string, TF.Tensor>>;

/** Rows and values that are looked at most, evenly spaced: enough to tell data apart, and quick for data of any size. */
const [MOST_ROWS, MOST_VALUES] = [4096, 1 << 20];

/**
 * A fingerprint of tensors: their names, types and shapes and the values of up to 4,096 rows, evenly spaced over all of them. Equal data has an
 * equal fingerprint, whatever it was read from.
 */
export function dataFingerprint(parts: Readonly<Record<string, Tensors | undefined>>): string {
  const hash = createHash('sha256');
  for (const [part, given] of Object.entries(parts)) {
    if (!given) continue;
    const tensors: [string, TF.Tensor][] =
      given instanceof tf.Tensor ? [['', given]] : Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, tensor] of tensors) {
      hash.update(`${part} ${name} ${tensor.dtype} ${tensor.shape}\n`);
      hash.update(bytesOf(sampleOf(tensor)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}

function bytesOf(values: ReturnType<TF.Tensor['dataSync']> | string[]): Uint8Array {
  if (Array.isArray(values)) return Buffer.from(JSON.stringify(values));
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function sampleOf(tensor: TF.Tensor): ReturnType<TF.Tensor['dataSync']> {
  const rows = tensor.shape[0] ?? 1;
  const wanted = Math.max(1, Math.min(MOST_ROWS, Math.floor((MOST_VALUES * rows) / Math.max(1, tensor.size))));
  if (tensor.rank === 0 || rows <= wanted) return tensor.dataSync();
  const places = Int32Array.from({ length: wanted }, (_, k) => Math.floor((k * (rows - 1)) / Math.max(1, wanted - 1)));
  return tf.tidy(() => tf.gather(tensor, tf.tensor1d(places, 'int32')).dataSync());
}

/** A fingerprint of anything that JSON can say; functions count by their source. */
export function programFingerprint(program: unknown): string {
  const text = JSON.stringify(program, (_, value: unknown) => {
    if (typeof value === 'function') return `function ${String(value)}`;
    return value instanceof tf.Tensor ? `tensor ${value.dtype} ${value.shape}` : value;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
