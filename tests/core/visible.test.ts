import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeeperThan, parseJSON, ReluctantError, visible } from '../../src/core';
import { Table } from '../../src/tables';

/** Clears the screen, sets the clipboard, goes back over a line, turns the direction of text. */
const OBEYED = 'a\u001b[2J\u001b]52;c;aGk=\u0007\rb\u009b1m\u202ec\u2066d\u007f';

test('visible writes out what a terminal obeys, and leaves line ends, tabs and all other text', () => {
  assert.equal(visible(OBEYED), 'a\\u001b[2J\\u001b]52;c;aGk=\\u0007\\u000db\\u009b1m\\u202ec\\u2066d\\u007f');
  for (const text of ['', 'zwei\nZeilen\t', 'é 日本 👩‍🔬 עברית']) assert.equal(visible(text), text);
});

test('no name from data reaches a terminal as it is, in a message or a table', () => {
  const error = new ReluctantError({
    code: 'x',
    operation: 'x',
    problem: OBEYED,
    where: { file: OBEYED },
    fix: OBEYED,
  });
  const table = new Table([{ [OBEYED]: OBEYED }], { title: OBEYED });
  for (const text of [error.message, table.toString()])
    assert.doesNotMatch(text, /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
});

test('isDeeperThan counts lists and objects, not what stands in texts', () => {
  assert.equal(isDeeperThan('{"a": [[1]]}', 3), false);
  assert.equal(isDeeperThan('{"a": [[1]]}', 2), true);
  assert.equal(isDeeperThan('["[[[[", "\\"[[[[", 1]', 1), false);
  assert.equal(isDeeperThan('[1], '.repeat(9), 1), false);
  assert.throws(() => parseJSON('['.repeat(5000)), SyntaxError);
  assert.deepEqual(parseJSON('{"a": [1]}'), { a: [1] });
});
