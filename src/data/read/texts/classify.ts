import type { FormOptions } from '../../table/form';
import { roleOf } from '../../table/roles';
import type { FormattedMoment } from './dateFormat';
import type { TextColumn } from './fileColumns';
import { MISSING, MISSING_SYMBOLS, PLACEHOLDERS } from './missing';
import { type Moment, readMoment } from './moments';
import { infiniteNumber, type NumberParts, numberParts, plainNumber } from './numbers';

/** What the texts of a column are, all of them looked at, before it is known how the file writes numbers and dates. */
export type Class =
  | { as: 'empty' }
  | { as: 'symbol'; missing: (text: string) => boolean }
  | { as: 'boolean'; values: Float64Array }
  /** Numbers, NaN where missing; those that need a form are in `parts`. */
  | { as: 'number'; values: Float64Array; parts: Map<number, NumberParts>; placeholders: string[] }
  | { as: 'instant'; values: Float64Array; unit: string }
  | { as: 'moment'; moments: (Moment | undefined)[]; placeholders: string[]; areMonths?: true }
  | { as: 'formatted'; moments: (FormattedMoment | undefined)[] }
  /** Most texts are numbers (or dates), and the one at this place is not. */
  | { as: 'faulty'; expected: 'a number' | 'a date'; text: number };

/** Share of rows from which texts are taken for numbers or dates with a mistake among them. */
const NEARLY_ALL = 0.95;

/**
 * What the texts of a column are.
 *
 * @param options the caller's word on missing texts, formats and columns to keep as texts.
 * @param readDate reader of the format that the caller named for dates.
 */
export function classify(
  column: TextColumn,
  options: Pick<FormOptions, 'missing' | 'texts'>,
  readDate?: (text: string) => FormattedMoment | undefined,
): Class {
  const role = roleOf(column.name);
  const isMissing = missingTest(role === 'symbol', options.missing);
  if (role === 'symbol' || options.texts?.includes(column.name)) return { as: 'symbol', missing: isMissing };
  if (readDate) {
    const formatted = readFormatted(column, role === 'date', isMissing, readDate);
    if (formatted) return formatted;
  }
  const reading = new Reading(column.texts, role === 'date', isMissing, options.missing === undefined);
  if (reading.present === 0) return { as: 'empty' };
  if (role === 'date') {
    const dates = reading.compactDates() ?? reading.months() ?? reading.epochs();
    if (dates) return dates;
  }
  return (
    reading.moments() ??
    reading.booleans() ??
    reading.numbers(role) ??
    reading.fault(column, role) ?? { as: 'symbol', missing: isMissing }
  );
}

/** The test for texts that stand for nothing. */
function missingTest(isSymbol: boolean, given: readonly string[] | undefined): (text: string) => boolean {
  const list = new Set(given ? ['', ...given] : isSymbol ? MISSING_SYMBOLS : MISSING);
  return (text) => list.has(text);
}

/** Dates in the format that was named: of the column of dates all must fit, of others only those are taken that do. */
function readFormatted(
  { texts }: TextColumn,
  isDate: boolean,
  isMissing: (text: string) => boolean,
  readDate: (text: string) => FormattedMoment | undefined,
): Class | undefined {
  const moments: (FormattedMoment | undefined)[] = [];
  let fitting = 0;
  for (const [k, text] of texts.entries()) {
    const missing = isMissing(text) || PLACEHOLDERS.has(text);
    const moment = missing ? undefined : readDate(text);
    // Counted formats fit any number, so only a column that is called a date is read by one.
    if (!missing && !moment) return isDate ? { as: 'faulty', expected: 'a date', text: k } : undefined;
    if (moment) fitting += 1;
    moments.push(moment);
  }
  if (fitting === 0 || (!isDate && texts.some((text) => plainNumber(text) !== undefined))) return undefined;
  return { as: 'formatted', moments };
}

/** The distinct texts of a column, tried as one kind after the other. */
class Reading {
  readonly trimmed: readonly string[];
  readonly missing: readonly boolean[];
  readonly placeholders: string[] = [];
  readonly present: number;

  constructor(
    texts: readonly string[],
    private readonly isDate: boolean,
    isMissing: (text: string) => boolean,
    withPlaceholders: boolean,
  ) {
    this.trimmed = texts.map((text) => text.trim());
    this.missing = texts.map((text, k) => {
      if (isMissing(text) || isMissing(this.trimmed[k]!)) return true;
      if (!withPlaceholders || !PLACEHOLDERS.has(this.trimmed[k]!)) return false;
      this.placeholders.push(text);
      return true;
    });
    this.present = this.missing.filter((missing) => !missing).length;
  }

  /** `read` of every text that is there, or nothing as soon as one does not read. */
  private all<T>(read: (text: string) => T | undefined): (T | undefined)[] | undefined {
    const values: (T | undefined)[] = [];
    for (const [k, text] of this.trimmed.entries()) {
      const value = this.missing[k] ? undefined : read(text);
      if (value === undefined && !this.missing[k]) return undefined;
      values.push(value);
    }
    return values;
  }

  compactDates(): Class | undefined {
    const moments = this.all((text) => readMoment(text, true));
    return moments && { as: 'moment', moments, placeholders: this.placeholders };
  }

  /** Months without a day, 2020-01, which stand for their first day. */
  months(): Class | undefined {
    const moments = this.all((text) => (/^\d{4}-\d{2}$/.test(text) ? readMoment(`${text}-01`, false) : undefined));
    return moments && { as: 'moment', moments, placeholders: this.placeholders, areMonths: true };
  }

  /** Counts since 1970 in one unit, by their size: from 1973 to 2103. */
  epochs(): Class | undefined {
    const counts = this.all(plainNumber);
    if (!counts) return undefined;
    const unit = UNITS.find(({ perSecond }) =>
      counts.every((count) => count === undefined || (count >= 1e8 * perSecond && count <= 4.2e9 * perSecond)),
    );
    if (!unit) return undefined;
    const values = Float64Array.from(this.trimmed, (text, k) =>
      counts[k] === undefined ? Number.NaN : unit.instantOf(text),
    );
    return { as: 'instant', values, unit: unit.name };
  }

  moments(): Class | undefined {
    const moments = this.all((text) => readMoment(text, false));
    return moments && { as: 'moment', moments, placeholders: this.placeholders };
  }

  booleans(): Class | undefined {
    const values = this.all((text) => (/^true$/i.test(text) ? 1 : /^false$/i.test(text) ? 0 : undefined));
    return values && { as: 'boolean', values: Float64Array.from(values, (value) => value ?? Number.NaN) };
  }

  numbers(role: ReturnType<typeof roleOf>): Class | undefined {
    const { trimmed, missing } = this;
    const values = new Float64Array(trimmed.length).fill(Number.NaN);
    const parts = new Map<number, NumberParts>();
    let identifiers = 0;
    let fractions = 0;
    for (const [k, text] of trimmed.entries()) {
      if (missing[k]) continue;
      const plain = plainNumber(text) ?? infiniteNumber(text);
      if (plain !== undefined) {
        values[k] = plain;
        if (isIdentifier(text, plain)) identifiers += 1;
        else if (!/^[+-]?\d+$/.test(text)) fractions += 1;
        continue;
      }
      const decorated = numberParts(text);
      if (!decorated) return undefined;
      parts.set(k, decorated);
    }
    // 000001 and 12345678901234567890 are names, unless the column is one of prices or volumes or has fractions too.
    if (identifiers > 0 && fractions === 0 && parts.size === 0 && role === undefined) return undefined;
    if (role === undefined && parts.size > 0 && [...parts.keys()].every((k) => isLabel(trimmed[k]!))) return undefined;
    if (!isOfOneUnit(parts, values, missing)) return undefined;
    return { as: 'number', values, parts, placeholders: this.placeholders };
  }

  /** Where nearly all rows are numbers (or dates), the first text that is not is a mistake. */
  fault({ codes }: TextColumn, role: ReturnType<typeof roleOf>): Class | undefined {
    const readers = [
      ['a date', (text: string) => readMoment(text, this.isDate) !== undefined],
      [
        'a number',
        (text: string) =>
          plainNumber(text) !== undefined || infiniteNumber(text) !== undefined || numberParts(text) !== undefined,
      ],
    ] as const;
    for (const [expected, reads] of readers) {
      const fits = this.trimmed.map((text, k) => !this.missing[k] && reads(text));
      const faulty = fits.findIndex((fit, k) => !fit && !this.missing[k]);
      // Identifiers are numbers, every one of them, and are meant to be texts.
      if (faulty < 0) continue;
      let [fitting, rows] = [0, 0];
      for (const code of codes) {
        if (code < 0 || this.missing[code]) continue;
        rows += 1;
        if (fits[code]) fitting += 1;
      }
      const isWanted = expected === 'a date' ? role === 'date' : role !== undefined && role !== 'date';
      if (fitting >= (isWanted ? 0.5 : NEARLY_ALL) * rows && fitting > 0)
        return { as: 'faulty', expected, text: faulty };
    }
    return undefined;
  }
}

const UNITS = [
  { name: 'seconds', perSecond: 1, instantOf: (text: string) => Math.round(Number(text) * 1e6) / 1e3 },
  { name: 'milliseconds', perSecond: 1e3, instantOf: (text: string) => Number(text) },
  { name: 'microseconds', perSecond: 1e6, instantOf: (text: string) => Number(text) / 1e3 },
  // More digits than a double holds: the last six are the fraction of a millisecond.
  {
    name: 'nanoseconds',
    perSecond: 1e9,
    instantOf: (text: string) =>
      /^\d{19}$/.test(text) ? Number(`${text.slice(0, 13)}.${text.slice(13)}`) : Number(text) / 1e6,
  },
];

/** Whole numbers that lose something as a number: zeros in front, or digits beyond 2^53. */
export function isIdentifier(text: string, value: number): boolean {
  return /^0\d/.test(text) ? /^\d+$/.test(text) : Math.abs(value) > Number.MAX_SAFE_INTEGER && /^[+-]?\d+$/.test(text);
}

/** Letters and a whole number in one word: USD1, a series of a central bank, or 3M, a term; amounts have a blank, a mark or a fraction. */
const isLabel = (text: string): boolean => /^\p{Lu}{2,}\d+$|^\d{1,2}[KMBT]$/u.test(text);

/** Whether numbers bear one currency, and all or none of them a percent sign (a zero may do without either). */
function isOfOneUnit(
  parts: ReadonlyMap<number, NumberParts>,
  values: Float64Array,
  missing: readonly boolean[],
): boolean {
  const currencies = new Set([...parts.values()].map(({ currency }) => currency).filter((currency) => currency !== ''));
  if (currencies.size > 1) return false;
  const shares = new Set([...parts.values()].map(({ suffix }) => (/^(%|‰|bps)$/.test(suffix) ? suffix : '')));
  if (shares.size > 1) return false;
  const isShare = shares.size === 1 && !shares.has('');
  return !isShare || values.every((value, k) => missing[k] || parts.has(k) || value === 0);
}
