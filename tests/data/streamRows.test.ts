import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { Random } from '../../src/core';
import { describeFeatures, load, makeRows } from '../../src/data';
import { lookBackOf } from '../../src/data/market/features';
import { openSession } from '../../src/data/read/duckdb/session';
import { DateSample } from '../../src/data/samples/dateSample';
import { streamRows } from '../../src/data/samples/streamRows';
import { market } from '../../src/synthetic';

let folder: string;
let csv: string;
let shuffledParquet: string;
// Many more rows than a batch (33,000 at this memory), so that symbols are cut by batches.
const MEMORY = 64e6;
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-stream-'));
  csv = path.join(folder, 'prices.csv');
  shuffledParquet = path.join(folder, 'shuffled.parquet');
  fs.writeFileSync(csv, market({ symbols: ['B', 'A', 'C'], days: 25_000, seed: 3, volatility: 0.002 }).toCSV());
  const session = await openSession({ everything: true });
  await session.connection.run(
    `COPY (SELECT * FROM read_csv('${csv}') ORDER BY hash(date, symbol)) TO '${shuffledParquet}' (FORMAT parquet)`,
  );
  session.close();
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
/** Each column of rows [n, width], sorted: the rows of both sides stand in orders of their own. */
const columnsOf = (values: Float32Array, width: number) =>
  Array.from({ length: width }, (_, k) =>
    Float32Array.from({ length: values.length / width }, (_, row) => values[row * width + k]!).sort(),
  );

test('streamRows makes the rows of makeRows, whatever the order of the file, with every feature of up to 60 rows', async () => {
  const features = (describeFeatures().column('feature') as string[]).filter((name) => lookBackOf(name) <= 60);
  assert.ok(features.length > 50);
  // Time is cut by all dates of the file there, by those of complete rows here: 59 rows of look-back and 2 ahead are not.
  const training = (20_000 - 59) / (25_000 - 59 - 2);
  const split = { training, validation: 1 - training };
  const whole = makeRows(await load(csv), { features, horizon: 2, split });
  const width = features.length + 1;
  const expectedRows = (() => {
    const rows = new Float32Array(whole.training.targets.length * width);
    whole.training.targets.forEach((target, row) => {
      rows.set(whole.training.inputs.subarray(row * (width - 1), (row + 1) * (width - 1)), row * width);
      rows[(row + 1) * width - 1] = target;
    });
    return rows;
  })();
  const expected = columnsOf(expectedRows, width);
  for (const source of [csv, shuffledParquet]) {
    const rows = await streamRows(source, { features, horizon: 2, memory: MEMORY, folder: at('rows'), seed: 1 });
    assert.equal(rows.rows, 75_000);
    assert.equal(rows.training.rows, whole.training.rows.length);
    assert.equal(rows.validationRows, whole.validation.rows.length);
    const centers = [rows.scaler.toJSON(), whole.scaler.toJSON()];
    centers[0]!.centers.forEach((center, k) => {
      const scale = centers[1]!.scales[k]!;
      assert.ok(Math.abs(center - centers[1]!.centers[k]!) < 1e-9 * (1 + scale), features[k]);
      assert.ok(Math.abs(centers[0]!.scales[k]! / scale - 1) < 1e-9, features[k]);
    });
    const found = rows.training.read(Int32Array.from({ length: rows.training.rows }, (_, row) => row));
    // Float32 on disk before scaling: prices of some tens in units of their deviation keep five digits.
    columnsOf(found, width).forEach((column, k) => {
      const off = column.reduce((most, value, row) => Math.max(most, Math.abs(value - expected[k]![row]!)), 0);
      assert.ok(off < (k === width - 1 ? 1e-4 : 1e-3), `${features[k] ?? 'target'} ${off}`);
    });
    assert.ok(fs.existsSync(at('rows')));
    rows.training.remove();
    assert.ok(!fs.existsSync(at('rows/shards')));
  }
});

test('RowShards.order visits every row once, a shard at a time, and repeats for the same seed', async () => {
  const rows = await streamRows(csv, { memory: MEMORY, folder: at('order'), seed: 2 });
  const orderOf = (seed: number) => rows.training.order(new Random(seed)).subarray(0, rows.training.rows);
  const order = orderOf(5);
  assert.deepEqual(order, orderOf(5));
  assert.notDeepEqual(order, orderOf(6));
  const piecewise = rows.training.order(new Random(5));
  const pieces = [...Array(Math.ceil(order.length / 777)).keys()].flatMap((k) => [
    ...piecewise.subarray(777 * k, 777 * (k + 1)),
  ]);
  assert.deepEqual(Int32Array.from(pieces), order);
  assert.deepEqual(
    Int32Array.from(order).sort(),
    Int32Array.from({ length: rows.training.rows }, (_, row) => row),
  );
  const again = await streamRows(csv, { memory: MEMORY, folder: at('order2'), seed: 2 });
  assert.deepEqual(again.training.read(order.slice(0, 500)), rows.training.read(order.slice(0, 500)));
  // A row and its neighbour in the file lie apart: the shards hold the rows in random order of their own.
  rows.training.remove();
  again.training.remove();
});

test('streamRows refuses what it cannot do', async () => {
  await assert.rejects(streamRows(csv, { memory: 1e6, folder: at('x') }), { code: 'memory-too-small' });
  const few = at('few.csv');
  fs.writeFileSync(few, 'date,close,high,low,volume\n2020-01-01,1,1,1,1\n2020-01-02,1,1,1,1\n');
  await assert.rejects(streamRows(few, { memory: MEMORY, folder: at('x') }), { code: 'rows-empty' });
  await assert.rejects(streamRows(at('absent.csv'), { memory: MEMORY, folder: at('x') }), { code: 'file-not-found' });
});

test('DateSample cuts at the quantile of distinct dates, also when there are more than it keeps', () => {
  const exact = new DateSample();
  for (const date of [5, 5, 1, 2, 3, 4, Number.NaN, 2]) exact.add(date);
  assert.equal(exact.quantile(0.8), 5);
  assert.equal(exact.quantile(1), Number.POSITIVE_INFINITY);
  const many = new DateSample();
  for (let k = 0; k < 1_000_000; k++) many.add(1.5e12 + 60_000 * k);
  const share = (many.quantile(0.8) - 1.5e12) / 60_000 / 1_000_000;
  assert.ok(Math.abs(share - 0.8) < 0.005, `${share}`);
});
