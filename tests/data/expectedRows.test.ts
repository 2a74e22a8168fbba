import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../../src/data';
import { expectedRows } from '../../src/data/read/duckdb/expectedRows';
import { openSession } from '../../src/data/read/duckdb/session';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-rows-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('expectedRows is exact for Parquet and near for CSV; load is exact where the beginning of a file misleads', async () => {
  const session = await openSession({ everything: true });
  const even = path.join(folder, 'even.csv');
  // Long lines first: an estimate from the beginning is five times too low.
  const growing = path.join(folder, 'growing.csv');
  const line = (k: number) => `${k < 4000 ? 'x'.repeat(100) : `s${k % 7}`},${k},${k % 3 === 0 ? '' : k / 4}\n`;
  const text = (rows: number, of: (k: number) => string) =>
    `symbol,a,b\n${Array.from({ length: rows }, (_, k) => of(k)).join('')}`;
  fs.writeFileSync(
    even,
    text(50_000, (k) => `S${k % 10},${100_000 + k},${k % 10}\n`),
  );
  fs.writeFileSync(growing, text(60_000, line));
  const parquet = path.join(folder, 'a.parquet');
  await session.connection.run(`COPY (SELECT * FROM read_csv('${even}')) TO '${parquet}' (FORMAT parquet)`);
  try {
    assert.equal(await expectedRows(session, [parquet, parquet], 'parquet'), 100_000);
    const near = await expectedRows(session, [even], 'csv');
    assert.ok(near >= 50_000 && near < 52_000, `${near}`);
    assert.ok((await expectedRows(session, [growing], 'csv')) < 40_000);
  } finally {
    session.close();
  }
  const data = await load(growing);
  assert.equal(data.rows, 60_000);
  for (const row of [0, 3999, 4000, 31_234, 59_999]) {
    const [symbol, a, b] = line(row).trim().split(',');
    assert.deepEqual(
      [data.values('symbol')[row], data.numbers('a')[row], data.numbers('b')[row]],
      [symbol, Number(a), b === '' ? Number.NaN : Number(b)],
    );
  }
  assert.equal(data.column('symbol').kind === 'symbol' && data.column('symbol').values.length, 60_000);
});

test('load of symbols: short and long ones, look-alikes, missing ones and thousands of them come back as they were', async () => {
  const names = ['', 'A', 'A ', 'AB', 'ABCDEFGHIJKL', 'ABCDEFGHIJKLM', 'ABCDEFGHIJKLN', '漢', 'é', 'e\u0301', 'NULL!'];
  const many = Array.from({ length: 9000 }, (_, k) => (k % 5 === 0 ? names[(k / 5) % names.length]! : `T${k % 4111}`));
  const file = path.join(folder, 'symbols.csv');
  fs.writeFileSync(file, `symbol,x\n${many.map((name, k) => `"${name}",${k}\n`).join('')}`);
  const found = (await load(file)).values('symbol');
  assert.deepEqual(
    found,
    many.map((name) => (name === '' ? undefined : name)),
  );
});

test('Dataset.toTensor puts columns of numbers side by side', async () => {
  const file = path.join(folder, 'tensor.csv');
  const rows = 10_000;
  fs.writeFileSync(file, `s,a,b\n${Array.from({ length: rows }, (_, k) => `x,${k},${-k}.5\n`).join('')}`);
  const data = await load(file);
  const all = data.toTensor();
  assert.deepEqual(all.shape, [rows, 2]);
  assert.deepEqual([...all.dataSync().slice(2 * 9999)], [9999, -9999.5]);
  const one = data.toTensor(['b']);
  assert.deepEqual([one.shape, one.dataSync()[7]], [[rows, 1], -7.5]);
  all.dispose();
  one.dispose();
  assert.throws(() => data.toTensor(['s']), { code: 'column-not-numeric' });
});
