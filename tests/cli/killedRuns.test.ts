import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKilledRuns } from './killedRuns';

test('reluctant train, killed with SIGKILL and resumed, ends with the same bits', async () => {
  assert.ok((await checkKilledRuns(1, 4)) === 1, 'it was killed before it ended');
});
