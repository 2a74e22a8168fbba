// The property that writing must have: a table that is written in a format and read back has equal values and kinds.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { type Column, type CSVOptions, cellOf, Dataset, type LoadOptions, load, save } from '../../src/data';

const day = fc.integer({ min: -20_000, max: 40_000 });
const number = fc.oneof(
  { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 4, arbitrary: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100) },
  { weight: 2, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.constantFrom(0, 2 ** 53 - 1, -(2 ** 53) + 1, 5e-324, 1.7976931348623157e308, 0.1 + 0.2) },
);
/** Texts that no format takes for a number, a date or nothing: in a text file they could not be told from one. */
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((inner) => `x${inner.replaceAll('\0', '').replaceAll('\r', '\n')}y`);
/** Instants that are not all midnight, which would make days of them. */
const instant = fc.integer({ min: -1e12, max: 4e12 }).map((time) => (time % 86_400_000 === 0 ? time + 1 : time));
const kinds = fc.constantFrom<Column['kind']>('number', 'symbol', 'date', 'time');

function columnOf(kind: Column['kind'], rows: number): fc.Arbitrary<Column> {
  const some = <T>(values: fc.Arbitrary<T>) =>
    fc.array(fc.option(values, { freq: 6 }), { minLength: rows, maxLength: rows });
  switch (kind) {
    case 'symbol':
      return some(text).map((texts) => {
        const dictionary = [...new Set(texts.filter((one) => one !== null))];
        return {
          kind,
          dictionary,
          values: Int32Array.from(texts, (one) => (one === null ? -1 : dictionary.indexOf(one))),
        };
      });
    case 'date':
      return some(day).map((days) => ({ kind, values: Int32Array.from(days, (one) => one ?? -2147483648) }));
    case 'time':
      return some(instant).map((times) => ({ kind, values: Float64Array.from(times, (one) => one ?? Number.NaN) }));
    default:
      return some(number).map((numbers) => ({
        kind,
        values: Float64Array.from(numbers, (one) => (one === null ? Number.NaN : one + 0)),
      }));
  }
}

/** Tables of one to five columns and one to forty rows. No column is all missing: nothing says then of which kind it was. */
export const table: fc.Arbitrary<Dataset> = fc
  .tuple(
    fc.array(kinds, { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }), { minLength: 5, maxLength: 5 }),
  )
  .chain(([chosen, rows, names]) =>
    fc.tuple(...chosen.map((kind) => columnOf(kind, rows))).map((columns) => {
      const filled = withoutBlankRows(
        columns.map((column) => ensureOne(column)),
        rows,
      );
      const named = filled.map(
        (column, k) => [`n${k}${names[k]!.replaceAll(/[\0\r\n]/g, '')}`.trim(), column] as const,
      );
      return new Dataset(new Map(named));
    }),
  );

/** A row with nothing in it is no row of a sheet: the first column has a value there. */
function withoutBlankRows(columns: Column[], rows: number): Column[] {
  const [first, ...rest] = columns as [Column, ...Column[]];
  const isBlank = (row: number) => columns.every((column) => cellOf(column, row) === undefined);
  const given = Array.from({ length: rows }, (_, row) => row).find((row) => cellOf(first, row) !== undefined)!;
  const values = first.values.slice();
  for (let row = 0; row < rows; row++) if (isBlank(row)) values[row] = first.values[given]!;
  return [{ ...first, values } as Column, ...rest];
}

function ensureOne(column: Column): Column {
  if (column.kind === 'symbol' && column.dictionary.length === 0)
    return { ...column, dictionary: ['xAy'], values: column.values.map(() => 0) };
  if (column.kind === 'date' && column.values.every((one) => one === -2147483648))
    return { ...column, values: column.values.map(() => 7) };
  if ((column.kind === 'time' || column.kind === 'number') && column.values.every((one) => Number.isNaN(one))) {
    return { ...column, values: Float64Array.from(column.values, () => 1.5) };
  }
  return column;
}

interface Format {
  name: string;
  file: string;
  write: (dataset: Dataset, file: string) => Promise<unknown> | unknown;
  options?: LoadOptions;
}

const csv = (
  name: string,
  options: CSVOptions,
  bytes: (text: string) => Uint8Array = (content) => Buffer.from(content),
  given: LoadOptions = {},
  extension = 'csv',
): Format => ({
  name: `CSV, ${name}`,
  file: `a.${extension}`,
  write: (dataset, file) => fs.writeFileSync(file, bytes(dataset.toCSV(options))),
  options: given,
});
const quoted = (content: string): Uint8Array => Buffer.from(content);
const swapped = (content: string): Uint8Array => Buffer.from(`\ufeff${content}`, 'utf16le').swap16();

/** Twelve dialects of text files, and the other formats. */
export const FORMATS: readonly Format[] = [
  csv('commas', {}),
  csv('tabs', { delimiter: '\t' }, quoted, {}, 'tsv'),
  csv('semicolons', { delimiter: ';' }),
  csv('bars', { delimiter: '|' }),
  csv('semicolons and decimal commas', { delimiter: ';', decimal: ',' }, quoted, { decimal: ',', delimiter: ';' }),
  csv('lines that end as on Windows', { newLine: '\r\n' }),
  csv('a mark of UTF-8', {}, (content) => Buffer.from(`\ufeff${content}`)),
  csv('UTF-16, little end first', {}, (content) => Buffer.from(`\ufeff${content}`, 'utf16le')),
  csv('UTF-16, big end first', {}, swapped),
  csv('packed', {}, (content) => zlib.gzipSync(content), {}, 'csv.gz'),
  csv('a title above', { delimiter: ';' }, (content) => Buffer.from(`A title\n${content}`), {
    skipRows: 1,
    delimiter: ';',
  }),
  csv('carets, named', { delimiter: '^' }, quoted, { delimiter: '^' }),
  ...['parquet', 'arrow', 'json', 'jsonl', 'xlsx'].map((extension) => ({
    name: extension,
    file: `a.${extension}`,
    write: save,
  })),
];

/** Equal values and kinds; codes of texts may differ. */
function checkEqual(found: Dataset, expected: Dataset, format: string): void {
  assert.deepEqual(found.names, expected.names, `${format}: names`);
  assert.equal(found.rows, expected.rows, `${format}: rows`);
  for (const name of expected.names) {
    assert.equal(found.column(name).kind, expected.column(name).kind, `${format}: kind of ${name}`);
    assert.deepEqual(found.values(name), expected.values(name), `${format}: ${name}`);
  }
}

/** Writes generated tables and reads them back, `formatsPerTable` formats each in turn. */
export async function checkRoundTrips(tables: number, formatsPerTable = FORMATS.length, seed = 1): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-trips-'));
  let [turn, trips] = [0, 0];
  try {
    await fc.assert(
      fc.asyncProperty(table, async (dataset) => {
        for (let k = 0; k < formatsPerTable; k++) {
          const { name, file, write, options } = FORMATS[turn++ % FORMATS.length]!;
          const place = path.join(folder, file);
          await write(dataset, place);
          const found = await load(place, { threads: 1, ...options }).catch((error: Error) =>
            assert.fail(`${name}: ${error.message}`),
          );
          checkEqual(found, dataset, name);
          trips += 1;
        }
      }),
      { numRuns: tables, seed },
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return trips;
}
