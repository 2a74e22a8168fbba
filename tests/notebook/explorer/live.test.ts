import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExploredSetting, Explorer } from '../../../src/explorer';
import { type Drawing, LiveExplorer, SurfaceWidget } from '../../../src/notebook/explorer';
import type { LiveFigure } from '../../../src/notebook/widgets';
import { program } from '../../../src/programs';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from '../../training/models';
import { connect, disconnect, post, reported, settle, show } from '../frontEnd';
import { checkAbuse, moveWildly } from './abuse';

const data = { ...twoHeadRows(400), validation: twoHeadRows(60, 2) };

/** The setting that the controls stand at, undefined if it has no meaning. */
function standsAt(live: LiveExplorer): ExploredSetting | undefined {
  try {
    return live.setting;
  } catch {
    return undefined;
  }
}

const open = (epochs: number, batchSize = 32) =>
  Explorer.open(
    { model: () => twoHeadModel(), data, options: { losses: twoHeadLosses, epochs, batchSize, seed: 1 } },
    { verdicts: false, presets: { quiet: { lossWeights: { direction: 1, volatility: 0.1 } } } },
  );

async function live(
  epochs: number,
): Promise<{ live: LiveExplorer; drawings: (Drawing & { stale: boolean; at: number })[] }> {
  const explorer = await open(epochs, 20);
  const drawings: (Drawing & { stale: boolean; at: number })[] = [];
  const made: LiveExplorer = new LiveExplorer(explorer, (drawing) => {
    const stale = JSON.stringify(drawing.setting) !== JSON.stringify(standsAt(made));
    drawings.push({ ...drawing, stale, at: performance.now() });
  });
  return { live: made, drawings };
}

test('moving a slider trains at once and ends with the run of where it stands', async () => {
  const { live: explorer, drawings } = await live(4);
  explorer.controls.weights['volatility']!.value = 10;
  await explorer.settled();
  // Compiled once; from here on a move is what it costs every time.
  const start = performance.now();
  drawings.length = 0;
  explorer.controls.weights['volatility']!.value = 0.1;
  await explorer.settled();
  const [cleared, first] = drawings;
  assert.equal(cleared!.history.length, 0, 'what was there before is not left standing as the result');
  assert.equal(first!.history.length, 1);
  // 300 ms on a quiet machine; this one may be shared.
  assert.ok(first!.at - start < 1500, `${first!.at - start} ms to the first point`);
  assert.equal(explorer.drawing.run!.setting.lossWeights['volatility'], 0.1);
  assert.equal(explorer.explorer.runs.length, 2);
  explorer.close();
});

test('a preset moves the sliders, and moving one leaves the preset', async () => {
  const { live: explorer } = await live(1);
  explorer.controls.preset.value = 'quiet';
  await explorer.settled();
  assert.equal(explorer.controls.weights['volatility']!.value, 0.1);
  assert.equal(explorer.explorer.runs.length, 1);
  explorer.controls.seed.value = 3;
  assert.equal(explorer.controls.preset.value, 'as the sliders stand');
  await explorer.settled();
  assert.equal(explorer.drawing.setting!.seed, 3);
  explorer.close();
});

test('a pinned run stays beside all later ones, the mend of a verdict is one click away, and a preset has its name', async () => {
  const explorer = await Explorer.open(
    {
      model: () => twoHeadModel(),
      data,
      options: {
        losses: twoHeadLosses,
        epochs: 2,
        batchSize: 40,
        seed: 1,
        optimizer: { kind: 'sgd', learningRate: 1e-6 },
      },
    },
    { presets: { still: { learningRate: 1e-6 } } },
  );
  const screen = new LiveExplorer(explorer);
  assert.deepEqual(
    [screen.pin.disabled, screen.mend.disabled],
    [true, true],
    'before any run there is nothing to pin or mend',
  );
  screen.controls.preset.value = 'still';
  await screen.settled();
  assert.match(screen.figure.figure.title, /^still/);
  const first = screen.drawing.run!;
  screen.pin.click();
  for (const seed of [2, 3]) {
    screen.controls.seed.value = seed;
    await screen.settled();
  }
  assert.equal(screen.drawing.before, first);
  assert.ok(screen.figure.figure.data.some(({ name }) => name === 'baseline'));
  screen.pin.click();
  screen.controls.seed.value = 4;
  await screen.settled();
  assert.notEqual(screen.drawing.before, first);
  const [verdict] = screen.drawing.run!.found;
  assert.ok(verdict, 'a rate of a millionth keeps it from learning');
  assert.match(screen.mend.label, new RegExp(`^apply the mend: ${verdict.change.says.slice(0, 12)}`));
  screen.mend.click();
  for (let k = 0; k < 600 && !/the mend/.test(screen.status.value); k++)
    await new Promise((then) => setTimeout(then, 100));
  assert.match(screen.status.value, /the mend (worked|did not work)/);
  assert.equal(screen.mend.disabled, false);
  screen.close();
});

test('a slider reaches exactly 0 at its left end, and a field takes any weight from 0', async () => {
  const { live: explorer } = await live(1);
  const volatility = explorer.controls.weights['volatility']!;
  volatility.slider.value = volatility.slider.min;
  assert.equal(volatility.value, 0);
  assert.equal(volatility.field.value, 0);
  await explorer.settled();
  assert.equal(explorer.drawing.run!.setting.lossWeights['volatility'], 0);
  assert.equal(explorer.drawing.run!.last!['volatility_gradient_share'], 0);
  // The next place is the least weight above 0, and a place in the middle is what it was.
  volatility.slider.value = 0.001;
  assert.equal(volatility.value, 0.001);
  volatility.field.value = 0.3;
  assert.ok(Math.abs(volatility.slider.value - 0.3) < 1e-9);
  // A page that moves the handle to its nearest place has not moved the weight.
  volatility.slider.value = 10 ** -0.5;
  assert.equal(volatility.value, 0.3);
  volatility.field.value = 25_000;
  assert.equal(volatility.slider.value, 1000);
  await explorer.settled();
  assert.equal(explorer.drawing.run!.setting.lossWeights['volatility'], 25_000);
  for (const wrong of [-1, Number.NaN, Infinity]) {
    assert.throws(() => (volatility.value = wrong), { code: 'number-out-of-range' });
  }
  assert.equal(volatility.value, 25_000);
  explorer.close();
});

test('all weights at 0 train nothing, clear the screen and say why; the next move trains again', async () => {
  const { live: explorer } = await live(1);
  explorer.controls.seed.value = 5;
  await explorer.settled();
  const runs = explorer.explorer.runs.length;
  for (const control of Object.values(explorer.controls.weights)) control.value = 0;
  assert.match(explorer.status.value, /every loss weight is 0/);
  assert.equal(explorer.drawing.setting, undefined);
  assert.deepEqual(explorer.drawing.history, []);
  assert.match(explorer.figure.figure.title, /nothing trains/);
  await explorer.settled();
  assert.equal(explorer.explorer.runs.length, runs);
  explorer.controls.weights['direction']!.value = 2;
  await explorer.settled();
  assert.match(explorer.status.value, /finished in/);
  explorer.close();
});

test('a setting without a meaning trains nothing and says why', async () => {
  const { live: explorer } = await live(1);
  explorer.controls.balancer.value = 'equal';
  explorer.controls.weights['direction']!.value = 5;
  await explorer.settled();
  assert.match(explorer.status.value, /"equal".*weighs every term 1/);
  explorer.controls.balancer.value = 'mgda';
  explorer.controls.weights['direction']!.value = 0;
  await explorer.settled();
  assert.match(explorer.status.value, /"mgda".*cannot be balanced/);
  explorer.close();
});

test('what a model of its own throws is shown, and the sliders stay alive', async () => {
  const superstitious = program({
    data,
    model: ({ seed }) => {
      if (seed === 13) throw new Error('no thirteenth model');
      return twoHeadModel();
    },
    options: { losses: twoHeadLosses, epochs: 1 },
  });
  const explorer = await Explorer.open(superstitious, { verdicts: false });
  const screen = new LiveExplorer(explorer);
  screen.controls.seed.value = 13;
  await screen.settled();
  assert.match(screen.status.value, /no thirteenth model/);
  screen.controls.seed.value = 14;
  await screen.settled();
  assert.match(screen.status.value, /finished in/);
  screen.close();
});

test('predictions of every head and class are drawn while it trains, as chosen', async () => {
  const { live: explorer, drawings } = await live(3);
  explorer.controls.seed.value = 2;
  await explorer.settled();
  const names = ['direction [0]', 'direction [1]', 'direction [2]', 'volatility'];
  assert.deepEqual(
    explorer.head.options.map(([name]) => name),
    names,
  );
  assert.ok(drawings.some(({ run, predictions }) => !run && predictions.length === 4));
  const titles = () => JSON.stringify(explorer.figure.figure.layout['annotations']);
  for (const name of names) {
    explorer.head.value = name;
    assert.ok(titles().includes(`predictions of ${name}`));
  }
  // The distributions of the two classes hold every sample.
  explorer.head.value = 'direction [1]';
  const bars = explorer.figure.figure.data.filter(({ type }) => type === 'bar');
  const share = (trace: (typeof bars)[number]) =>
    Array.from(trace['y'] as ArrayLike<number>).reduce((sum, value) => sum + value, 0);
  assert.deepEqual(
    bars.map((trace) => [trace.name, Math.round(share(trace) * 1e9) / 1e9]),
    [
      ['target 0', 1],
      ['target 1', 1],
    ],
  );
  explorer.close();
});

test('a click on a cell of a surface loads its setting into the sliders and trains it', async () => {
  const explorer = await open(2);
  connect();
  try {
    const screen = new LiveExplorer(explorer);
    const surface = await explorer.surface('direction', 'volatility', { weights: [0.25, 1, 7] });
    const { box } = new SurfaceWidget(surface);
    show(box);
    const figure = box.children[1] as LiveFigure;
    post(figure, { event: 'click', points: [{ trace: 0, index: [2, 0], x: '0.25', y: '7', z: 1 }] });
    await settle();
    await screen.settled();
    assert.deepEqual(screen.setting.lossWeights, { direction: 0.25, volatility: 7 });
    assert.deepEqual(screen.drawing.run!.setting, surface.at(0.25, 7).setting);
    const shapes = figure.figure.layout['shapes'] as { line: { dash?: string } }[];
    assert.ok(shapes.some(({ line }) => line.dash === 'dot'));
    // Points that no cell has are nobody's.
    post(figure, { event: 'click', points: [{ trace: 0, index: [9, 9] }] });
    assert.deepEqual(reported, []);
    box.close();
    screen.close();
    // Without sliders on the screen they appear below the surface.
    const { box: again } = new SurfaceWidget(surface);
    show(again);
    const next = again.children[1] as LiveFigure;
    post(next, { event: 'click', points: [{ trace: 0, index: [0, 1], x: '1', y: '0.25', z: 1 }] });
    await settle();
    assert.equal(again.children.length, 3);
    const made = explorer.screen as LiveExplorer;
    await made.settled();
    assert.deepEqual(made.setting.lossWeights, { direction: 1, volatility: 0.25 });
    again.close();
  } finally {
    disconnect();
  }
});

test('moving sliders wildly for 4 s: nothing stale, nothing left behind, the last setting trained', async () => {
  const result = await moveWildly(4);
  checkAbuse(result);
});
