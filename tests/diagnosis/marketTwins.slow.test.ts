// Every fault of wiring on ten seeds, trained and diagnosed: npm run test:wiring.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmark } from '../../src/diagnosis';
import { answerOf, timesSeen, WIRED } from './marketTwins';

for (const twin of WIRED) {
  test(`${twin.fault}: named first on at least 9 of 10 seeds, and never on the healthy twin`, async () => {
    let first = 0;
    const elsewhere: string[] = [];
    for (let seed = 1; seed <= 10; seed++) {
      const answer = await answerOf(twin, seed);
      if (answer.first === twin.cause) first++;
      assert.ok(!answer.onHealthy.includes(twin.cause), `healthy twin of seed ${seed}`);
      elsewhere.push(...answer.onHealthy);
    }
    console.log(
      `${twin.fault}: ${first} of 10 first; other verdicts on healthy twins: ${elsewhere.join(', ') || 'none'}`,
    );
    assert.ok(first >= 9, `${first} of 10`);
  });
}

for (const twin of benchmark.MARKET_TWINS)
  test(`${twin.fault}: seen without training on at least 9 of 10 seeds, and nothing on any healthy twin`, async () => {
    const count = await timesSeen(twin, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.ok(count >= 9, `${count} of 10`);
  });
