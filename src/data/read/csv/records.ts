/** The cells of one record of a text file (RFC 4180). */
export interface TextRecord {
  cells: string[];
  /** Line of the file on which it begins, from 1. */
  line: number;
  /** What breaks the rules in it. */
  fault?: string;
  /** A cell that does not begin with a quotation mark has one in it. */
  isStray?: boolean;
}

/** Between cells: a character, or `whitespace` for one or more blanks and tabs. */
export type Delimiter = string;

export const WHITESPACE = 'whitespace';

/** Characters a record may have: what is longer is no table, and would fill the memory before it could be read as one. */
export const LONGEST_RECORD = 1 << 24;

/** A record is longer than any of a table. */
export class RecordTooLong extends Error {
  constructor(readonly line: number) {
    super(`the record that begins on line ${line} has more than ${LONGEST_RECORD} characters`);
  }
}

/**
 * The records of a text, blank lines left out. Line by line, and character by character only where there are quotation marks.
 * @param pieces of the text, cut anywhere.
 * @throws RecordTooLong
 */
export function* readRecords(pieces: Iterable<string>, delimiter: Delimiter): Generator<TextRecord> {
  let text = '';
  let line = 1;
  const source = pieces[Symbol.iterator]();
  for (let ended = false; !ended; ) {
    const next = source.next();
    ended = next.done === true;
    text += next.done ? '' : next.value;
    if (line === 1 && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    // A carriage return alone ends lines on old Macs; at the end of a piece its line feed may be yet to come.
    if (!ended && text.endsWith('\r')) continue;
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
    let at = 0;
    let quote = text.indexOf('"');
    while (at < text.length) {
      const end = text.indexOf('\n', at);
      if (end < 0 && !ended) break;
      const stop = end < 0 ? text.length : end;
      if (stop - at > LONGEST_RECORD) throw new RecordTooLong(line);
      if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
      if (quote < 0 || quote > stop || delimiter === WHITESPACE) {
        const record = text.slice(at, stop);
        if (record.trim() !== '' || (record !== '' && record.includes(delimiter)))
          yield { cells: split(record, delimiter), line };
        line += 1;
        at = stop + 1;
        continue;
      }
      const { cells, end: after, lines, fault, isOpen, isStray } = readQuoted(text, at, delimiter);
      if (isOpen && !ended) break;
      yield { cells, line, ...(fault === undefined ? {} : { fault }), ...(isStray ? { isStray } : {}) };
      line += lines;
      at = after;
    }
    text = text.slice(at);
    if (text.length > LONGEST_RECORD) throw new RecordTooLong(line);
  }
}

const split = (record: string, delimiter: Delimiter): string[] =>
  delimiter === WHITESPACE ? splitAtBlanks(record.trim()) : record.split(delimiter);

/** Cells between blanks; one in quotation marks may hold blanks, as R writes its tables. */
function splitAtBlanks(record: string): string[] {
  if (!record.includes('"')) return record.split(/\s+/);
  return [...record.matchAll(/"((?:[^"]|"")*)"(?=\s|$)|\S+/g)].map(([whole, quoted]) =>
    quoted === undefined ? whole : quoted.replaceAll('""', '"'),
  );
}

interface QuotedRecord {
  cells: string[];
  /** Where the next record begins. */
  end: number;
  lines: number;
  fault: string | undefined;
  isStray: boolean;
  /** A quotation mark is open at the end of the text. */
  isOpen: boolean;
}

/** One record with quotation marks; lines end with `\n`. */
export function readQuoted(text: string, start: number, delimiter: string): QuotedRecord {
  const cells: string[] = [];
  let lines = 0;
  let fault: string | undefined;
  let isStray = false;
  let at = start;
  for (;;) {
    at = opening(text, at, delimiter);
    if (text[at] !== '"') {
      const stop = nextOf(text, at, delimiter);
      const cell = text.slice(at, stop);
      isStray ||= cell.includes('"');
      cells.push(cell);
      at = stop;
    } else {
      let cell = '';
      let from = at + 1;
      for (;;) {
        const close = text.indexOf('"', from);
        if (close < 0) {
          return {
            cells: [...cells, text.slice(at)],
            end: text.length,
            lines,
            fault: 'a quotation mark is opened and never closed',
            isStray,
            isOpen: true,
          };
        }
        cell += text.slice(from, close);
        if (text[close + 1] !== '"') {
          at = close + 1;
          break;
        }
        cell += '"';
        from = close + 2;
      }
      lines += cell.split('\n').length - 1;
      const stop = nextOf(text, at, delimiter);
      if (stop > at && text.slice(at, stop).trim() !== '') fault ??= 'there is text after a closing quotation mark';
      cells.push(cell);
      at = stop;
    }
    if (text[at] !== delimiter)
      return { cells, end: at + 1, lines: lines + 1, fault, isStray, isOpen: at >= text.length };
    at += 1;
  }
}

/** Where a cell begins: at its quotation mark, if blanks stand before that and nothing after the one that closes it. */
function opening(text: string, at: number, delimiter: string): number {
  if (text[at] !== ' ') return at;
  let open = at;
  while (text[open] === ' ') open += 1;
  if (text[open] !== '"') return at;
  const end = text.indexOf('\n', open);
  const cell = /^"(?:[^"]|"")*" */.exec(text.slice(open, end < 0 ? text.length : end));
  const after = cell ? text[open + cell[0].length] : '';
  return cell && (after === delimiter || after === '\n' || after === undefined) ? open : at;
}

/** The next delimiter or end of line. */
function nextOf(text: string, from: number, delimiter: string): number {
  const end = text.indexOf('\n', from);
  const stop = end < 0 ? text.length : end;
  const mark = text.indexOf(delimiter, from);
  return mark < 0 || mark > stop ? stop : mark;
}
