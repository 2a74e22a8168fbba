import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { ReluctantError, type TF, tf } from '../../src/core';
import { fit, sweep } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

const rows = twoHeadRows(24);
const losses = twoHeadLosses;
const model = twoHeadModel();
const one = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5], name: 'y' })] });
const classes = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [5], activation: 'softmax' })] });
const single = { inputs: rows.inputs, targets: rows.targets.volatility };
const labels = rows.targets.direction.argMax(1);
const disposed = tf.zeros([24, 5]);
disposed.dispose();
after(() => tf.dispose([rows, labels] as unknown as TF.TensorContainer));

/** A call with everything right but what is given. */
const call = (options: object = {}, data: object = {}) =>
  fit(model, { ...rows, ...data } as never, { losses, epochs: 1, mode: 'graph', ...options } as never);
const ofOne = (options: object = {}, data: object = {}) =>
  fit(one, { ...single, ...data } as never, { losses: 'huber', epochs: 1, mode: 'graph', ...options } as never);
const ofClasses = (options: object, targets: TF.Tensor) =>
  fit(classes, { inputs: rows.inputs, targets }, { epochs: 1, ...options } as never);
const functions = (predict: (inputs: Record<string, TF.Tensor>) => unknown) =>
  fit({ heads: ['y'], variables: [tf.variable(tf.zeros([5, 1]))], predict } as never, single, {
    losses: 'huber',
    epochs: 1,
  });
const frozen = () => {
  const layers = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5], trainable: false })] });
  return fit(layers, single, { losses: 'huber', epochs: 1 });
};
const stateful = (options: object, rows = 8, validated = 8) => {
  const layers = tf.sequential({
    layers: [
      tf.layers.gru({ units: 2, stateful: true, batchInputShape: [4, 3, 2], name: 'memory' }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const zeros = (count: number) => ({ inputs: tf.zeros([count, 3, 2]), targets: tf.zeros([count, 1]) });
  const data = { ...zeros(rows), validation: zeros(validated) };
  return fit(layers, data, { losses: 'huber', epochs: 1, batchSize: 4, shuffle: false, ...options });
};
const remembering = () => {
  const layers = tf.sequential({
    layers: [
      tf.layers.convLstm2d({
        ...{ filters: 1, kernelSize: 1, stateful: true, batchInputShape: [4, 2, 2, 2, 1], name: 'pictures' },
      } as never),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const data = { inputs: tf.zeros([4, 2, 2, 2, 1]), targets: tf.zeros([4, 1]) };
  return fit(layers, data, { losses: 'huber', epochs: 1, batchSize: 4, shuffle: false });
};
const gone = () => {
  const layers = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5] })] });
  layers.dispose();
  return fit(layers, single, { losses: 'huber', epochs: 1 });
};

/** What is wrong, the call, and what the message has to say of it. */
const WRONG: [what: string, call: () => Promise<unknown>, says: RegExp][] = [
  ['no options', () => fit(one, single, undefined as never), /there are no options/],
  ['an option misspelt', () => call({ epoch: 3 }), /no option "epoch".*did you mean "epochs"/],
  ['an option of Keras', () => call({ batch_size: 8 }), /did you mean "?batchSize/],
  ['loss for losses', () => call({ loss: 'huber' }), /did you mean "?losses/],
  ['the learning rate as an option', () => call({ learningRate: 0.1 }), /did you mean "?optimizer: \{ learningRate \}/],
  ['callbacks of Keras', () => call({ callbacks: [] }), /did you mean "?watch/],
  ['null for an option', () => call({ schedule: null }), /schedule is not usable.*left out/],
  ['a loss misspelt', () => ofOne({ losses: 'meanSquareError' }), /unknown loss.*did you mean "meanSquaredError"/],
  ['a loss that is none', () => ofOne({ losses: 7 }), /losses are neither/],
  ['a loss missing', () => call({ losses: { direction: 'huber' } }), /no loss for "volatility"/],
  ['a loss of no head', () => call({ losses: { ...losses, magnitude: 'huber' } }), /no head "magnitude"/],
  ['one loss for two heads', () => call({ losses: 'huber' }), /by head, as the model has 2/],
  [
    'a head of the weights misspelt',
    () => call({ lossWeights: { directoin: 1 } }),
    /no head "directoin" \(in lossWeights\).*did you mean "direction"/,
  ],
  ['a loss weight below 0', () => call({ lossWeights: { direction: -1 } }), /head direction.*received -1/],
  ['loss weights all 0', () => call({ lossWeights: { direction: 0, volatility: 0 } }), /nothing would be learnt/],
  ['loss weights in a list', () => call({ lossWeights: [1, 2] }), /lossWeights is not usable/],
  ['a metric misspelt', () => ofOne({ metrics: ['rankIc'] }), /unknown metric.*did you mean "rankIC"/],
  ['metrics of no head', () => call({ metrics: { vol: ['mae'] } }), /no head "vol"/],
  ['one metric, not in a list', () => call({ metrics: { volatility: 'mae' } }), /metrics of a head are no list/],
  ['a metric twice', () => ofOne({ metrics: ['mae', 'mae'] }), /two metrics have the key "mae"/],
  ['no epochs', () => call({ epochs: 0 }), /epochs is not usable.*at least 1/],
  ['half an epoch', () => call({ epochs: 1.5 }), /epochs is not usable/],
  ['epochs as text', () => call({ epochs: '3' }), /epochs is not usable/],
  ['a batch below 1', () => call({ batchSize: -8 }), /batchSize is not usable/],
  ['a seed below 0', () => call({ seed: -1 }), /seed is not usable/],
  ['a mode that there is not', () => call({ mode: 'gpu' }), /unknown mode.*"auto"/],
  ['shuffle as text', () => call({ shuffle: 'no' }), /shuffle is not usable.*true or false/],
  ['a clip below 0', () => call({ clipNorm: -1 }), /clipNorm is not usable.*above 0/],
  ['a clip of 0', () => call({ clipValue: 0 }), /clipValue is not usable.*above 0/],
  ['an optimizer misspelt', () => call({ optimizer: 'adm' }), /unknown optimizer.*did you mean "adam"/],
  ['an optimizer that is none', () => call({ optimizer: 0.1 }), /optimizer is of no known kind/],
  ['lr', () => call({ optimizer: { lr: 0.1 } }), /no setting "lr".*did you mean "learningRate"/],
  [
    'a setting of another optimizer',
    () => call({ optimizer: { kind: 'sgd', beta1: 0.9 } }),
    /no setting "beta1".*optimizer sgd/,
  ],
  ['a learning rate below 0', () => call({ optimizer: { learningRate: -0.1 } }), /learningRate is not usable/],
  [
    'a learning rate that is none',
    () => call({ optimizer: { learningRate: Number.NaN } }),
    /learningRate is not usable/,
  ],
  ['nesterov without momentum', () => call({ optimizer: { kind: 'sgd', nesterov: true } }), /momentum above 0/],
  ['a schedule that is a number', () => call({ schedule: 0.5 }), /schedule is not usable.*a function/],
  [
    'a monitor that there is not',
    () => call({ earlyStopping: { monitor: 'val_loss' } }),
    /no "val_loss" to monitor.*validation rows/,
  ],
  [
    'a monitor misspelt',
    () => call({ reduceOnPlateau: { monitor: 'volatility_los' } }),
    /did you mean "volatility_loss"/,
  ],
  ['patience as text', () => call({ earlyStopping: { patience: 'ten' } }), /earlyStopping.patience is not usable/],
  [
    'a setting of early stopping misspelt',
    () => call({ earlyStopping: { patient: 3 } }),
    /no option "patient" \(in earlyStopping\).*"patience"/,
  ],
  ['early stopping as true', () => call({ earlyStopping: true }), /earlyStopping is not usable/],
  ['a factor above 1', () => call({ reduceOnPlateau: { factor: 2 } }), /factor is not usable.*between 0 and 1/],
  ['a controller for its signal', () => call({ signal: new AbortController() }), /pass controller.signal/],
  ['a watcher that is none', () => call({ watch: [{}] }), /watch is not usable.*function evaluate/],
  [
    'class weights of a regression',
    () => ofOne({ classWeights: { y: { 0: 1, 1: 2 } } }),
    /targets that are classes.*head y, row/,
  ],
  [
    'a class that there is not',
    () => call({ classWeights: { direction: { 5: 2 } } }),
    /class the target does not have/,
  ],
  [
    'labels under categorical cross-entropy',
    () => ofClasses({ losses: 'categoricalCrossentropy' }, labels),
    /sparseCategoricalCrossentropy.*tf.oneHot\(labels, 3\)/,
  ],
  [
    'a metric of numbers beside labels',
    () => ofClasses({ losses: 'sparseCategoricalCrossentropy', metrics: ['mae'] }, labels),
    /the targets are labels.*"accuracy"/,
  ],
  [
    'one target beside three outputs',
    () => ofClasses({ losses: 'meanSquaredError' }, rows.targets.volatility),
    /targets of shape \[rows, 1\]|shape \[rows, 3\], that of the predictions/,
  ],
  [
    'three targets beside one output',
    () => ofOne({}, { targets: rows.targets.direction }),
    /shape \[rows, 1\], that of the predictions/,
  ],
  [
    'inputs of another width',
    () => ofOne({}, { inputs: tf.zeros([24, 4]) }),
    /input "\w+" has another shape.*\[rows, 5\]/,
  ],
  ['inputs of another rank', () => ofOne({}, { inputs: tf.zeros([24, 5, 1]) }), /another shape than the model takes/],
  ['rows that differ', () => ofOne({}, { targets: tf.zeros([23, 1]) }), /different numbers of rows/],
  ['no rows', () => ofOne({}, { inputs: tf.zeros([0, 5]), targets: tf.zeros([0, 1]) }), /nothing to train on/],
  ['targets of one head', () => call({}, { targets: rows.targets.direction }), /targets do not fit the model/],
  [
    'targets of a head too many',
    () => call({}, { targets: { ...rows.targets, extra: single.targets } }),
    /no target "extra"/,
  ],
  ['arrays for tensors', () => ofOne({}, { inputs: [[1, 2, 3, 4, 5]] }), /inputs do not fit the model/],
  ['data misspelt', () => call({}, { validaton: rows }), /part of the data "validaton".*did you mean "validation"/],
  ['weights of two axes', () => ofOne({}, { sampleWeights: tf.ones([24, 1]) }), /weights.reshape\(\[-1\]\)/],
  ['a weight below 0', () => ofOne({}, { sampleWeights: tf.fill([24], -1) }), /weight of a row is not usable.*row 0/],
  ['weights of no head', () => call({}, { sampleWeights: { vol: tf.ones([24]) } }), /no head "vol"/],
  ['a tensor of text', () => ofOne({}, { inputs: tf.fill([24, 5], 'a' as never) }), /holds text/],
  ['a disposed tensor', () => ofOne({}, { inputs: disposed }), /was disposed of/],
  ['a disposed model', gone, /weights of the model were disposed of/],
  ['a model that is none', () => fit({} as never, single, { losses: 'huber' }), /model is of no known kind/],
  ['a model with nothing to train', frozen, /no trainable weight/],
  ['rows in a new order before a state', () => stateful({ shuffle: true }), /layer memory.*set shuffle: false/],
  ['batches of another size than a state', () => stateful({ batchSize: 2 }), /layer memory.*set batchSize: 4/],
  ['a last batch without a state', () => stateful({}, 10), /the training rows.*layer memory.*leave the last 2 out/],
  ['the same in validation', () => stateful({}, 8, 7), /the validation rows.*layer memory.*leave the last 3 out/],
  ['a state that cannot be carried over', remembering, /keeps a state.*layer pictures.*ConvLSTM2D/],
  ['predict without a head', () => functions(() => ({})), /no tensor for "y"/],
  ['an asynchronous predict', () => functions(async ({ input }) => ({ y: input! })), /predict without async/],
  [
    'predictions without an axis',
    () => functions(({ input }) => ({ y: input!.sum(1) })),
    /end predict with .expandDims/,
  ],
  ['a loss that returns a number', () => ofOne({ losses: () => 3 }), /returns no tensor.*head y/],
  [
    'an asynchronous loss',
    () => ofOne({ losses: async () => Promise.reject(new Error('late')) }),
    /loss is asynchronous.*without async/,
  ],
  ['a loss of too many axes', () => ofOne({ losses: (t: TF.Tensor, p: TF.Tensor) => t.sub(p) }), /too many axes/],
  [
    'a loss that tfjs refuses',
    () => ofOne({ losses: (t: TF.Tensor) => t.matMul(tf.zeros([7, 7])) }),
    /cannot be done with these tensors.*wrongCalls\.test\.ts:\d+/,
  ],
  ['a sweep without settings', () => sweep(model, rows, { losses }, []), /settings.length/],
  [
    'a setting of a sweep that it does not know',
    () => sweep(model, rows, { losses }, [{ batchSize: 3 } as never]),
    /no setting "batchSize" \(setting 0\)/,
  ],
  [
    'an option of a sweep that it does not know',
    () => sweep(model, rows, { losses, earlyStopping: {} } as never, [{}]),
    /sweep: there is no option "earlyStopping"/,
  ],
];

test(`${WRONG.length} wrong calls are refused before any step, each naming what is wrong, and leave no tensor`, async () => {
  const before = [model, one, classes].map((each) => each.getWeights().map((weight) => Array.from(weight.dataSync())));
  assert.ok(WRONG.length >= 60);
  for (const [what, wrong, says] of WRONG) {
    const error = await wrong().then(
      () => assert.fail(`${what} was not refused`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ReluctantError, `${what}: ${error}`);
    assert.match(error.message, says, what);
    assert.ok(error.details.expected !== undefined, `${what}: what is expected is not said`);
  }
  assert.deepEqual(
    [model, one, classes].map((each) => each.getWeights().map((weight) => Array.from(weight.dataSync()))),
    before,
  );
});

test('a fit that fails leaves no tensor behind', async () => {
  const failing = WRONG.filter(
    ([what]) => /loss|head|metric|clip|optimizer|monitor|class/.test(what) && !/predict|model|shape/.test(what),
  );
  for (const [what, wrong] of failing) {
    const { numTensors } = tf.memory();
    await wrong().catch(() => undefined);
    const made = tf.memory().numTensors - numTensors;
    // Tensors that the call itself makes as its data are the caller's.
    assert.ok(made <= 1, `${what}: ${made} tensors are left`);
  }
});

test('option objects with one error each never train, whatever else is right', async () => {
  const valid = fc.record(
    {
      epochs: fc.integer({ min: 1, max: 2 }),
      batchSize: fc.integer({ min: 1, max: 64 }),
      seed: fc.nat(),
      shuffle: fc.boolean(),
      clipNorm: fc.double({ min: 0.1, max: 10, noNaN: true }),
    },
    { requiredKeys: [] },
  );
  const nonsense = fc.oneof(
    fc.constant(null),
    fc.constant(Number.NaN),
    fc.constant(-1),
    fc.constant('x'),
    fc.constant([]),
    fc.constant(-Infinity),
  );
  const broken = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(
          'epochs',
          'batchSize',
          'seed',
          'clipNorm',
          'clipValue',
          'earlyStopping',
          'reduceOnPlateau',
          'schedule',
          'onEpoch',
          'watch',
          'signal',
          'shuffle',
          'verbose',
          'metrics',
          'mode',
          'balancer',
          'classWeights',
          'accumulateSteps',
          'averaging',
          'clipVariableNorm',
          'continueFrom',
          'gradientShares',
          'lossWeights',
          'onBatch',
          'onCheckpoint',
          'optimizer',
          'program',
          'resumeFrom',
          'trial',
        ),
        nonsense,
      )
      .filter(([name, value]) => !((name === 'watch' || name === 'metrics') && Array.isArray(value)))
      // A trial may be called anything.
      .filter(([name, value]) => !(name === 'trial' && typeof value === 'string')),
    fc
      .tuple(
        fc
          .string({ minLength: 1, maxLength: 12 })
          .filter((name) => !/^(losses|metrics|epochs|mode|seed|shuffle|watch|signal)$/.test(name)),
        fc.constant(1),
      )
      .map(([name, value]) => [`x${name}`, value] as const),
  );
  const within = fc.constantFrom<readonly [string, string, unknown]>(
    ...(
      [
        ['earlyStopping', ['patience', 'minDelta', 'mode', 'monitor', 'restoreBestWeights', 'patient']],
        ['reduceOnPlateau', ['patience', 'factor', 'minLearningRate', 'mode', 'monitor', 'cooldown']],
        ['optimizer', ['kind', 'learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'amsgrad', 'lr']],
        ['averaging', ['kind', 'decay', 'shadow']],
        ['balancer', ['kind', 'strength']],
      ] as const
    ).flatMap(([name, keys]) =>
      keys.flatMap((key) => [-1, 'x', Number.NaN, null, [], {}].map((value) => [name, key, value] as const)),
    ),
  );
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(valid, within, async (options, [name, key, value]) => {
      const kind = name === 'averaging' && key !== 'kind' ? { kind: 'ema' } : {};
      await assert.rejects(
        fit(one, single, {
          losses: 'huber',
          onProgress: () => steps++,
          ...options,
          [name]: { ...kind, [key]: value },
        } as never),
        (error) => error instanceof ReluctantError && error.details.expected !== undefined,
        `${name}.${key}: ${String(value)}`,
      );
    }),
    { numRuns: 500, seed: 2 },
  );
  await fc.assert(
    fc.asyncProperty(valid, broken, async (options, [name, value]) => {
      await assert.rejects(
        fit(one, single, { losses: 'huber', onProgress: () => steps++, ...options, [name]: value } as never),
        (error) => error instanceof ReluctantError && error.message.includes(String(name).slice(0, 5)),
        `${name}: ${String(value)}`,
      );
    }),
    { numRuns: 300, seed: 1 },
  );
  assert.equal(steps, 0);
});
