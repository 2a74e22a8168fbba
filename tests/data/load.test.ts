import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import * as zlib from 'node:zlib';
import * as xlsx from '@e965/xlsx';
import { CompressionType, setCompressionCodec, tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { z } from 'zod';
import type { ReluctantError } from '../../src/core';
import { type Dataset, load, loadBatches, query, type SymbolColumn } from '../../src/data';
import { openSession } from '../../src/data/read/duckdb/session';

let folder: string;
const at = (name: string) => path.join(folder, name);
const write = (name: string, text: string | Uint8Array): string => {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), text);
  return at(name);
};
const CSV = 'symbol,date,close,volume\nA,2020-01-02,1.5,100\nA,2020-01-03,,200\n"B ""x""",2020-01-06,-3e2,\n';

/** Every value of the three rows of CSV. */
function checkRows(data: Dataset): void {
  assert.deepEqual(data.values('symbol'), ['A', 'A', 'B "x"']);
  assert.deepEqual(data.values('date'), ['2020-01-02', '2020-01-03', '2020-01-06']);
  assert.deepEqual([...data.numbers('close')], [1.5, Number.NaN, -300]);
  assert.deepEqual([...data.numbers('volume')], [100, 200, Number.NaN]);
}

before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-load-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('load reads the same table from CSV, TSV, semicolons, gzip, zstd, Parquet, JSON, JSON lines, Arrow and Excel', async () => {
  write('a.csv', CSV);
  write('a.tsv', CSV.replaceAll(',', '\t'));
  write('b.csv', CSV.replaceAll(',', ';'));
  write('crlf.csv', CSV.replaceAll('\n', '\r\n'));
  write('bom.csv', `\ufeff${CSV}`);
  write('utf16.csv', Buffer.from(`\ufeff${CSV}`, 'utf16le'));
  write('a.csv.gz', zlib.gzipSync(CSV));
  const rows = [
    { symbol: 'A', date: '2020-01-02', close: 1.5, volume: 100 },
    { symbol: 'A', date: '2020-01-03', close: null, volume: 200 },
    { symbol: 'B "x"', date: '2020-01-06', close: -300, volume: null },
  ];
  write('a.json', JSON.stringify(rows));
  write('a.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  const session = await openSession({ everything: true });
  const copy = (name: string, how: string) =>
    session.connection.run(`COPY (SELECT * FROM read_csv('${at('a.csv')}')) TO '${at(name)}' (${how})`);
  await copy('a.parquet', 'FORMAT parquet');
  await copy('a.csv.zst', 'FORMAT csv, COMPRESSION zstd');
  session.close();
  const sheet = xlsx.utils.json_to_sheet(
    rows.map((row) => ({ ...row, date: new Date(`${row.date}T00:00:00Z`) })),
    { UTC: true },
  );
  xlsx.writeFile({ SheetNames: ['Prices'], Sheets: { Prices: sheet } }, at('a.xlsx'), { cellDates: true });
  const arrow = tableFromArrays({
    symbol: rows.map((row) => row.symbol),
    date: rows.map((row) => new Date(`${row.date}T00:00:00Z`)),
    close: rows.map((row) => row.close),
    volume: rows.map((row) => row.volume),
  });
  write('a.arrow', tableToIPC(arrow, { format: 'file' })!);
  const files =
    'a.csv a.tsv b.csv crlf.csv bom.csv utf16.csv a.csv.gz a.csv.zst a.parquet a.json a.jsonl a.xlsx a.arrow'.split(
      ' ',
    );
  for (const file of files) {
    await test(file, async () => {
      const data = await load(at(file));
      if (file === 'a.arrow')
        assert.equal(data.column('date').kind === 'date' || data.column('date').kind === 'time', true);
      else checkRows(data);
      assert.deepEqual([...data.numbers('close')], [1.5, Number.NaN, -300]);
      assert.deepEqual(data.values('symbol'), ['A', 'A', 'B "x"']);
    });
  }
});

test('load reads Feather files packed with LZ4, which is how pandas writes them', async () => {
  await load(at('a.arrow')); // registers the codecs for reading
  const lz4 = require('lz4js') as Record<'compress' | 'decompress', (bytes: Uint8Array) => Uint8Array>;
  setCompressionCodec(CompressionType.LZ4_FRAME, {
    encode: (bytes) => Uint8Array.from(lz4.compress(bytes)),
    decode: (bytes) => Uint8Array.from(lz4.decompress(bytes)),
  });
  const close = Float64Array.from({ length: 5000 }, (_, k) => k % 7);
  const packed = tableToIPC(tableFromArrays({ close }), { format: 'file', codec: CompressionType.LZ4_FRAME })!;
  assert.ok(packed.length < close.byteLength / 2, 'it is packed');
  assert.deepEqual((await load(write('lz4.feather', packed))).numbers('close'), close);
});

test('load reads lists and globs as one table, matched by column names, missing where a file lacks one', async () => {
  write('many/1.csv', 'symbol,close\nA,1\n');
  write('many/2.csv', 'close,symbol,extra\n2,B,7\n');
  for (const source of [
    at('many/*.csv'),
    at('man{y,x}/[12].csv'),
    [at('many/1.csv'), at('many/2.csv')],
    at('**/[12].csv'),
  ]) {
    const data = await load(source);
    assert.deepEqual(data.values('symbol'), ['A', 'B']);
    assert.deepEqual([...data.numbers('close')], [1, 2]);
    assert.deepEqual([...data.numbers('extra')], [Number.NaN, 7]);
  }
  await assert.rejects(load(at('many/*.parquet')), { code: 'file-not-found' });
});

test('load takes a path as it stands, whatever characters it has', async () => {
  for (const name of ["it's; DROP TABLE x--.csv", 'a[1]*?.csv', '{a,b}.csv', '$files.csv', 'ü 漢.csv', '"q".csv']) {
    checkRows(await load(write(name, CSV)));
  }
});

test('load keeps hostile column names as names', async () => {
  const names = [
    'a"; DROP TABLE t; --',
    '__proto__',
    'constructor',
    '<script>alert(1)</script>',
    "x' OR 1=1",
    '$files',
    '*',
  ];
  const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
  const data = await load(write('hostile.csv', `${quoted.join(',')}\n${names.map((_, k) => k).join(',')}\n`));
  assert.deepEqual(data.names, names);
  names.forEach((name, k) => {
    assert.equal(data.numbers(name)[0], k);
  });
  const html = String(
    (data as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!()['text/html'],
  );
  assert.ok(!html.includes('<script>') && html.includes('&lt;script&gt;'));
});

test('load reads only the columns asked for, in that order, and names the ones there are when one is absent', async () => {
  const data = await load(at('a.csv'), { columns: ['volume', 'symbol'] });
  assert.deepEqual(data.names, ['volume', 'symbol']);
  for (const file of ['a.csv', 'a.parquet', 'a.arrow', 'a.xlsx']) {
    await assert.rejects(load(at(file), { columns: ['Close'] }), /close/);
  }
});

test('load reads instants in UTC, in the zone they name, or in the zone given for those that name none', async () => {
  const file = write('times.csv', 'plain,zoned\n2020-07-01 12:00:00,2020-07-01 12:00:00+02:00\n');
  const data = await load(file);
  assert.deepEqual(data.row(0), { plain: '2020-07-01T12:00:00.000Z', zoned: '2020-07-01T10:00:00.000Z' });
  const there = await load(file, { timeZone: 'America/New_York' });
  assert.deepEqual(there.row(0), { plain: '2020-07-01T16:00:00.000Z', zoned: '2020-07-01T10:00:00.000Z' });
});

test('load reads dates in a format given, and float32 when asked', async () => {
  const file = write('german.csv', 'date;close\n31.12.2020;1.25\n01.02.2021;2\n');
  const data = await load(file, { dateFormat: '%d.%m.%Y', precision: 'float32' });
  assert.deepEqual(data.values('date'), ['2020-12-31', '2021-02-01']);
  assert.ok(data.numbers('close') instanceof Float32Array);
});

test('load names file, row and column of what it cannot read', async () => {
  const long = Array.from({ length: 30_000 }, (_, k) => (k === 25_000 ? 'x,oops' : 'x,1.5'));
  await assert.rejects(load(write('late.csv', `a,b\n${long.join('\n')}\n`)), (error: ReluctantError) => {
    assert.equal(error.code, 'value-not-readable');
    assert.deepEqual(error.details.where, { file: at('late.csv'), row: 25_002, column: 'b' });
    assert.equal(error.details.received, 'oops');
    return true;
  });
  await assert.rejects(load(write('ragged.csv', 'a,b,d\n1,2,3\n1,2\n4,5,6\n')), (error: ReluctantError) => {
    assert.deepEqual(error.details.where, { file: at('ragged.csv'), row: 3 });
    return true;
  });
  const cases: [string, string | Uint8Array, string][] = [
    ['empty.csv', '', 'file-empty'],
    ['blank.csv', ' \n \n', 'file-empty'],
    ['numbers.csv', '1,2\n3,4\n', 'header-missing'],
    ['twice.csv', 'a,A\n1,2\n', 'column-names-repeated'],
    ['latin.csv', Buffer.from('name,x\ncaf\xe9,1\n', 'latin1'), 'row-not-readable'],
    ['cut.csv.gz', zlib.gzipSync(CSV.repeat(100)).subarray(0, 60), 'file-damaged'],
    ['text.parquet', 'no parquet', 'file-damaged'],
    ['text.arrow', 'no arrow', 'file-damaged'],
    ['broken.json', '[{"a": 1}, {"a": ', 'row-not-readable'],
    ['what.bin', CSV, 'format-unknown'],
  ];
  for (const [name, content, code] of cases) {
    await assert.rejects(load(write(name, content)), (error: ReluctantError) => {
      assert.equal(error.code, code, `${name}: ${error.message}`);
      assert.equal(error.details.where?.['file'], at(name));
      return true;
    });
  }
  await assert.rejects(load(at('absent.csv')), { code: 'file-not-found' });
  await assert.rejects(load('https://localhost/prices.csv'), /network/);
  await assert.rejects(load(folder), { code: 'not-a-file' });
  await assert.rejects(load([]), { code: 'path-not-usable' });
});

test('load reads a file without header when told, latin-1 when told, and a header alone as no rows', async () => {
  assert.deepEqual((await load(at('numbers.csv'), { header: false })).rows, 2);
  assert.deepEqual((await load(at('latin.csv'), { encoding: 'latin-1' })).values('name'), ['café']);
  const none = await load(write('header.csv', 'symbol,close\n'));
  assert.equal(none.rows, 0);
  assert.deepEqual(none.names, ['symbol', 'close']);
});

test('load checks rows against a zod schema and names the first that fails', async () => {
  const schema = z.object({ symbol: z.string(), close: z.number().positive().optional() });
  await assert.rejects(load(at('a.csv'), { schema }), (error: ReluctantError) => {
    assert.deepEqual(error.details.where, { file: 'a.csv', row: 3, column: 'close' });
    return true;
  });
});

test('load takes NA, null and NaN for missing in columns of every kind, wherever they come', async () => {
  for (const [place, missing] of [
    [1, 'NA'],
    [40_000, 'null'],
    [40_000, 'NaN'],
    [2, 'None'],
  ] as const) {
    for (const column of [0, 1, 2, 3, 4]) {
      const rows = Array.from({ length: 40_010 }, (_, k) => [`S${k % 3}`, '2020-01-02', String(k), `${k}.5`, 'true']);
      rows[place]![column] = missing;
      const text = rows.map((row) => row.join()).join('\n');
      const data = await load(write('missing.csv', `symbol,date,whole,real,flag\n${text}\n`));
      assert.deepEqual(
        ['symbol', 'date', 'whole', 'real', 'flag'].map((name) => data.column(name).kind),
        ['symbol', 'date', 'number', 'number', 'number'],
      );
      const names = data.names;
      for (const [k, name] of names.entries()) {
        // NA is the ticker of a bank: among symbols it is one.
        const isSymbol = missing === 'NA' && k === 0;
        assert.equal(data.row(place)[name] === undefined, k === column && !isSymbol, `${missing} ${name}`);
        assert.notEqual(data.row(place - 1)[name], undefined);
      }
      const symbols = [...(data.column('symbol') as SymbolColumn).dictionary].filter((text) => text !== 'NA');
      assert.deepEqual(symbols.sort(), ['S0', 'S1', 'S2']);
      assert.equal(data.numbers('whole')[40_009], 40_009);
    }
  }
  const own = await load(write('own.csv', 'symbol,x\nNA,-999\nB,2\n'), { missing: ['-999'] });
  assert.deepEqual(
    [own.values('symbol'), own.values('x')],
    [
      ['NA', 'B'],
      [undefined, 2],
    ],
  );
});

test('load tells 70,000 texts of all lengths apart, missing ones among them', async () => {
  const text = (k: number) => (k % 7 === 0 ? '' : k % 2 === 0 ? `É${k}` : `a name longer than twelve bytes ${k}`);
  const rows = Array.from({ length: 140_000 }, (_, k) => [text(k % 70_000), k % 3 === 0 ? '' : String(k)]);
  const data = await load(write('texts.csv', `name,x\n${rows.map((row) => row.join()).join('\n')}\n`));
  assert.deepEqual(
    data.values('name'),
    rows.map(([name]) => name || undefined),
  );
  assert.deepEqual(
    data.values('x'),
    rows.map(([, x]) => (x ? Number(x) : undefined)),
  );
  const { dictionary } = data.column('name') as SymbolColumn;
  assert.equal(dictionary.length, new Set(dictionary).size);
});

test('load reads lines of almost 2 MB, in the middle of short ones', async () => {
  const [long, short] = ['x'.repeat(1_900_000), 'y,1\n'.repeat(1000)];
  const data = await load(write('long.csv', `text,n\n${short}${long},2\n${short}`));
  assert.equal(data.rows, 2001);
  assert.equal(data.values('text')[1000], long);
  assert.equal(
    [...data.numbers('n')].reduce((sum, n) => sum + n, 0),
    2002,
  );
});

test('loadBatches gives the rows of load in order, in batches, with codes that mean the same in all', async () => {
  const rows = Array.from({ length: 10_000 }, (_, k) => `S${k % 13},${k}`);
  const file = write('batches.csv', `symbol,x\n${rows.join('\n')}\n`);
  const sizes: number[] = [];
  const seen: string[] = [];
  for await (const batch of loadBatches(file, { batchRows: 3000 })) {
    sizes.push(batch.rows);
    for (let row = 0; row < batch.rows; row++) seen.push(`${batch.values('symbol')[row]},${batch.numbers('x')[row]}`);
    if (seen.length > 3500) break;
  }
  assert.deepEqual(sizes, [3000, 3000]);
  assert.deepEqual(seen.slice(0, 6000), rows.slice(0, seen.length));
});

test('query runs SQL over files with bound values, and refuses what is not one SELECT', async () => {
  const files = { 'my prices': at('a.csv'), more: at('many/*.csv') };
  const data = await query(
    'SELECT p.symbol, p.close + m.close AS both FROM "my prices" p JOIN more m USING (symbol) WHERE p.volume = $v',
    {
      files,
      values: { v: 100 },
    },
  );
  assert.deepEqual(data.row(0), { symbol: 'A', both: 2.5 });
  const quoted = await query('SELECT $name AS name', { files, values: { name: "'; DROP TABLE x; --" } });
  assert.deepEqual(quoted.values('name'), ["'; DROP TABLE x; --"]);
  await assert.rejects(query('DROP TABLE x', { files }), { code: 'query-failed' });
  await assert.rejects(query('SELECT nonsense FROM more', { files }), { code: 'query-failed' });
});

test('Dataset.toArquero shares the memory of number columns; toDanfo holds the same values', async () => {
  const data = await load(at('a.csv'));
  const table = data.toArquero();
  assert.equal(table.column('close'), data.column('close').values as unknown);
  assert.equal(table.get('symbol', 2), 'B "x"');
  assert.deepEqual(table.get('date', 0), new Date('2020-01-02T00:00:00Z'));
  const frame = data.toDanfo();
  assert.deepEqual(frame.shape, [3, 4]);
  assert.deepEqual(frame['volume'].values.slice(0, 2), [100, 200]);
});
