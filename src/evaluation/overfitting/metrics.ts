import { checkChoice, ReluctantError } from '../../core';
import type { Block } from './blocks';
import type { BlockMetric } from './halves';

/**
 * By what a strategy is judged on the rows of a half. A name, or a function of the returns of the half, in order, larger being better: it is called
 * for each strategy in each half, so that it takes far longer than a name, whose sums are carried from half to half.
 */
export type HalfMetric =
  | ('sharpe' | 'mean' | 'sortino' | 'growth' | 'hitRate' | 'profitFactor')
  | ((returns: Float64Array) => number);

/** A metric that is a function of sums over rows. */
interface SummedMetric {
  /** What is summed, per row. */
  terms: readonly ((value: number) => number)[];
  /** The metric of a half from its sums; undefined where it has none. */
  judge(sums: Float64Array, first: number, rows: number): number | undefined;
  /** Whether returns in another unit have the same metric. */
  scaleFree: boolean;
  /** What earns and loses nothing. */
  nothing: number;
  /** Why a half may have none, and what to do. */
  refusal?: { problem: string; expected: string };
}

const constant = {
  problem: 'a strategy earns the same in every row of a half, so it has no Sharpe ratio there',
  expected: 'returns that vary, or 0 in every row for a strategy that does nothing',
};
const withoutLoss = (what: string) => ({
  problem: `a strategy never loses in a half, so it has no ${what} there`,
  expected: 'a row with a loss in every half, or 0 in every row for a strategy that does nothing',
});

/** The metrics that have a name. */
const METRICS: Readonly<Record<Extract<HalfMetric, string>, SummedMetric>> = {
  /** Mean over deviation (variance over rows - 1), per period; 0 for a strategy that earns 0 in each row. */
  sharpe: {
    terms: [(value) => value, (value) => value * value],
    judge(sums, first, rows) {
      const [average, square] = [sums[first]! / rows, sums[first + 1]! / rows];
      // What is left below this is the rounding of sums and no variation.
      const variance = square - average * average;
      if (variance > 1e-13 * square) return average / Math.sqrt((variance * rows) / (rows - 1));
      return square === 0 ? 0 : undefined;
    },
    scaleFree: true,
    nothing: 0,
    refusal: constant,
  },
  /** Mean return. */
  mean: {
    terms: [(value) => value],
    judge: (sums, first, rows) => sums[first]! / rows,
    scaleFree: false,
    nothing: 0,
  },
  /** Mean over the root of the mean square of the losses (Sortino and Price 1994, target 0). */
  sortino: {
    terms: [(value) => value, (value) => Math.min(0, value) ** 2],
    judge(sums, first, rows) {
      if (sums[first + 1]! > 0) return sums[first]! / rows / Math.sqrt(sums[first + 1]! / rows);
      return sums[first] === 0 ? 0 : undefined;
    },
    scaleFree: true,
    nothing: 0,
    refusal: withoutLoss('Sortino ratio'),
  },
  /** Mean of ln(1 + return): the rate at which wealth grows when all of it is reinvested (Kelly 1956). */
  growth: {
    terms: [(value) => Math.log1p(value)],
    judge: (sums, first, rows) => (sums[first]! > -Infinity ? sums[first]! / rows : undefined),
    scaleFree: false,
    nothing: 0,
    refusal: {
      problem: 'a strategy loses everything in a row of a half, so its wealth has no rate of growth',
      expected: 'simple returns above -1',
    },
  },
  /** Share of the rows that earn something. */
  hitRate: {
    terms: [(value) => (value > 0 ? 1 : 0)],
    judge: (sums, first, rows) => sums[first]! / rows,
    scaleFree: true,
    nothing: 0.5,
  },
  /** What is earned over what is lost: the Omega ratio at 0 (Keating and Shadwick 2002). */
  profitFactor: {
    terms: [(value) => Math.max(0, value), (value) => Math.max(0, -value)],
    judge(sums, first) {
      if (sums[first + 1]! > 0) return sums[first]! / sums[first + 1]!;
      return sums[first] === 0 ? 1 : undefined;
    },
    scaleFree: true,
    nothing: 1,
    refusal: withoutLoss('profit factor'),
  },
};

/** Whether a metric stays the same when returns are in another unit; not known of a function. */
export const isScaleFree = (metric: HalfMetric): boolean => typeof metric !== 'function' && METRICS[metric].scaleFree;

/** The metric of earning and losing nothing, below which a half counts as a loss. */
export const ofNothing = (metric: HalfMetric): number => (typeof metric === 'function' ? 0 : METRICS[metric].nothing);

/** @throws ReluctantError `unknown-choice`. */
export function checkMetric(operation: string, metric: HalfMetric): HalfMetric {
  if (typeof metric === 'function') return metric;
  return checkChoice(operation, 'metric', metric, Object.keys(METRICS) as Extract<HalfMetric, string>[]);
}

/** Judges strategies in halves: by sums of every block, or by the returns of the half's blocks one after the other. */
export function blockMetric(
  metric: HalfMetric,
  strategies: readonly Float64Array[],
  blocks: readonly Block[],
): BlockMetric {
  return typeof metric === 'function'
    ? wholeMetric(metric, strategies, blocks)
    : summedMetric(METRICS[metric], strategies, blocks);
}

function summedMetric(
  metric: SummedMetric,
  strategies: readonly Float64Array[],
  blocks: readonly Block[],
): BlockMetric {
  const { terms } = metric;
  const width = terms.length;
  return {
    width,
    rows: blocks.map(([first, end]) => end - first),
    sums: blocks.map(([first, end]) => {
      const sums = new Float64Array(width * strategies.length);
      for (const [n, returns] of strategies.entries())
        for (const [j, term] of terms.entries()) {
          let sum = 0;
          for (let t = first; t < end; t++) sum += term(returns[t]!);
          sums[width * n + j] = sum;
        }
      return sums;
    }),
    judge(sums, rows, result) {
      for (let n = 0; n < result.length; n++) {
        const value = metric.judge(sums, width * n, rows);
        if (value === undefined) throw refused(metric.refusal!, n);
        result[n] = value;
      }
    },
  };
}

function wholeMetric(
  metric: (returns: Float64Array) => number,
  strategies: readonly Float64Array[],
  blocks: readonly Block[],
): BlockMetric {
  return {
    width: 1,
    rows: blocks.map(([first, end]) => end - first),
    sums: blocks.map(() => new Float64Array(strategies.length)),
    judge(_, rows, result, chosen) {
      for (const [n, returns] of strategies.entries()) {
        const half = new Float64Array(rows);
        let filled = 0;
        for (const block of chosen) {
          const part = returns.subarray(...blocks[block]!);
          half.set(part, filled);
          filled += part.length;
        }
        const value = metric(half);
        if (!Number.isFinite(value)) throw notFinite(n, value);
        result[n] = value;
      }
    },
  };
}

function refused({ problem, expected }: { problem: string; expected: string }, strategy: number): ReluctantError {
  return new ReluctantError({
    code: 'zero-variance',
    operation: 'backtestOverfitting',
    problem,
    where: { strategy },
    expected,
    fix: 'leave the strategy out, use fewer blocks, judge by metric "mean", or ask for nullDraws: 0 if it is so in a permuted world only',
  });
}

function notFinite(strategy: number, value: unknown): ReluctantError {
  return new ReluctantError({
    code: 'not-finite',
    operation: 'backtestOverfitting',
    problem: 'the metric of a half is not a finite number',
    where: { strategy },
    received: value,
    expected: 'a function of the returns of a half that returns a finite number, larger being better',
  });
}
