import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as plots from '../../src/plots';

test('trainingCurves says which curves are constant', () => {
  const figure = plots.trainingCurves([
    { loss: 2, val_loss: 0.5 },
    { loss: 1, val_loss: 0.5 },
  ]);
  const rows = figure.summary.rows as { part: string; constant: boolean }[];
  assert.deepEqual(
    rows.map(({ part, constant }) => [part, constant]),
    [
      ['training', false],
      ['validation', true],
    ],
  );
  assert.throws(() => plots.trainingCurves([]), { code: 'history-empty' });
});

test('predictionDistributions counts zeros and negative values, and its bars hold every sample in range', () => {
  const figure = plots.predictionDistributions([
    { head: 'a', targets: [0.1, 0.2, 0.3, 0.4], predictions: [0, 0, -1, Number.NaN] },
  ]);
  const row = figure.summary.rows[0] as plots.PredictionSpread;
  assert.deepEqual([row.zeros, row.negative, row.notFinite], [2, 1, 1]);
  const bars = figure.data.map(({ y }) => (y as Float64Array).reduce((sum, share) => sum + share, 0));
  assert.ok(Math.abs(bars[0]! - 1) < 1e-12);
  assert.ok(Math.abs(bars[1]! - 3 / 4) < 1e-12);
  assert.throws(() => plots.predictionDistributions([{ head: 'a', targets: [1], predictions: [] }]), /head a.*targets/);
});

test('predictionScatter thins a large set the same way every time and says so', () => {
  const many = Float32Array.from({ length: 100_000 }, (_, k) => k);
  const make = () => plots.predictionScatter([{ head: 'a', targets: many, predictions: many }], { maxPoints: 100 });
  assert.equal((make().data[0]!['x'] as Float32Array).length, 100);
  assert.deepEqual(make().data[0], make().data[0]);
  assert.match(make().toString(), /100 of 100000 points/);
});

test('gradientNorms shows a gradient of exactly zero, which has no place on a logarithmic axis', () => {
  const figure = plots.gradientNorms([
    { layer: 'a', norm: 1 },
    { layer: 'b', norm: 0 },
    { layer: 'c', norm: Number.NaN },
  ]);
  assert.deepEqual(figure.data[1]!['text'], ['= 0', 'NaN']);
  assert.deepEqual(figure.data[0]!['y'], [1, null, null]);
});

test('deadUnits counts units below the threshold, a unit exactly on it being alive', () => {
  const { summary } = plots.deadUnits([{ layer: 'a', activeShare: [0, 0.0099, 0.01, 1] }]);
  assert.deepEqual(summary.rows[0], { layer: 'a', units: 4, dead: 2, deadShare: 0.5 });
});

test('gradientShares add up to one in every epoch', () => {
  const figure = plots.gradientShares([
    { epoch: 1, term: 'a', norm: 3, cosine: 1 },
    { epoch: 1, term: 'b', norm: 1, cosine: -1 },
  ]);
  assert.deepEqual(
    figure.data.slice(0, 2).map(({ y }) => (y as number[])[0]),
    [0.75, 0.25],
  );
});

test('isOnParetoFront keeps what nothing dominates, equal points together and NaN never', () => {
  const points = [
    [0.7, 1],
    [0.6, 0.5],
    [0.6, 0.6],
    [0.7, 1],
    [Number.NaN, 0],
  ];
  assert.deepEqual(plots.isOnParetoFront(points, ['highest', 'lowest']), [true, true, false, true, false]);
});

test('metricSurface frames the best cell and leaves a missing one empty', () => {
  const figure = plots.metricSurface(
    [
      { x: 1, y: 1, value: 3 },
      { x: 2, y: 1, value: 2 },
      { x: 1, y: 2, value: Number.NaN },
    ],
    { best: 'lowest' },
  );
  assert.match(figure.toString(), /lowest: 2 at x 2, y 1/);
  const [shape] = figure.layout['shapes'] as { x0: number; y0: number }[];
  assert.deepEqual([shape!.x0, shape!.y0], [0.5, -0.5]);
});

test('marketOverview refuses columns of several lengths', () => {
  const close = [1, 2, 3];
  const prices = { symbol: 'A', dates: [0, 1, 2], open: close, high: close, low: [1], close };
  assert.throws(() => plots.marketOverview(prices), { code: 'lengths-differ' });
});

test('activationFunctions says of each candidate for a positive output how low it goes and where it stops learning', () => {
  const rows = plots.activationFunctions().summary.rows as Record<string, unknown>[];
  assert.deepEqual(
    rows.map((row) => [row['activation'], row['smallest'], row['slope is zero somewhere']]),
    [
      ['ReLU', 0, true],
      ['LeakyReLU', -0.04, false],
      ['softplus', Math.log1p(Math.exp(-4)), false],
      ['ELU', Math.expm1(-4), false],
    ],
  );
});

test('figures keep typed arrays as they are given and do not write to them', () => {
  const values = Float32Array.from([3, 1, 2]);
  plots.weightHistograms([{ name: 'w', values }]);
  plots.activationDistributions([{ layer: 'a', values }]);
  plots.deadUnits([{ layer: 'a', activeShare: values }]);
  assert.deepEqual([...values], [3, 1, 2]);
});

test('paretoFront leaves out names that would cover each other, and keeps them in the hover', () => {
  const points = [0, 0.001, 1].map((x, k) => ({ name: `a run with a long name ${k}`, x, y: 1 - x }));
  const front = plots.paretoFront(points).data[1]!;
  assert.deepEqual(front['customdata'], ['a run with a long name 0', '', 'a run with a long name 2']);
  assert.deepEqual(
    front['text'],
    points.map(({ name }) => name),
  );
});

test('predictionScatter shows classes as one distribution each, of all their samples', () => {
  const targets = Float32Array.from({ length: 300 }, (_, k) => Number(k % 3 === 0));
  const predictions = targets.map((target, k) => 0.3 + 0.4 * target + 0.001 * k);
  const figure = plots.predictionScatter([{ head: 'up', targets, predictions }]);
  const sums = figure.data.map((trace) => {
    const shares = Array.from(trace['y'] as ArrayLike<number>);
    return [trace.type, trace.name, Math.round(100 * shares.reduce((sum, share) => sum + share, 0))];
  });
  assert.deepEqual(sums, [
    ['bar', 'target 0', 100],
    ['bar', 'target 1', 100],
  ]);
});

test('calibration has the means of equally full groups, and standard errors with n - 1', () => {
  const [low, high] = plots.calibration(
    [{ head: 'up', targets: [0, 1, 1, 1, Number.NaN], predictions: [0.1, 0.3, 0.7, 0.9, 0.5] }],
    { groups: 2 },
  ).summary.rows as { rows: number; prediction: number; target: number; standardError: number }[];
  const near = (received: number, expected: number) => assert.ok(Math.abs(received - expected) < 1e-12, `${received}`);
  assert.deepEqual([low!.rows, high!.rows], [2, 2]);
  near(low!.prediction, 0.2);
  near(low!.target, 0.5);
  near(low!.standardError, 0.5); // deviation sqrt(1/2) over sqrt(2)
  near(high!.prediction, 0.8);
  near(high!.standardError, 0);
});

test('residuals are targets less predictions, with what is not finite counted', () => {
  const figure = plots.residuals([{ head: 'v', targets: [1, 2, Number.NaN], predictions: [2, 4, 1] }]);
  const [row] = figure.summary.rows as { median: number; notFinite: number }[];
  assert.equal(row!.median, -1.5);
  assert.equal(row!.notFinite, 1);
});

test('cumulativeReturns compounds, and measures the drawdown from the highest before, the start included', () => {
  const figure = plots.cumulativeReturns([{ name: 'a', returns: [-0.1, 0.5, -0.2, Number.NaN, 0.1] }]);
  const near = (received: ArrayLike<number>, expected: number[]) => {
    for (const [k, value] of expected.entries())
      assert.ok(Math.abs(received[k]! - value) < 1e-12, `${k}: ${received[k]}`);
  };
  near(figure.data[0]!['y'] as number[], [0.9, 1.35, 1.08, 1.08, 1.188]);
  near(figure.data[1]!['y'] as number[], [-0.1, 0, -0.2, -0.2, -0.12]);
  assert.equal((figure.summary.rows as { 'not finite': number }[])[0]!['not finite'], 1);
});

test('distributionBands have the quantiles of TensorBoard, from the least to the largest', () => {
  const values = Float64Array.from({ length: 10_001 }, (_, k) => k / 10_000);
  const figure = plots.distributionBands([{ name: 'w', epochs: [1], values: [values] }]);
  const heights = figure.data.slice(0, 9).map((trace) => Math.round(1e4 * (trace['y'] as number[])[0]!) / 1e4);
  assert.deepEqual(heights, [0, 1, 0.0668, 0.9332, 0.1587, 0.8413, 0.3085, 0.6915, 0.5]);
});

test('gradientFlow draws powers of ten, and marks what has no logarithm', () => {
  const norms = [0.01, 0, Number.NaN, 1];
  const figure = plots.gradientFlow(norms.map((norm, k) => ({ epoch: k + 1, layer: 'dense', norm })));
  assert.deepEqual(figure.data[0]!['z'], [[-2, null, null, 0]]);
  assert.deepEqual(
    figure.data.slice(1).map(({ name, x }) => [name, x]),
    [
      ['exactly 0', [2]],
      ['not finite', [3]],
    ],
  );
});

test('graphAttention names the strongest connections, not those of a node with itself', () => {
  const figure = plots.graphAttention(
    ['a', 'b', 'c'],
    [
      [0.8, 0.2, 0],
      [0.5, 0.1, 0.4],
      [0.3, 0.3, 0.4],
    ],
  );
  assert.deepEqual(figure.summary.rows[0], { node: 'b', 'listens to': 'a', weight: 0.5 });
  assert.throws(() => plots.graphAttention(['a', 'b'], [[1, 0], [1]]), { code: 'not-square' });
});

test('architecture puts every layer below all that it takes from, also in a circle', () => {
  const layer = (name: string, ...inputs: string[]) => ({ name, kind: 'Dense', inputs });
  const heights = (layers: plots.ArchitectureLayer[]) => plots.architecture(layers).data[1]!['y'];
  assert.deepEqual(heights([layer('x'), layer('a', 'x'), layer('b', 'a', 'x'), layer('c', 'gone')]), [32, 32, 96, 160]);
  assert.doesNotThrow(() => heights([layer('a', 'b'), layer('b', 'a')]));
});

test('trainingCurves and runCurves mark epochs that are not finite, and tell the eighth run from the first', () => {
  const history = [{ loss: 2 }, { loss: Number.NaN }, { loss: Number.POSITIVE_INFINITY }, {}, { loss: 1 }];
  for (const figure of [plots.trainingCurves(history), plots.runCurves([{ name: 'a', history }], ['loss'])]) {
    const mark = figure.data.find(({ name }) => name === 'not finite')!;
    assert.deepEqual(
      [mark['x'], mark['y']],
      [
        [2, 3],
        [2, 2],
      ],
    );
  }
  assert.ok(!plots.trainingCurves([{ loss: 2 }, {}]).data.some(({ name }) => name === 'not finite'));
  const runs = Array.from({ length: 8 }, (_, k) => ({ name: `run ${k}`, history: [{ loss: k }] }));
  const lines = plots.runCurves(runs, ['loss']).data.map(({ line }) => JSON.stringify(line));
  assert.equal(new Set(lines).size, 8);
});

test('a figure of one panel says on its axis what is drawn, and long names of panels are shortened to their room', () => {
  const one = plots.trainingCurves([{ loss: 2 }, { loss: 1 }]);
  assert.equal((one.layout['yaxis'] as { title: { text: string } }).title.text, 'loss');
  const long = 'a'.repeat(200);
  const two = plots.trainingCurves([{ [long]: 2, [`${long}b`]: 2 }]);
  const titles = (two.layout['annotations'] as { text: string }[]).map(({ text }) => text);
  assert.ok(
    titles.every((text) => text.length < 80 && text.includes('…')),
    titles.join(),
  );
});

test('gradientNorms of 60 layers gives each a line of its own, with its name', () => {
  const layers = Array.from({ length: 60 }, (_, k) => ({
    layer: `block_${k}_attention_projection`,
    norm: k === 40 ? 0 : 0.1,
  }));
  const { data, layout } = plots.gradientNorms(layers);
  assert.ok(layout.height! > 60 * 12);
  assert.equal(data[0]!['orientation'], 'h');
  assert.equal(new Set((layout['yaxis'] as { ticktext: string[] }).ticktext).size, 60);
  assert.deepEqual(data[1]!['y'], ['block_40_attention_projection']);
  assert.equal(plots.gradientNorms(layers.slice(0, 5)).data[0]!['orientation'], undefined);
});

test('predictionScatter keeps its axes to the bulk where a few points lie far out, and says so', () => {
  const targets = Float64Array.from({ length: 1000 }, (_, k) => (k === 3 ? 500 : (k % 100) / 100));
  const far = plots.predictionScatter([{ head: 'volatility', targets, predictions: targets.map((x) => x / 2) }]);
  const { range } = far.layout['xaxis'] as { range: [number, number] };
  assert.ok(range[1] < 2 && range[0] === 0, String(range));
  assert.ok(far.notes.some((note) => /far from all others/.test(note)));
  const near = targets.map((x) => Math.min(x, 1));
  const bulk = plots.predictionScatter([{ head: 'volatility', targets: near, predictions: near }]);
  assert.equal((bulk.layout['xaxis'] as { range?: unknown }).range, undefined);
});
