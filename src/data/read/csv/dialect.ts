import { ReluctantError } from '../../../core';
import type { Encoding } from '../../table/form';
import { readMoment } from '../texts/moments';
import { plainNumber } from '../texts/numbers';
import { type Charset, charsetOf, firstBytes, readStart, SAMPLE_BYTES } from './bytes';
import { LONGEST_RECORD, readRecords, type TextRecord, WHITESPACE } from './records';

/** What the caller may say of how a text file is written. */
export interface DialectOptions {
  delimiter?: string;
  encoding?: Encoding;
  /** Lines before the header that are no part of the table. */
  skipRows?: number;
}

/** What the beginning of a text file says of the whole. */
export interface Dialect {
  delimiter: string;
  charset: Charset;
  newLine: '\n' | '\r\n' | '\r';
  /** The first records, whole. */
  records: TextRecord[];
  /** The records are all there are. */
  isWhole: boolean;
  /** Lines do not all end alike. */
  isMixed: boolean;
  /** A byte-order mark stands before a quotation mark, which DuckDB does not see then. */
  hidesQuote: boolean;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Looked for where none of the others cuts anything; the last is what Hive writes. */
const RARE = ['^', '~', '\u0001'] as const;
const NAMED: Record<string, string> = {
  tab: '\t',
  '\\t': '\t',
  space: WHITESPACE,
  ' ': WHITESPACE,
  comma: ',',
  semicolon: ';',
  pipe: '|',
};

/**
 * Settles delimiter, encoding and line ends of a text file from its beginning.
 * @throws ReluctantError `file-empty`, `not-a-table`, `delimiter-not-usable`, `row-not-readable` for bytes of another encoding.
 */
export function detectDialect(operation: string, file: string, given: DialectOptions = {}): Dialect {
  const bytes = firstRecords(file);
  checkMagic(operation, file, bytes);
  const charset = charsetOf(bytes, given.encoding);
  const text = readStart(operation, file, bytes, charset).replace(/^\ufeff/, '');
  const hidesQuote = bytes[0] === 0xef && bytes[3] === 0x22;
  if (text.trim() === '') {
    throw new ReluctantError({ code: 'file-empty', operation, problem: 'the file is empty', where: { file } });
  }
  checkIsTable(operation, file, text);
  const isWhole = bytes.length < SAMPLE_BYTES;
  if (!isWhole && !/[\r\n]/.test(text)) throw tooLong(operation, file);
  const skipped = skipLines(text, given.skipRows ?? 0);
  if (given.delimiter === undefined) checkQuotes(operation, file, skipped);
  const delimiter =
    given.delimiter === undefined ? likelyDelimiter(skipped) : checkDelimiter(operation, given.delimiter);
  return {
    delimiter,
    charset,
    newLine: /\r\n/.test(text) ? '\r\n' : /\n/.test(text) ? '\n' : /\r/.test(text) ? '\r' : '\n',
    records: sample(text, delimiter, isWhole).filter(({ line }) => line > (given.skipRows ?? 0)),
    isWhole,
    isMixed: isMixed(text),
    hidesQuote,
  };
}

/** Whether lines end in more than one way; line ends in quotation marks are part of a cell. */
function isMixed(text: string): boolean {
  const bare = text.includes('"') ? text.replace(/"[^"]*"/g, '') : text;
  return (/\r\n/.test(bare) ? 1 : 0) + (/(^|[^\r])\n/.test(bare) ? 1 : 0) + (/\r(?!\n|$)/.test(bare) ? 1 : 0) > 1;
}

/** The start of a file, more of it where the first line alone fills the sample: a table may have any number of columns. */
function firstRecords(file: string): Buffer {
  for (let size = SAMPLE_BYTES; ; size *= 4) {
    const bytes = firstBytes(file, size);
    const isEnough = bytes.length < size || size >= LONGEST_RECORD;
    if (isEnough || bytes.includes(10, Math.min(bytes.indexOf(10) + 1 || size, size)) || bytes.includes(13))
      return bytes;
  }
}

function tooLong(operation: string, file: string): ReluctantError {
  return new ReluctantError({
    code: 'row-not-readable',
    operation,
    problem: 'the first line is longer than any of a table',
    where: { file, row: 1 },
    expected: `at most ${LONGEST_RECORD} characters`,
    fix: 'look at how its lines end, and whether it is a table at all',
  });
}

function checkDelimiter(operation: string, delimiter: string): string {
  const mark = NAMED[delimiter] ?? delimiter;
  if (mark === WHITESPACE || (mark.length === 1 && !/["\n\r]/.test(mark))) return mark;
  throw new ReluctantError({
    code: 'delimiter-not-usable',
    operation,
    problem: 'the delimiter cannot be used',
    received: delimiter,
    expected: `one character, or one of ${Object.keys(NAMED)
      .filter((name) => /^[a-z]/.test(name))
      .join(', ')}, ${WHITESPACE}`,
  });
}

const skipLines = (text: string, count: number): string => {
  let at = 0;
  for (let k = 0; k < count && at >= 0; k++) at = text.indexOf('\n', at) + 1 || text.length;
  return text.slice(at);
};

/** A first line in single quotation marks: its commas would be taken for delimiters, and its marks for parts of cells. */
const SINGLE_QUOTES = /^\s*'[^'\r\n]*'(\s*[,;\t|]\s*'[^'\r\n]*')+\s*([\r\n]|$)/;

/** @throws ReluctantError `row-not-readable` for cells in single quotation marks, and for lines that are one quoted cell each. */
function checkQuotes(operation: string, file: string, text: string): void {
  const refuse = (problem: string, fix: string) =>
    new ReluctantError({
      code: 'row-not-readable',
      operation,
      problem,
      where: { file, row: 1 },
      received: text.slice(0, 80).split(/[\r\n]/)[0],
      fix,
    });
  if (SINGLE_QUOTES.test(text)) {
    throw refuse('cells stand in single quotation marks', 'put double quotation marks in their place, or none');
  }
  if (!text.startsWith('"')) return;
  const lines = text.split('\n', 50).join('\n');
  const cells = [...readRecords([lines], ',')].map((record) => record.cells);
  if (cells.length < 2 || !cells.every((row) => row.length === 1)) return;
  const inside = cells.map(([cell]) => cell).join('\n');
  for (const delimiter of DELIMITERS) {
    const { even, width, numbers } = evenness(inside, delimiter);
    if (even === 1 && width > 1 && numbers)
      throw refuse('each line is one cell in quotation marks', 'take away the marks at both ends of every line');
  }
}

/** The first records; the last of a file that goes on may be cut, and is left out. */
function sample(text: string, delimiter: string, isWhole: boolean): TextRecord[] {
  const records = [...readRecords([text.slice(0, LONGEST_RECORD)], delimiter)];
  if (!isWhole && records.length > 1) records.pop();
  return records;
}

/**
 * The delimiter that cuts most records into the same number of cells, the one that makes more cells where several do; blanks
 * only where none of the usual ones does and a column of numbers or dates comes out.
 */
function likelyDelimiter(text: string): string {
  const lines = text.split('\n', 60).join('\n');
  const scores = DELIMITERS.map((delimiter) => ({ delimiter, ...evenness(lines, delimiter) }));
  const best = scores.reduce((a, b) =>
    b.even > a.even + 1e-9 || (Math.abs(b.even - a.even) < 1e-9 && b.width > a.width) ? b : a,
  );
  if (best.width > 1 && best.even >= 0.5) return best.delimiter;
  const blanks = evenness(lines, WHITESPACE);
  if (blanks.width > 1 && blanks.even >= 0.8 && blanks.numbers) return WHITESPACE;
  const rare = RARE.find((delimiter) => {
    const { even, width, numbers } = evenness(lines, delimiter);
    return best.width <= 1 && width > 1 && even === 1 && numbers;
  });
  if (rare !== undefined) return rare;
  return best.width > 1 ? best.delimiter : ',';
}

/** The share of records that have the commonest number of cells, if that is more than one. */
function evenness(text: string, delimiter: string): { even: number; width: number; numbers: boolean } {
  const records = [...readRecords([text], delimiter)].slice(0, 50);
  // A quotation mark in the middle of a cell says that the cell does not begin there.
  const widths = records.map(({ cells, fault, isStray }) => (fault !== undefined || isStray ? -1 : cells.length));
  const counts = new Map<number, number>();
  for (const width of widths) if (width > 1) counts.set(width, (counts.get(width) ?? 0) + 1);
  const [width, count] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
  const later = records.slice(1).filter(({ cells }) => cells.length === width);
  const numbers =
    later.length > 0 &&
    later.every(({ cells }) => cells.some((cell) => plainNumber(cell) !== undefined || readMoment(cell, false)));
  return { even: records.length === 0 ? 0 : count / records.length, width, numbers };
}

/** Files of other formats under the name of a text file. */
function checkMagic(operation: string, file: string, bytes: Buffer): void {
  const start = bytes.subarray(0, 16).toString('latin1');
  const format = start.startsWith('PAR1')
    ? 'parquet'
    : start.startsWith('ARROW1')
      ? 'arrow'
      : start.startsWith('PK\u0003\u0004') || start.startsWith('\u00d0\u00cf\u0011\u00e0')
        ? 'excel'
        : start.startsWith('SQLite format 3')
          ? 'sqlite'
          : undefined;
  if (format === undefined) return;
  throw new ReluctantError({
    code: 'format-of-another-name',
    operation,
    problem: `the file is of the format ${format}, whatever its name says`,
    where: { file },
    fix: (say) => `say so: ${say('format', format)}`,
  });
}

function checkIsTable(operation: string, file: string, text: string): void {
  const start = text.trimStart().slice(0, 300);
  const isPage = /^<(!doctype|html|head|body|table|\?xml|!--|script)/i.test(start);
  const isJSON = /^(\{\s*"|\[\s*[[{])/.test(start);
  if (!isPage && !isJSON) return;
  throw new ReluctantError({
    code: 'not-a-table',
    operation,
    problem: isPage ? 'the file is a web page (or XML), not a table' : 'the file holds JSON',
    where: { file },
    received: start.slice(0, 80),
    fix: (say) =>
      isPage
        ? 'open it in a browser to see what the server answered, and download the data again'
        : `say so: ${say('format', 'json')}`,
  });
}
