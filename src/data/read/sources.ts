import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkChoice, ReluctantError } from '../../core';
import { FILE_FORMATS, type FileFormat } from '../table/form';
import { findFiles, formatOf } from './files';
import type { LoadOptions } from './options';

/** Files, their formats and a name for what the caller asked for. */
export function settleFiles(
  operation: string,
  source: string | readonly string[],
  options: Pick<LoadOptions, 'format' | 'precision'>,
): { files: string[]; formats: FileFormat[]; name: string } {
  const files = findFiles(operation, source);
  const given =
    options.format === undefined ? undefined : checkChoice(operation, 'format', options.format, FILE_FORMATS);
  const formats = files.map((file) => given ?? formatOf(operation, file));
  checkChoice(operation, 'precision', options.precision ?? 'float64', ['float64', 'float32'] as const);
  const nothing = files.find((file) => fs.statSync(file).size === 0);
  if (nothing !== undefined) {
    throw new ReluctantError({ code: 'file-empty', operation, problem: 'the file is empty', where: { file: nothing } });
  }
  const first = path.basename(files[0]!);
  return { files, formats, name: files.length === 1 ? first : `${first} and ${files.length - 1} more` };
}
