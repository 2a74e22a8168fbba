import { ReluctantError } from '../../../core';
import type { Chunk } from '../duckdb/chunks';
import { isIdentifier } from '../texts/classify';
import { MISSING, PLACEHOLDERS } from '../texts/missing';
import { plainNumber } from '../texts/numbers';

/** A text as DuckDB keeps it: its length and, up to 12 bytes, the text itself, else 4 bytes of it and a pointer. */
const BYTES = 16;
const WORDS = 4;
const INLINE_BYTES = 12;
const POINTER = 8;
const ZERO = 48;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads a column of whole numbers from its texts as they lie in DuckDB's vectors. A text with a zero in front or with more digits
 * than a double holds is no number but a name: then reading ends, and the column is decided by all of its texts.
 */
export class IntegerCells {
  private readonly missing: ReadonlySet<string>;
  /** Rows read so far, for messages. */
  private rows = 0;

  constructor(
    private readonly name: string,
    missing?: readonly string[],
  ) {
    this.missing = new Set(missing ? ['', ...missing] : [...MISSING, ...PLACEHOLDERS]);
  }

  /** Writes the numbers of `count` texts of a column, from row `from` of the chunk on, to `into` from `row` on. */
  copy(
    chunk: Chunk,
    column: number,
    from: number,
    count: number,
    into: Float64Array | Float32Array,
    row: number,
  ): void {
    const bytes = chunk.bytes(column, BYTES);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    const valid = chunk.validity(column);
    for (let k = from; k < from + count; k++) {
      const isNull = valid !== undefined && ((valid[k >> 3]! >> (k & 7)) & 1) === 0;
      const at = WORDS * k;
      const length = words[at]!;
      let value = Number.NaN;
      if (!isNull && length > 0) {
        value = length <= INLINE_BYTES ? wholeNumber(words, at + 1, length) : NO_NUMBER;
        if (value < 0) {
          const text =
            length <= INLINE_BYTES
              ? bytes.subarray(4 * at + 4, 4 * at + 4 + length)
              : chunk.follow(bytes, 4 * at + POINTER, length);
          value = this.otherwise(decoder.decode(text), this.rows + k - from);
        }
      }
      into[row + k - from] = value;
    }
    this.rows += count;
  }

  private otherwise(text: string, row: number): number {
    const trimmed = text.trim();
    if (this.missing.has(trimmed)) return Number.NaN;
    const value = plainNumber(trimmed);
    if (value !== undefined && !isIdentifier(trimmed, value)) return value;
    throw new ReluctantError({
      code: 'value-not-readable',
      operation: 'data.load',
      problem: 'the value is not a number as those before it are',
      where: { row: row + 2, column: this.name },
      received: text,
      expected: 'a number',
      fix: (say) => `correct it, or keep the column as texts: ${say('texts', [this.name])}`,
    });
  }
}

/** Of a text that is not made of digits only. */
const NO_NUMBER = -1;

/** The number that up to twelve digits make, from the words they lie in; less than 0 for anything else and for zeros in front. */
function wholeNumber(words: Int32Array, at: number, length: number): number {
  if (length > 1 && (words[at]! & 0xff) === ZERO) return NO_NUMBER;
  let value = 0;
  for (let left = length; left > 0; left -= 4, at++) {
    const digits =
      left >= 4 ? fourDigits(words[at]!) : fourDigits((words[at]! << (32 - 8 * left)) | (ZEROS >>> (8 * left)));
    if (digits < 0) return NO_NUMBER;
    value = value * (left >= 4 ? 10_000 : POWERS[left]!) + digits;
  }
  return value;
}

const POWERS = [1, 10, 100, 1000];
const ZEROS = 0x30303030;

/** The number that the four bytes of a word make as digits, the lowest byte first; less than 0 if one of them is no digit. */
function fourDigits(word: number): number {
  // A digit has a 3 in its upper half, and still has if 6 is added.
  if ((word & 0xf0f0f0f0) !== (ZEROS | 0) || ((word + 0x06060606) & 0xf0f0f0f0) !== (ZEROS | 0)) return NO_NUMBER;
  const digits = word & 0x0f0f0f0f;
  const pairs = (10 * digits + (digits >>> 8)) & 0x00ff00ff;
  return 100 * (pairs & 0xff) + (pairs >>> 16);
}
