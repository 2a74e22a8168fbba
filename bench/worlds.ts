// Worlds of known truth by which the verdicts of src/evaluation are judged: either nothing in them has skill, or one thing has.
import { Random } from '../src/core';
import * as evaluation from '../src/evaluation';

/** Which world to make. */
export interface World {
  /** Days over which a label or a held position reaches; labels are made every day, so they overlap. */
  horizon: number;
  days: number;
  /** Whether there is skill: of the signal, of the first strategy, of the first model. */
  skill: boolean;
  seed: number;
}

const SYMBOLS = 24;
const STRATEGIES = 16;
/** Correlation of a day's return with the planted signal, and of the noise forecasts with nothing. */
const IC = 0.06;
/** Sharpe ratio of a planted strategy per day: 3.5 a year. */
const SHARPE = 0.22;

/** Symbols with a common factor and heavy tails, and signals that change slowly, as signals over a horizon do. */
function panelOf({ horizon, days, skill, seed }: World) {
  const random = new Random(seed).fork('panel');
  const signal = Float64Array.from({ length: SYMBOLS }, () => random.normal());
  const daily: Float64Array[] = [];
  const panel = { date: [] as number[], targets: [] as number[], predictions: [] as number[] };
  const keep = 1 - 1 / (2 * horizon);
  for (let t = 0; t < days + horizon; t++) {
    if (t < days) for (const value of signal) panel.predictions.push(value);
    const factor = random.normal();
    daily.push(
      signal.map((value) => (skill ? IC * value : 0) + 0.5 * factor + Math.sqrt(0.75) * random.standardizedT(5)),
    );
    for (let s = 0; s < SYMBOLS; s++) signal[s] = keep * signal[s]! + Math.sqrt(1 - keep * keep) * random.normal();
  }
  for (let t = 0; t < days; t++)
    for (let s = 0; s < SYMBOLS; s++) {
      let sum = 0;
      for (let k = 0; k < horizon; k++) sum += daily[t + k]![s]!;
      panel.date.push(t);
      panel.targets.push(sum);
    }
  return panel;
}

/** Returns over the horizon of strategies that share a market, taken every day. */
function strategiesOf({ horizon, days, skill, seed }: World): Float64Array[] {
  const random = new Random(seed).fork('strategies');
  const daily = Array.from({ length: STRATEGIES }, () => new Float64Array(days + horizon));
  for (let t = 0; t < days + horizon; t++) {
    const common = random.normal();
    daily.forEach((returns, n) => {
      returns[t] = (skill && n === 0 ? SHARPE : 0) + 0.4 * common + Math.sqrt(0.84) * random.standardizedT(5);
    });
  }
  return daily.map((returns) => overlapping(returns, horizon, days));
}

/** Losses per day of models whose errors are equally large, save that of the first when there is skill. */
function lossesOf({ horizon, days, skill, seed }: World): Float64Array[] {
  const random = new Random(seed).fork('losses');
  return Array.from({ length: STRATEGIES }, (_, n) => {
    const daily = Float64Array.from(
      { length: days + horizon },
      () => random.normal() ** 2 - (skill && n === 0 ? 0.4 : 0),
    );
    return overlapping(daily, horizon, days);
  });
}

function overlapping(daily: Float64Array, horizon: number, days: number): Float64Array {
  return Float64Array.from({ length: days }, (_, t) => {
    let sum = 0;
    for (let k = 0; k < horizon; k++) sum += daily[t + k]!;
    return sum;
  });
}

/** What is asked in every world. Those of `nominal` promise to err in 5 of 100 worlds without skill; the others are shown beside them. */
export const VERDICTS = {
  nominal: [
    'rank IC',
    'spread of quantiles',
    'Sharpe ratio',
    'difference of two Sharpe ratios',
    'best of 16 Sharpe ratios',
    'Diebold-Mariano',
    'superior predictive ability',
    'overfitting, null band',
  ],
  others: [
    'rank IC, overlap ignored',
    'rank IC, Newey-West',
    'probabilistic Sharpe > 0.95',
    'deflated Sharpe > 0.95',
    'Diebold-Mariano, Harvey',
    'superior ability, bootstrap',
  ],
} as const;
export type Verdict = (typeof VERDICTS)['nominal' | 'others'][number];

/** Asks the verdicts of one world, those of `others` only when `all`: whether each sees skill (two-sided tests: or the lack of it). */
export function judge(world: World, all: boolean): Partial<Record<Verdict, boolean>> {
  const { horizon, seed } = world;
  const panel = panelOf(world);
  const strategies = strategiesOf(world);
  const [first, second] = strategies as [Float64Array, Float64Array];
  const [benchmark, ...models] = lossesOf(world).reverse() as [Float64Array, ...Float64Array[]];
  const better = models.at(-1)!;
  const rank = evaluation.testIC(panel, { horizon });
  const drawn = { horizon, seed, draws: 499 };
  const nominal = {
    'rank IC': rank.significant,
    'spread of quantiles': evaluation.quantileReturns(panel, { horizon, quantiles: 4 }).spread.significant,
    'Sharpe ratio': evaluation.sharpeTest(first, { horizon }).significant,
    'difference of two Sharpe ratios': evaluation.sharpeDifference(first, second, { horizon }).significant,
    'best of 16 Sharpe ratios': evaluation.bestSharpeTest(strategies, drawn).significant,
    'Diebold-Mariano': evaluation.dieboldMariano(better, benchmark, { horizon }).significant,
    'superior predictive ability': evaluation.superiorPredictiveAbility(benchmark, models, drawn).significant,
    'overfitting, null band':
      evaluation.backtestOverfitting(strategies, { blocks: 8, horizon, seed }).null!.pValue <= 0.05,
  };
  if (!all) return nominal;
  const sharpes = strategies.map((returns) => evaluation.sharpeRatio(returns));
  const chosen = evaluation.sharpeSample(strategies[sharpes.indexOf(Math.max(...sharpes))]!);
  return {
    ...nominal,
    'rank IC, overlap ignored': Math.abs(rank.naiveStatistic) > 1.96,
    'rank IC, Newey-West': evaluation.testIC(panel, { horizon, method: 'neweyWest' }).significant,
    'probabilistic Sharpe > 0.95': evaluation.probabilisticSharpe(evaluation.sharpeSample(first)) > 0.95,
    'deflated Sharpe > 0.95': evaluation.deflatedSharpe(chosen, { sharpes }).probability > 0.95,
    'Diebold-Mariano, Harvey': evaluation.dieboldMariano(better, benchmark, { horizon, method: 'harvey' }).significant,
    'superior ability, bootstrap': evaluation.superiorPredictiveAbility(benchmark, models, {
      ...drawn,
      draws: 199,
      method: 'bootstrap',
    }).significant,
  };
}

/**
 * The share of worlds in which each verdict sees skill; those of `others` are asked in every third world.
 *
 * @param onWorld told after each world.
 */
export function rates(
  world: Omit<World, 'seed'>,
  worlds: number,
  seed: number,
  onWorld?: () => void,
): Record<Verdict, number> {
  const names = [...VERDICTS.nominal, ...VERDICTS.others];
  const counts = new Map<Verdict, { seen: number; asked: number }>(names.map((name) => [name, { seen: 0, asked: 0 }]));
  for (let k = 0; k < worlds; k++) {
    const answers = judge({ ...world, seed: seed * 100_000 + k }, k % 3 === 0);
    for (const [name, sees] of Object.entries(answers) as [Verdict, boolean][]) {
      const count = counts.get(name)!;
      count.asked++;
      if (sees) count.seen++;
    }
    onWorld?.();
  }
  return Object.fromEntries(Array.from(counts, ([name, { seen, asked }]) => [name, seen / asked])) as Record<
    Verdict,
    number
  >;
}
