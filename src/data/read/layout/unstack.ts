import type { TextColumn } from '../texts/fileColumns';
import type { Layout } from './layout';
import type { TextTable } from './tableBuilder';

/**
 * A table with columns for every symbol as one with the rows of the symbols below each other, and a column that names them. Rows
 * in which a symbol has no value at all (before it was listed, say) are left out.
 */
export function unstack(all: readonly TextColumn[], layout: Layout, rowOf: TextTable['rowOf']): TextTable {
  const key = all[0]!;
  const symbols = [...new Set(layout.symbols!.filter((symbol) => symbol !== undefined))];
  const fields = [...new Set(layout.names.slice(1))];
  const rows = key.codes.length;
  const parts = symbols.map((symbol) => {
    const own = fields.map((field) =>
      all.find((_, k) => k > 0 && layout.symbols![k] === symbol && layout.names[k] === field),
    );
    const filled: number[] = [];
    for (let row = 0; row < rows; row++) {
      if (own.some((column) => column && (column.texts[column.codes[row]!] ?? '').trim() !== '')) filled.push(row);
    }
    return { symbol, own, filled };
  });
  const total = parts.reduce((sum, { filled }) => sum + filled.length, 0);
  const origin = new Int32Array(total);
  const symbolCodes = new Int32Array(total);
  const keyCodes = new Int32Array(total);
  const made = fields.map((name) => ({
    name,
    codes: new Int32Array(total).fill(-1),
    texts: [] as string[],
    byText: new Map<string, number>(),
  }));
  let at = 0;
  parts.forEach(({ own, filled }, code) => {
    for (const row of filled) {
      origin[at] = row;
      symbolCodes[at] = code;
      keyCodes[at] = key.codes[row]!;
      own.forEach((column, f) => {
        const text = column?.texts[column.codes[row]!];
        if (text === undefined) return;
        const { byText, codes, texts } = made[f]!;
        let place = byText.get(text);
        if (place === undefined) {
          place = texts.push(text) - 1;
          byText.set(text, place);
        }
        codes[at] = place;
      });
      at += 1;
    }
  });
  return {
    columns: [
      { name: 'symbol', codes: symbolCodes, texts: symbols },
      { name: key.name, codes: keyCodes, texts: key.texts },
      ...made.map(({ name, codes, texts }) => ({ name, codes, texts })),
    ],
    rowOf: (row) => rowOf(origin[row]!),
  };
}
