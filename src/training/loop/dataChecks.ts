import { checkNames, closest, ReluctantError } from '../../core';
import type { TrainingData } from '../samples';

const SAMPLES = ['inputs', 'targets', 'sampleWeights'];

/** Data may carry more than is trained on, such as the names of its features; only what was meant for something else is refused. */
function refuseMisspelt(data: object, names: readonly string[], kind: string): void {
  const given = Object.entries(data).filter(([name]) => closest(name, names, 2) !== undefined);
  checkNames('fit', Object.fromEntries(given), names, { kind });
}

/** Refuses names of data that are not understood. */
export function checkData(data: TrainingData): void {
  if (data === null || typeof data !== 'object') {
    throw new ReluctantError({
      code: 'data-missing',
      operation: 'fit',
      problem: 'there is no data to train on',
      received: data,
      expected: '{ inputs, targets } with tensors, or with tensors by name',
    });
  }
  refuseMisspelt(data, [...SAMPLES, 'validation', 'source', 'stream'], 'part of the data');
  if (data.validation) refuseMisspelt(data.validation, SAMPLES, 'part of the validation rows');
}
