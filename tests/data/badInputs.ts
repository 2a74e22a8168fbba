// The property that loading must have: whatever the file, the data come out right, or an error names the place.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { ReluctantError } from '../../src/core';
import { type Dataset, load } from '../../src/data';

interface Source {
  names: string[];
  /** Per row: a text that cannot be taken for a number or date, then numbers. */
  rows: { label: string; numbers: number[] }[];
}

const cell = (text: string) => (/[",\r\n]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const anyText = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 12 }).map((text) => text.replaceAll('\0', ''));
const columnName = fc.oneof(
  anyText,
  fc.constantFrom(
    '__proto__',
    'constructor',
    '"; DROP TABLE x; --',
    '<img src=x onerror=alert(1)>',
    '$files',
    "a' OR 1",
    '*',
  ),
);
/** Digits beyond 2^53 are kept as texts, being ids and no numbers; beyond 10^21 numbers are written with an exponent. */
const isId = (value: number) => Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21;
const finite = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(-0))
  .filter((value) => !isId(value));
const source: fc.Arbitrary<Source> = fc
  .tuple(
    fc.uniqueArray(columnName, { minLength: 2, maxLength: 5, selector: (name) => name.trim().toLowerCase() }),
    fc.array(fc.tuple(anyText, fc.array(finite, { minLength: 5, maxLength: 5 })), { minLength: 1, maxLength: 30 }),
  )
  .map(([names, rows]) => ({
    names: names.map((name, k) => `n${k}${name}`.trim()),
    rows: rows.map(([label, numbers]) => ({ label: `x${label}y`, numbers: numbers.slice(0, names.length - 1) })),
  }));

const toCSV = ({ names, rows }: Source): string =>
  `${[names.map(cell), ...rows.map(({ label, numbers }) => [cell(label), ...numbers.map(String)])]
    .map((cells) => cells.join(','))
    .join('\n')}\n`;

/** A way a file goes wrong: the bytes, its extension, and what must be true of what comes of it. */
interface Case {
  kind: string;
  file: string;
  bytes: Uint8Array;
  check: (outcome: Dataset | ReluctantError) => void;
}

function checkRight(expected: Source, found: Dataset | ReluctantError): void {
  if (found instanceof ReluctantError) throw found;
  assert.deepEqual(found.names, expected.names);
  assert.equal(found.rows, expected.rows.length);
  assert.deepEqual(
    found.values(expected.names[0]!),
    expected.rows.map(({ label }) => label),
  );
  expected.names.slice(1).forEach((name, k) => {
    assert.deepEqual(
      [...found.numbers(name)].map((value) => value + 0),
      expected.rows.map(({ numbers }) => numbers[k]! + 0),
    );
  });
}

const mustRefuse = (outcome: Dataset | ReluctantError, row?: number): void => {
  assert.ok(outcome instanceof ReluctantError, 'an error was due');
  if (row !== undefined) assert.equal(outcome.details.where?.['row'], row);
};

/** Right, or refused: for damage that may leave a file that still reads. No more rows than the file has lines. */
const mustMakeSense = (limit: number) => (outcome: Dataset | ReluctantError) => {
  if (!(outcome instanceof ReluctantError)) assert.ok(outcome.rows <= limit);
};

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
/** Line on which data row k begins: labels may hold line breaks. */
const lineOf = (text: string, before: string) => text.slice(0, text.indexOf(before)).split('\n').length;

const kinds: ((source: Source, pick: number) => Case)[] = [
  (source) => ({
    kind: 'whole',
    file: 'a.csv',
    bytes: bytes(toCSV(source)),
    check: (found) => checkRight(source, found),
  }),
  (source) => ({
    kind: 'gzip',
    file: 'a.csv.gz',
    bytes: zlib.gzipSync(toCSV(source)),
    check: (found) => checkRight(source, found),
  }),
  (source, pick) => {
    const cut = zlib.gzipSync(toCSV(source));
    return {
      kind: 'gzip cut',
      file: 'a.csv.gz',
      bytes: cut.subarray(0, 3 + (pick % (cut.length - 4))),
      check: mustRefuse,
    };
  },
  (source, pick) => {
    const at = pick % source.rows.length;
    const lines = source.rows.map(({ label, numbers }, k) => {
      if (k !== at) return [cell(label), ...numbers.map(String)].join(',');
      return [cell(`${label}MARK`), ...(pick % 2 ? [...numbers, 9] : numbers.slice(1)).map(String)].join(',');
    });
    const text = `${source.names.map(cell).join(',')}\n${lines.join('\n')}\nxlasty,${source.names
      .slice(1)
      .map(() => 1)
      .join(',')}\n`;
    return {
      kind: 'ragged',
      file: 'a.csv',
      bytes: bytes(text),
      check: (found) => {
        mustRefuse(found);
        // Where a record has line breaks in it, readers differ on which of its lines to name.
        if (!/\r|\n/.test(source.rows.map(({ label }) => label).join('') + source.names.join(''))) {
          mustRefuse(found, lineOf(text, 'MARK'));
        }
      },
    };
  },
  (source, pick) => {
    const at = pick % source.rows.length;
    const rows = source.rows.map((row, k) =>
      k === at ? [row.label, ...row.numbers.slice(0, -1).map(String), 'oops'] : [row.label, ...row.numbers.map(String)],
    );
    const text = `${[source.names, ...rows].map((cells) => cells.map(cell).join(',')).join('\n')}\n`;
    return {
      kind: 'wrong type',
      file: 'a.csv',
      bytes: bytes(text),
      check: (found) => {
        if (!(found instanceof ReluctantError)) assert.equal(found.values(source.names.at(-1)!)[at], 'oops');
      },
    };
  },
  (source, pick) => {
    const raw = bytes(toCSV(source)).slice();
    for (let k = 0; k < 3; k++) raw[(pick * (k + 7919)) % raw.length] = (pick >> (8 * k)) & 255;
    return { kind: 'random bytes', file: 'a.csv', bytes: raw, check: mustMakeSense(1e4) };
  },
  (source) => ({
    kind: 'mixed encodings',
    file: 'a.csv',
    bytes: Buffer.concat([
      Buffer.from('name,x\ncafé,1\n'),
      Buffer.from('café,2\n', 'latin1'),
      Buffer.from(`z,${source.rows.length}\n`),
    ]),
    check: mustRefuse,
  }),
  (source, pick) => ({
    kind: 'huge field',
    file: 'a.csv',
    bytes: bytes(`a,b\n${'h'.repeat(1000 + (pick % 3_000_000))},${source.rows.length}\n`),
    check: mustMakeSense(1),
  }),
  (_, pick) => ({
    kind: 'overflow',
    file: 'a.csv',
    bytes: bytes(`a,b\n1e${300 + (pick % 1000)},${'9'.repeat(1 + (pick % 60))}\n-1e999,nan\n`),
    check: (found) => {
      if (found instanceof ReluctantError) throw found;
      assert.equal(found.numbers('a')[1], -Infinity);
      assert.equal(found.numbers('a')[0], Number(`1e${300 + (pick % 1000)}`));
    },
  }),
  (_, pick) => ({
    kind: 'empty',
    file: ['a.csv', 'a.parquet', 'a.arrow', 'a.json', 'a.xlsx', 'a.csv.gz'][pick % 6]!,
    bytes: new Uint8Array(0),
    check: mustRefuse,
  }),
  (source, pick) => {
    const text = JSON.stringify(source.rows.map(({ label }) => ({ label })));
    return {
      kind: 'JSON cut',
      file: 'a.json',
      bytes: bytes(text.slice(0, 1 + (pick % (text.length - 1)))),
      check: mustMakeSense(1e4),
    };
  },
  (source, pick) => {
    const junk = Uint8Array.from({ length: 8 + (pick % 400) }, (_, k) => (pick * (k + 31) * 2654435761) >>> 24);
    const file = ['a.parquet', 'a.arrow', 'a.feather', 'a.csv.zst', 'a.xlsx'][source.rows.length % 5]!;
    return { kind: `junk as ${file}`, file, bytes: junk, check: mustMakeSense(1e4) };
  },
  (source, pick) => ({
    kind: 'hostile path',
    file: ["'; DROP TABLE x; --.csv", '*?[a].csv', '{x,y}.csv', '$1.csv', 'a\nb.csv', '%2e%2e.csv', 'é漢.csv'][
      pick % 7
    ]!,
    bytes: bytes(toCSV(source)),
    check: (found) => checkRight(source, found),
  }),
];

/** Runs the property over `runs` generated inputs; the seed is fixed, so a failure comes again. */
export async function checkBadInputs(runs: number, seed = 1): Promise<Map<string, number>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-bad-'));
  const outcomes = new Map<string, number>();
  try {
    await fc.assert(
      fc.asyncProperty(source, fc.nat({ max: kinds.length - 1 }), fc.nat(), async (made, which, pick) => {
        const { kind, file, bytes, check } = kinds[which]!(made, pick);
        const where = path.join(folder, file);
        fs.writeFileSync(where, bytes);
        let outcome: Dataset | ReluctantError;
        try {
          outcome = await load(where, { threads: 1 });
        } catch (error) {
          assert.ok(error instanceof ReluctantError, `${kind}: ${(error as Error).stack}`);
          assert.equal(error.details.where?.['file'], where, `${kind}: ${error.message}`);
          outcome = error;
        } finally {
          fs.rmSync(where, { force: true });
        }
        const label = `${kind}: ${outcome instanceof ReluctantError ? outcome.code : 'read'}`;
        outcomes.set(label, (outcomes.get(label) ?? 0) + 1);
        try {
          check(outcome);
        } catch (error) {
          throw new Error(
            `${kind}: ${outcome instanceof ReluctantError ? outcome.message : 'read'}\n${(error as Error).message}`,
          );
        }
      }),
      { numRuns: runs, seed },
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return outcomes;
}
