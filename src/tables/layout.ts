/** Between columns. */
const GAP = 2;
/** Columns of text are not made narrower than this. */
const LEAST = 12;

/** The part of a table that is laid out: texts, the last row of each column in the same place. */
export interface TableTexts {
  heads: readonly string[];
  body: readonly (readonly string[])[];
  /** Which columns are texts, written from the left; the others are numbers. */
  left: readonly boolean[];
}

/**
 * A table as aligned lines. One that is wider than it may be has the cells of its texts wrapped at spaces, the widest first; if that is not
 * enough, its columns are put below each other in blocks, each of which begins with the first column, which says whose row it is.
 *
 * @param limit characters that a line may have.
 */
export function laidOut({ heads, body, left }: TableTexts, limit = Infinity): string[] {
  const rows = [heads, ...body];
  const widths = heads.map((_, k) => Math.max(...rows.map((row) => textWidth(row[k]!))));
  narrow(widths, { heads, body, left }, limit);
  return blocksOf(widths, limit).flatMap((columns, block) => {
    const line = (cells: readonly string[]): string[] => {
      const wrapped = columns.map((k) => wrappedText(cells[k]!, widths[k]!));
      const height = Math.max(...wrapped.map(({ length }) => length));
      return Array.from({ length: height }, (_, at) =>
        columns
          .map((k, place) => padded(wrapped[place]![at] ?? '', widths[k]!, left[k]!))
          .join(' '.repeat(GAP))
          .trimEnd(),
      );
    };
    const rule = columns.map((k) => '─'.repeat(widths[k]!)).join(' '.repeat(GAP));
    return [...(block > 0 ? [''] : []), ...line(heads), rule, ...body.flatMap(line)];
  });
}

const totalOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);

/** Makes columns of text narrower, the widest first, until all fit or none can give way any more. */
function narrow(widths: number[], { heads, body, left }: TableTexts, limit: number): void {
  if (!(totalOf(widths) > limit)) return;
  const floors = heads.map((head, k) => {
    const words = [head, ...body.map((row) => row[k]!)].flatMap((text) => text.split(' '));
    return left[k] ? Math.min(widths[k]!, Math.max(LEAST, ...words.map(textWidth))) : widths[k]!;
  });
  for (let excess = totalOf(widths) - limit; excess > 0; excess--) {
    let widest = -1;
    widths.forEach((width, k) => {
      if (width > floors[k]! && (widest < 0 || width > widths[widest]!)) widest = k;
    });
    if (widest < 0) return;
    widths[widest]!--;
  }
}

/** The columns of each block: all of them where they fit, else as many as do beside the first. */
function blocksOf(widths: readonly number[], limit: number): number[][] {
  const blocks: number[][] = [[0]];
  for (let k = 1; k < widths.length; k++) {
    const block = blocks.at(-1)!;
    const fits = totalOf([...block, k].map((column) => widths[column]!)) <= limit;
    if (fits || block.length === 1) block.push(k);
    else blocks.push([0, k]);
  }
  return blocks;
}

/** A text in lines of at most a width, broken at spaces; a longer word stays whole. */
function wrappedText(text: string, limit: number): string[] {
  if (textWidth(text) <= limit) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`) <= limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const textWidth = (text: string): number => [...text].length;
const padded = (text: string, to: number, left: boolean): string => {
  const space = ' '.repeat(Math.max(0, to - textWidth(text)));
  return left ? text + space : space + text;
};
