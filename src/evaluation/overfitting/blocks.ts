import { ReluctantError } from '../../core';

/** First and one past the last row of each block. */
export type Block = readonly [first: number, end: number];

/**
 * Cuts rows into even blocks. Rows that are left over are left out at the beginning, the oldest; of each block but the last, the
 * last `horizon` - 1 rows are left out too, whose outcomes reach into the next.
 */
export function cutBlocks(operation: string, rows: number, blocks: number, horizon: number): Block[] {
  const length = Math.floor(rows / blocks);
  if (length - (horizon - 1) < 1 || length * blocks < 4) {
    throw new ReluctantError({
      code: 'too-few-rows',
      operation,
      problem: `${rows} rows make ${blocks} blocks of ${length}${horizon > 1 ? `, less ${horizon - 1} that reach into the next` : ''}`,
      received: rows,
      expected: `at least ${Math.max(4, blocks * horizon)} rows, one per block`,
      fix: 'use fewer blocks or a longer period',
    });
  }
  const first = rows - length * blocks;
  return Array.from({ length: blocks }, (_, b) => [
    first + b * length,
    first + (b + 1) * length - (b === blocks - 1 ? 0 : horizon - 1),
  ]);
}
