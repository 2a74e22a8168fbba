import { createHash, type Hash } from 'node:crypto';
import type { Matrix } from './matrix';
import { type References, type ReferenceTask, references } from './reach';

/** Heads whose references are kept, the last ones asked for: some hundred kilobytes each. */
const MOST = 24;
const found = new Map<string, References>();

/**
 * {@link references}, fitted once for the same rows: they know nothing of the model, and an investigation asks about one data
 * set again and again, before and after each repair.
 */
export function rememberedReferences(task: ReferenceTask): References {
  const key = digestOf(task);
  const result = found.get(key) ?? references(task);
  // The last one asked for stands last.
  found.delete(key);
  found.set(key, result);
  if (found.size > MOST) found.delete(found.keys().next().value!);
  return result;
}

function digestOf({ inputs, targets, validation, patterns, ...settings }: ReferenceTask): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const matrix of [inputs, targets, patterns, validation?.inputs, validation?.targets, validation?.patterns])
    add(hash, matrix);
  return hash.digest('hex');
}

function add(hash: Hash, matrix: Matrix | undefined): void {
  hash.update(matrix ? `${matrix.rows} ${matrix.columns}\n` : 'none\n');
  if (matrix) hash.update(new Uint8Array(matrix.values.buffer, matrix.values.byteOffset, matrix.values.byteLength));
}
