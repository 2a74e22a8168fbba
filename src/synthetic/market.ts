import { checkInteger, checkNumber, Random, ReluctantError } from '../core';
import { type Column, Dataset, type Truth, textToDay } from '../data';
import { drawBar } from './bar';
import { businessDays } from './calendar';
import { checkVolatility, type VolatilityProcess, VolatilityState } from './volatility';

/** Markov-switching regimes: the whole market is in one of them each day (Hamilton 1989). */
export interface RegimeOptions {
  /** `transition[a][b]`: the probability of going from regime a to regime b; each row sums to 1. */
  transition: readonly (readonly number[])[];
  /** What each regime multiplies every volatility by. */
  volatilityScale: readonly number[];
  /** Log return a day that each regime adds to every symbol. Default all 0. */
  drift?: readonly number[];
}

/** Options of {@link market}. Every volatility is the standard deviation of a log return over a day. */
export interface MarketOptions {
  /** How many symbols (named S01, S02 ...), or their names. Default 8. */
  symbols?: number | readonly string[];
  /** Business days per symbol, at least 1. Default 700. */
  days?: number;
  /** First day, ISO; a weekend moves to the Monday after. Default 2015-01-02. */
  startDate?: string;
  /** Same seed, same data, on every machine. Default 1. */
  seed?: number;
  /** Long-run volatility of a symbol's own part: the median over symbols. Default 0.02. */
  volatility?: number;
  /** Standard deviation over symbols of the log of that volatility. Default 0.35. */
  volatilitySpread?: number;
  /** Clustering, leverage and tails of the symbols' own parts. Default { alpha: 0.05, gamma: 0.06, beta: 0.88, degrees: 6 }. */
  clustering?: VolatilityProcess;
  /** Long-run volatility of the common factor; 0 for none. Default 0.008. */
  factorVolatility?: number;
  /** Clustering, leverage and tails of the factor. Default { alpha: 0.04, gamma: 0.1, beta: 0.88, degrees: 8 }. */
  factorClustering?: VolatilityProcess;
  /** Least and greatest exposure to the factor, spread evenly over the symbols. Default [0.6, 1.4]. */
  betas?: readonly [number, number];
  /**
   * Information coefficient: the correlation of the signal with the next day's own return in units of its volatility.
   * Real signals reach 0.02 to 0.06. Default 0.048.
   */
  informationCoefficient?: number;
  /** Standard deviation of the information coefficient from day to day. Default 0. */
  informationCoefficientDeviation?: number;
  /** Autocorrelation of the signal at one day. Default 0.9. */
  signalPersistence?: number;
  /** Regimes; none by default. */
  regimes?: RegimeOptions | null;
}

/** The truth of a {@link market}: one value per row of the data set in each of `columns`. */
export interface MarketTruth extends Truth {
  parameters: Readonly<Record<string, unknown>> & Readonly<Required<MarketOptions>>;
  columns: Readonly<
    Record<
      /** Standard deviation of this day's log return, known the day before. */
      | 'conditionalVolatility'
      /** The same of the next day. */
      | 'nextVolatility'
      /** The planted signal, standard normal; the column `imbalance` is tanh(signal / 2). */
      | 'signal'
      /** Information coefficient at work from this day to the next. */
      | 'informationCoefficient'
      /** Expected log return of the next day, given everything known today. */
      | 'expectedReturn'
      /** This day's return of the common factor. */
      | 'factorReturn'
      /** The regime of this day, 0 where there are none. */
      | 'regime',
      Float64Array
    >
  >;
  /** Per symbol: its exposure to the factor and the long-run volatility of its own part. */
  symbols: readonly { symbol: string; beta: number; volatility: number }[];
}

/** Days made and thrown away first, so that the volatilities have forgotten where they started. */
const BURN_IN = 250;

const DEFAULTS = {
  symbols: 8,
  days: 700,
  startDate: '2015-01-02',
  seed: 1,
  volatility: 0.02,
  volatilitySpread: 0.35,
  clustering: { alpha: 0.05, gamma: 0.06, beta: 0.88, degrees: 6 },
  factorVolatility: 0.008,
  factorClustering: { alpha: 0.04, gamma: 0.1, beta: 0.88, degrees: 8 },
  betas: [0.6, 1.4] as readonly [number, number],
  informationCoefficient: 0.048,
  informationCoefficientDeviation: 0,
  signalPersistence: 0.9,
  regimes: null,
} satisfies MarketOptions;

/**
 * A market with a known truth: daily open, high, low, close and volume of several symbols with the facts of real ones
 * (Cont 2001): no linear autocorrelation, heavy tails, clustered volatility, leverage, a common factor, volume that
 * follows volatility; and one planted signal, visible as the column `imbalance` (in (-1, 1), as an order-flow imbalance is).
 *
 * r[i, t+1] = drift + beta[i] F[t+1] + sigma[i, t+1] (IC f[i, t] + sqrt(1 - IC^2) e[i, t+1]), where F and sigma follow
 * {@link VolatilityProcess}es, e is standardised Student t and f an AR(1) of unit variance. Prices are rounded to cents
 * and volumes to whole shares; the truth belongs to the prices before rounding.
 *
 * @returns a data set with the columns symbol, date, open, high, low, close, volume, imbalance; sorted by symbol, then date.
 * @throws ReluctantError for a parameter out of range.
 * @example
 * const prices = market({ symbols: 2, days: 5, seed: 7 });
 * prices.rows; // 10
 * prices.truth.columns.signal.length; // 10
 */
export function market(options: MarketOptions = {}): Dataset & { readonly truth: MarketTruth } {
  const parameters: Required<MarketOptions> = { ...DEFAULTS, ...options };
  const { names, firstDay } = check(parameters);
  const { days, seed } = parameters;
  const random = new Random(seed);
  const calendar = businessDays(firstDay, days);
  const common = drawCommon(parameters, random);
  const rows = names.length * days;
  const number = () => new Float64Array(rows);
  const [open, high, low, close, volume, imbalance] = [number(), number(), number(), number(), number(), number()];
  const columns = {
    conditionalVolatility: number(),
    nextVolatility: number(),
    signal: number(),
    informationCoefficient: number(),
    expectedReturn: number(),
    factorReturn: number(),
    regime: number(),
  };
  const symbols = names.map((symbol, index) => {
    const symbolRandom = random.fork(`symbol ${symbol}`);
    const [low, high] = parameters.betas;
    const beta = names.length === 1 ? (low + high) / 2 : low + ((high - low) * index) / (names.length - 1);
    return {
      symbol,
      beta,
      volatility: parameters.volatility * Math.exp(parameters.volatilitySpread * symbolRandom.normal()),
    };
  });

  symbols.forEach(({ symbol, beta, volatility }, index) => {
    const path = random.fork(`path ${symbol}`);
    const state = new VolatilityState(parameters.clustering, path);
    const bars = random.fork(`bars ${symbol}`);
    const persistence = parameters.signalPersistence;
    let signal = path.normal();
    let price = Math.round(4000 * Math.exp(1.2 * bars.uniform())) / 100;
    let flow = 0;
    const usualVolume = 1e6 * Math.exp(bars.normal());
    for (let t = -BURN_IN; t < days; t++) {
      const today = common[t + BURN_IN]!;
      const tomorrow = common[t + BURN_IN + 1]!;
      const ownDeviation = volatility * today.scale * state.deviation;
      const shock = today.coefficient * signal + Math.sqrt(1 - today.coefficient ** 2) * state.innovation();
      const logReturn = today.drift + beta * today.factorReturn + ownDeviation * shock;
      const deviation = Math.hypot(beta * today.factorDeviation, ownDeviation);
      state.advance(state.deviation * shock);
      signal = persistence * signal + Math.sqrt(1 - persistence ** 2) * path.normal();
      if (t < 0) continue;
      const row = index * days + t;
      const bar = drawBar(logReturn, deviation, bars);
      open[row] = toCents(price * Math.exp(bar.open));
      high[row] = toCents(price * Math.exp(bar.high));
      low[row] = toCents(price * Math.exp(bar.low));
      price *= Math.exp(bar.close);
      close[row] = toCents(price);
      flow = 0.7 * flow + 0.25 * bars.normal();
      // Volume follows today's volatility and today's surprise (Karpoff 1987).
      const turbulence = Math.log(deviation / volatility) + 0.5 * Math.log1p(Math.abs(logReturn) / deviation);
      volume[row] = Math.max(1, Math.round(usualVolume * Math.exp(0.8 * turbulence + flow)));
      imbalance[row] = Math.round(Math.tanh(signal / 2) * 1e4) / 1e4;
      const nextOwn = volatility * tomorrow.scale * state.deviation;
      columns.conditionalVolatility[row] = deviation;
      columns.nextVolatility[row] = Math.hypot(beta * tomorrow.factorDeviation, nextOwn);
      columns.signal[row] = signal;
      columns.informationCoefficient[row] = tomorrow.coefficient;
      columns.expectedReturn[row] = tomorrow.drift + nextOwn * tomorrow.coefficient * signal;
      columns.factorReturn[row] = today.factorReturn;
      columns.regime[row] = today.regime;
    }
  });

  const table = panelOf(names, calendar, { open, high, low, close, volume, imbalance });
  const truth = { generator: 'synthetic.market', parameters, columns, symbols } as MarketTruth;
  return new Dataset(table, { name: `synthetic market, seed ${seed}`, truth }) as Dataset & { truth: MarketTruth };
}

/** The columns of a panel that is sorted by symbol, then day. */
function panelOf(
  names: readonly string[],
  calendar: Int32Array,
  numbers: Readonly<Record<string, Float64Array>>,
): Record<string, Column> {
  const days = calendar.length;
  const rows = names.length * days;
  const dates = new Int32Array(rows);
  const codes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    dates[row] = calendar[row % days]!;
    codes[row] = Math.floor(row / days);
  }
  return {
    symbol: { kind: 'symbol', values: codes, dictionary: names },
    date: { kind: 'date', values: dates },
    ...Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, { kind: 'number' as const, values }])),
  };
}

/** What all symbols share on a day. */
interface CommonDay {
  regime: number;
  scale: number;
  drift: number;
  coefficient: number;
  factorDeviation: number;
  factorReturn: number;
}

function drawCommon(parameters: Required<MarketOptions>, random: Random): CommonDay[] {
  const { regimes, factorVolatility, informationCoefficient, informationCoefficientDeviation } = parameters;
  const factor = random.fork('factor');
  const switching = random.fork('regimes');
  const strength = random.fork('information coefficient');
  const state = new VolatilityState(parameters.factorClustering, factor);
  let regime = 0;
  return Array.from({ length: BURN_IN + parameters.days + 1 }, () => {
    if (regimes) regime = nextRegime(regimes.transition[regime]!, switching.uniform());
    const scale = regimes?.volatilityScale[regime] ?? 1;
    const factorDeviation = factorVolatility * scale * state.deviation;
    const z = state.innovation();
    state.advance(state.deviation * z);
    const coefficient = informationCoefficient + informationCoefficientDeviation * strength.normal();
    return {
      regime,
      scale,
      drift: regimes?.drift?.[regime] ?? 0,
      coefficient: Math.max(-0.95, Math.min(0.95, coefficient)),
      factorDeviation,
      factorReturn: factorDeviation * z,
    };
  });
}

function nextRegime(probabilities: readonly number[], u: number): number {
  let sum = 0;
  const index = probabilities.findIndex((probability) => {
    sum += probability;
    return u < sum;
  });
  return index < 0 ? probabilities.length - 1 : index;
}

/** To cents, and never to nothing. */
const toCents = (price: number): number => Math.max(0.01, Math.round(price * 100) / 100);

function check(parameters: Required<MarketOptions>): { names: string[]; firstDay: number } {
  const operation = 'synthetic.market';
  const { symbols, regimes } = parameters;
  checkInteger(operation, 'days', parameters.days, 1, 100_000);
  if (typeof symbols === 'number') checkInteger(operation, 'symbols', symbols, 1, 10_000);
  const names =
    typeof symbols === 'number'
      ? Array.from({ length: symbols }, (_, k) => `S${String(k + 1).padStart(2, '0')}`)
      : [...symbols];
  const refuse = (code: string, problem: string, received: unknown, expected: string): never => {
    throw new ReluctantError({ code, operation, problem, received, expected });
  };
  if (names.length === 0 || new Set(names).size !== names.length) {
    refuse('symbols-not-distinct', 'symbols are not usable', names, 'at least one name, each once');
  }
  checkNumber(operation, 'volatility', parameters.volatility, 1e-6, 0.5);
  checkNumber(operation, 'volatilitySpread', parameters.volatilitySpread, 0, 2);
  checkNumber(operation, 'factorVolatility', parameters.factorVolatility, 0, 0.5);
  checkNumber(operation, 'informationCoefficient', parameters.informationCoefficient, -0.95, 0.95);
  checkNumber(operation, 'informationCoefficientDeviation', parameters.informationCoefficientDeviation, 0, 1);
  checkNumber(operation, 'signalPersistence', parameters.signalPersistence, -0.999, 0.999);
  for (const beta of parameters.betas) checkNumber(operation, 'betas', beta);
  checkVolatility(operation, parameters.clustering);
  checkVolatility(operation, parameters.factorClustering);
  if (regimes) {
    const size = regimes.volatilityScale.length;
    const square = regimes.transition.length === size && regimes.transition.every((row) => row.length === size);
    const stochastic = regimes.transition.every(
      (row) => row.every((p) => p >= 0) && Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-9,
    );
    if (!square || !stochastic || size === 0 || (regimes.drift && regimes.drift.length !== size)) {
      refuse(
        'regimes-not-usable',
        'regimes do not fit together',
        regimes,
        'a square matrix whose rows sum to 1, and a scale (and drift) per regime',
      );
    }
  }
  const firstDay = textToDay(parameters.startDate);
  if (firstDay === undefined)
    refuse('date-not-usable', 'startDate is not a day', parameters.startDate, 'e.g. "2015-01-02"');
  return { names, firstDay: firstDay! };
}
