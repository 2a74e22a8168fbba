import type { DuckDBResult } from '@duckdb/node-api';
import type { Bound } from '../../table/bound';
import { type Chunk, Chunks } from './chunks';

/** Arrays that are being filled, one for each column. */
interface Arrays {
  arrays: (Float64Array | Float32Array | Int32Array)[];
}

/** How the chunks of a result become typed arrays. */
export interface Filling<B extends Arrays> {
  /** How many columns there are. */
  width: number;
  /** Arrays for so many rows; dictionaries go on from those before. Texts are counted towards the bound. */
  allocate(rows: number, before?: B, bound?: Bound): B;
  /** Copies `count` rows of a chunk, from its row `from` on, to the rows from `row` on. */
  copy(chunk: Chunk, into: B, row: number, from: number, count: number): void;
}

/**
 * Copies a streamed result into typed arrays, for `expected` rows or more, as it turns out.
 *
 * @throws what the bound and the filling throw
 */
export async function collect<B extends Arrays>(
  filling: Filling<B>,
  result: DuckDBResult,
  bound: Bound,
  expected = 0,
): Promise<B> {
  let capacity = Math.max(2048, expected);
  let buffers = filling.allocate(capacity, undefined, bound);
  let rows = 0;
  const chunks = new Chunks(result);
  try {
    while (await chunks.advance()) {
      const count = chunks.rows;
      bound.check(rows + count, filling.width);
      if (rows + count > capacity) {
        capacity = Math.ceil(1.5 * (rows + count));
        const larger = filling.allocate(capacity, buffers, bound);
        larger.arrays.forEach((array, k) => {
          array.set(buffers.arrays[k]!.subarray(0, rows));
        });
        buffers = larger;
      }
      filling.copy(chunks, buffers, rows, 0, count);
      rows += count;
    }
  } finally {
    await chunks.settle();
  }
  // A little slack at the end of the memory costs less than a second copy.
  const wasteful = capacity > 1.0625 * rows;
  const exact = (array: Arrays['arrays'][number]) => (wasteful ? array.slice(0, rows) : array.subarray(0, rows));
  return { ...buffers, arrays: buffers.arrays.map(exact) };
}
