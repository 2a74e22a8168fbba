import { ReluctantError } from '../../core';
import type { BlockMetric } from './halves';

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

/** By what a strategy is judged on the rows of a half. */
export type HalfMetric = 'sharpe' | 'mean';

/**
 * Sums of every block by which strategies are judged: the mean of the returns, or the Sharpe ratio per period (variance over
 * rows - 1), which is 0 for a strategy that does nothing in a half, that is earns 0 in each row.
 */
export function blockMetric(
  metric: HalfMetric,
  strategies: readonly Float64Array[],
  blocks: readonly Block[],
): BlockMetric {
  return metric === 'mean' ? meanMetric(strategies, blocks) : sharpeMetric(strategies, blocks);
}

function meanMetric(strategies: readonly Float64Array[], blocks: readonly Block[]): BlockMetric {
  return {
    width: 1,
    rows: blocks.map(([first, end]) => end - first),
    sums: blocks.map(([first, end]) =>
      Float64Array.from(strategies, (returns) => {
        let sum = 0;
        for (let t = first; t < end; t++) sum += returns[t]!;
        return sum;
      }),
    ),
    judge(sums, rows, result) {
      for (let n = 0; n < result.length; n++) result[n] = sums[n]! / rows;
    },
  };
}

function sharpeMetric(strategies: readonly Float64Array[], blocks: readonly Block[]): BlockMetric {
  return {
    width: 2,
    rows: blocks.map(([first, end]) => end - first),
    sums: blocks.map(([first, end]) => {
      const sums = new Float64Array(2 * strategies.length);
      strategies.forEach((returns, n) => {
        let [sum, squares] = [0, 0];
        for (let t = first; t < end; t++) {
          sum += returns[t]!;
          squares += returns[t]! ** 2;
        }
        sums[2 * n] = sum;
        sums[2 * n + 1] = squares;
      });
      return sums;
    }),
    judge(sums, rows, result) {
      for (let n = 0; n < result.length; n++) {
        const average = sums[2 * n]! / rows;
        const square = sums[2 * n + 1]! / rows;
        // What is left below this is the rounding of sums and no variation.
        const variance = square - average * average;
        if (variance > 1e-13 * square) result[n] = average / Math.sqrt((variance * rows) / (rows - 1));
        else if (square === 0) result[n] = 0;
        else throw constantHalf(n);
      }
    },
  };
}

function constantHalf(strategy: number): ReluctantError {
  return new ReluctantError({
    code: 'zero-variance',
    operation: 'overfitting',
    problem: 'a strategy earns the same in every row of a half, so it has no Sharpe ratio there',
    where: { strategy },
    expected: 'returns that vary, or 0 in every row for a strategy that does nothing',
    fix: 'leave the strategy out, or judge by metric "mean"',
  });
}
