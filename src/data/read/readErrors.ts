import { ReluctantError } from '../../core';
import { detectDialect, findFault } from './dialect';
import type { RelationOptions } from './relation';

/** What DuckDB says when it cannot read a file, as this project's error: file, row and column in their places. */
export function explain(
  operation: string,
  files: readonly string[],
  error: unknown,
  options: RelationOptions = {},
): unknown {
  if (error instanceof ReluctantError || !(error instanceof Error)) return error;
  const text = error.message;
  if (/sniffing file/.test(text)) return explainShape(operation, files, options, error);
  const find = (pattern: RegExp) => pattern.exec(text)?.[1];
  const file = find(/^\s*file = (.+)$/m) ?? files.find((one) => text.includes(one)) ?? files[0]!;
  const row = find(/CSV Error on Line: (\d+)/) ?? find(/in line (\d+)/i) ?? find(/record\/value (\d+)/);
  const column = find(/[Cc]olumn "([^"]*)"/) ?? find(/Column with name: "?([^"\n]*)"?/);
  const where = { file, ...(row ? { row: Number(row) } : {}), ...(column ? { column } : {}) };
  const summary = text
    .replace(/^[A-Za-z ]+Error: /, '')
    .replace(/^CSV Error on Line: \d+\n/, '')
    .replace(/^Original Line: .*\n/, '')
    .split('\n')
    .find((line) => line.trim() !== '');
  const original = find(/^Original Line: (.*)$/m);
  const value = find(/Could not convert string "(.*)" to/);
  return new ReluctantError({
    code: value !== undefined ? 'value-not-readable' : row ? 'row-not-readable' : 'file-damaged',
    operation,
    problem: (summary ?? 'the file cannot be read').trim().replace(/\.$/, '').slice(0, 240),
    where,
    received: value ?? original,
    fix: adviceFor(text),
    cause: error,
  });
}

/** DuckDB could make nothing of the file as a whole, and does not say where: look for the first record that is wrong. */
function explainShape(
  operation: string,
  files: readonly string[],
  options: RelationOptions,
  cause: Error,
): ReluctantError {
  for (const file of files) {
    const fault = findFault(file, detectDialect(operation, file, options));
    if (fault) {
      const { row, problem } = fault;
      const fix = 'every row needs as many cells as the header, and quotation marks in pairs';
      return new ReluctantError({ code: 'row-not-readable', operation, problem, where: { file, row }, fix, cause });
    }
  }
  return new ReluctantError({
    code: 'file-damaged',
    operation,
    problem: 'the file does not read as comma-separated values',
    where: { file: files[0]! },
    fix: 'say how it is written: { delimiter, header, encoding }',
    cause,
  });
}

function adviceFor(text: string): string {
  if (/unicode|utf-8/i.test(text))
    return 'say how the file is written: { encoding: "latin-1" } or { encoding: "utf-16" }';
  if (/Could not convert string/.test(text))
    return 'correct the value, or name it as missing: { missing: [..., "value"] }';
  if (/Expected Number of Columns|columns/i.test(text)) return 'every row needs as many cells as the header';
  return 'check that the file is whole and of the format its name says';
}
