// The figures of the catalogue: each once as a reader meets it, and each with data that nobody draws on purpose.
import { Random } from '../../src/core';
import * as plots from '../../src/plots';

type Options = plots.DrawingOptions;

const normal = (label: string, count: number, mean = 0, deviation = 1): Float64Array => {
  const random = new Random(23).fork(label);
  return Float64Array.from({ length: count }, () => mean + deviation * random.normal());
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, k) => k + 1);
const HEADS = ['direction', 'volatility', 'magnitude'];
const LAYERS = ['block_1_filter', 'block_1_gate', 'block_2_filter', 'block_2_gate', 'fusion', 'volatility'];

/** A head's targets and predictions that are half right. */
function pair(head: string, count: number) {
  const targets = normal(`${head} targets`, count);
  const noise = normal(`${head} noise`, count);
  return { head, targets, predictions: targets.map((target, k) => 0.6 * target + 0.4 * noise[k]!) };
}
const days = (count: number): string[] =>
  upTo(count).map((k) => new Date(Date.UTC(2022, 0, 3) + k * 86_400_000).toISOString().slice(0, 10));

/** Every figure with data as a run gives them. */
export const CATALOGUE: Record<string, (options: Options) => plots.Figure> = {
  'distribution-bands': (options) =>
    plots.distributionBands(
      [
        { name: 'fusion', epochs: upTo(30), values: upTo(30).map((k) => normal(`fusion ${k}`, 400, -0.05 * k, 1)) },
        {
          name: 'volatility',
          epochs: upTo(30),
          values: upTo(30).map((k) => normal(`v ${k}`, 400, 1, 1.2 * 0.85 ** k)),
        },
      ],
      { ...options, title: 'Pre-activations by epoch', unit: 'pre-activation' },
    ),
  'gradient-flow': (options) =>
    plots.gradientFlow(
      upTo(30).flatMap((epoch) =>
        LAYERS.map((layer, k) => ({
          epoch,
          layer,
          norm: layer === 'volatility' && epoch > 12 ? 0 : 10 ** (-4 + 0.7 * k - 0.03 * epoch),
        })),
      ),
      options,
    ),
  calibration: (options) =>
    plots.calibration(
      HEADS.map((head) => pair(head, 3000)),
      options,
    ),
  residuals: (options) =>
    plots.residuals(
      ['volatility', 'magnitude'].map((head) => ({ ...pair(head, 900), times: days(900) })),
      options,
    ),
  'loss-stream': (options) =>
    plots.lossStream(
      upTo(40).flatMap((epoch) =>
        HEADS.map((term, k) => ({
          epoch,
          term,
          loss: [1.1, 0.5, 0.25][k]! * (0.4 + 0.6 * [0.97, 0.85, 0.9][k]! ** epoch),
        })),
      ),
      options,
    ),
  'learning-rate-trace': (options) =>
    plots.learningRateTrace(
      upTo(60),
      upTo(60).map((k) => (k < 25 ? 0.002 : k < 45 ? 0.0006 : 0.0002)),
      {
        ...options,
        events: [
          { epoch: 25, kind: 'plateau', text: 'no better loss for 10 epochs' },
          { epoch: 45, kind: 'plateau' },
          { epoch: 38, kind: 'best' },
          { epoch: 52, kind: 'verdict', text: 'dead-head: volatility' },
          { epoch: 60, kind: 'stop' },
        ],
      },
    ),
  'learning-rate-search': (options) =>
    plots.learningRateSearch(
      {
        points: upTo(90).map((k) => {
          const smoothedLoss = 0.4 + 1.4 / (1 + Math.exp((k - 52) / 5)) + (k > 75 ? 0.02 * (k - 75) ** 2 : 0);
          return {
            learningRate: 1e-7 * 10 ** (k / 12.5),
            smoothedLoss,
            loss: smoothedLoss * (1 + 0.15 * Math.sin(k * k)),
          };
        }),
        suggested: 1e-7 * 10 ** (52 / 12.5),
        lowest: 1e-7 * 10 ** (75 / 12.5),
      },
      options,
    ),
  'horizon-table': (options) =>
    plots.horizonTable(
      ['direction', 'volatility', 'reversal'].flatMap((name, i) =>
        [1, 2, 3, 5, 10, 21].map((horizon, j) => {
          const score = [0.05, 0.3, -0.04][i]! * 0.7 ** j + (i === 2 ? 0.01 * j : 0);
          return { name, horizon, score, significant: Math.abs(score) > 0.02 };
        }),
      ),
      { ...options, score: 'rank IC' },
    ),
  'cumulative-returns': (options) =>
    plots.cumulativeReturns(
      ['long and short', 'long only'].map((name, k) => ({
        name,
        returns: normal(name, 750, 0.0008 - 0.0003 * k, 0.01),
        dates: days(750),
      })),
      options,
    ),
  'overfitting-logits': (options) =>
    plots.overfittingLogits(normal('logits', 924, 0.7, 1.1), { ...options, expected: [0.38, 0.62] }),
  'backtest-fan': (options) =>
    plots.backtestFan(
      upTo(15).map((k) => normal(`path ${k}`, 500, 0.0003, 0.008)),
      { ...options, dates: days(500) },
    ),
  'parallel-coordinates': (options) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => normal(name, 60)) as [Float64Array, Float64Array, Float64Array];
    return plots.parallelCoordinates(
      upTo(60).map((k) => {
        const values = {
          'weight of volatility': 2 ** a[k - 1]!,
          'learning rate': 10 ** (-3 + b[k - 1]! / 3),
          dropout: 0.4 + c[k - 1]! / 10,
        };
        return {
          name: `run ${k}`,
          values: { ...values, 'validation loss': 1 + (b[k - 1]! - 0.5) ** 2 / 4 + 0.02 * c[k - 1]! },
        };
      }),
      options,
    );
  },
  'graph-attention': (options) => {
    const nodes = ['AAPL', 'MSFT', 'NVDA', 'JPM', 'BAC', 'XOM', 'CVX', 'PFE'];
    const weights = nodes.map((_, i) => {
      const raw = nodes.map((_, j) => Math.exp((i >> 1 === j >> 1 ? 2 : 0) + normal(`${i} ${j}`, 1)[0]! / 2));
      const sum = raw.reduce((x, y) => x + y);
      return raw.map((value) => value / sum);
    });
    return plots.graphAttention(nodes, weights, options);
  },
  architecture: (options) =>
    plots.architecture(
      [
        { name: 'window', kind: 'InputLayer', inputs: [], shape: '32 × 12' },
        { name: 'block_1_filter', kind: 'CausalConvolution', inputs: ['window'], shape: '32 × 16', parameters: 400 },
        { name: 'block_1_gate', kind: 'CausalConvolution', inputs: ['window'], shape: '32 × 16', parameters: 400 },
        { name: 'product', kind: 'Multiply', inputs: ['block_1_filter', 'block_1_gate'], shape: '32 × 16' },
        { name: 'fusion', kind: 'Dense', inputs: ['product'], shape: '32', parameters: 544 },
        { name: 'direction', kind: 'Dense', inputs: ['fusion'], shape: '3', parameters: 99 },
        { name: 'volatility', kind: 'Dense', inputs: ['fusion'], shape: '1', parameters: 33, verdicts: ['dead-head'] },
        { name: 'magnitude', kind: 'Dense', inputs: ['fusion'], shape: '1', parameters: 33 },
      ],
      options,
    ),
};

/** Data for a figure: names of its series, how many rows each has, and a row's value. */
interface Data {
  names: readonly string[];
  rows: number;
  value: (k: number) => number;
}

/** Every figure from any data. */
export const FROM_DATA: Record<string, (data: Data) => plots.Figure> = {
  'distribution-bands': ({ names, rows, value }) =>
    plots.distributionBands(
      names.map((name) => ({
        name,
        epochs: [1, 2],
        values: [Float64Array.from({ length: rows }, (_, k) => value(k)), [value(0)]],
      })),
    ),
  'gradient-flow': ({ names, rows, value }) =>
    plots.gradientFlow(
      names.flatMap((layer) =>
        upTo(Math.min(rows, 5000)).map((epoch) => ({ layer, epoch, norm: Math.abs(value(epoch)) })),
      ),
    ),
  calibration: ({ names, rows, value }) => plots.calibration(names.map((head) => pairFrom(head, rows, value))),
  residuals: ({ names, rows, value }) => plots.residuals(names.map((head) => pairFrom(head, rows, value))),
  'loss-stream': ({ names, rows, value }) =>
    plots.lossStream(
      names.flatMap((term) =>
        upTo(Math.min(rows, 5000)).map((epoch) => ({ term, epoch, loss: Math.abs(value(epoch)) })),
      ),
    ),
  'learning-rate-trace': ({ names, rows, value }) =>
    plots.learningRateTrace(
      upTo(rows),
      Float64Array.from({ length: rows }, (_, k) => Math.abs(value(k))),
      {
        events: names.map((text, k) => ({ epoch: k + 1, kind: 'verdict', text })),
      },
    ),
  'learning-rate-search': ({ rows, value }) =>
    plots.learningRateSearch({
      points: upTo(rows).map((k) => ({ learningRate: 10 ** (k / rows), loss: value(k), smoothedLoss: value(k) })),
      suggested: 2,
    }),
  'horizon-table': ({ names, rows, value }) =>
    plots.horizonTable(
      names.flatMap((name) => upTo(Math.min(rows, 500)).map((horizon) => ({ name, horizon, score: value(horizon) }))),
    ),
  'cumulative-returns': ({ names, rows, value }) =>
    plots.cumulativeReturns(
      names.map((name) => ({ name, returns: Float64Array.from({ length: rows }, (_, k) => value(k) / 100) })),
    ),
  'overfitting-logits': ({ rows, value }) =>
    plots.overfittingLogits(Float64Array.from({ length: rows }, (_, k) => value(k))),
  'backtest-fan': ({ names, rows, value }) =>
    plots.backtestFan(names.map((_, j) => Float64Array.from({ length: rows }, (_, k) => value(k + j) / 100))),
  'parallel-coordinates': ({ names, rows, value }) =>
    plots.parallelCoordinates(
      upTo(rows).map((k) => ({
        name: `${names[0]} ${k}`,
        values: Object.fromEntries(names.map((name, j) => [name, value(k + j)])),
      })),
    ),
  'graph-attention': ({ names, value }) =>
    plots.graphAttention(
      names,
      names.map((_, i) => names.map((_, j) => Math.abs(value(i + j)))),
    ),
  architecture: ({ names, rows }) =>
    plots.architecture(
      upTo(Math.min(rows, 60)).flatMap((k) =>
        names.map((name) => ({
          name: `${name} ${k}`,
          kind: 'Dense',
          inputs: [`${name} ${k - 1}`],
          verdicts: k === 3 ? [name] : [],
        })),
      ),
    ),
};

function pairFrom(head: string, rows: number, value: (k: number) => number) {
  const column = (shift: number) => Float64Array.from({ length: rows }, (_, k) => value(k + shift));
  return { head, targets: column(0), predictions: column(1) };
}

const waves = (k: number): number => Math.sin(12.9898 * k) * Math.cos(0.37 * k);

/** What no figure may stumble over. */
export const CASES: Record<string, Data> = {
  'one point': { names: ['a'], rows: 1, value: () => 0.5 },
  '100,000 points': { names: ['a', 'b'], rows: 100_000, value: waves },
  'nothing but NaN': { names: ['a', 'b'], rows: 20, value: () => Number.NaN },
  'infinities and NaN between': {
    names: ['a', 'b'],
    rows: 40,
    value: (k) => [Infinity, 1, Number.NaN, -Infinity, 2][k % 5]!,
  },
  'all equal': { names: ['a', 'b'], rows: 30, value: () => 0.25 },
  'all zero': { names: ['a'], rows: 30, value: () => 0 },
  '20 heads': { names: upTo(20).map((k) => `head_${k}`), rows: 40, value: waves },
  'hostile names': {
    names: ['<img src=x onerror=alert(1)>', '</script><b>', '__proto__', '%{x} & "quotes"', 'a'.repeat(300), ''],
    rows: 25,
    value: waves,
  },
};
