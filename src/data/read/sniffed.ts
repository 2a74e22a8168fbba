import { ReluctantError } from '../../core';
import { type Bindings, bindTexts, type Session } from './duckdb';
import { planColumns } from './plan';
import type { Prepared, ReadOptions } from './readColumns';
import { CSV_BUFFERS, csvSettings, MISSING, settleDialect } from './relation';

/** A text in SQL. */
const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Prepares to read a CSV file in haste: its columns are found out once, its buffers are small, so that copying begins early, and
 * DuckDB compares its cells with '' only, not with every text for a missing value, which is a fifth of the work. Those texts
 * are found among the symbols afterwards; no number or date can be read from one (NaN apart), nor any line of more than
 * 1 MB: reading then fails, and the file is to be read as `prepare` says.
 */
export async function prepareSniffed(
  operation: string,
  { connection }: Session,
  file: string,
  options: ReadOptions,
): Promise<Prepared> {
  const bindings: Bindings = { values: { file }, types: {} };
  const dialect = settleDialect(operation, file, options);
  const settings = csvSettings(dialect, options, bindings, CSV_BUFFERS.quick);
  const found = 'Columns, NewLineDelimiter, SkipRows, HasHeader, DateFormat, TimestampFormat';
  const sql = `SELECT ${found} FROM sniff_csv($file, ${settings})`;
  const [row] = (await connection.runAndReadAll(sql, bindings.values, bindings.types)).getRowObjectsJson();
  const fields = row!['Columns'] as { name: string; type: string }[];
  if (row!['SkipRows'] !== 0 || row!['HasHeader'] !== dialect.header) {
    const problem = 'the file does not begin with its header';
    throw new ReluctantError({ code: 'file-damaged', operation, problem, where: { file } });
  }
  const plan = planColumns(operation, file, fields, options, bindings, options.missing ?? MISSING);
  // Texts named by the caller may well be numbers: -999, say.
  if (options.missing === undefined) bindTexts(bindings, 'missing', ['']);
  bindings.values['newLine'] = String(row!['NewLineDelimiter']);
  const columns = fields.map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`).join(', ');
  const known = ['auto_detect = false', `columns = {${columns}}`, 'new_line = $newLine', settings];
  const formats = {
    dateformat: options.dateFormat ? null : row!['DateFormat'],
    timestampformat: row!['TimestampFormat'],
  };
  for (const [name, value] of Object.entries(formats)) {
    if (value === null || value === undefined) continue;
    bindings.values[name] = String(value);
    known.push(`${name} = $${name}`);
  }
  return { plan, statement: `SELECT ${plan.projection} FROM read_csv($file, ${known.join(', ')})`, bindings };
}
