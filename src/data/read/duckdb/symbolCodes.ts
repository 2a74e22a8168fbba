import type { Bound } from '../../table/bound';
import type { Chunk } from './chunks';

/** A text as DuckDB keeps it: its length and, up to 12 bytes, the text itself (and zeros), else 4 bytes of it and a pointer. */
const WORDS = 4;
const INLINE_BYTES = 12;
const POINTER = 8;

/** In place of a code: a place of the hash that is free, and a text that stands for a missing one. */
const FREE = -2;
const NONE = -1;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The dictionary of a text column while it is being read: each text gets the next whole number when it is first met.
 * Texts of up to 12 bytes, as tickers are, are told apart by their bytes as they lie in DuckDB's vectors and become
 * JavaScript strings once each, not once a row, which is most of the time that a column of symbols takes.
 */
export class SymbolCodes {
  private readonly byText = new Map<string, number>();
  /** An open hash of short texts: the words of slot k at 4k, its code in `codes`. */
  private words = new Int32Array(WORDS * 64);
  private codes = new Int32Array(64).fill(FREE);
  private short = 0;

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
    let last = -1;
    let code = NONE;
    for (let k = from; k < from + count; k++) {
      const at = WORDS * k;
      if (valid && ((valid[k >> 3]! >> (k & 7)) & 1) === 0) {
        into[row + k - from] = NONE;
        continue;
      }
      // Most tables are sorted by symbol, so the text is often that of the row before.
      if (last < 0 || !same(words, last, words, at)) {
        if (words[at]! <= INLINE_BYTES) {
          code = this.shortCode(words, at, bytes);
          last = at;
        } else {
          this.bound?.read(words[at]!);
          code = this.codeOf(decoder.decode(chunk.follow(bytes, 4 * at + POINTER, words[at]!)));
          last = -1;
        }
      }
      into[row + k - from] = code;
    }
  }

  private shortCode(words: Int32Array, at: number, bytes: Uint8Array): number {
    let slot = this.slotOf(words, at);
    while (this.codes[slot]! !== FREE) {
      if (same(this.words, WORDS * slot, words, at)) return this.codes[slot]!;
      slot = (slot + 1) & (this.codes.length - 1);
    }
    const code = this.codeOf(decoder.decode(bytes.subarray(4 * at + 4, 4 * at + 4 + words[at]!)));
    this.words.set(words.subarray(at, at + WORDS), WORDS * slot);
    this.codes[slot] = code;
    this.short += 1;
    if (2 * this.short > this.codes.length) this.grow();
    return code;
  }

  private slotOf(words: Int32Array, at: number): number {
    let hash = words[at]!;
    for (let k = 1; k < WORDS; k++) hash = Math.imul(hash ^ words[at + k]!, 0x9e3779b1) ^ (hash >>> 15);
    return (hash ^ (hash >>> 13)) & (this.codes.length - 1);
  }

  private grow(): void {
    const { words, codes } = this;
    this.words = new Int32Array(2 * words.length);
    this.codes = new Int32Array(2 * codes.length).fill(FREE);
    for (let old = 0; old < codes.length; old++) {
      if (codes[old]! === FREE) continue;
      let slot = this.slotOf(words, WORDS * old);
      while (this.codes[slot]! !== FREE) slot = (slot + 1) & (this.codes.length - 1);
      this.words.set(words.subarray(WORDS * old, WORDS * (old + 1)), WORDS * slot);
      this.codes[slot] = codes[old]!;
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

function same(a: Int32Array, at: number, b: Int32Array, bt: number): boolean {
  return a[at] === b[bt] && a[at + 1] === b[bt + 1] && a[at + 2] === b[bt + 2] && a[at + 3] === b[bt + 3];
}
