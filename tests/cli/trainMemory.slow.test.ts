import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTrainingBeyondMemory } from './trainMemory';

test('reluctant train on a Parquet file of four times the memory it is given stays within that memory', async (context) => {
  const memory = 96e6;
  const { file, taken, losses } = await checkTrainingBeyondMemory(memory);
  const megabytes = (amount: number) => Math.round(amount / 1e6);
  context.diagnostic(`file ${megabytes(file)} MB, memory given ${megabytes(memory)} MB, taken ${megabytes(taken)} MB`);
  context.diagnostic(`validation loss ${losses.join(' ')}`);
  assert.ok(taken < memory, `${megabytes(taken)} MB`);
});
