import type { Backtest, BacktestOverfitting } from '../evaluation';
import { Table } from '../tables';
import { extent } from './extent';
import type { Figure, Trace } from './figure';
import { logitBars } from './overfittingLogits';
import { panels } from './panels';
import { COLOURS, faded } from './template';

/** Options of {@link performance}. */
export interface PerformanceOptions {
  title?: string;
  /** What stands on the axis of time, one per date; default: the backtest's dates as they are. */
  dates?: readonly (string | number)[];
}

/**
 * Wealth after costs beside before costs and the benchmark, drawdown, and what is held and traded.
 *
 * @param result what `evaluation.backtest` found.
 * @example
 * const rows = Array.from({ length: 240 }, (_, k) => k);
 * const result = rl.evaluation.backtest({
 *   date: rows.map((k) => Math.floor(k / 4)),
 *   symbol: rows.map((k) => 'ABCD'[k % 4]),
 *   signals: rows.map((k) => Math.sin(k * k)),
 *   returns: rows.map((k) => 0.01 * Math.cos(3 * k * k)),
 * });
 * performance(result).title; // 'Wealth, drawdown and what it took'
 */
export function performance(result: Backtest, options: PerformanceOptions = {}): Figure {
  const x = options.dates ?? Array.from(result.dates);
  const line = (name: string, y: ArrayLike<number>, color: string, more: Record<string, unknown> = {}): Trace => ({
    type: 'scatter',
    mode: 'lines',
    name,
    x,
    y: Array.from(y),
    line: { color, width: 1.6, ...more },
  });
  const { summary } = result;
  const before = grown(result.grossReturns);
  return panels(
    [
      {
        title: 'wealth, from 1',
        traces: [
          line('after costs', result.wealth, COLOURS.predictions),
          line('before costs', before, faded(COLOURS.predictions, 0.45), { dash: 'dot' }),
          line('benchmark', grown(result.benchmark), COLOURS.targets),
        ],
      },
      {
        title: 'below the latest peak',
        traces: [
          {
            ...line('drawdown', result.drawdown.series, COLOURS.bad),
            fill: 'tozeroy',
            fillcolor: faded(COLOURS.bad, 0.2),
          },
        ],
        yaxis: { tickformat: '.1%' },
      },
      {
        title: 'held, and traded per date',
        traces: [
          line('net exposure', result.netExposure, COLOURS.good),
          line('turnover', result.turnover, COLOURS.neutral),
        ],
      },
    ],
    {
      title: options.title ?? 'Wealth, drawdown and what it took',
      columns: 1,
      panelHeight: 170,
      summary: new Table([
        {
          'total return': summary.totalReturn,
          'Sharpe a year': summary.annualSharpe,
          'before costs': summary.annualSharpeBeforeCosts,
          'p-value': summary.sharpe.pValue,
          'largest drawdown': summary.maximumDrawdown,
          turnover: summary.turnover,
          'break-even fee': summary.breakEvenFee,
        },
      ]),
    },
  );
}

function grown(returns: ArrayLike<number>): Float64Array {
  let wealth = 1;
  return Float64Array.from(returns, (value) => {
    wealth = Math.max(0, wealth * (1 + value));
    return wealth;
  });
}

/** Points drawn of a scatter at most. */
const MOST_POINTS = 1500;

/**
 * What became of the best strategy of every half: how its logits are spread (at or below 0 is overfit), and its metric outside against
 * that inside, with the line of degradation.
 *
 * @param found what `evaluation.backtestOverfitting` found.
 * @example
 * const random = new rl.Random(1);
 * const noise = Array.from({ length: 8 }, () => Float64Array.from({ length: 160 }, () => random.normal()));
 * overfittingHalves(rl.evaluation.backtestOverfitting(noise, { blocks: 8 })).title; // 'What the best of each half earns in the other'
 */
export function overfittingHalves(found: BacktestOverfitting, options: { title?: string } = {}): Figure {
  const { logits, inSample, outOfSample, degradation } = found;
  const { traces, most } = logitBars(logits, ['overfit', 'above the median']);
  const step = Math.max(1, Math.ceil(logits.length / MOST_POINTS));
  const places = Array.from({ length: Math.ceil(logits.length / step) }, (_, k) => k * step);
  const ends = extent(inSample);
  return panels(
    [
      {
        title: 'logit of the rank outside',
        traces,
        xaxis: { range: [-1.05 * most, 1.05 * most] },
        yaxis: { tickformat: '.0%' },
      },
      {
        title: 'outside against inside',
        xTitle: 'inside its half',
        yTitle: 'outside',
        traces: [
          {
            type: 'scatter',
            mode: 'markers',
            name: 'a half',
            x: places.map((k) => inSample[k]!),
            y: places.map((k) => outOfSample[k]!),
            marker: { color: faded(COLOURS.predictions, 0.35), size: 4 },
          },
          {
            type: 'scatter',
            mode: 'lines',
            name: 'degradation',
            x: ends,
            y: ends.map((value) => degradation.intercept + degradation.slope * value),
            line: { color: COLOURS.text, width: 1.5 },
          },
        ],
      },
    ],
    {
      title: options.title ?? 'What the best of each half earns in the other',
      columns: 2,
      summary: new Table([
        {
          PBO: found.probability,
          'p-value': found.null?.pValue ?? Number.NaN,
          'P(loss)': found.lossProbability,
          slope: degradation.slope,
          halves: logits.length,
        },
      ]),
    },
  );
}
