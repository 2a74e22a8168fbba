import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { record } from '../../src/notebook';

test('record prints the number outside of a notebook', () => {
  const printed = mock.method(console, 'log', () => {});
  try {
    record('share of zeros', 0.25, { tolerance: 0.01 });
    record('loss', NaN);
  } finally {
    printed.mock.restore();
  }
  assert.deepEqual(
    printed.mock.calls.map((call) => (call.arguments as unknown[])[0]),
    ['share of zeros = 0.2500', 'loss = NaN'],
  );
});

test('record refuses an empty name, a value that is no number and a negative tolerance', () => {
  assert.throws(() => record(' ', 1), { code: 'record-without-name' });
  assert.throws(() => record('x', '1' as unknown as number), { code: 'record-not-a-number' });
  assert.throws(() => record('x', 1n as unknown as number), { code: 'record-not-a-number' });
  assert.throws(() => record('x', 1, { tolerance: -1 }), { code: 'number-out-of-range' });
  assert.throws(() => record('x', 1, { tolerance: NaN }), { code: 'number-out-of-range' });
});
