// Columns of plain files that are read where DuckDB keeps them: what is compared and copied in blocks is what the file says, row by row.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../../src/data';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-quick-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const day = (k: number) => new Date(k * 86_400_000).toISOString().slice(0, 10);

/** Loads rows written as CSV and gives a column back as texts. */
async function textsOf(rows: readonly (readonly string[])[], names: readonly string[], column: string) {
  const file = path.join(folder, 'rows.csv');
  fs.writeFileSync(file, `${[names, ...rows].map((cells) => cells.join(',')).join('\n')}\n`);
  const dataset = await load(file);
  const found = dataset.column(column);
  if (found.kind === 'symbol') return Array.from(found.values, (code) => (code < 0 ? '' : found.dictionary[code]!));
  if (found.kind === 'date') return Array.from(found.values, (value) => (value === -(2 ** 31) ? '' : day(value)));
  return Array.from(found.values, String);
}

test('symbols and days are told apart in whatever order the rows come', async () => {
  const symbols = ['AA', 'A', 'A rather long name of a share', 'B', '000001', 'another long name', 'Z'];
  const days = Array.from({ length: 700 }, (_, k) => day(18_000 + k));
  const bySymbol = symbols.flatMap((symbol, s) =>
    // Some symbols start late, and one lacks a day in the middle, so blocks begin and end anywhere.
    days.filter((_, k) => k >= 31 * s && !(s === 3 && k === 400)).map((date) => [symbol, date, '1.5']),
  );
  const byDay = [...bySymbol].sort(([, a], [, b]) => (a! < b! ? -1 : a! > b! ? 1 : 0));
  const mixed = bySymbol.map((_, k) => bySymbol[(k * 1237) % bySymbol.length]!);
  // An empty cell now and then, of which DuckDB makes none of the values that it compares.
  const holed = bySymbol.map(([symbol, date, close], k) => [symbol!, k % 97 === 5 ? '' : date!, close!]);
  for (const rows of [bySymbol, byDay, mixed, holed]) {
    for (const [k, name] of ['symbol', 'date'].entries()) {
      assert.deepEqual(
        await textsOf(rows, ['symbol', 'date', 'close'], name),
        rows.map((cells) => cells[k]),
      );
    }
  }
});

test('whole numbers of any length are read to the last digit', async () => {
  const numbers = Array.from({ length: 5000 }, (_, k) => String(Math.floor(1e15 * Math.abs(Math.sin(k + 1)) ** 9)));
  numbers.splice(300, 7, '0', '-1', '-123456789', '+5', '999999999999', '1000000000000', '12345678');
  const rows = numbers.map((volume, k) => [day(18_000 + k), volume]);
  assert.deepEqual(await textsOf(rows, ['date', 'volume'], 'volume'), numbers.map(Number).map(String));
  const codes = numbers.map((number, k) => (k === 4321 ? '0042' : number.replace(/^[+-]/, '')));
  const texts = await textsOf(
    codes.map((code, k) => [day(18_000 + k), code]),
    ['date', 'code2'],
    'code2',
  );
  assert.deepEqual(texts, codes);
});
