import * as path from 'node:path';
import { ReluctantError } from '../../core';
import type { Column } from '../table/column';
import { roleOf } from '../table/roles';
import type { LoadOptions } from './options';

/**
 * The same tables, each with a column `symbol` that holds the name of its file: where the caller asks for it, and where several
 * files have none, which would become one series with every date repeated.
 *
 * @throws ReluctantError `symbols-not-distinct`, `symbol-pattern-not-usable`.
 */
export function nameSymbols(
  operation: string,
  files: readonly string[],
  tables: readonly Map<string, Column>[],
  { symbolFromName, columns }: Pick<LoadOptions, 'symbolFromName' | 'columns'>,
): readonly Map<string, Column>[] {
  const hasSymbol = tables.map((table) =>
    [...table].some(([name, { kind }]) => roleOf(name) === 'symbol' && kind === 'symbol'),
  );
  const isPrices = tables.every((table) => [...table].some(([name]) => roleOf(name) === 'date'));
  if (symbolFromName === false || symbolFromName === undefined) {
    if (symbolFromName === false || files.length === 1 || hasSymbol.includes(true) || !isPrices) return tables;
    if (columns && !columns.includes('symbol')) return tables;
  }
  const names = files.map((file) =>
    symbolOfFile(operation, file, typeof symbolFromName === 'string' ? symbolFromName : '{symbol}'),
  );
  const twice = names.findIndex((name, k) => names.indexOf(name) !== k);
  if (twice >= 0 && symbolFromName !== undefined) {
    throw new ReluctantError({
      code: 'symbols-not-distinct',
      operation,
      problem: 'two files give the same symbol',
      where: { file: files[twice]! },
      received: names[twice],
      fix: (say) => `rename one, or say which part of the name is the symbol: ${say('symbolFromName', '{symbol}_1d')}`,
    });
  }
  if (twice >= 0) return tables;
  return tables.map((table, k) => {
    const rows = [...table.values()][0]?.values.length ?? 0;
    const symbol: Column = { kind: 'symbol', values: new Int32Array(rows), dictionary: [names[k]!] };
    return new Map([['symbol', symbol], ...[...table].filter(([name]) => name !== 'symbol')]);
  });
}

/** The part of a file's name that a pattern calls the symbol; extensions are no part of the name. */
export function symbolOfFile(operation: string, file: string, pattern = '{symbol}'): string {
  const stem = path
    .basename(file)
    .replace(
      /(\.(csv|tsv|tab|txt|parquet|pq|jsonl?|ndjson|arrow|feather|ipc|xls[xmb]?|ods|db|duckdb|sqlite3?|gz|zst))+$/i,
      '',
    );
  const parts = pattern.split('{symbol}');
  if (parts.length !== 2) {
    throw new ReluctantError({
      code: 'symbol-pattern-not-usable',
      operation,
      problem: 'the pattern does not say where the symbol is',
      received: pattern,
      expected: 'one {symbol} in it, such as {symbol}_1d; * stands for anything',
    });
  }
  const [before, after] = parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*?'));
  return new RegExp(`^${before}(.+?)${after}$`, 'u').exec(stem)?.[1] ?? stem;
}
