import { ReluctantError } from '../../../core';
import type { Chunk } from '../duckdb/chunks';
import { isIdentifier } from '../texts/classify';
import { MISSING, PLACEHOLDERS } from '../texts/missing';
import { plainNumber } from '../texts/numbers';

/** A text as DuckDB keeps it: its length and, up to 12 bytes, the text itself, else 4 bytes of it and a pointer. */
const BYTES = 16;
const INLINE_BYTES = 12;
const POINTER = 8;
const [MINUS, ZERO] = [45, 48];

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
    const valid = chunk.validity(column);
    for (let k = from; k < from + count; k++) {
      const isNull = valid !== undefined && ((valid[k >> 3]! >> (k & 7)) & 1) === 0;
      const place = BYTES * k;
      // The length of a text that fits is in its first byte; the others of the four are zero.
      const length = bytes[place]! | (bytes[place + 1]! << 8) | (bytes[place + 2]! << 16) | (bytes[place + 3]! << 24);
      let value = Number.NaN;
      if (!isNull && length > 0) {
        value = length <= INLINE_BYTES ? digits(bytes, place + 4, length) : Number.NaN;
        if (Number.isNaN(value)) {
          const text =
            length <= INLINE_BYTES
              ? bytes.subarray(place + 4, place + 4 + length)
              : chunk.follow(bytes, place + POINTER, length);
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

/** The number that digits make, NaN for anything else and for zeros in front. */
function digits(bytes: Uint8Array, start: number, length: number): number {
  const isNegative = bytes[start] === MINUS;
  let at = isNegative ? start + 1 : start;
  const end = start + length;
  if (at === end || (bytes[at] === ZERO && at + 1 < end)) return Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = 10 * value + digit;
  }
  return isNegative ? -value : value;
}
