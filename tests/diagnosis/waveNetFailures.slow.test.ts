import { test } from 'node:test';
import { FAILURES, isNamedAndMended } from './waveNetFailures';

// About ten thousand windows, as in the investigations.
const SIZE = { symbols: 16, days: 900, epochs: 8 };

for (const failure of FAILURES)
  for (const seed of failure.seeds)
    test(`seed ${seed}: ${failure.what} is named from its run alone on the Financial WaveNet, and the change mends it`, () =>
      isNamedAndMended(failure, seed, SIZE));
