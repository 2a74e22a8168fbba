import { ReluctantError } from '../../core';
import type { FileFormat } from '../table/form';
import { loadArrow } from './arrowFiles';
import { readCarefully } from './csv/careful';
import { planQuickly, readQuickly } from './csv/quick';
import { loadDatabase } from './databases';
import type { Session } from './duckdb/session';
import { loadExcel } from './excel';
import { loadJSON } from './json';
import type { LoadOptions } from './options';
import { checkText, SAFE_LAST_LINE } from './packed';
import { readColumns } from './readColumns';
import { explain } from './readErrors';
import type { FileColumns } from './texts/fileColumns';

/** Reads one file of any format as columns, those of texts with their kind still open. */
export async function readFile(
  operation: string,
  session: Session,
  file: string,
  format: FileFormat,
  options: LoadOptions,
  notes: string[],
): Promise<FileColumns> {
  switch (format) {
    case 'csv':
      return readText(operation, session, file, options, notes);
    case 'json':
      return loadJSON(operation, file, options, notes);
    case 'excel':
      return loadExcel(operation, file, options, notes);
    case 'arrow':
      return loadArrow(operation, file, options);
    case 'sqlite':
    case 'duckdb':
      return loadDatabase(operation, file, format, options);
    default:
      try {
        const columns = await readColumns(operation, [file], 'parquet', options);
        return { file, columns, rowOf: (row) => row + 1, quick: false };
      } catch (error) {
        throw explain(operation, [file], error);
      }
  }
}

/** A text file, in haste if it is plain and carefully where that fails: so what is wrong, if anything, is said as always. */
async function readText(
  operation: string,
  session: Session,
  file: string,
  options: LoadOptions,
  notes: string[],
): Promise<FileColumns> {
  const { lastLine } = await checkText(operation, file);
  const plan = lastLine > SAFE_LAST_LINE ? undefined : planQuickly(operation, file, options);
  if (plan) {
    try {
      return await readQuickly(operation, session, plan, options);
    } catch (error) {
      if (error instanceof ReluctantError && error.code === 'file-too-large') throw error;
    }
  }
  return readCarefully(operation, file, options, notes);
}
