import type { TextColumn } from '../texts/fileColumns';

/** The texts of a column while they come in: each distinct text is kept once. */
export class TextBuilder {
  private readonly byText = new Map<string, number>();
  private codes = new Int32Array(1024);
  private length = 0;

  constructor(readonly name: string) {}

  /** Adds the text of the next row; nothing for a row without a cell. */
  add(text: string | undefined): void {
    if (this.length === this.codes.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.codes);
      this.codes = larger;
    }
    let code = -1;
    if (text !== undefined) {
      const place = this.byText.get(text);
      if (place === undefined) {
        code = this.byText.size;
        this.byText.set(text, code);
      } else code = place;
    }
    this.codes[this.length++] = code;
  }

  /** Takes the last rows off again. */
  shorten(rows: number): void {
    this.length = Math.min(this.length, rows);
  }

  /** The column; texts that no row has any more are not in it. */
  column(): TextColumn {
    const codes = this.codes.slice(0, this.length);
    const texts = [...this.byText.keys()];
    const used = new Uint8Array(texts.length);
    for (const code of codes) if (code >= 0) used[code] = 1;
    if (!used.includes(0)) return { name: this.name, codes, texts };
    let next = 0;
    const moved = Int32Array.from(used, (is) => (is ? next++ : -1));
    return {
      name: this.name,
      codes: codes.map((code) => (code < 0 ? -1 : moved[code]!)),
      texts: texts.filter((_, k) => used[k]),
    };
  }
}
