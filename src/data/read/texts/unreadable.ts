import { ReluctantError } from '../../../core';
import type { FileColumns, TextColumn } from './fileColumns';

/** The error for a text that is not of the kind of its column. */
export function unreadable(
  operation: string,
  file: string,
  { name, codes, texts }: TextColumn,
  rowOf: FileColumns['rowOf'],
  text: number,
  expected: string,
): ReluctantError {
  return new ReluctantError({
    code: 'value-not-readable',
    operation,
    problem: `the value is not ${expected}, as the others of its column are`,
    where: { file, row: rowOf(codes.indexOf(text)), column: name },
    received: texts[text],
    expected,
    fix: (say) =>
      `correct it, say that it stands for a missing value: ${say('missing', [texts[text]!])}, or keep the column as texts: ${say('texts', [name])}`,
  });
}
