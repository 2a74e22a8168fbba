/** How a strategy is judged on the rows of one half. */
export interface BlockMetric {
  /** Sums per block and strategy that the judgement needs: `sums[block][strategy * width + j]`. */
  sums: readonly Float64Array[];
  /** Sums per strategy. */
  width: number;
  /** Rows of each block. */
  rows: readonly number[];
  /** Judges all strategies from their summed sums over `rows` rows, those of the blocks `chosen`, in order. */
  judge(sums: Float64Array, rows: number, result: Float64Array, chosen: readonly number[]): void;
}

/**
 * Visits the halves of the blocks that hold the first block, in lexicographic order, with the judgement of every strategy
 * inside the half and outside it. The other halves are their complements in reverse order: half k and half C(S, S / 2) - 1 - k.
 * Sums are carried down a tree of S / 2 levels, so memory does not grow with the number of halves and nothing is subtracted.
 */
export function visitHalves(
  metric: BlockMetric,
  visit: (inside: Float64Array, outside: Float64Array, half: number) => void,
): void {
  const blocks = metric.sums.length;
  const size = metric.sums[0]!.length;
  const strategies = size / metric.width;
  const depth = blocks / 2;
  const level = () => Array.from({ length: depth + 1 }, () => new Float64Array(size));
  const [chosen, left] = [level(), level()];
  const [inside, outside] = [new Float64Array(strategies), new Float64Array(strategies)];
  const [blocksIn, blocksOut]: [number[], number[]] = [[0], []];
  let half = 0;
  const add = (from: Float64Array, block: number, to: Float64Array) => {
    const own = metric.sums[block]!;
    for (let k = 0; k < size; k++) to[k] = from[k]! + own[k]!;
  };
  const descend = (block: number, taken: number, skipped: number, rowsIn: number, rowsOut: number): void => {
    if (block === blocks) {
      metric.judge(chosen[taken]!, rowsIn, inside, blocksIn);
      metric.judge(left[skipped]!, rowsOut, outside, blocksOut);
      visit(inside, outside, half++);
      return;
    }
    const rows = metric.rows[block]!;
    if (taken < depth) {
      add(chosen[taken]!, block, chosen[taken + 1]!);
      blocksIn.push(block);
      descend(block + 1, taken + 1, skipped, rowsIn + rows, rowsOut);
      blocksIn.pop();
    }
    if (skipped < depth) {
      add(left[skipped]!, block, left[skipped + 1]!);
      blocksOut.push(block);
      descend(block + 1, taken, skipped + 1, rowsIn, rowsOut + rows);
      blocksOut.pop();
    }
  };
  add(chosen[0]!, 0, chosen[1]!);
  descend(1, 1, 0, metric.rows[0]!, 0);
}

/** C(n, k). */
export function combinations(n: number, k: number): number {
  let count = 1;
  for (let j = 1; j <= k; j++) count = (count * (n - k + j)) / j;
  return Math.round(count);
}
