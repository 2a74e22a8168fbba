// Every kind of figure once, from seeded numbers: what the snapshots are made of, and what a reviewer looks at.
import { Random } from '../../src/core';
import { backtest, backtestOverfitting } from '../../src/evaluation';
import * as plots from '../../src/plots';

const EPOCHS = 30;

function normal(label: string, count: number, mean = 0, deviation = 1): Float32Array {
  const random = new Random(11).fork(label);
  return Float32Array.from({ length: count }, () => mean + deviation * random.normal());
}

function history(dead: boolean): plots.EpochValues[] {
  const noise = normal('history', EPOCHS * 2, 0, 0.01);
  return Array.from({ length: EPOCHS }, (_, k) => {
    const fall = 0.7 ** k;
    const volatility = dead ? 0.001507 : 0.001 + 0.07 * fall;
    return {
      epoch: k + 1,
      loss: 1.1 + 0.4 * fall + noise[k]!,
      val_loss: 1.15 + 0.35 * fall + noise[k + EPOCHS]!,
      direction_auc: 0.6 + 0.2 * (1 - 0.9 ** k),
      val_direction_auc: 0.58 + 0.07 * (1 - 0.8 ** k) + noise[k]! / 3,
      volatility_loss: dead ? 0.00153 : 0.0008 + 0.5 * fall,
      val_volatility_loss: volatility,
    };
  });
}

/** Target-like values: positive and heavy on the right. */
const targets = normal('targets', 4000).map((value) => 0.024 * Math.exp(0.6 * value));
const fitted = normal('fitted', 4000, 0, 0.003).map((noise, k) => Math.max(1e-5, 0.008 + 0.35 * targets[k]! + noise));
const leaky = normal('leaky', 4000, -0.012, 0.003);
const heads: plots.HeadPredictions[] = [
  { head: 'ReLU', targets, predictions: new Float32Array(4000) },
  { head: 'LeakyReLU', targets, predictions: leaky },
  { head: 'softplus', targets, predictions: fitted },
];
const LAYERS = ['conv_1', 'conv_2', 'conv_3', 'trunk', 'volatility', 'magnitude'];

function strategy() {
  const [symbols, rows] = [6, 1200];
  const signals = normal('signals', rows);
  const returns = normal('returns', rows, 0.0005, 0.01).map((value, k) => value + 0.002 * signals[k]!);
  const date = Array.from(signals, (_, k) => Math.floor(k / symbols));
  return backtest({ date, symbol: Array.from(date, (_, k) => `S${k % symbols}`), signals, returns }, { horizon: 5 });
}

const trials = () => Array.from({ length: 12 }, (_, n) => normal(`trial ${n}`, 240, n === 0 ? 0.0012 : 0, 0.01));

function prices(): plots.PriceHistory {
  const days = 500;
  const random = new Random(5);
  let [variance, price] = [1e-4, 100];
  const columns = { open: [] as number[], high: [] as number[], low: [] as number[], close: [] as number[] };
  for (let k = 0; k < days; k++) {
    const r = Math.sqrt(variance) * random.standardizedT(5);
    variance = 2e-6 + 0.1 * r * r + 0.88 * variance;
    const open = price;
    price *= Math.exp(r);
    const wick = Math.sqrt(variance) * price * random.uniform();
    columns.open.push(open);
    columns.close.push(price);
    columns.high.push(Math.max(open, price) + wick);
    columns.low.push(Math.min(open, price) - wick);
  }
  const start = Date.UTC(2023, 0, 2);
  const dates = columns.close.map((_, k) => new Date(start + k * 86_400_000).toISOString().slice(0, 10));
  return { symbol: 'S001', dates, ...columns };
}

function grid(): plots.SurfacePoint[] {
  const weights = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
  return weights.flatMap((x) =>
    weights.map((y) => ({ x, y, value: 0.6 + 0.02 * Math.log10(x) ** 2 + 0.03 * (Math.log10(y) - 0.5) ** 2 })),
  );
}

/** Name of the example -> its figure. */
export const EXAMPLES: Record<string, () => plots.Figure> = {
  'training-curves': () => plots.trainingCurves(history(true), { bestEpoch: 21 }),
  'run-curves': () =>
    plots.runCurves(
      [
        { name: 'ReLU', history: history(true) },
        { name: 'softplus', history: history(false) },
      ],
      ['val_direction_auc', 'val_volatility_loss'],
    ),
  'prediction-distributions': () =>
    plots.predictionDistributions(heads, { subtitle: 'volatility under three activations' }),
  'prediction-quantiles': () => plots.predictionQuantiles(heads),
  'prediction-scatter': () => plots.predictionScatter(heads),
  'weight-histograms': () =>
    plots.weightHistograms([
      { name: 'trunk/kernel', values: normal('k', 2000, 0, 0.2) },
      { name: 'trunk/bias', values: normal('b', 32, -0.1, 0.05) },
      { name: 'volatility/kernel', values: normal('v', 32, -0.011, 0.2) },
      { name: 'volatility/bias', values: [-0.258] },
      { name: 'broken/kernel', values: [0.1, Number.NaN, 0.2, Infinity, 0.15] },
    ]),
  'pre-activations': () =>
    plots.activationDistributions(
      LAYERS.map((layer, k) => ({ layer, values: normal(layer, 1500, 0.4 - 0.25 * k, 0.35) })).map((entry) =>
        entry.layer === 'magnitude' ? { ...entry, values: entry.values.map((v) => -Math.abs(v)) } : entry,
      ),
      { kind: 'pre-activations' },
    ),
  'dead-units': () =>
    plots.deadUnits(
      LAYERS.map((layer, k) => ({
        layer,
        activeShare: normal(layer, k < 4 ? 32 : 1, 0.6 - 0.14 * k, 0.25).map((v) =>
          k >= 4 ? 0 : Math.min(1, Math.max(0, v)),
        ),
      })),
    ),
  'gradient-norms': () =>
    plots.gradientNorms(LAYERS.map((layer, k) => ({ layer, norm: k < 4 ? 0.5 * 0.2 ** (4 - k) : k === 4 ? 0 : 0.03 }))),
  'gradient-shares': () =>
    plots.gradientShares(
      Array.from({ length: 20 }, (_, k) => [
        { epoch: k + 1, term: 'direction', norm: 0.8 + 0.01 * k, cosine: 0.95 },
        { epoch: k + 1, term: 'volatility', norm: 2 * 0.7 ** k, cosine: 0.4 - 0.03 * k },
        { epoch: k + 1, term: 'magnitude', norm: 1.2 * 0.75 ** k, cosine: 0.1 * Math.cos(k) },
      ]).flat(),
    ),
  'term-shares': () =>
    plots.termShares([
      { term: 'direction', share: 0.97, cosine: 0.99 },
      { term: 'volatility', share: 0.03, cosine: -0.41 },
      { term: 'magnitude', share: 0, cosine: Number.NaN },
    ]),
  'quantile-ranges': () =>
    plots.quantileRanges(
      [
        { name: 'conv_1', min: -9, p05: -1.2, p50: 0.1, p95: 1.4, max: 4, note: 'linear' },
        { name: 'trunk', min: -1.5, p05: -0.8, p50: -0.2, p95: 0.9, max: 1.6, note: 'relu' },
        {
          name: 'volatility',
          min: -0.9,
          p05: -0.7,
          p50: -0.26,
          p95: -0.05,
          max: -0.01,
          note: 'dead 100 %',
          isBad: true,
        },
        {
          name: 'broken',
          min: Number.NaN,
          p05: Number.NaN,
          p50: Number.NaN,
          p95: Number.NaN,
          max: Number.NaN,
          note: '32 not finite',
          isBad: true,
        },
      ],
      { title: 'Pre-activations by layer', axis: 'pre-activation' },
    ),
  'activation-functions': () => plots.activationFunctions(),
  comparison: () =>
    plots.comparison(
      ['ReLU', 'LeakyReLU', 'softplus'].flatMap((run, k) => [
        { run, measure: 'zeros in volatility', value: [1, 0, 0][k]! },
        { run, measure: 'smallest prediction', value: [0, -0.025, 0.000025][k]! },
        { run, measure: 'direction AUC (validation)', value: [0.6516, 0.6608, 0.6687][k]! },
      ]),
      { title: 'Three activations of the volatility head' },
    ),
  'market-overview': () => plots.marketOverview(prices()),
  'metric-surface': () =>
    plots.metricSurface(grid(), {
      xName: 'weight of volatility',
      yName: 'weight of magnitude',
      valueName: 'validation loss',
    }),
  'pareto-front': () => {
    const xs = normal('px', 24, 0.62, 0.02);
    const ys = normal('py', 24, 0.002, 0.0004);
    return plots.paretoFront(
      Array.from(xs, (x, k) => ({ name: `run ${k + 1}`, x, y: ys[k]! })),
      { xName: 'direction AUC', yName: 'volatility error', xBest: 'highest' },
    );
  },
  performance: () => plots.performance(strategy()),
  'overfitting-halves': () => plots.overfittingHalves(backtestOverfitting(trials(), { blocks: 8, nullDraws: 19 })),
  'names-that-look-like-code': () =>
    plots.trainingCurves(
      [
        { '<img src=x onerror=alert(1)>': 1, 'val_<img src=x onerror=alert(1)>': 2 },
        { '<img src=x onerror=alert(1)>': 0.5, 'val_<img src=x onerror=alert(1)>': 1 },
      ],
      { title: '</script><script>alert(1)</script> & "quotes"' },
    ),
};
