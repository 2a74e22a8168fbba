/** Texts that stand for a missing value in a column of any kind, if none are named. */
export const MISSING: readonly string[] = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None'];

/**
 * Of those, the texts that are missing in a column of symbols as well: `NA` is a ticker (National Bank of Canada), and a
 * library that writes a missing ticker writes one of these.
 */
export const MISSING_SYMBOLS: readonly string[] = MISSING.filter((text) => text !== 'NA');

/**
 * Texts that stand for a missing value where every other cell of the column is a number or a date: among texts they
 * would be texts.
 */
export const PLACEHOLDERS: ReadonlySet<string> = new Set([
  ...[
    '.',
    '-',
    '--',
    '---',
    '–',
    '—',
    '?',
    '*',
    'na',
    'n/a',
    'n.a.',
    'N.A.',
    'nil',
    'none',
    'Null',
    'Nan',
    '<NA>',
    '-nan',
    '-NaN',
  ],
  ...[
    'NaT',
    'N/D',
    '#N/A',
    '#NA',
    '#N/A N/A',
    '#DIV/0!',
    '#VALUE!',
    '#REF!',
    '#NUM!',
    '#NAME?',
    '#NULL!',
    '#SPILL!',
    '#CALC!',
    '\\N',
    '(null)',
    'undefined',
    'ND',
    'nd',
  ],
]);
