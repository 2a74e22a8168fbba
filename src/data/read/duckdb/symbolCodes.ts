import type { Bound } from '../../table/bound';
import type { Chunk } from './chunks';

/** A text as DuckDB keeps it: its length and, up to 12 bytes, the text itself (and zeros), else 4 bytes of it and a pointer. */
const WORDS = 4;
const INLINE_BYTES = 12;
const POINTER = 8;

/** Rows that are compared as one piece. */
const BLOCK = 256;

/** In place of a code: a text that stands for a missing one. In place of an entry: there is none. */
const NONE = -1;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The dictionary of a text column while it is being read: each text gets the next whole number when it is first met.
 * Texts of up to 12 bytes, as tickers and days are, are told apart by their bytes as they lie in DuckDB's vectors and become
 * JavaScript strings once each, not once a row, which is most of the time that a column of symbols takes.
 */
export class SymbolCodes {
  private readonly byText = new Map<string, number>();
  /** The short texts in order of appearance: the words of each, its code, and the one that last came after it. */
  private words: Int32Array<ArrayBuffer> = new Int32Array(WORDS * 64);
  private codes = new Int32Array(64);
  private following = new Int32Array(64).fill(NONE);
  private short = 0;
  /** An open hash of the short texts by their place in that order, twice as large as their arrays. */
  private slots = new Int32Array(128).fill(NONE);

  /** @param missing texts that stand for a missing one. @param bound is told of every long text before it is read. */
  constructor(
    private readonly missing: readonly string[] = [],
    private readonly bound?: Bound,
  ) {}

  /** How many texts there are. */
  get size(): number {
    return this.byText.size;
  }

  /** The texts, in the order of their codes. */
  get dictionary(): string[] {
    return [...this.byText.keys()];
  }

  /** Writes the codes of `count` texts of a column, from row `from` of the chunk on, to `into` from `row` on; -1 for a missing one. */
  copy(chunk: Chunk, column: number, from: number, count: number, into: Int32Array, row: number): void {
    const bytes = chunk.bytes(column, 4 * WORDS);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    const valid = chunk.validity(column);
    for (let start = from; start < from + count; start += BLOCK) {
      const end = Math.min(start + BLOCK, from + count);
      const at = row + start - from;
      if (valid !== undefined || !this.copyBlock(bytes, words, start, end, into, at))
        this.copyRows(chunk, bytes, words, valid, start, end, into, at);
    }
  }

  /**
   * Copies rows that all have one text, or the texts that once appeared one after the other, as the symbols and the days of a
   * table sorted by symbol do: compared and copied as one piece of memory, which costs next to nothing.
   *
   * @returns whether the rows were such.
   */
  private copyBlock(
    bytes: Uint8Array,
    words: Int32Array,
    start: number,
    end: number,
    into: Int32Array,
    row: number,
  ): boolean {
    if (words[WORDS * start]! > INLINE_BYTES) return false;
    const width = 4 * WORDS;
    const entry = this.entryOf(words, WORDS * start, bytes);
    const texts = Buffer.from(bytes.buffer, bytes.byteOffset + width * start, width * (end - start));
    if (texts.compare(texts, 0, texts.length - width, width, texts.length) === 0) {
      into.fill(this.codes[entry]!, row, row + end - start);
      return true;
    }
    const last = entry + end - start;
    if (last > this.short) return false;
    const { buffer } = this.words;
    if (texts.compare(Buffer.from(buffer, width * entry, texts.length)) !== 0) return false;
    into.set(this.codes.subarray(entry, last), row);
    return true;
  }

  private copyRows(
    chunk: Chunk,
    bytes: Uint8Array,
    words: Int32Array,
    valid: Uint8Array | undefined,
    start: number,
    end: number,
    into: Int32Array,
    row: number,
  ): void {
    let entry = NONE;
    let code = NONE;
    for (let k = start; k < end; k++) {
      const at = WORDS * k;
      if (valid && ((valid[k >> 3]! >> (k & 7)) & 1) === 0) {
        into[row + k - start] = NONE;
        continue;
      }
      // A table sorted by day has the symbols in the order in which they came on the day before.
      if (entry < 0 || !same(this.words, WORDS * entry, words, at)) {
        const before = entry;
        entry = before < 0 ? NONE : this.following[before]!;
        if (entry < 0 || !same(this.words, WORDS * entry, words, at)) {
          entry = words[at]! <= INLINE_BYTES ? this.entryOf(words, at, bytes) : NONE;
          if (before >= 0) this.following[before] = entry;
        }
        code = entry < 0 ? this.longCode(chunk, bytes, 4 * at, words[at]!) : this.codes[entry]!;
      }
      into[row + k - start] = code;
    }
  }

  private longCode(chunk: Chunk, bytes: Uint8Array, at: number, length: number): number {
    this.bound?.read(length);
    return this.codeOf(decoder.decode(chunk.follow(bytes, at + POINTER, length)));
  }

  /** Place of a short text among those met so far, to which it is added if it is new. */
  private entryOf(words: Int32Array, at: number, bytes: Uint8Array): number {
    let slot = slotOf(words, at, this.slots.length - 1);
    for (let entry = this.slots[slot]!; entry >= 0; entry = this.slots[slot]!) {
      if (same(this.words, WORDS * entry, words, at)) return entry;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    const entry = this.short++;
    this.slots[slot] = entry;
    this.words.set(words.subarray(at, at + WORDS), WORDS * entry);
    this.codes[entry] = this.codeOf(decoder.decode(bytes.subarray(4 * at + 4, 4 * at + 4 + words[at]!)));
    if (this.short === this.codes.length) this.grow();
    return entry;
  }

  private grow(): void {
    const { short } = this;
    this.words = enlarged(this.words);
    this.codes = enlarged(this.codes);
    this.following = enlarged(this.following).fill(NONE, short);
    this.slots = new Int32Array(2 * this.slots.length).fill(NONE);
    for (let entry = 0; entry < short; entry++) {
      let slot = slotOf(this.words, WORDS * entry, this.slots.length - 1);
      while (this.slots[slot]! >= 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = entry;
    }
  }

  private codeOf(text: string): number {
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    if (this.missing.includes(text)) return NONE;
    this.byText.set(text, this.byText.size);
    return this.byText.size - 1;
  }
}

function enlarged(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function slotOf(words: Int32Array, at: number, mask: number): number {
  let hash = words[at]!;
  for (let k = 1; k < WORDS; k++) hash = Math.imul(hash ^ words[at + k]!, 0x9e3779b1) ^ (hash >>> 15);
  return (hash ^ (hash >>> 13)) & mask;
}

function same(a: Int32Array, at: number, b: Int32Array, bt: number): boolean {
  return a[at] === b[bt] && a[at + 1] === b[bt + 1] && a[at + 2] === b[bt + 2] && a[at + 3] === b[bt + 3];
}
