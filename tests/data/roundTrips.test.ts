import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRoundTrips, FORMATS } from './roundTrips';

test('sixty generated tables come back from every format with equal values and kinds', async () => {
  assert.equal(await checkRoundTrips(60), 60 * FORMATS.length);
});
