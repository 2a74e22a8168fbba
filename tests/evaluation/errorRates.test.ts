import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rates, VERDICTS } from '../../bench/worlds';

// The short form of npm run bench:evaluation, which counts 3,000 worlds of 1,000 days for each horizon.
for (const horizon of [1, 5])
  test(`with labels over ${horizon} days, verdicts seldom err in worlds without skill and find planted skill`, () => {
    const errors = rates({ horizon, days: 400, skill: false }, 30, 7);
    // Of 30 worlds, 5 of 100 err in 1.5; seven or more would happen once in 2,000 times.
    for (const name of VERDICTS.nominal) assert.ok(errors[name] < 7 / 30, `${name} errs in ${errors[name]}`);
    const power = rates({ horizon, days: 1000, skill: true }, 6, 8);
    for (const name of VERDICTS.nominal) assert.ok(power[name] >= 5 / 6, `${name} finds skill in ${power[name]}`);
  });

test('what ignores the overlap errs far more often than it promises', () => {
  const errors = rates({ horizon: 20, days: 400, skill: false }, 30, 9);
  assert.ok(errors['rank IC, overlap ignored'] > 0.3);
});
