import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKilledRuns } from './killedRuns';

test('reluctant train, killed with SIGKILL at 20 random moments and resumed, ends with the same bits', async (context) => {
  const hit = await checkKilledRuns(20, 1);
  context.diagnostic(`${hit} of 20 were killed before they ended`);
  assert.ok(hit >= 12);
});
