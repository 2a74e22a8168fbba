import { createHash, type Hash } from 'node:crypto';
import { type TF, tf } from '../core';
import type { TrainingData } from '../training';

type Tensors = TF.Tensor | Readonly<Record<string, TF.Tensor>>;
type Part = Pick<TrainingData, 'inputs' | 'targets' | 'sampleWeights'>;

/** Data that says itself what tells it apart, such as rows of files larger than memory. */
interface Fingerprinted extends TrainingData {
  fingerprint?: string;
}

/**
 * SHA-256 of the shapes and values of all inputs, targets and weights of samples, names in order: equal data has an equal
 * hash, whatever it was read from. Of rows that are fetched as they are needed, their number counts, unless the data bring a
 * `fingerprint` of their own.
 *
 * @example
 * const [inputs, targets] = [tf.ones([4, 2]), tf.zeros([4, 1])];
 * dataHash({ inputs, targets }) === dataHash({ inputs, targets, sampleWeights: tf.ones([4]) }); // false
 */
export function dataHash({ validation, source, fingerprint, ...training }: Fingerprinted): string {
  if (fingerprint !== undefined) return fingerprint;
  const hash = createHash('sha256');
  addPart(hash, '', training);
  if (validation) addPart(hash, 'validation ', validation);
  if (source) hash.update(`source of ${source.rows} rows\n`);
  return hash.digest('hex');
}

function addPart(hash: Hash, prefix: string, { inputs, targets, sampleWeights }: Part): void {
  add(hash, `${prefix}inputs`, inputs);
  add(hash, `${prefix}targets`, targets);
  if (sampleWeights) add(hash, `${prefix}sample weights`, sampleWeights);
}

function add(hash: Hash, label: string, given: Tensors): void {
  const tensors: [string, TF.Tensor][] =
    given instanceof tf.Tensor ? [['', given]] : Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, tensor] of tensors) {
    hash.update(`${label} ${name} ${tensor.dtype} ${tensor.shape}\n`);
    const values = tensor.dataSync();
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
}
