import { checkInteger, checkNames, checkNumber, Random } from '../core';
import { StockPanel, textToDay } from '../data';
import { businessDays } from './calendar';

/** Options of {@link panel}. Volatilities are standard deviations of a day's log return. */
export interface SyntheticPanelOptions {
  /** Stocks, named S001, S002 ... Default 100. */
  stocks?: number;
  /** Business days. Default 500. */
  days?: number;
  /** Sectors, dealt out in turn. Default 8. */
  sectors?: number;
  /** Correlation of the planted signal with the next day's own return in units of its volatility. 0 for a panel without any. Default 0.05. */
  informationCoefficient?: number;
  /** Days of the feature `flow` that the signal is the mean of, so that only a window shows it. Default 5. */
  signalWindow?: number;
  /** Volatility of the stocks' own parts, of the sectors' and of the common factor. Defaults 0.015, 0.005 and 0.008. */
  volatility?: number;
  sectorVolatility?: number;
  factorVolatility?: number;
  /** Least and greatest exposure to the common factor, spread evenly over the stocks. Default [0.6, 1.4]. */
  betas?: readonly [number, number];
  /** Features of pure noise. Default 4. */
  noiseFeatures?: number;
  /** Share of the stocks that are listed late or leave early. Default 0. */
  partlyListed?: number;
  /** Same seed, same numbers, on every machine. Default 1. */
  seed?: number;
}

/** What is true of a {@link panel}; arrays are [days, stocks], row-major. */
export interface PanelTruth {
  /** The planted signal, of unit variance. */
  signal: Float32Array;
  /** Expected log return of the next day's own part: the best forecast there is of it. */
  expectedReturn: Float32Array;
  /** Exposure of each stock to the common factor. */
  betas: Float64Array;
  parameters: Readonly<Required<SyntheticPanelOptions>>;
}

const DEFAULTS: Required<SyntheticPanelOptions> = {
  stocks: 100,
  days: 500,
  sectors: 8,
  informationCoefficient: 0.05,
  signalWindow: 5,
  volatility: 0.015,
  sectorVolatility: 0.005,
  factorVolatility: 0.008,
  betas: [0.6, 1.4],
  noiseFeatures: 4,
  partlyListed: 0,
  seed: 1,
};

/**
 * A panel of stocks with a known truth: r[i, t + 1] = beta[i] F[t + 1] + S[sector of i, t + 1] + sigma (IC f[i, t] + sqrt(1 - IC²) e[i, t + 1]), with normal F, S and e, and
 * the signal f[i, t] = sum of the last L days' `flow` / sqrt(L). Features: `flow` (the only one that knows anything), `return1` and `return5` (of the past), `volatility20` (of the past),
 * and noise.
 *
 * Over h days the same signal has the IC with own returns IC (1 / sqrt(h)) sum of (1 - k / L) for k below both h and L. What any forecast can have of *whole* returns is
 * less, as factor and sectors are not known ahead: `evaluation.horizonScores(panel.signals(days, truth.expectedReturn of the days))` is the measure for models.
 *
 * @throws ReluctantError for a parameter out of range or an unknown one.
 * @example
 * const small = panel({ stocks: 3, days: 40, sectors: 2 });
 * small.shape; // [40, 3, 8]
 * small.truth.signal.length; // 120
 */
export function panel(options: SyntheticPanelOptions = {}): StockPanel & { readonly truth: PanelTruth } {
  const parameters = checked(options);
  const { stocks, days, sectors, informationCoefficient: ic, signalWindow, volatility, seed } = parameters;
  const random = new Random(seed);
  const common = random.fork('factor');
  const [low, high] = parameters.betas;
  const betas = Float64Array.from({ length: stocks }, (_, k) =>
    stocks === 1 ? (low + high) / 2 : low + ((high - low) * k) / (stocks - 1),
  );
  // One day more on either side than is shown: the first day's past, and none is without a shock.
  const past = Math.max(signalWindow, 20);
  const all = past + days;
  const factor = Float64Array.from({ length: all }, () => parameters.factorVolatility * common.normal());
  const ofSectors = Array.from({ length: sectors }, (_, k) => {
    const own = random.fork(`sector ${k}`);
    return Float64Array.from({ length: all }, () => parameters.sectorVolatility * own.normal());
  });
  const features = [
    'flow',
    'return1',
    'return5',
    'volatility20',
    ...Array.from({ length: parameters.noiseFeatures }, (_, k) => `noise${k + 1}`),
  ];
  const values = new Float32Array(days * stocks * features.length);
  const closes = new Float64Array(days * stocks);
  const [signal, expectedReturn] = [new Float32Array(days * stocks), new Float32Array(days * stocks)];
  for (let stock = 0; stock < stocks; stock++) {
    const own = random.fork(`stock ${stock}`);
    const noise = random.fork(`noise ${stock}`);
    const flow = Float64Array.from({ length: all }, () => own.normal());
    const returns = new Float64Array(all);
    const squares = new Float64Array(all);
    let price = 100 * Math.exp(0.5 * own.normal());
    let known = 0;
    for (let t = 0; t < all; t++) {
      const shock = ic * known + Math.sqrt(1 - ic * ic) * own.normal();
      returns[t] = betas[stock]! * factor[t]! + ofSectors[stock % sectors]![t]! + volatility * shock;
      squares[t] = returns[t]! ** 2;
      price *= Math.exp(returns[t]!);
      known = t + 1 < signalWindow ? 0 : sumOf(flow, t, signalWindow) / Math.sqrt(signalWindow);
      if (t < past) continue;
      const place = (t - past) * stocks + stock;
      closes[place] = price;
      signal[place] = known;
      expectedReturn[place] = volatility * ic * known;
      const deviation = Math.sqrt(sumOf(squares, t, 20) / 20);
      const seen = [flow[t]!, returns[t]!, sumOf(returns, t, 5), deviation];
      for (let k = 0; k < features.length; k++) values[place * features.length + k] = seen[k] ?? noise.normal();
    }
  }
  unlist(values, closes, parameters, features.length);
  const made = new StockPanel({
    dates: businessDays(textToDay('2015-01-02')!, days),
    stocks: Array.from({ length: stocks }, (_, k) => `S${String(k + 1).padStart(3, '0')}`),
    features,
    values,
    closes,
    sectors: Array.from({ length: stocks }, (_, k) => `sector ${(k % sectors) + 1}`),
  });
  return Object.assign(made, { truth: { signal, expectedReturn, betas, parameters } });
}

/** The sum of the last `count` values up to place `t`. */
function sumOf(values: Float64Array, t: number, count: number): number {
  let sum = 0;
  for (let k = t - count + 1; k <= t; k++) sum += values[k]!;
  return sum;
}

/** Makes the features and prices of some stocks missing before a day or from one on. */
function unlist(
  values: Float32Array,
  closes: Float64Array,
  parameters: Required<SyntheticPanelOptions>,
  features: number,
): void {
  const { stocks, days, partlyListed, seed } = parameters;
  const random = new Random(seed).fork('listing');
  const affected = random.permutation(stocks).subarray(0, Math.round(partlyListed * stocks));
  for (const stock of affected) {
    const day = random.integer(1, days - 1);
    const [from, until] = random.uniform() < 0.5 ? [0, day] : [day, days];
    for (let t = from; t < until; t++) {
      const place = t * stocks + stock;
      closes[place] = Number.NaN;
      values.fill(Number.NaN, place * features, (place + 1) * features);
    }
  }
}

function checked(options: SyntheticPanelOptions): Required<SyntheticPanelOptions> {
  const operation = 'synthetic.panel';
  checkNames(operation, options, Object.keys(DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const parameters: Required<SyntheticPanelOptions> = { ...DEFAULTS, ...given };
  checkInteger(operation, 'stocks', parameters.stocks, 1, 100_000);
  checkInteger(operation, 'days', parameters.days, 2, 100_000);
  checkInteger(operation, 'sectors', parameters.sectors, 1, 10_000);
  checkInteger(operation, 'signalWindow', parameters.signalWindow, 1, 10_000);
  checkInteger(operation, 'noiseFeatures', parameters.noiseFeatures, 0, 10_000);
  checkNumber(operation, 'informationCoefficient', parameters.informationCoefficient, -0.95, 0.95);
  checkNumber(operation, 'volatility', parameters.volatility, 1e-6, 0.5);
  checkNumber(operation, 'sectorVolatility', parameters.sectorVolatility, 0, 0.5);
  checkNumber(operation, 'factorVolatility', parameters.factorVolatility, 0, 0.5);
  checkNumber(operation, 'partlyListed', parameters.partlyListed, 0, 1);
  for (const beta of parameters.betas) checkNumber(operation, 'betas', beta);
  return parameters;
}
