import { checkInteger, checkNumber, ReluctantError } from '../../core';
import { checkOptions } from '../statistics/options';
import { finiteColumns, type Numbers } from '../statistics/rows';
import { cutBlocks } from './blocks';
import { type Dominance, dominance } from './dominance';
import { blockMetric, checkMetric, type HalfMetric, ofNothing } from './metrics';
import { type NullBand, nullBand, overfitShare } from './nullBand';
import { selectInHalves } from './selection';

/** Options of {@link backtestOverfitting}. */
export interface OverfittingOptions {
  /** Even number of blocks, S, from 2 to 24. Default 16: 12,870 halves. */
  blocks?: number;
  /**
   * `sharpe` (default, per period), `mean`, `sortino`, `growth` (of wealth, in logarithms), `hitRate`, `profitFactor`; or a function of the returns of a
   * half, larger being better, which is called for each strategy, half and permuted world: take few blocks, and `nullDraws: 0` where it is slow.
   */
  metric?: HalfMetric;
  /** Rows that one return spans; the last `horizon` - 1 rows of a block reach into the next and are left out. Default 1. */
  horizon?: number;
  /** What counts as a loss out of sample: a metric below it. Default: that of earning nothing, 0; 0.5 for `hitRate`, 1 for `profitFactor`. */
  threshold?: number;
  /** Permuted worlds of the null band; 0 for none. Default 99. */
  nullDraws?: number;
  /** Of the null band. Default 1. */
  seed?: number;
}

/** Result of {@link backtestOverfitting}. */
export interface BacktestOverfitting {
  /** PBO: the share of halves whose best strategy is at or below the median outside. */
  probability: number;
  /** ln(w / (1 - w)) per half, in lexicographic order of the halves; w is the midrank outside over N + 1. */
  logits: Float64Array;
  /** The metric of the chosen strategy inside its half. */
  inSample: Float64Array;
  /** The metric of the chosen strategy outside. */
  outOfSample: Float64Array;
  /** Least squares of outside on inside: how performance degrades. NaN when all halves choose with the same metric. */
  degradation: { slope: number; intercept: number; rSquared: number };
  /** P(loss): the share of halves whose choice is below the threshold outside. */
  lossProbability: number;
  /** Dominance of the choice over the average strategy, outside. */
  dominance: Dominance;
  /** What PBO would be if no strategy were better than another; undefined with `nullDraws: 0`. */
  null?: NullBand;
  /** Rows that were not used: the remainder of the blocks at the beginning, and what reaches into a next block. */
  rowsLeftOut: number;
}

/**
 * The probability of backtest overfitting (PBO) by combinatorially symmetric cross-validation (Bailey, Borwein, López de
 * Prado and Zhu 2015). Time is cut into S blocks; over all ways to take half of them, the strategy that is best there is
 * ranked in the other half. One PBO is very noisy: among 50 worthless strategies over 1,000 days it is 0.49 ± 0.19. So read
 * it beside its null band and P(loss).
 *
 * Where packages differ: ffn and this count a logit of 0 as overfit, as the paper's integral up to 0 does; purgedcv does not. Ties
 * share their mean rank here, in ffn and in purgedcv; strategies that tie as the best share the choice only here, elsewhere the
 * order of the columns decides. Where the blocks do not divide the days, ffn cuts them otherwise than this and pypbo, and gives another
 * number (0.885 against 0.897 for 100 strategies of 2,500 days in 12 blocks). Dominance compares with the mean over strategies, as the
 * paper's equation; pypbo pools all of them.
 *
 * @param strategies `strategies[n][t]`: the return of strategy n in period t; at least two, every one that was tried.
 * @throws ReluctantError `blocks-odd`, `too-few-rows`, `too-few-columns`, `not-finite`, `zero-variance` where a strategy has no metric in a half.
 * @example
 * const strategies = [[4, 3, -2, -3], [1, 1, 1, 1], [0, 2, 3, 1]];
 * const found = backtestOverfitting(strategies, { blocks: 4, metric: 'mean', nullDraws: 0 });
 * found.probability; // 0.6666667
 * found.lossProbability; // 0.1666667
 */
export function backtestOverfitting(
  strategies: readonly Numbers[],
  options: OverfittingOptions = {},
): BacktestOverfitting {
  const operation = 'backtestOverfitting';
  checkOptions(operation, options, ['blocks', 'metric', 'horizon', 'threshold', 'nullDraws', 'seed']);
  const count = checkInteger(operation, 'blocks', options.blocks ?? 16, 2, 24);
  if (count % 2 === 1) {
    throw new ReluctantError({
      code: 'blocks-odd',
      operation,
      problem: 'an odd number of blocks has no halves',
      received: count,
      expected: 'an even number',
      fix: `use ${count + 1}`,
    });
  }
  const metric = checkMetric(operation, options.metric ?? 'sharpe');
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1);
  const threshold = checkNumber(operation, 'threshold', options.threshold ?? ofNothing(metric));
  const draws = checkInteger(operation, 'nullDraws', options.nullDraws ?? 99, 0, 1e5);
  const columns = finiteColumns(operation, 'strategies', strategies, { columns: 2, rows: 1 });
  const rows = columns[0]!.length;
  const blocks = cutBlocks(operation, rows, count, horizon);
  const { logits, inSample, outOfSample, average } = selectInHalves(blockMetric(metric, columns, blocks));
  const probability = overfitShare(logits);
  return {
    probability,
    logits,
    inSample,
    outOfSample,
    degradation: line(inSample, outOfSample),
    lossProbability: shareBelow(outOfSample, threshold),
    dominance: dominance(outOfSample, average),
    ...(draws > 0 ? { null: nullBand(columns, blocks, metric, probability, draws, options.seed ?? 1) } : {}),
    rowsLeftOut: rows - blocks.reduce((sum, [first, end]) => sum + end - first, 0),
  };
}

/** The share of values below a threshold; what rounding alone put below it does not count. */
function shareBelow(values: Float64Array, threshold: number): number {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return values.reduce((count, value) => count + (value < threshold - 1e-13 * scale ? 1 : 0), 0) / values.length;
}

function line(x: Float64Array, y: Float64Array): BacktestOverfitting['degradation'] {
  const n = x.length;
  const [a, b] = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / n) as [number, number];
  let [xx, xy, yy] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    xx += (x[k]! - a) ** 2;
    xy += (x[k]! - a) * (y[k]! - b);
    yy += (y[k]! - b) ** 2;
  }
  if (xx <= 1e-24 * n * a * a) return { slope: Number.NaN, intercept: Number.NaN, rSquared: Number.NaN };
  const slope = xy / xx;
  return { slope, intercept: b - slope * a, rSquared: yy > 0 ? (xy * xy) / (xx * yy) : Number.NaN };
}
