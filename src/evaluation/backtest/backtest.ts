import { checkInteger, checkNumber, ReluctantError } from '../../core';
import { sharpeTest, type TestedSharpe } from '../sharpe/tests';
import { sectionsOf } from '../signals/panel';
import { quantile } from '../statistics/distributions';
import { mean, standardDeviation } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteRows, type Numbers } from '../statistics/rows';
import { type Drawdown, drawdown } from './drawdown';
import { checkPositions, type PositionRule } from './positions';
import { type Simulated, simulate } from './simulate';

/** Signals and what one period earned afterwards, one row per date and symbol, in any order. */
export interface BacktestPanel {
  /** The moment of the signal: any number that grows with time. */
  date: Numbers;
  symbol: readonly string[];
  /** What was predicted; higher is better. */
  signals: Numbers;
  /** Simple return of the one period that follows, from this date to the next: 0.01 is one per cent. Not the return of the horizon. */
  returns: Numbers;
}

/** Options of {@link backtest}. */
export interface BacktestOptions {
  /** How signals become weights. Default `rank`. */
  rule?: PositionRule;
  /** Of `sign` and `proportional`: signals this close to 0 are no position. Default 0. */
  threshold?: number;
  /** Of `tails`: share of the symbols on each side. Default 0.2. */
  share?: number;
  /** Sum of the absolute weights. Default 1. */
  exposure?: number;
  /** Dates that a signal is held: the book is the mean of the last so many (Jegadeesh and Titman 1993), so overlapping horizons are one book with daily returns. Default 1. */
  horizon?: number;
  /** Dates between a signal and the trade on it. Default 0: traded at the price of the signal's date. */
  delay?: number;
  /** Cost of trading, as a share of what is traded. Default 0.001: ten basis points. */
  feeFraction?: number;
  /** Cost that grows with size: times the trade to the power 1.5, trades as shares of wealth (Almgren and others 2005). Default 0. */
  impactFraction?: number;
  /** Most that is traded on one date, as a share of wealth, both sides counted. Default: no limit. */
  maximumTurnover?: number;
  /** Return of the benchmark per distinct date, ascending. Default: all symbols alike. */
  benchmark?: Numbers;
  /** For what is annualised. Default 252. */
  periodsPerYear?: number;
}

/** What {@link backtest} found. Series have one number per distinct date, ascending. */
export interface Backtest extends Omit<Simulated, 'market'> {
  dates: Float64Array;
  /** After costs. */
  returns: Float64Array;
  /** Wealth after each date, from 1. */
  wealth: Float64Array;
  benchmark: Float64Array;
  drawdown: Drawdown;
  summary: BacktestSummary;
}

/** Numbers of a whole {@link backtest}. */
export interface BacktestSummary {
  /** Wealth at the end less 1. */
  totalReturn: number;
  /** Per period, after costs, with an error that minds dependence. */
  sharpe: TestedSharpe;
  /** The same times sqrt(periodsPerYear). */
  annualSharpe: number;
  /** Before costs, times sqrt(periodsPerYear). */
  annualSharpeBeforeCosts: number;
  /** Share of dates with a positive return. */
  hitRate: number;
  /** Mean of what is traded per date, both sides, as a share of wealth. */
  turnover: number;
  /** The fee at which nothing is left: mean return before fees (but after impact) over mean turnover. Infinity if nothing is traded. */
  breakEvenFee: number;
  grossExposure: number;
  netExposure: number;
  maximumDrawdown: number;
  /** Least squares on the benchmark: intercept per period and slope. NaN for a constant benchmark. */
  alpha: number;
  beta: number;
  /** Mean over standard deviation of returns less benchmark, times sqrt(periodsPerYear). */
  informationRatio: number;
}

/**
 * A small backtest for judging models, not for trading: signals to weights to returns, after costs. Signals are used on their date and not before;
 * that nothing later moves an earlier number is tested on random panels. There is no slippage beyond the costs, no borrowing and no closed market;
 * a strategy that loses everything ends there, with returns of 0.
 *
 * @throws ReluctantError `zero-variance` when the strategy never holds anything; `too-few-rows` below 21 dates; `symbol-twice`, `length-mismatch`, `not-finite`, `returns-below-ruin`,
 *   `returns-in-another-unit` for percents or prices.
 * @example
 * const rows = Array.from({ length: 600 }, (_, k) => k);
 * const panel = {
 *   date: rows.map((k) => Math.floor(k / 6)),
 *   symbol: rows.map((k) => 'ABCDEF'[k % 6]),
 *   signals: rows.map((k) => Math.sin(k * k)),
 *   returns: rows.map((k) => 0.01 * Math.sin(k * k) + 0.02 * Math.cos(3 * k * k)),
 * };
 * const { summary } = backtest(panel, { feeFraction: 0.0005 });
 * summary.annualSharpe < summary.annualSharpeBeforeCosts; // true
 */
export function backtest(panel: BacktestPanel, options: BacktestOptions = {}): Backtest {
  const operation = 'backtest';
  checkOptions(operation, options, [
    ...(['rule', 'threshold', 'share', 'exposure', 'horizon', 'delay', 'feeFraction', 'impactFraction'] as const),
    ...(['maximumTurnover', 'benchmark', 'periodsPerYear'] as const),
  ]);
  const { sections, signals, returns, symbols } = checkBacktest(operation, panel);
  const simulated = simulate({
    sections,
    signals,
    returns,
    symbols,
    positions: checkPositions(operation, options),
    horizon: checkInteger(operation, 'horizon', options.horizon ?? 1, 1),
    delay: checkInteger(operation, 'delay', options.delay ?? 0, 0),
    feeFraction: checkNumber(operation, 'feeFraction', options.feeFraction ?? 0.001, 0, 1),
    impactFraction: checkNumber(operation, 'impactFraction', options.impactFraction ?? 0, 0),
    maximumTurnover:
      options.maximumTurnover === undefined
        ? Infinity
        : checkNumber(operation, 'maximumTurnover', options.maximumTurnover, Number.MIN_VALUE),
  });
  const { market, ...series } = simulated;
  const benchmark = checkBenchmark(operation, options.benchmark, market);
  const net = series.grossReturns.map((value, t) => value - series.costs[t]!);
  const wealth = new Float64Array(net.length);
  let now = 1;
  for (const [t, value] of net.entries()) {
    now = Math.max(0, now * (1 + value));
    wealth[t] = now;
  }
  const falls = drawdown(net);
  return {
    dates: Float64Array.from(sections, ({ date }) => date),
    returns: net,
    ...series,
    wealth,
    benchmark,
    drawdown: falls,
    summary: summarise(net, series, benchmark, falls, options),
  };
}

function summarise(
  net: Float64Array,
  series: Omit<Simulated, 'market'>,
  benchmark: Float64Array,
  falls: Drawdown,
  options: BacktestOptions,
): BacktestSummary {
  const year = Math.sqrt(checkNumber('backtest', 'periodsPerYear', options.periodsPerYear ?? 252, Number.MIN_VALUE));
  const ratio = (values: Float64Array) => mean(values) / standardDeviation(values, 1);
  const sharpe = sharpeTest(net); // returns of one period each, whatever the horizon of the signals
  const turnover = mean(series.turnover);
  const fees = turnover * (options.feeFraction ?? 0.001);
  const { alpha, beta } = regress(net, benchmark);
  const active = net.map((value, t) => value - benchmark[t]!);
  return {
    totalReturn: net.reduce((wealth, value) => Math.max(0, wealth * (1 + value)), 1) - 1,
    sharpe,
    annualSharpe: sharpe.sharpe * year,
    annualSharpeBeforeCosts: ratio(series.grossReturns) * year,
    hitRate: net.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / net.length,
    turnover,
    breakEvenFee: turnover > 0 ? (mean(net) + fees) / turnover : Infinity,
    grossExposure: mean(series.grossExposure),
    netExposure: mean(series.netExposure),
    maximumDrawdown: falls.depth,
    alpha,
    beta,
    informationRatio: ratio(active) * year,
  };
}

function regress(y: Float64Array, x: Float64Array): { alpha: number; beta: number } {
  const [a, b] = [mean(y), mean(x)];
  let [xx, xy] = [0, 0];
  for (const [t, value] of x.entries()) {
    xx += (value - b) ** 2;
    xy += (value - b) * (y[t]! - a);
  }
  const beta = xx > 1e-24 * x.length * b * b ? xy / xx : Number.NaN;
  return { alpha: a - beta * b, beta };
}

function checkBacktest(operation: string, panel: BacktestPanel) {
  checkOptions(operation, panel, ['date', 'symbol', 'signals', 'returns']);
  const signals = finiteRows(operation, 'signals', panel.signals ?? []);
  const returns = finiteRows(operation, 'returns', panel.returns ?? []);
  for (const [name, length] of [
    ['returns', returns.length],
    ['symbol', panel.symbol?.length],
  ] as const) {
    if (length === signals.length) continue;
    throw new ReluctantError({
      code: 'length-mismatch',
      operation,
      problem: `${name} and signals have different lengths`,
      received: { signals: signals.length, [name]: length },
      expected: 'one row per date and symbol in each column',
    });
  }
  const ruin = returns.findIndex((value) => value < -1);
  if (ruin >= 0) {
    throw new ReluctantError({
      code: 'returns-below-ruin',
      operation,
      problem: 'a return is below -1: more was lost than there was',
      where: { row: ruin },
      received: returns[ruin],
      expected: 'simple returns as shares: -0.02 for a loss of two per cent',
    });
  }
  checkUnit(operation, returns);
  const sections = sectionsOf(operation, panel.date, signals.length, panel.symbol);
  const numbers = new Map<string, number>();
  const symbols = Int32Array.from(panel.symbol, (name) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  });
  return { sections, signals, returns, symbols };
}

/** Throws where half of the returns are beyond 50 %: no market moves so in one period, but percents and prices do. */
function checkUnit(operation: string, returns: Float64Array): void {
  const sizes = returns.filter((value) => value !== 0).map(Math.abs);
  const middle = sizes.length > 0 ? quantile(sizes, 0.5) : 0;
  if (middle <= 0.5) return;
  throw new ReluctantError({
    code: 'returns-in-another-unit',
    operation,
    problem: 'half of the returns are beyond 50 % in one period: they seem to be percents or prices',
    received: middle,
    expected: 'simple returns as shares: 0.02 for a gain of two per cent',
    fix: 'divide percents by 100; of prices take price[t + 1] / price[t] - 1',
  });
}

function checkBenchmark(operation: string, benchmark: Numbers | undefined, market: Float64Array): Float64Array {
  if (benchmark === undefined) return market;
  const column = finiteRows(operation, 'benchmark', benchmark);
  if (column.length === market.length) return column;
  throw new ReluctantError({
    code: 'length-mismatch',
    operation,
    problem: 'the benchmark has another number of dates than the panel',
    received: column.length,
    expected: `${market.length} returns, one per distinct date`,
  });
}
