import { ReluctantError } from '../../core';
import { cellOf } from './column';
import type { Dataset } from './dataset';

/** What a schema library offers here; every zod schema is one. */
export interface RowSchema {
  safeParse(row: unknown): {
    success: boolean;
    error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } | undefined;
  };
}

/**
 * Throws `schema-violated` at the first row that does not satisfy the schema, with its number in the data (1 is the first
 * row of data) and the column.
 */
export function validateRows(operation: string, dataset: Dataset, schema: RowSchema): void {
  const columns = dataset.names.map((name) => [name, dataset.column(name)] as const);
  for (let row = 0; row < dataset.rows; row++) {
    const values = Object.fromEntries(columns.map(([name, column]) => [name, cellOf(column, row)]));
    const { success, error } = schema.safeParse(values);
    if (success) continue;
    const issue = error?.issues[0];
    const column = String(issue?.path[0] ?? '');
    throw new ReluctantError({
      code: 'schema-violated',
      operation,
      problem: issue ? issue.message : 'a row does not satisfy the schema',
      where: { file: dataset.name, row: row + 1, ...(column ? { column } : {}) },
      received: column ? (values[column] ?? 'nothing') : values,
      fix: 'correct the row, or relax the schema',
    });
  }
}
