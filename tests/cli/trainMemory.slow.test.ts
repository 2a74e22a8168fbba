import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTrainingBeyondMemory } from './trainMemory';

test('reluctant train on a Parquet file of four times --memory stays within it, libraries and all, and learns', async (context) => {
  const memory = 760e6;
  const { file, peak, losses } = await checkTrainingBeyondMemory(memory);
  const megabytes = (amount: number) => Math.round(amount / 1e6);
  const figures = `file ${megabytes(file)} MB, memory given ${megabytes(memory)} MB, resident at the peak ${megabytes(peak)} MB`;
  context.diagnostic(`${figures}; validation loss ${losses.join(' ')}`);
  assert.ok(file >= 4 * memory, figures);
  assert.ok(peak <= memory, figures);
});
