import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { benchmark, diagnose } from '../../src/diagnosis';
import { metricBehaviours } from '../../src/diagnosis/evidence/metricBehaviour';
import { rankIC } from '../../src/evaluation';
import { fit, type Metric } from '../../src/training';
import { answerOf } from './marketTwins';

const own = (whole: NonNullable<Metric['whole']>): Metric => ({ key: 'own', best: 'highest', whole });
const targets = tf.randomNormal<TF.Rank.R2>([300, 1], 0, 1, 'float32', 3);
const probe = (metric: Metric, y: TF.Tensor = targets) =>
  metricBehaviours(['y'], { losses: 'meanSquaredError', metrics: { y: [metric] } }, { y });

for (const twin of benchmark.METRIC_TWINS) {
  test(`${twin.fault}: seen on ten seeds and not on healthy twins; named first of a run`, async () => {
    const isFault = ({ orderOfTies, ignoresTargets }: ReturnType<typeof probe>[number]) =>
      twin.cause === 'metric-from-elsewhere' ? ignoresTargets : orderOfTies > 0.01;
    for (let seed = 1; seed <= 10; seed++)
      for (const faulty of [true, false]) {
        const { data, options } = await twin.build(seed, faulty);
        const found = metricBehaviours(['y'], options, data.targets as Record<string, TF.Tensor>);
        assert.deepEqual(found.map(isFault), [faulty], `seed ${seed}, ${faulty}`);
      }
    const answer = await answerOf(twin, 11);
    assert.equal(answer.first, twin.cause);
    assert.deepEqual(answer.onHealthy, []);
  });
}

describe('metrics that are as they should be are left alone:', () => {
  const healthy: Record<string, Metric> = {
    'a rank correlation whose ties share ranks': own(rankIC),
    'a mean over rows': {
      key: 'own',
      best: 'lowest',
      perRow: (y, p) => tf.mean(tf.abs(tf.sub(y, p)), -1) as TF.Tensor1D,
    },
    // The deepest fall of what the signs earn: about the order of rows, for equal predictions as for others.
    'one about the order of rows': own((y, p) => {
      let [sum, high, deepest] = [0, 0, 0];
      for (let k = 0; k < y.length; k++) {
        sum += (p[k]! >= 0 ? 1 : -1) * y[k]!;
        high = Math.max(high, sum);
        deepest = Math.max(deepest, high - sum);
      }
      return deepest;
    }),
    'one that is nothing for equal predictions': own((y, p) =>
      p.every((value) => value === p[0]) ? Number.NaN : rankIC(y, p),
    ),
  };
  for (const [what, metric] of Object.entries(healthy))
    test(what, () => {
      assert.equal(probe(metric)[0]!.ignoresPredictions, false);
      for (const y of [targets, tf.cast(tf.greater(targets, 0), 'float32')])
        assert.ok(probe(metric, y)[0]!.orderOfTies < 1e-4);
    });

  test('one that throws, or is never a number, says nothing', () => {
    assert.deepEqual(
      probe(
        own(() => {
          throw new Error('only for many symbols');
        }),
      ),
      [],
    );
    const [behaviour] = probe(own(() => Number.NaN));
    assert.deepEqual(
      [behaviour!.ignoresPredictions, behaviour!.ignoresTargets, behaviour!.orderOfTies],
      [false, false, 0],
    );
  });
});

test('a base rate is a note, and no verdict', async () => {
  const twin = benchmark.METRIC_TWINS[0]!;
  const { model, data, options } = await twin.build(3, false);
  const baseRate = own((y) => y.filter((value) => value > 0).length / y.length);
  const run = await fit(await model(), data, { ...options, metrics: { y: [baseRate] }, mode: 'graph' });
  const { verdicts, symptoms } = diagnose(run);
  assert.deepEqual(
    verdicts.map(({ cause }) => cause),
    [],
  );
  assert.ok(symptoms.some(({ rule, kind }) => rule === 'metric-wiring' && kind === 'targets-only'));
});
