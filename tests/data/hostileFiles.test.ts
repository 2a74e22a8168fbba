// Data files that reach for what is not theirs, or ask for more than they have: nothing else is read, and each ends in one error.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as zlib from 'node:zlib';
import { ReluctantError } from '../../src/core';
import { load, loadBatches, query, save } from '../../src/data';

/** A number that stands in files that nobody names. */
const SECRET = 987654;
const MEGABYTES = 1024;

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
const put = (name: string, content: string | Uint8Array) => {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), content);
};
const DUCK = (sql: string[], file: string) =>
  execFileSync(
    process.execPath,
    [
      '-e',
      `const { DuckDBInstance } = require('@duckdb/node-api');
      (async () => { const c = await (await DuckDBInstance.create(process.argv[1])).connect();
      for (const one of JSON.parse(process.argv[2])) await c.run(one); c.closeSync(); })()`,
      file,
      JSON.stringify(sql),
    ],
    { cwd: path.join(__dirname, '..', '..') },
  );

/** Names that mean something to a shell, a glob, SQL, a format of printing or a terminal. */
const NAMES = [
  'data[1].csv',
  'data[a-z].csv',
  'a*b.csv',
  '*.csv',
  'what?.csv',
  '{a,b}.csv',
  '~.csv',
  '$HOME.csv',
  '`id`.csv',
  "o'clock.csv",
  'a"b.csv',
  'a;b.csv',
  '--help.csv',
  '-.csv',
  'a b.csv',
  'a%20b.csv',
  '%s.csv',
  '#x.csv',
  'x=1.csv',
  'a\\b.csv',
  'é.csv',
  '\u202e.csv',
  '[.csv',
  '].csv',
  '[[].csv',
  '[*].csv',
  '**.csv',
  'a\nb.csv',
  ' .csv',
  'CON.csv',
  "');DROP TABLE x;--.csv",
];

before(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-data-')));
  for (const [k, name] of NAMES.entries()) put(`names/${name}`, `k,v\n${k},1\n${k},2\n`);
  // What a glob in one of those names would find beside it.
  for (const name of ['data1.csv', 'dataq.csv', 'axb.csv', 'whatx.csv', 'a.csv'])
    put(`names/${name}`, `k,v\n${SECRET},${SECRET}\n`);
  for (const name of ['close=1', 'year=2020/month=1', 'symbol=A']) put(`${name}/p.csv`, 'close,x\n5,6\n7,8\n');
  put('secret.csv', `s\n${SECRET}\n`);
  execFileSync('mkfifo', [at('pipe.csv'), at('pipe.parquet'), at('pipe.json')]);
  fs.symlinkSync('/dev/zero', at('zero.csv'));
  fs.symlinkSync('loop.csv', at('loop.csv'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('a file that exists is that file, whatever its name', async () => {
  for (const [k, name] of NAMES.entries()) {
    const data = await load(at('names', name));
    assert.deepEqual([...data.numbers('k')], [k, k], name);
    for await (const batch of loadBatches(at('names', name))) assert.deepEqual([...batch.numbers('k')], [k, k], name);
    const asked = await query('SELECT k FROM t', { files: { t: at('names', name) } });
    assert.deepEqual([...asked.numbers('k')], [k, k], name);
  }
});

test('folders are no columns', async () => {
  for (const name of ['close=1', 'year=2020/month=1', 'symbol=A']) {
    const data = await load(at(name, 'p.csv'));
    assert.deepEqual([...data.numbers('close')], [5, 7], name);
    assert.deepEqual(data.names, ['close', 'x']);
  }
});

test('SQL reaches the files it was given, and no other unless it is told so', async () => {
  const secret = at('secret.csv').replaceAll("'", "''");
  const files = { t: at('close=1', 'p.csv') };
  for (const sql of [
    `SELECT * FROM '${secret}'`,
    `SELECT * FROM read_csv('${secret}')`,
    `SELECT * FROM read_text('${secret}')`,
    `SELECT * FROM read_blob('${secret}')`,
    `SELECT * FROM read_csv('${at('*.csv')}')`,
    `SELECT * FROM glob('${at('*')}')`,
    `SELECT (SELECT max(s) FROM read_csv('${secret}')) AS s FROM t`,
    `WITH x AS (SELECT * FROM read_csv('${secret}')) SELECT * FROM x`,
    `SELECT * FROM t); ATTACH '${at('new.db')}'; SELECT * FROM (SELECT 1`,
    `COPY t TO '${at('written.csv')}'`,
    `SELECT * FROM t; COPY (SELECT 1) TO '${at('written.csv')}'`,
    `INSTALL httpfs`,
    `SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')`,
    `SET enable_external_access = true`,
    `PRAGMA database_list`,
  ])
    await assert.rejects(query(sql, { files }), ReluctantError, sql);
  assert.equal(fs.existsSync(at('written.csv')) || fs.existsSync(at('new.db')), false);
  const asked = await query(`SELECT * FROM read_csv('${secret}')`, { files, externalAccess: true });
  assert.equal(asked.numbers('s')[0], SECRET);
});

test("views of somebody else's database read nothing beside it", async () => {
  const secret = at('secret.csv');
  DUCK(
    [
      'CREATE TABLE fine AS SELECT 1 AS v',
      `CREATE VIEW prices AS SELECT * FROM read_csv('${secret}', columns = {'s': 'BIGINT'})`,
      `CREATE MACRO steal() AS TABLE SELECT * FROM read_csv('${secret}')`,
    ],
    at('views.duckdb'),
  );
  assert.deepEqual([...(await load(at('views.duckdb'), { table: 'fine' })).numbers('v')], [1]);
  await assert.rejects(load(at('views.duckdb'), { table: 'prices' }), ReluctantError);
  await assert.rejects(load(at('views.duckdb'), { query: 'SELECT * FROM steal()' }), ReluctantError);
  await assert.rejects(load(at('views.duckdb'), { query: `SELECT * FROM read_csv('${secret}')` }), ReluctantError);
});

test('pipes, devices and links in a circle are refused at once', async () => {
  for (const name of ['pipe.csv', 'pipe.parquet', 'pipe.json', 'zero.csv', 'loop.csv'])
    await assert.rejects(load(at(name)), ReluctantError, name);
});

test('a table of more columns than can be read is refused at once, in every form', async () => {
  const names = (count: number) => Array.from({ length: count }, (_, k) => `c${k}`);
  put('columns.csv', `${names(100_001).join(',')}\n${'1,'.repeat(100_000)}1\n`);
  put('columns.json', JSON.stringify([Object.fromEntries(names(100_001).map((name) => [name, 1]))]));
  // The footer of a Parquet file claims them: a version, and a list of so many fields.
  const footer = Buffer.from([0x15, 0x04, 0x19, 0xfc, 0x92, 0x4e]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  put('columns.parquet', Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')]));
  for (const name of ['columns.csv', 'columns.json', 'columns.parquet'])
    await assert.rejects(load(at(name)), { code: 'too-many-columns' }, name);
});

describe('what a file may ask for is bounded', () => {
  const long = 'x'.repeat(20_000_000);
  const repeated = (text: string, count: number) => Buffer.from(text.repeat(count));
  const cases: Record<string, () => Uint8Array | string> = {
    'line.csv': () => `a,b\n1,2\n${long}`,
    'line-in-quotes.csv': () => `a,b\n1,"${long}`,
    'header.csv': () => `${long}\n1\n`,
    'no-line-end.csv': () => long,
    'line.csv.gz': () => zlib.gzipSync(`a,b\n1,2\n${long}`),
    'bomb.csv.gz': () =>
      zlib.gzipSync(Buffer.concat([Buffer.from('a,b\n'), repeated('0,0\n', 75_000_000)]), { level: 1 }),
    'bomb.json.gz': () => zlib.gzipSync(repeated(' ', 300_000_000), { level: 1 }),
    'cut.csv.gz': () => zlib.gzipSync(repeated('1,2\n', 100_000)).subarray(0, 100),
    'tail.csv.gz': () => Buffer.concat([zlib.gzipSync('a,b\n1,2\n'), Buffer.from('not gzip')]),
    'deep.json': () => '['.repeat(2_000_000),
    'deep-objects.json': () => '{"a":'.repeat(500_000),
    'proto.json': () => '[{"__proto__": {"polluted": 1}, "constructor": 2, "a": 1}]',
    'empty.csv': () => '',
    'nul.csv': () => Buffer.alloc(1000),
    'quotes.csv': () => '"'.repeat(1_000_000),
    'commas.csv': () => `${','.repeat(200_000)}\n`,
    'lines.csv': () => '\n'.repeat(3_000_000),
    'returns.csv': () => '\r'.repeat(3_000_000),
    'not.parquet': () => `PAR1${'x'.repeat(100)}PAR1`,
    'not.arrow': () => Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.alloc(200, 255)]),
    'not.feather': () => Buffer.from('FEA1'),
    'not.xlsx': () => Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(300, 7)]),
    'not.xls': () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(5000, 255)]),
    'not.duckdb': () => Buffer.concat([Buffer.alloc(8), Buffer.from('DUCK'), Buffer.alloc(4096, 1)]),
    'not.sqlite': () => Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096, 1)]),
    'page.csv': () => '<html><script>alert(1)</script></html>',
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, { timeout: 120_000 }, async () => {
      put(name, make());
      const before = process.memoryUsage().rss;
      try {
        const data = await load(at(name));
        assert.ok(data.rows >= 0);
      } catch (error) {
        if (!(error instanceof ReluctantError)) throw error;
        assert.ok(error.message.length < 2000, `a message of ${error.message.length} characters`);
      }
      const grown = (process.memoryUsage().rss - before) / 2 ** 20;
      assert.ok(grown < MEGABYTES, `${grown.toFixed(0)} MB more`);
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
      fs.rmSync(at(name));
    });
  }

  test('a table of 100,000 columns is read', { timeout: 120_000 }, async () => {
    put('wide.csv', `${Array.from({ length: 100_000 }, (_, k) => `c${k}`).join()}\n${Array(100_000).fill(1).join()}\n`);
    assert.equal((await load(at('wide.csv'))).names.length, 100_000);
  });
});

test('files cut and flipped at random are read right or refused', { timeout: 300_000 }, async () => {
  put(
    'whole.csv',
    `date,close\n${Array.from({ length: 60 }, (_, k) => `2024-01-${String(1 + (k % 28)).padStart(2, '0')},${k}`).join('\n')}\n`,
  );
  const whole = await load(at('whole.csv'));
  for (const extension of ['parquet', 'arrow', 'xlsx', 'json']) {
    await save(whole, at(`whole.${extension}`));
    const bytes = fs.readFileSync(at(`whole.${extension}`));
    for (let k = 0; k < 25; k++) {
      const damaged = Buffer.from(bytes.subarray(0, k % 3 === 0 ? Math.floor((bytes.length * k) / 25) : bytes.length));
      if (damaged.length > 0) damaged[(k * 7919) % damaged.length]! ^= 1 << (k % 8);
      put(`damaged.${extension}`, damaged);
      try {
        await load(at(`damaged.${extension}`));
      } catch (error) {
        assert.ok(error instanceof ReluctantError, `${extension} ${k}: ${error}`);
      }
    }
  }
});
