import type { FormOptions } from '../table/form';
import type { RowSchema } from '../table/schema';
import type { SessionOptions } from './duckdb/session';

/** Options of {@link load}; everything is optional. */
export interface LoadOptions extends SessionOptions, FormOptions {
  /** Only these columns, in this order. */
  columns?: readonly string[];
  /** `float32` halves the memory of number columns (CSV, Parquet). Default `float64`. */
  precision?: 'float64' | 'float32';
  /** A schema every row must satisfy, e.g. `z.object({ close: z.number().positive() })`; dates come to it as ISO texts. */
  schema?: RowSchema;
}
