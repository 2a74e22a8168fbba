import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRoundTrips, FORMATS } from './roundTrips';

test('ten thousand generated tables come back from every format with equal values and kinds', async () => {
  assert.equal(await checkRoundTrips(10_000, FORMATS.length, 2), 10_000 * FORMATS.length);
});
