import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random, ReluctantError } from '../../src/core';
import { backtestOverfitting, mean, standardDeviation } from '../../src/evaluation';
import peers from './reference/peers.json';

const near = (actual: number, wanted: number, within = 1e-10) =>
  assert.ok(Math.abs(actual - wanted) <= within, `${actual} is not ${wanted}`);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;
const noise = (strategies: number, rows: number, random: Random) =>
  Array.from({ length: strategies }, () => Float64Array.from({ length: rows }, () => random.normal()));

test('the worked example comes out: logits, PBO, degradation, P(loss)', () => {
  const strategies = [
    [4, 3, -2, -3],
    [1, 1, 1, 1],
    [0, 2, 3, 1],
  ];
  const result = backtestOverfitting(strategies, { blocks: 4, metric: 'mean', nullDraws: 0 });
  const wanted = [
    -1.0986122886681098, 1.0986122886681098, 0, -0.5108256237659907, 1.0986122886681098, -0.5108256237659907,
  ];
  wanted.forEach((logit, half) => {
    near(result.logits[half]!, logit);
  });
  near(result.probability, 2 / 3);
  near(result.degradation.slope, -1.5);
  near(result.degradation.intercept, 3.5);
  near(result.degradation.rSquared, 0.782608695652174);
  near(result.lossProbability, 1 / 6);
});

test('columns without a mean are all overfit; a strategy that is best in every block is not', () => {
  const columns = noise(30, 80, new Random(4)).map((column) => column.map((value) => value - mean(column)));
  const overfit = backtestOverfitting(columns, { blocks: 8, metric: 'mean', nullDraws: 0 });
  assert.equal(overfit.probability, 1);
  assert.equal(overfit.lossProbability, 1);
  near(overfit.degradation.slope, -1);
  near(overfit.degradation.rSquared, 1);
  columns[3] = columns[3]!.map((value) => value + 9);
  const real = backtestOverfitting(columns, { blocks: 8, metric: 'mean' });
  assert.equal(real.probability, 0);
  for (const logit of real.logits) near(logit, Math.log(30));
  assert.deepEqual(real.dominance, { first: true, second: true });
  assert.ok(real.null!.pValue <= 0.05 && real.null!.band[0] > 0);
});

test('ffn and purgedcv find the same logits, up to the order of the halves', () => {
  const { ffn, purgedcv } = peers.overfitting;
  const result = backtestOverfitting(peers.strategies, { blocks: 8, nullDraws: 0 });
  result.logits.forEach((logit, half) => {
    near(logit, ffn.logits[half]!);
  });
  near(result.probability, ffn.probability);
  result.logits.forEach((logit, half) => {
    near(logit, purgedcv.logits[69 - half]!);
  });
  near(result.degradation.slope, purgedcv.slope);
  purgedcv.performance.forEach(([inSample, outOfSample], half) => {
    near(result.inSample[69 - half]!, inSample!);
    near(result.outOfSample[69 - half]!, outOfSample!);
  });
});

test('neither the order of the strategies, nor of the blocks, nor ties change anything', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom('sharpe' as const, 'mean' as const),
      (seed, metric) => {
        const random = new Random(seed);
        const strategies = noise(5, 24, random).map((column) => column.map((value) => Math.round(2 * value) / 10));
        strategies.push(Float64Array.from(strategies[1]!)); // a tie
        fc.pre(strategies.every((column) => standardDeviation(column.slice(0, 12)) > 0));
        const options = { blocks: 6, metric, nullDraws: 0 };
        let wanted: ReturnType<typeof backtestOverfitting>;
        try {
          wanted = backtestOverfitting(strategies, options);
        } catch (error) {
          assert.ok(code('zero-variance')(error));
          return;
        }
        const order = random.permutation(6);
        const blocks = random.permutation(6);
        const shuffled = Array.from(order, (k) => strategies[k]!);
        const moved = strategies.map((column) =>
          Float64Array.from({ length: 24 }, (_, t) => column[blocks[Math.floor(t / 4)]! * 4 + (t % 4)]!),
        );
        for (const other of [shuffled, moved]) {
          const result = backtestOverfitting(other, options);
          near(result.probability, wanted.probability, 1e-12);
          near(result.lossProbability, wanted.lossProbability, 1e-12);
          near(result.degradation.slope, wanted.degradation.slope, 1e-8);
          const sorted = (values: Float64Array) => Float64Array.from(values).sort();
          sorted(result.logits).forEach((logit, k) => {
            near(logit, sorted(wanted.logits)[k]!, 1e-12);
          });
        }
      },
    ),
    { numRuns: 60, seed: 20261126 },
  );
});

test('the PBO of pure noise is 0.49 give or take 0.19, and its null band says so', () => {
  const random = new Random(11);
  const found = Array.from({ length: 120 }, () =>
    backtestOverfitting(noise(50, 1000, random), { blocks: 8, nullDraws: 0 }),
  );
  const probabilities = found.map(({ probability }) => probability);
  near(mean(probabilities), 0.494, 4 * (0.186 / Math.sqrt(120)));
  near(standardDeviation(probabilities), 0.186, 0.05);
  const { band } = backtestOverfitting(noise(50, 1000, random), { blocks: 8, nullDraws: 199 }).null!;
  assert.ok(band[0] > 0.05 && band[0] < 0.35 && band[1] > 0.65, String(band));
});

test('memory does not grow with the number of halves: S = 20 has 184,756 of them', () => {
  const strategies = noise(10, 400, new Random(2));
  const { logits, probability } = backtestOverfitting(strategies, { blocks: 20, nullDraws: 0 });
  assert.equal(logits.length, 184_756);
  near(probability, Array.from(logits).filter((logit) => logit <= 1e-12).length / 184_756, 1e-12);
});

test('what cannot be judged is refused in words: odd blocks, too few rows, one strategy, NaN, constants', () => {
  const strategies = noise(3, 40, new Random(6));
  const broken = (row: number, value: number) => [
    strategies[0]!,
    strategies[1]!.map((own, t) => (t === row ? value : own)),
  ];
  assert.throws(() => backtestOverfitting(strategies, { blocks: 7 }), code('blocks-odd'));
  assert.throws(() => backtestOverfitting(strategies.map((column) => column.slice(0, 12))), code('too-few-rows'));
  assert.throws(() => backtestOverfitting(strategies, { blocks: 8, horizon: 6 }), code('too-few-rows'));
  assert.throws(() => backtestOverfitting([strategies[0]!]), code('too-few-columns'));
  assert.throws(() => backtestOverfitting(broken(5, Number.NaN)), /column 1 of strategies.*row 5/);
  assert.throws(
    () => backtestOverfitting([strategies[0]!, strategies[1]!.map(() => 1)], { blocks: 4 }),
    code('zero-variance'),
  );
  assert.throws(
    () => backtestOverfitting([strategies[0]!, strategies[1]!.slice(1)], { blocks: 4 }),
    code('length-mismatch'),
  );
});

test('a strategy that does nothing earns a Sharpe ratio of 0, and rows that are not used are counted', () => {
  const strategies = [...noise(2, 43, new Random(8)), new Float64Array(43)];
  const result = backtestOverfitting(strategies, { blocks: 4, horizon: 3, nullDraws: 0 });
  assert.equal(result.rowsLeftOut, 3 + 3 * 2);
  assert.ok(result.logits.every(Number.isFinite));
});

/** Straight from the definitions, over the rows of a half. */
const definitions = {
  sharpe: (r: Float64Array) => mean(r) / (standardDeviation(r) * Math.sqrt(r.length / (r.length - 1))),
  mean: (r: Float64Array) => mean(r),
  sortino: (r: Float64Array) => mean(r) / Math.sqrt(mean(r.map((value) => Math.min(0, value) ** 2))),
  growth: (r: Float64Array) => mean(r.map((value) => Math.log(1 + value))),
  hitRate: (r: Float64Array) => r.filter((value) => value > 0).length / r.length,
  profitFactor: (r: Float64Array) =>
    r.reduce((sum, value) => sum + Math.max(0, value), 0) / r.reduce((sum, value) => sum + Math.max(0, -value), 0),
} as const;

for (const metric of Object.keys(definitions) as (keyof typeof definitions)[])
  test(`metric ${metric} is that of its definition on the rows of each half, in the real world and in the permuted ones`, () => {
    const strategies = noise(7, 126, new Random(3)).map((column) => column.map((value) => 0.01 * value));
    const options = { blocks: 6, nullDraws: 9, horizon: 2, threshold: 0 };
    const named = backtestOverfitting(strategies, { ...options, metric });
    const defined = backtestOverfitting(strategies, { ...options, metric: definitions[metric] });
    for (const part of ['logits', 'inSample', 'outOfSample'] as const)
      named[part].forEach((value, half) => {
        near(value, defined[part][half]!, 1e-9);
      });
    near(named.probability, defined.probability, 1e-12);
    near(named.lossProbability, defined.lossProbability, 1e-12);
    assert.deepEqual(named.dominance, defined.dominance);
    // The function is not known to be free of scale, so its permuted worlds are made of returns as they are.
    if (metric === 'mean' || metric === 'growth') assert.deepEqual(named.null!.band, defined.null!.band);
  });

test('a loss is what earns less than nothing, in the terms of each metric', () => {
  const random = new Random(12);
  const bad = noise(4, 200, random).map((column) => column.map((value) => 0.01 * (value - 0.6)));
  const good = noise(4, 200, random).map((column) => column.map((value) => 0.01 * (value + 0.6)));
  for (const metric of Object.keys(definitions) as (keyof typeof definitions)[]) {
    assert.equal(backtestOverfitting(bad, { blocks: 4, metric, nullDraws: 0 }).lossProbability, 1, metric);
    assert.equal(backtestOverfitting(good, { blocks: 4, metric, nullDraws: 0 }).lossProbability, 0, metric);
  }
});

test('a metric that a half does not have is refused with the strategy, and a function that gives no number too', () => {
  const strategies = noise(2, 40, new Random(5)).map((column) => column.map((value) => 0.01 * value));
  const winner = [...strategies, strategies[0]!.map((value) => Math.abs(value) + 0.001)];
  for (const metric of ['sortino', 'profitFactor'] as const)
    assert.throws(() => backtestOverfitting(winner, { blocks: 4, metric }), /never loses in a half.*strategy 2/);
  const ruined = [...strategies, strategies[0]!.map((value, t) => (t === 9 ? -1 : value))];
  assert.throws(() => backtestOverfitting(ruined, { blocks: 4, metric: 'growth' }), /loses everything.*strategy 2/);
  assert.throws(() => backtestOverfitting(strategies, { blocks: 4, metric: () => Number.NaN }), code('not-finite'));
  assert.throws(
    () => backtestOverfitting(strategies, { blocks: 4, metric: 'sharp' as never }),
    /did you mean "sharpe"/,
  );
  const still = [...noise(2, 400, new Random(5)).map((r) => r.map((value) => 0.01 * value)), new Float64Array(400)];
  for (const metric of Object.keys(definitions) as (keyof typeof definitions)[]) {
    const { logits, null: band } = backtestOverfitting(still, { blocks: 4, metric, nullDraws: 9 });
    assert.ok(logits.every(Number.isFinite) && band!.band.every(Number.isFinite), metric);
  }
});
