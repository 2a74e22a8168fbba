import type { Column } from '../../table/column';

/** A column of texts as a file has them: `texts[codes[row]]`, -1 where there is no cell. */
export interface TextColumn {
  name: string;
  codes: Int32Array;
  texts: readonly string[];
}

/** The columns of one file: texts whose kind is open, and columns that are settled. */
export interface FileColumns {
  file: string;
  columns: Map<string, TextColumn | Column>;
  /** Row of the file, as people count, of a row of the columns. */
  rowOf: (row: number) => number;
  /** Numbers were read before it was known how the file writes them: with a point for the decimals. */
  quick: boolean;
}

/** Thrown where a file was read in haste and has to be read with care. */
export class ReadAgain extends Error {
  constructor(readonly file: string) {
    super(`read again: ${file}`);
  }
}
