import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { CLAIM_MIME, claim } from '../../src/notebook';
import { claimBundle } from '../../src/notebook/claims';

/** What is printed outside of a notebook while `act` runs. */
function printedBy(act: () => void): unknown[] {
  const printed = mock.method(console, 'log', () => {});
  try {
    act();
  } finally {
    printed.mock.restore();
  }
  return printed.mock.calls.map((call) => (call.arguments as unknown[])[0]);
}

test('claim shows a statement that holds, with its numbers', () => {
  assert.deepEqual(
    printedBy(() => claim('all are zero', true, { share: 1, head: 'volatility' })),
    ['✔ all are zero  (share 1, head volatility)'],
  );
});

test('claim shows a statement that does not hold, and then fails', () => {
  const printed = printedBy(() => {
    assert.throws(() => claim('all are zero', false, { share: 0.5 }), {
      code: 'claim-does-not-hold',
      message: /all are zero/,
    });
  });
  assert.deepEqual(printed, ['✘ all are zero  (share 0.5000)']);
});

test('claim takes nothing but true for holding', () => {
  printedBy(() => {
    for (const holds of [undefined, null, 1, 'yes', NaN]) {
      assert.throws(() => claim('a comparison', holds as unknown as boolean), { code: 'claim-does-not-hold' });
    }
  });
});

test('claim refuses a statement without words', () => {
  for (const words of ['', ' ', 3]) {
    assert.throws(() => claim(words as string, true), { code: 'claim-without-words' });
  }
});

test('a claim is never trusted as HTML, and keeps numbers that JSON cannot hold', () => {
  const bundle = claimBundle({
    claim: '<img src=x onerror=alert(1)>',
    holds: true,
    evidence: { '<b>': NaN, low: -Infinity },
  });
  assert.ok(!/<img|<b>/.test(String(bundle['text/html'])));
  assert.deepEqual((bundle[CLAIM_MIME] as { evidence: unknown }).evidence, { '<b>': 'NaN', low: '-Infinity' });
});
