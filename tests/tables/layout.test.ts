import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { setLineWidth, Table } from '../../src/tables';
import { laidOut } from '../../src/tables/layout';

const width = (text: string) => [...text].length;

test('a table that fits is as it was; a wider one has its texts wrapped, and numbers stay whole', () => {
  const texts = {
    heads: ['cause', 'says', 'loss'],
    body: [['dead-head', 'the head gives nothing but zeros and has no gradient that could bring it back', '0.0001234']],
    left: [true, true, false],
  };
  assert.equal(laidOut(texts).length, 3);
  const lines = laidOut(texts, 50);
  assert.ok(lines.length > 3);
  assert.ok(lines.every((line) => width(line) <= 50));
  assert.match(lines[2]!, /dead-head .* 0\.0001234$/);
});

test('columns that cannot be narrower come below each other, each block with the first column', () => {
  const heads = ['run', ...Array.from({ length: 12 }, (_, k) => `number${k}`)];
  const body = [['first', ...Array.from({ length: 12 }, (_, k) => `${k}.12345`)]];
  const lines = laidOut({ heads, body, left: heads.map((_, k) => k === 0) }, 40);
  assert.ok(lines.every((line) => width(line) <= 40));
  const blocks = lines.join('\n').split('\n\n');
  assert.ok(blocks.length > 1);
  for (const block of blocks) assert.match(block, /^run .*\n─+.*\nfirst /);
  for (let k = 0; k < 12; k++) assert.equal(lines.join('\n').split(`${k}.12345`).length - 1 >= 1, true);
});

test('whatever a table holds, no word of it is lost, and no line is longer than its longest words make it', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '1', '日'), minLength: 1, maxLength: 8 });
  const cell = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
  const table = fc.integer({ min: 1, max: 6 }).chain((columns) =>
    fc.record({
      heads: fc.array(word, { minLength: columns, maxLength: columns }),
      body: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 }),
      left: fc.constant(Array.from({ length: columns }, () => true)),
    }),
  );
  fc.assert(
    fc.property(table, fc.integer({ min: 30, max: 100 }), (texts, limit) => {
      const lines = laidOut(texts, limit);
      assert.ok(lines.every((line) => width(line) <= limit));
      const count = (words: string[]) =>
        words
          .join(' ')
          .split(/\s+/)
          .filter((one) => one !== '' && !/^─+$/.test(one)).length;
      assert.ok(count(lines) >= count([...texts.heads, ...texts.body.flat()]));
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('setLineWidth says for every table how wide it is, until it is taken back', () => {
  const table = new Table([{ name: 'a b c d e f g h i j k l m n o p', value: 1 }]);
  const before = table.toString();
  setLineWidth(() => 20);
  try {
    assert.ok(
      table
        .toString()
        .split('\n')
        .every((line) => width(line) <= 20),
    );
  } finally {
    setLineWidth();
  }
  assert.equal(table.toString(), before);
});
