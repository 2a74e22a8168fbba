// npm test -- explorer/abuse.slow
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAbuse, moveWildly } from './abuse';

test('moving sliders wildly for 60 s: nothing stale, no tensors, less than 50 MB more memory', async () => {
  const result = await moveWildly(60, 20);
  const { moves, runs, drawings, tensorsGrown, megabytesGrown, graphs } = result;
  console.log(
    `${moves} moves, ${runs} runs, ${drawings} drawings, ${graphs} graphs loaded: ` +
      `${tensorsGrown} tensors and ${megabytesGrown.toFixed(1)} MB more`,
  );
  checkAbuse(result);
  assert.ok(megabytesGrown < 50, `${megabytesGrown} MB`);
});
