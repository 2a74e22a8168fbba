import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile, withRandomKey } from '../../src/compile';
import { type TF, tf } from '../../src/core';
import {
  exposurePenalty,
  type Loss,
  labelledSquaredError,
  listMLE,
  listNet,
  pearsonPerDay,
  pinball,
  quantileCrossing,
  rankNet,
  sharpePerDay,
  softSpearman,
  studentTLikelihood,
  turnoverPenalty,
  varianceFloor,
  weightedLosses,
} from '../../src/losses';
import { fit } from '../../src/training';
import reference from './reference/panel_losses.json';

const { exposures, quantiles, predictions, outputs } = reference;
const targets = reference.targets.map((row) => row.map((value) => value ?? Number.NaN));
const [DAYS, STOCKS] = [targets.length, targets[0]!.length];

const LOSSES: Record<string, Loss> = {
  labelledSquaredError: labelledSquaredError(),
  'labelledSquaredError huberShare 0.3 delta 0.5': labelledSquaredError({ huberShare: 0.3, delta: 0.5 }),
  listNet: listNet(),
  'listNet temperature 0.4': listNet({ temperature: 0.4 }),
  'listNet topK 2': listNet({ topK: 2 }),
  'listNet topK 4 temperature 0.5': listNet({ topK: 4, temperature: 0.5 }),
  listMLE: listMLE(),
  rankNet: rankNet(),
  pearsonPerDay: pearsonPerDay(),
  softSpearman: softSpearman(),
  'softSpearman temperature 0.1': softSpearman({ temperature: 0.1 }),
  sharpePerDay: sharpePerDay(),
  turnoverPenalty: turnoverPenalty(),
  'turnoverPenalty decay 0.8': turnoverPenalty({ decay: 0.8 }),
  exposurePenalty: exposurePenalty({ exposures }),
  'varianceFloor least 1': varianceFloor({ least: 1 }),
  pinball: pinball({ quantiles }),
  quantileCrossing: quantileCrossing({ quantiles }),
  studentTLikelihood: studentTLikelihood(),
};
/** Those whose outputs are several to a stock. */
const WIDTHS: Record<string, number> = { pinball: 5, quantileCrossing: 5, studentTLikelihood: 3 };

const wanted = (): TF.Tensor => tf.tensor2d(targets);
const given = (name: string): TF.Tensor => {
  const width = WIDTHS[name];
  if (!width) return tf.tensor2d(predictions);
  return tf.tensor3d(outputs.map((day) => day.map((stock) => stock.slice(0, width))));
};
const lossAt = (loss: Loss, y: TF.Tensor, p: TF.Tensor): number => loss(y, p).dataSync()[0]!;
const gradientOf = (loss: Loss, y: TF.Tensor, p: TF.Tensor): Float32Array =>
  tf
    .grad((x: TF.Tensor) => loss(y, x) as TF.Scalar)(p)
    .dataSync() as Float32Array;
const close = (received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.equal(received.length, expected.length);
  for (let k = 0; k < expected.length; k++)
    assert.ok(
      Math.abs(received[k]! - expected[k]!) <= tolerance * (1 + Math.abs(expected[k]!)),
      `place ${k}: ${received[k]}, not ${expected[k]}`,
    );
};

describe('the losses over days have the values and gradients of NumPy and SciPy:', () => {
  test('all of them are compared', () => {
    assert.deepEqual(Object.keys(reference.cases).sort(), Object.keys(LOSSES).sort());
  });

  for (const [name, { value, gradient }] of Object.entries(reference.cases))
    test(name, () => {
      const loss = LOSSES[name]!;
      close([lossAt(loss, wanted(), given(name))], [value], 2e-6);
      close(gradientOf(loss, wanted(), given(name)), gradient, 2e-5);
    });
});

describe('within a compiled step the losses are the same:', () => {
  for (const [name, loss] of Object.entries(LOSSES))
    test(name, () => {
      const y = wanted();
      const step = compile(
        (labels: TF.Tensor, x: TF.Tensor) => tf.grad((p: TF.Tensor) => loss(labels, p) as TF.Scalar)(x),
        {
          mode: 'graph',
        },
      );
      close(step(y, given(name)).dataSync(), gradientOf(loss, y, given(name)), 1e-5);
    });
});

const ORDERING = ['listNet', 'listMLE', 'rankNet', 'pearsonPerDay', 'softSpearman'];

describe('days that say nothing', () => {
  const NONE = Number.NaN;
  const silent: Record<string, number[][]> = {
    'a day without any label': [[NONE, NONE, NONE]],
    'a day of one stock': [[NONE, 0.3, NONE]],
    'a day of equal labels': [[0.3, 0.3, 0.3]],
  };
  for (const [what, labels] of Object.entries(silent)) {
    test(`${what} leaves losses that order at 0, without a gradient`, () => {
      const p = tf.tensor2d([[0.5, -2, 1]]);
      for (const name of ORDERING) {
        assert.equal(Math.abs(lossAt(LOSSES[name]!, tf.tensor2d(labels), p)), 0, name);
        assert.deepEqual([...gradientOf(LOSSES[name]!, tf.tensor2d(labels), p)].map(Math.abs), [0, 0, 0], name);
      }
    });

    test(`${what} does not count in the mean over days`, () => {
      const day = [[2, 1, 3]];
      const both = tf.tensor2d([...day, ...labels]);
      const p = [0.5, -2, 1];
      for (const name of ORDERING)
        close(
          [lossAt(LOSSES[name]!, both, tf.tensor2d([p, [4, 5, 6]]))],
          [lossAt(LOSSES[name]!, tf.tensor2d(day), tf.tensor2d([p]))],
          1e-6,
        );
    });
  }

  test('every loss is 0 without any label, and its gradient is 0, not NaN', () => {
    for (const [name, loss] of Object.entries(LOSSES)) {
      const y = tf.fill([DAYS, STOCKS], NONE);
      assert.equal(Math.abs(lossAt(loss, y, given(name))), 0, name);
      assert.ok(
        gradientOf(loss, y, given(name)).every((slope) => slope === 0),
        name,
      );
    }
  });

  test('equal predictions give finite values and gradients, whatever the loss', () => {
    for (const constant of [0, 0.1, -3e4])
      for (const [name, loss] of Object.entries(LOSSES)) {
        const p = tf.fill(given(name).shape, constant);
        assert.ok(Number.isFinite(lossAt(loss, wanted(), p)), `${name} of ${constant}`);
        assert.ok(gradientOf(loss, wanted(), p).every(Number.isFinite), `gradient of ${name} of ${constant}`);
      }
    const day = tf.tensor2d([[1, 2, 3]]);
    assert.equal(lossAt(pearsonPerDay(), day, tf.fill([1, 3], 0.1)), 1);
    assert.equal(lossAt(softSpearman(), day, tf.fill([1, 3], 0.1)), 1);
    assert.equal(Math.abs(lossAt(sharpePerDay(), day, tf.fill([1, 3], 0.1))), 0);
    assert.equal(lossAt(varianceFloor({ least: 0.5 }), day, tf.fill([1, 3], 0.1)), 0.25);
  });

  test('what a model says of stocks without a label, NaN included, changes nothing', () => {
    for (const [name, loss] of Object.entries(LOSSES)) {
      const isLabelled = tf.logicalNot(tf.isNaN(wanted()));
      const p = given(name);
      const all = p.rank === 3 ? tf.tile(isLabelled.expandDims(2), [1, 1, p.shape[2]!]) : isLabelled;
      const spoilt = tf.where(all, p, tf.fill(p.shape, Number.NaN));
      assert.equal(lossAt(loss, wanted(), spoilt), lossAt(loss, wanted(), p), name);
      assert.ok(gradientOf(loss, wanted(), spoilt).every(Number.isFinite), name);
    }
  });
});

describe('losses over days do not depend on what does not matter', () => {
  const reversed = (values: number[][]): number[][] => values.map((row) => [...row].reverse());

  test('the order of columns decides nothing, ties included', () => {
    for (const name of [
      ...ORDERING,
      'listNet topK 2',
      'listNet topK 4 temperature 0.5',
      'sharpePerDay',
      'turnoverPenalty',
    ]) {
      const loss = LOSSES[name]!;
      const other = lossAt(loss, tf.tensor2d(reversed(targets)), tf.tensor2d(reversed(predictions)));
      close([other], [lossAt(loss, wanted(), given(name))], 1e-6);
    }
  });

  test('listMLE and listNet have the known answers of the literature', () => {
    close([lossAt(listMLE(), tf.tensor2d([[1, 0]]), tf.tensor2d([[0.5, 0.3]]))], [0.5981389], 1e-6);
    close([lossAt(listNet(), tf.tensor2d([[1, 0]]), tf.tensor2d([[0.5, 0.2]]))], [0.6350377], 1e-6);
  });

  test('correlations do not see scale and level of predictions', () => {
    for (const name of ['pearsonPerDay', 'softSpearman', 'sharpePerDay', 'exposurePenalty', 'turnoverPenalty']) {
      const moved = tf.add(tf.mul(given(name), 30), 5);
      close([lossAt(LOSSES[name]!, wanted(), moved)], [lossAt(LOSSES[name]!, wanted(), given(name))], 1e-4);
    }
  });

  test('targets of shape [days, stocks, 1] are those of [days, stocks]', () => {
    const wide = (x: TF.Tensor) => x.expandDims(2);
    for (const name of ORDERING)
      assert.equal(
        lossAt(LOSSES[name]!, wide(wanted()), wide(given(name))),
        lossAt(LOSSES[name]!, wanted(), given(name)),
      );
  });
});

describe('rankNet with drawn pairs', () => {
  const key = (step: number) => tf.tensor1d([7, step], 'int32');
  const many = tf.randomNormal([4, 30], 0, 1, 'float32', 3);
  const scores = tf.randomNormal([4, 30], 0, 1, 'float32', 4);

  test('draws others in every step, the same in the same step, and is the loss of all pairs on average', () => {
    const loss = rankNet({ pairs: 50 });
    const at = (step: number) => withRandomKey(key(step), () => lossAt(loss, many, scores));
    assert.equal(at(1), at(1));
    assert.notEqual(at(1), at(2));
    const mean = Array.from({ length: 300 }, (_, step) => at(step)).reduce((a, b) => a + b, 0) / 300;
    const all = lossAt(rankNet(), many, scores);
    // 300 steps of 4 x 50 pairs, whose losses have a deviation below 0.9: a standard error below 0.004.
    assert.ok(Math.abs(mean - all) < 0.015, `${mean}, not ${all}`);
  });

  test('takes all pairs outside of training', () => {
    assert.equal(lossAt(rankNet({ pairs: 3 }), many, scores), lossAt(rankNet(), many, scores));
  });

  test('learns within fit, each mode alike', async () => {
    for (const mode of ['eager', 'graph'] as const) {
      const weight = tf.variable(tf.zeros([2, 1]));
      const inputs = tf.randomNormal([24, 12, 2], 0, 1, 'float32', 5);
      const labels = inputs.slice([0, 0, 1], [-1, -1, 1]).reshape([24, 12]);
      const model = {
        heads: ['score'],
        variables: [weight],
        predict: ({ input }: Record<string, TF.Tensor>) => ({
          score: tf.matMul(input!.reshape([-1, 2]) as TF.Tensor2D, weight as unknown as TF.Tensor2D).reshape([-1, 12]),
        }),
      };
      const run = await fit(
        model,
        { inputs, targets: labels },
        {
          losses: rankNet({ pairs: 40 }),
          epochs: 8,
          batchSize: 4,
          optimizer: { kind: 'adam', learningRate: 0.1 },
          mode,
        },
      );
      const [first, second] = weight.dataSync();
      assert.ok(second! > 5 * Math.abs(first!), `${mode}: ${first}, ${second}`);
      assert.ok(run.history.at(-1)!.loss < 0.4, mode);
    }
  });
});

describe('losses over days refuse what they cannot take', () => {
  test('shapes that are no days and stocks', () => {
    for (const name of [...ORDERING, 'sharpePerDay', 'turnoverPenalty', 'exposurePenalty', 'labelledSquaredError'])
      for (const [y, p] of [
        [
          [6, 1],
          [6, 1],
        ],
        [
          [2, 3],
          [2, 4],
        ],
        [
          [2, 3],
          [2, 3, 5],
        ],
        [[6], [6]],
      ])
        assert.throws(
          () => LOSSES[name]!(tf.ones(y!), tf.ones(p!)),
          { code: 'panel-shape' },
          `${name} of [${y}], [${p}]`,
        );
    for (const name of Object.keys(WIDTHS))
      assert.throws(() => LOSSES[name]!(tf.ones([2, 3]), tf.ones([2, 3])), { code: 'outputs-shape' }, name);
    assert.throws(() => LOSSES['exposurePenalty']!(tf.ones([2, 3]), tf.ones([2, 3])), { code: 'exposures-not-usable' });
  });

  test('options that mean nothing', () => {
    const misspelt = { temprature: 1 } as object;
    for (const make of [listNet, softSpearman, rankNet, labelledSquaredError, turnoverPenalty, studentTLikelihood])
      assert.throws(() => (make as (options: object) => Loss)(misspelt), { code: 'unknown-option' });
    for (const bad of [[], [0.5, 0.1], [0, 0.5], [Number.NaN]])
      assert.throws(() => pinball({ quantiles: bad }), /quantile/);
    assert.throws(() => quantileCrossing({ quantiles: [0.5] }), { code: 'quantiles-not-usable' });
    assert.throws(() => listNet({ temperature: 0 }), { code: 'number-out-of-range' });
    assert.throws(() => listNet({ topK: 0 }), { code: 'integer-out-of-range' });
    assert.throws(() => rankNet({ pairs: 0.5 }), { code: 'integer-out-of-range' });
    assert.throws(() => varianceFloor({} as never), { code: 'number-out-of-range' });
    assert.throws(() => studentTLikelihood({ degrees: [1, 40] }), { code: 'degrees-not-usable' });
    for (const bad of [[], [[]], [[1], [1, 2]]])
      assert.throws(() => exposurePenalty({ exposures: bad }), { code: 'exposures-not-usable' });
    for (const bad of [[], [{ loss: listNet(), weight: 0 }]])
      assert.throws(() => weightedLosses(bad), { code: 'terms-missing' });
  });
});

test('weighted losses are the sum of their terms, and a row loss counts by its mean', () => {
  const loss = weightedLosses([
    { loss: listNet(), weight: 2 },
    { loss: 'meanSquaredError', weight: 0.5 },
    { loss: rankNet(), weight: 0 },
  ]);
  const [y, p] = [
    tf.tensor2d([
      [1, 0],
      [0, 2],
    ]),
    tf.tensor2d([
      [0.5, 0.2],
      [1, 1],
    ]),
  ];
  const expected = 2 * lossAt(listNet(), y, p) + 0.5 * tf.mean(tf.squaredDifference(y, p)).dataSync()[0]!;
  close([lossAt(loss, y, p)], [expected], 1e-6);
});
