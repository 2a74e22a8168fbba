import { visible } from './visible';

/** What went wrong, as data: a program can branch on it, and {@link ReluctantError} composes the message from it. */
export interface ErrorDetails {
  /** Stable machine-readable kind, in kebab-case, e.g. `column-not-found`. */
  code: string;
  /** The public operation that was called, e.g. `data.load`. */
  operation: string;
  /** What was wrong, in one clause without a full stop. */
  problem: string;
  /** Where: file, row, column, layer, epoch, step ... Whatever is known. */
  where?: Readonly<Record<string, string | number>>;
  /** The value that was received. */
  received?: unknown;
  /** What would have been right. */
  expected?: string;
  /** What the reader can do about it. Options are named by `say`, in the words of the interface that is used. */
  fix?: string | ((say: Wording) => string);
  /** The error underneath, if any. */
  cause?: unknown;
}

/** Names an option and its value: `{ dayFirst: true }` in code, `--day-first` on the command line. */
export type Wording = (option: string, value: unknown) => string;

/** Options as code writes them. */
const inCode: Wording = (option, value) => `{ ${option}: ${wordOf(value)} }`;

/** A value as code writes it, names of fields without quotation marks. */
const wordOf = (value: unknown): string =>
  (JSON.stringify(value) ?? String(value))
    .split(/("(?:[^"\\]|\\.)*":?)/)
    // Texts stay as they are: a comma in one may be what is asked for.
    .map((part, k) => (k % 2 === 0 ? part.replaceAll(',', ', ') : part.replace(/^"([A-Za-z_]\w*)":$/, '$1: ')))
    .join('');

let wording: Wording = inCode;

/**
 * Says how messages name options from now on, for an interface that is not code: the shell calls it once, before it does anything.
 *
 * @param next option and value -> words; nothing for those of code.
 */
export function setWording(next?: Wording): void {
  wording = next ?? inCode;
}

/**
 * The one error class of this project. Every refusal says what was wrong, where, what was expected and what to do.
 *
 * @example
 * const error = new ReluctantError({
 *   code: 'column-not-found', operation: 'data.load', problem: 'column "close" not found',
 *   where: { file: 'prices.csv' }, received: ['Close', 'Volume'], expected: 'a column "close"', fix: 'rename the column',
 * });
 * error.message.includes('prices.csv'); // true
 */
export class ReluctantError extends Error {
  readonly code: string;
  readonly details: Readonly<ErrorDetails & { fix?: string }>;

  constructor(given: ErrorDetails) {
    const { fix, ...rest } = given;
    const details = fix === undefined ? rest : { ...rest, fix: typeof fix === 'string' ? fix : fix(wording) };
    super(compose(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ReluctantError';
    this.code = details.code;
    this.details = details;
  }
}

function compose({ operation, problem, where, received, expected, fix }: ErrorDetails & { fix?: string }): string {
  const places = Object.entries(where ?? {}).map(([kind, value]) => `${kind} ${value}`);
  const parts = [`${operation}: ${problem}${places.length ? ` (${places.join(', ')})` : ''}`];
  if (expected !== undefined) parts.push(`expected ${expected}`);
  if (received !== undefined) parts.push(`received ${brief(received)}`);
  if (fix !== undefined) parts.push(fix);
  // Names and texts of files come into it, and it is printed.
  return shortened(parts.map(visible)).join('; ');
}

/** Characters of a message at most, unless it is of many long parts. */
const LONGEST = 3000;
/** What is left of a part that is cut. */
const PART = 600;

/** Parts of a message without the middle of the longest ones: a cell of a file, or a name in it, may have any length. */
function shortened(parts: string[]): string[] {
  const excess = parts.reduce((sum, { length }) => sum + length, 0) - LONGEST;
  const longest = parts.reduce((a, b) => (a.length >= b.length ? a : b));
  if (excess <= 0 || longest.length <= PART) return parts;
  const left = Math.max(PART, longest.length - excess);
  const end = Math.floor(left / 3);
  const cut = `${longest.slice(0, left - end - 1)}…${longest.slice(-end)}`;
  return shortened(parts.map((part) => (part === longest ? cut : part)));
}

/** A value on one short line, so that a message never carries a whole array or a page of text. */
export function brief(value: unknown, limit = 120): string {
  let text: string;
  if (typeof value === 'string') text = JSON.stringify(value);
  else if (typeof value === 'function') text = `function ${value.name || '(anonymous)'}`;
  else if (ArrayBuffer.isView(value)) text = `${value.constructor.name}(${(value as Float32Array).length})`;
  else if (typeof value === 'object' && value !== null) {
    try {
      text = JSON.stringify(value) ?? String(value);
    } catch {
      text = Object.prototype.toString.call(value);
    }
  } else text = String(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
