import { test } from 'node:test';
import { FAILURES, isNamedAndMended } from './waveNetFailures';

// One of the four, on a small market; "npm run test:failures" has all of them at full size.
const [failure] = FAILURES.filter(({ cause }) => cause === 'dead-head');

test(`${failure!.what} is named from its run alone on the Financial WaveNet, and the change mends it`, () =>
  isNamedAndMended(failure!, 3, { symbols: 8, days: 500, epochs: 10 }));
