import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v8 from 'node:v8';
import { collectGarbage, collectIfGrown } from '../../src/core';

test('collectIfGrown leaves a small heap alone and takes back what has piled up', () => {
  collectGarbage();
  assert.equal(collectIfGrown(50), false);
  let pile: object[] | undefined = Array.from({ length: 1_500_000 }, (_, k) => ({ k, more: [k] }));
  const grown = v8.getHeapStatistics().total_heap_size;
  assert.equal(pile.length, 1_500_000);
  pile = undefined;
  assert.equal(collectIfGrown(50), true);
  assert.ok(v8.getHeapStatistics().total_heap_size < grown - 50e6);
  assert.equal(collectIfGrown(50), false);
});
