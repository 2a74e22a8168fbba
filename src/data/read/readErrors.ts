import { ReluctantError, type Wording } from '../../core';

/** What DuckDB says when it cannot read a file, as this project's error: file, row and column in their places. */
export function explain(operation: string, files: readonly string[], error: unknown): unknown {
  if (error instanceof ReluctantError || !(error instanceof Error)) return error;
  const text = error.message;
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
  const fault = row === undefined && value === undefined ? faultOf(text) : undefined;
  return new ReluctantError({
    code: value !== undefined ? 'value-not-readable' : row ? 'row-not-readable' : 'file-damaged',
    operation,
    problem: fault ?? (summary ?? 'the file cannot be read').trim().replace(/\.$/, '').slice(0, 240),
    where,
    received: value ?? original,
    fix: (say) => adviceFor(text, say),
    cause: error,
  });
}

/** What DuckDB says of damaged files in the words of those who wrote the format, in plain ones. */
function faultOf(text: string): string | undefined {
  if (/magic bytes|footer|too small to be/i.test(text))
    return 'the file does not end as its format does: it is cut, or of another format than its name says';
  if (/decompress|corrupt|thrift|checksum|crc|encoding|invalid (parquet|page|data)|out of (range|buffer)/i.test(text))
    return 'what is packed in the file is damaged';
  return undefined;
}

function adviceFor(text: string, say: Wording): string {
  if (/unicode|utf-8/i.test(text))
    return `say how the file is written: ${say('encoding', 'latin-1')} or ${say('encoding', 'utf-16')}`;
  if (/Could not convert string/.test(text))
    return `correct the value, or name it as missing: ${say('missing', ['value'])}`;
  if (/Expected Number of Columns|columns/i.test(text)) return 'every row needs as many cells as the header';
  return 'check that the file is whole and of the format its name says';
}
