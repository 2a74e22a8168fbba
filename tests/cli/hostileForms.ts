// Tables and models that ask for far more than they hold, or have whoever opens them compute for ever: made when they are opened.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import type { DuckDBInstance } from '@duckdb/node-api';
import { openZip, zipOf } from '../../src/core';
import * as rl from '../../src/index';
import { eventBytes } from '../../src/runs/events';

/** Makes a file at a path. */
export type Maker = (file: string) => void | Promise<void>;

const { tf } = rl;
const put =
  (content: () => string | Uint8Array): Maker =>
  (file) =>
    fs.writeFileSync(file, content());
const many = <T>(count: number, make: (k: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));
const gzip = (content: string | Uint8Array): Uint8Array => zlib.gzipSync(content, { level: 1 });

const duck =
  (...sql: string[]): Maker =>
  async (file) => {
    const { DuckDBInstance: Instance } = require('@duckdb/node-api') as { DuckDBInstance: typeof DuckDBInstance };
    const isDatabase = file.endsWith('.duckdb');
    const instance = await Instance.create(isDatabase ? file : ':memory:');
    const connection = await instance.connect();
    for (const one of sql)
      await connection.run(isDatabase ? one : `COPY (${one}) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`);
    connection.closeSync();
    instance.closeSync();
  };

const sqlite =
  (...sql: string[]): Maker =>
  (file) => {
    const { Database } = require('node-sqlite3-wasm') as typeof import('node-sqlite3-wasm');
    const database = new Database(file);
    for (const one of sql) database.exec(one);
    database.close();
  };

/** A zip archive of packed entries; of the first, `claimed` bytes are said to be in it. */
function packed(entries: Readonly<Record<string, string | Uint8Array>>, claimed?: number): Buffer {
  const all = Object.entries(entries).map(([name, content]) => [name, Buffer.from(content)] as const);
  const [parts, list]: Buffer[][] = [[], []];
  let at = 0;
  for (const [k, [name, content]] of all.entries()) {
    const data = zlib.deflateRawSync(content, { level: 1 });
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(zlib.crc32(content), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(k === 0 ? (claimed ?? content.length) : content.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const offset = Buffer.alloc(14);
    offset.writeUInt32LE(at, 10);
    parts.push(Buffer.from('504b0304', 'hex'), facts, Buffer.from(name), data);
    list.push(Buffer.from('504b01021400', 'hex'), facts, offset, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(all.length, 8);
  end.writeUInt16LE(all.length, 10);
  end.writeUInt32LE(Buffer.concat(list).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}

const XML = '<?xml version="1.0"?>';
const OFFICE = 'http://schemas.openxmlformats.org';
/** The parts of a workbook of one sheet. */
const workbook = (sheet: string | Uint8Array, more: object = {}) => ({
  'xl/worksheets/sheet1.xml': sheet,
  '[Content_Types].xml': `${XML}<Types xmlns="${OFFICE}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
  '_rels/.rels': `${XML}<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${XML}<workbook xmlns="${OFFICE}/spreadsheetml/2006/main" xmlns:r="${OFFICE}/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ...more,
});
const cell = (place: string) => `<c r="${place}"><v>1</v></c>`;
const sheet = (rows: string, size = '') =>
  `${XML}<worksheet xmlns="${OFFICE}/spreadsheetml/2006/main">${size}<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>close</t></is></c></row><row r="2">${cell('A2')}</row>${rows}</sheetData></worksheet>`;
const spreadsheet = (rows: string) =>
  packed({
    mimetype: 'application/vnd.oasis.opendocument.spreadsheet',
    'META-INF/manifest.xml': `<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="/"/></manifest:manifest>`,
    'styles.xml': `${XML}<office:document-styles xmlns:office="o"/>`,
    'content.xml': `${XML}<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S">${rows}</table:table></office:spreadsheet></office:body></office:document-content>`,
  });
const repeated = (columns: number) =>
  `<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="${columns}"><text:p>1</text:p></table:table-cell>`;

/** Arrow with a column of nothing, of `rows` rows, each number 12345 in it replaced. */
function nothing(rows: bigint): Uint8Array {
  const arrow = require('@uwdata/flechette') as typeof import('@uwdata/flechette');
  const empty = arrow.columnFromArray(Array<null>(12_345).fill(null), arrow.nullType());
  const bytes = Buffer.from(arrow.tableToIPC(arrow.tableFromColumns({ close: empty }), { format: 'file' })!);
  for (let at = 0; at + 8 <= bytes.length; at += 4)
    if (bytes.readBigInt64LE(at) === 12_345n) bytes.writeBigInt64LE(rows, at);
  return bytes;
}

/** Arrow whose column is packed. */
function packedArrow(): Uint8Array {
  const arrow = require('@uwdata/flechette') as typeof import('@uwdata/flechette');
  const lz4 = require('lz4js') as { compress(bytes: Uint8Array): Uint8Array };
  arrow.setCompressionCodec(arrow.CompressionType.LZ4_FRAME, {
    decode: (bytes) => bytes,
    encode: (bytes) => lz4.compress(bytes),
  });
  const table = arrow.tableFromArrays({ close: new Float64Array(18_000_000) });
  return arrow.tableToIPC(table, { format: 'file', codec: arrow.CompressionType.LZ4_FRAME } as never)!;
}

/** Zeros that take no room on disk, behind what a file of its kind begins with. */
const hollow =
  (begin: string | Uint8Array, size = 2 ** 40): Maker =>
  (file) => {
    fs.writeFileSync(file, begin);
    fs.truncateSync(file, size);
  };

/** Files of tables by their names. */
export const TABLES: Readonly<Record<string, Maker>> = {
  'zeros.parquet': duck('SELECT 0.0::DOUBLE AS close FROM range(30000000)'),
  'texts.parquet': duck("SELECT 'A' AS symbol FROM range(30000000)"),
  'long.parquet': duck("SELECT repeat('x', 80000000) AS symbol FROM range(3)"),
  'wide.parquet': duck(`SELECT ${many(400, (k) => `0.0 AS c${k}`).join()} FROM range(50000)`),
  'zeros.duckdb': duck('CREATE TABLE prices AS SELECT 0.0::DOUBLE AS close FROM range(30000000)'),
  'endless.duckdb': duck('CREATE VIEW prices AS SELECT range AS close FROM range(1000000000000)'),
  'recursive.duckdb': duck(
    'CREATE VIEW prices AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x AS close FROM r',
  ),
  'computed.duckdb': duck(
    "CREATE TABLE prices (close INT, text VARCHAR AS (repeat('x', 1000000)))",
    'INSERT INTO prices VALUES (1), (2), (3)',
  ),
  'endless.db': sqlite(
    'CREATE VIEW prices AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x AS close FROM r',
  ),
  'computed.db': sqlite(
    'CREATE TABLE prices (close, text AS (hex(zeroblob(1000000))))',
    'INSERT INTO prices VALUES (1), (2)',
  ),
  'added.db': sqlite(
    'CREATE TABLE prices (close)',
    `INSERT INTO prices VALUES ${Array(1000).fill('(1)').join()}`,
    `ALTER TABLE prices ADD COLUMN text DEFAULT '${'x'.repeat(500_000)}'`,
  ),
  'names.db': sqlite(
    'CREATE TABLE "a""b; DROP TABLE x" ("<img src=x onerror=alert(1)>" REAL, "c\u001b[2J" REAL)',
    'INSERT INTO "a""b; DROP TABLE x" VALUES (1, 2), (3, 4)',
  ),
  'size.xlsx': put(() => packed(workbook(sheet('', '<dimension ref="A1:XFD1048576"/>')))),
  'corner.xlsx': put(() => packed(workbook(sheet(`<row r="1048576">${cell('XFD1048576')}</row>`)))),
  'beyond.xlsx': put(() => packed(workbook(sheet(`<row r="4294967290">${cell('A4294967290')}</row>`)))),
  'stray.xlsx': put(() =>
    packed(
      workbook(
        sheet(
          `<row r="3">${cell('XFD3')}</row>${many(20_000, (k) => `<row r="${k + 4}">${cell(`A${k + 4}`)}</row>`).join('')}`,
        ),
      ),
    ),
  ),
  'bomb.xlsx': put(() => packed(workbook(Buffer.alloc(300_000_000, ' ')))),
  'lie.xlsx': put(() => packed(workbook(Buffer.alloc(300_000_000, ' ')), 100)),
  'texts.xlsx': put(() =>
    packed(workbook(sheet(''), { 'xl/sharedStrings.xml': Buffer.alloc(300_000_000, '<si><t>a</t></si>') })),
  ),
  'no sheet.xlsx': put(() =>
    packed(
      workbook('', {
        'xl/_rels/workbook.xml.rels': `${XML}<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="file:///etc/passwd" TargetMode="External"/></Relationships>`,
      }),
    ),
  ),
  'columns.ods': put(() => spreadsheet(`<table:table-row>${repeated(1e9)}</table:table-row>`)),
  'rows.ods': put(() =>
    spreadsheet(`<table:table-row table:number-rows-repeated="1000000000">${repeated(2)}</table:table-row>`),
  ),
  'both.ods': put(() =>
    spreadsheet(`<table:table-row table:number-rows-repeated="1000000">${repeated(1000)}</table:table-row>`),
  ),
  'other names.json': put(() => JSON.stringify(many(20_000, (k) => ({ [`c${k}`]: 1 })))),
  'other names.jsonl': put(() => many(20_000, (k) => `{"c${k}":1}`).join('\n')),
  'keyed.json': put(() => JSON.stringify(Object.fromEntries(many(20_000, (k) => [k, { [`c${k}`]: 1 }])))),
  'by columns.json': put(() => JSON.stringify(Object.fromEntries(many(20_000, (k) => [`c${k}`, { [k]: 1 }])))),
  'split.json': put(() => JSON.stringify({ columns: many(20_000, (k) => `c${k}`), data: many(20_000, () => [1]) })),
  'objects.json.gz': put(() => gzip(`[${'{},'.repeat(20_000_000)}{}]`)),
  'lists.jsonl.gz': put(() => gzip('[1,2]\n'.repeat(10_000_000))),
  'commas.csv.gz': put(() => gzip(`${many(1000, (k) => `c${k}`).join()}\n${`${','.repeat(999)}\n`.repeat(100_000)}`)),
  'one column.csv.gz': put(() => gzip(`a\n${'1\n'.repeat(60_000_000)}`)),
  'long cells.csv': put(() => `date,close\n${`"${'1,'.repeat(50_000)}","${'-'.repeat(100_000)}"\n`.repeat(3)}`),
  'nothing.arrow': put(() => nothing(2n ** 40n)),
  'negative.arrow': put(() => nothing(-1n)),
  'packed.arrow': put(packedArrow),
  'hollow.csv': hollow('a,b\n1,2\n'),
  'hollow.json': hollow('[{"a":1}]', 2 ** 29),
  'hollow.arrow': hollow('ARROW1\0\0', 2 ** 31 - 10),
  'hollow.xlsx': hollow(Buffer.from('d0cf11e0', 'hex'), 2 ** 31 - 10),
  'hollow.db': hollow('SQLite format 3\0'),
  'hollow.csv.gz': hollow(gzip('a,b\n1,2\n')),
};

type Description = { config: { layers: Record<string, unknown>[] } & Record<string, unknown> };

/** A model of Keras with another description. */
const keras =
  (change: (description: Description) => unknown): Maker =>
  async (file) => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'dense' })] });
    await rl.inspect.saveKeras(model, file);
    model.dispose();
    const refuse = (_: string, problem: string) => new Error(problem);
    const { entries, close } = await openZip(file, { most: 2 ** 20, refuse });
    const parts: [string, Uint8Array][] = [];
    for (const { name, read } of entries) {
      const content = await read();
      if (name !== 'config.json') parts.push([name, content]);
      else {
        const changed = change(JSON.parse(Buffer.from(content).toString()) as Description);
        parts.push([name, Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed))]);
      }
    }
    close();
    fs.writeFileSync(file, zipOf(parts));
  };

/** Its layers, described otherwise. */
const layers = (change: (all: Record<string, unknown>[]) => unknown): Maker =>
  keras((whole) => ({ ...whole, config: { ...whole.config, layers: change(whole.config.layers) } }));
const dense = (config: object): Maker =>
  layers((all) =>
    all.map((one) =>
      one['class_name'] === 'Dense' ? { ...one, config: { ...(one['config'] as object), ...config } } : one,
    ),
  );
const instead = (more: object): Maker =>
  layers((all) => all.map((one) => (one['class_name'] === 'Dense' ? { ...one, ...more } : one)));

/** A functional model of layers that are called with what others give, by name and number of the call. */
const functional = (calls: Readonly<Record<string, [string, number][]>>, kind = 'Activation'): Maker =>
  keras(() => {
    const tensor = ([name, call]: [string, number]) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 2], dtype: 'float32', keras_history: [name, call, 0] },
    });
    const layer = (class_name: string, name: string, config: object, inbound_nodes: unknown[]) => ({
      ...{ module: 'keras.layers', class_name, name, config: { name, dtype: 'float32', ...config }, inbound_nodes },
    });
    return {
      ...{ module: 'keras', class_name: 'Functional' },
      config: {
        name: 'model',
        layers: [
          layer('InputLayer', 'i', { batch_shape: [null, 2] }, []),
          ...Object.entries(calls).map(([name, from]) =>
            layer(kind, name, { activation: 'relu' }, [
              { args: kind === 'Activation' ? [tensor(from[0]!)] : [from.map(tensor)], kwargs: {} },
            ]),
          ),
        ],
        input_layers: [['i', 0, 0]],
        output_layers: [[Object.keys(calls).at(-1)!, 0, 0]],
      },
    };
  });

const header = (text: string, data: Uint8Array = Buffer.alloc(0)): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text), data]);
};

const array = (count: number, descr = '|i1', isFortran = false): Buffer => {
  const about = `{'descr': '${descr}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${count},), }`;
  const start = Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1');
  return Buffer.concat([start, Buffer.from(about.padEnd(117)), Buffer.from('\n'), Buffer.alloc(count)]);
};

/** Entries of an archive that are all the same bytes of it. */
function shared(): Buffer {
  const one = packed({ '0.npy': array(1_000_000) });
  const at = one.indexOf(Buffer.from('504b0102', 'hex'));
  const [bytes, listed] = [one.subarray(0, at), one.subarray(at, -22)];
  const end = Buffer.from(one.subarray(-22));
  for (const place of [8, 10]) end.writeUInt16LE(50, place);
  end.writeUInt32LE(50 * listed.length, 12);
  return Buffer.concat([bytes, ...many(50, () => listed), end]);
}

/** Model files by their names. */
export const MODELS: Readonly<Record<string, Maker>> = {
  'circle.keras': functional({ a: [['b', 0]], b: [['a', 0]] }),
  'itself.keras': functional({ a: [['a', 0]] }),
  'nowhere.keras': functional({ a: [['zzz', 0]] }),
  'call of none.keras': functional({ a: [['i', 7]] }),
  'prototype.keras': functional({ a: [['constructor', 0]] }),
  'half a call.keras': functional({ a: [['i', 0.5]] }),
  'doubling.keras': functional(
    Object.fromEntries(
      many(60, (k) => [
        `a${k}`,
        [
          [k ? `a${k - 1}` : 'i', 0],
          [k ? `a${k - 1}` : 'i', 0],
        ],
      ]),
    ),
    'Concatenate',
  ),
  'backwards.keras': functional(
    Object.fromEntries([...many(3000, (k) => [`a${k}`, [[`a${k + 1}`, 0]]]), ['a3000', [['i', 0]]]] as never),
  ),
  'evil class.keras': instead({ module: 'os', class_name: 'system', registered_name: 'os>system' }),
  'no class.keras': instead({ class_name: '__proto__' }),
  'a lambda.keras': instead({ class_name: 'Lambda', config: { function: { class_name: '__lambda__', config: {} } } }),
  'evil activation.keras': dense({ activation: { module: 'builtins', class_name: 'function', config: 'exec' } }),
  'evil initialiser.keras': dense({ kernel_initializer: { module: 'builtins', class_name: 'eval', config: {} } }),
  'many units.keras': dense({ units: 1e9 }),
  'half units.keras': dense({ units: 1.5 }),
  'within one another.keras': layers(([first, one]) => {
    let all = one!;
    for (let k = 0; k < 400; k++)
      all = { class_name: 'TimeDistributed', module: 'keras.layers', config: { name: `t${k}`, layer: all } };
    return [first, all];
  }),
  'many.keras': layers(([first, one]) => [first, ...many(20_000, () => one)]),
  'objects.keras': keras(() => `[${'{},'.repeat(8_000_000)}{}]`),
  'bytes.npz': put(() => packed({ 'a.npy': array(120_000_000) })),
  'other order.npz': put(() => packed({ 'a.npy': array(60_000_000, '|i1', true) })),
  'lie.npz': put(() => packed({ 'a.npy': array(200_000_000) }, 228)),
  'shared.npz': put(shared),
  'above.npz': put(() => packed({ '../../a.npy': array(4), '/etc/b.npy': array(4) })),
  'same.npz': put(() =>
    Buffer.from(
      packed({ 'a.npy': array(4), 'b.npy': array(5) })
        .toString('latin1')
        .replaceAll('b.npy', 'a.npy'),
      'latin1',
    ),
  ),
  'many.safetensors': put(() =>
    header(`{${many(200_000, (k) => `"t${k}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`),
  ),
  'ranks.safetensors': put(() =>
    header(`{"t":{"dtype":"F32","shape":[${Array(100_000).fill(1)}],"data_offsets":[0,4]}}`, Buffer.alloc(4)),
  ),
  'hollow.safetensors': hollow(
    header(`{"t":{"dtype":"I8","shape":[${2 ** 31}],"data_offsets":[0,${2 ** 31}]}}`),
    2 ** 31 + 2 ** 20,
  ),
  'hollow.h5': hollow(Buffer.from('894844460d0a1a0a', 'hex')),
  'hollow.npz': hollow('PK\x03\x04'),
};

/** Histories by their names. */
export const HISTORIES: Readonly<Record<string, Maker>> = {
  'events.out.tfevents.names': put(() => eventBytes(many(4000, (k) => ({ epoch: k, [`n${k}`]: 1 })) as never, [], [])),
  'events.out.tfevents.prototype': put(() =>
    eventBytes([{ epoch: 0, loss: 1, ['__proto__']: 1, constructor: 2 }] as never, [], []),
  ),
  'events.out.tfevents.hollow': hollow(Buffer.from('1800000000000000', 'hex')),
  'events.out.tfevents.long': put(() => {
    const whole = Buffer.from(eventBytes([{ epoch: 0, loss: 1 }] as never, [], []));
    whole.writeBigUInt64LE(2n ** 63n, 0);
    return whole;
  }),
  'hollow.json': hollow('[{"loss":1}]'),
  'other names.json': put(() => JSON.stringify(many(5000, (k) => ({ [`n${k}`]: 1 })))),
  'a pipe.tfevents': (file) => void execFileSync('mkfifo', [file]),
};

/** A folder of event files one of which leads in a circle. */
export const folderOfEvents: Maker = (file) => {
  fs.mkdirSync(path.join(file, 'a'), { recursive: true });
  fs.symlinkSync('..', path.join(file, 'a', 'tfevents'));
  fs.symlinkSync('/dev/zero', path.join(file, 'events.out.tfevents.1'));
  fs.writeFileSync(path.join(file, 'a', 'events.out.tfevents.2'), eventBytes([{ epoch: 0, loss: 1 }] as never, [], []));
};
