/** What {@link FileFormat} a file may have. */
export const FILE_FORMATS = ['csv', 'parquet', 'json', 'arrow', 'excel', 'duckdb', 'sqlite'] as const;
/** A kind of file that {@link load} reads. */
export type FileFormat = (typeof FILE_FORMATS)[number];

/** How the characters of a text file may be written: as everywhere, as Western Europe did, Russia, Japan, China, Taiwan, Korea. */
export const ENCODINGS = [
  ...(['utf-8', 'utf-16', 'latin-1', 'windows-1251', 'shift-jis', 'gb18030', 'big5', 'euc-kr'] as const),
] as const;
/** One of {@link ENCODINGS}. */
export type Encoding = (typeof ENCODINGS)[number];

/**
 * How files are written, where that cannot be told from them. The command line has a flag of the same name for each, and a run
 * remembers them, so that `predict` reads a file as `train` did. All are plain JSON.
 */
export interface FormOptions {
  /** Format of the files, where their names do not tell. */
  format?: FileFormat;
  /** Text files: what stands between cells, a character or `tab`, `whitespace`. Default: found out among `,` `;` tab `|` and blanks. */
  delimiter?: string;
  /** Text files: default UTF-8, or UTF-16 by its mark or its zeros. */
  encoding?: Encoding;
  /** Whether a row names the columns. Default: told from the rows; a first row of numbers that cannot be told is refused. */
  header?: boolean;
  /** Lines (of a sheet: rows) before the header that are no part of the table. Default: titles and comments are left out. */
  skipRows?: number;
  /** Texts that stand for a missing value. Default: nothing at all, NA, N/A, NaN, null, None; among numbers also `.`, `-`, #N/A. */
  missing?: readonly string[];
  /** The decimal mark. Default: told from all numbers of the file. */
  decimal?: '.' | ',';
  /** What stands between thousands. Default: told from all numbers of the file. */
  thousands?: ',' | '.' | ' ' | "'" | '_';
  /** How dates are written (strptime), e.g. "%d.%m.%Y %H:%M"; or `unix-s`, `unix-ms`, `unix-us`, `unix-ns`, `excel`. */
  dateFormat?: string;
  /** Whether 01/02/2020 is the first of February. Default: told from all dates of the load; where they do not tell, an error. */
  dayFirst?: boolean;
  /** The column with the time of day of the column of days. Default: one called time, if it holds nothing else. */
  timeColumn?: string;
  /** Time zone of instants written without one, e.g. "America/New_York". Default UTC. */
  timeZone?: string;
  /** Columns that are kept as texts, whatever they look like. Default: those called symbol, ticker, code and the like. */
  texts?: readonly string[];
  /** Workbooks: name of the sheet. Default: the first that holds a table. */
  sheet?: string;
  /** Databases: name of the table. JSON: path of the table in it, such as `chart.result`. Default: the only one there is. */
  table?: string;
  /** A column `symbol` is made of the names of the files: true, or a pattern with `{symbol}` in it, such as `{symbol}_1d`. */
  symbolFromName?: boolean | string;
  /** SQL over what was read, as the table `data`; over the tables of a database under their own names. */
  query?: string;
}

/** The names of {@link FormOptions}, for what stores and checks them. */
export const FORM_OPTIONS: readonly (keyof FormOptions)[] = [
  ...([
    'format',
    'delimiter',
    'encoding',
    'header',
    'skipRows',
    'missing',
    'decimal',
    'thousands',
    'dateFormat',
  ] as const),
  ...(['dayFirst', 'timeColumn', 'timeZone', 'texts', 'sheet', 'table', 'symbolFromName', 'query'] as const),
];
