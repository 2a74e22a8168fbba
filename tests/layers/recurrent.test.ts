import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { compile, randomUniform, trace, variableGrads, withRandomKey } from '../../src/compile';
import { type TF, tf } from '../../src/core';
import { layersWithin, trainingCalls } from '../../src/layers';
import { gatedRecurrentUnit } from '../../src/layers/keras/gatedRecurrentUnit';
import { fit } from '../../src/training';

interface Numbers {
  shape: number[];
  values: number[];
}
type Case = Record<'x' | 'factors' | 'output' | 'inputGradient', Numbers> & Record<'weights' | 'gradients', Numbers[]>;

const { cases } = JSON.parse(fs.readFileSync(path.join(__dirname, 'reference', 'keras_recurrent.json'), 'utf8')) as {
  cases: Record<string, Case>;
};

const units = 4;
const plain = { units, recurrentActivation: 'sigmoid' as const };
const LAYERS: Record<string, () => TF.layers.Layer> = {
  LSTM: () => tf.layers.lstm(plain),
  'LSTM, sequences': () => tf.layers.lstm({ ...plain, returnSequences: true }),
  'LSTM, backwards': () => tf.layers.lstm({ ...plain, goBackwards: true, returnSequences: true }),
  'LSTM, other activations': () =>
    tf.layers.lstm({ units, activation: 'relu', recurrentActivation: 'tanh', useBias: false }),
  'LSTM, masked': () => tf.layers.lstm(plain),
  'GRU, reset before': () => tf.layers.gru(plain),
  'GRU, reset before, sequences': () => tf.layers.gru({ ...plain, returnSequences: true }),
  'GRU, reset before, masked': () => tf.layers.gru({ ...plain, returnSequences: true }),
  'GRU, reset after': () => gatedRecurrentUnit({ units }),
  'GRU, reset after, backwards': () => gatedRecurrentUnit({ units, goBackwards: true, returnSequences: true }),
  SimpleRNN: () => tf.layers.simpleRNN({ units }),
  'SimpleRNN, sequences': () => tf.layers.simpleRNN({ units, activation: 'sigmoid', returnSequences: true }),
  'Bidirectional LSTM': () =>
    tf.layers.bidirectional({
      layer: tf.layers.lstm({ ...plain, returnSequences: true }) as TF.RNN,
      mergeMode: 'concat',
    }),
  'Bidirectional GRU': () => tf.layers.bidirectional({ layer: tf.layers.gru(plain) as TF.RNN, mergeMode: 'sum' }),
};

const tensor = ({ values, shape }: Numbers) => tf.tensor(values, shape, 'float32');

function modelOf(name: string): TF.LayersModel {
  const input = tf.input({ shape: [5, 2] });
  const masked = name.endsWith('masked') ? tf.layers.masking({ maskValue: 0 }).apply(input) : input;
  return tf.model({ inputs: input, outputs: LAYERS[name]!().apply(masked) as TF.SymbolicTensor });
}

function close(actual: TF.Tensor, expected: Numbers, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const values = actual.dataSync();
  expected.values.forEach((value, k) => {
    assert.ok(
      Math.abs(values[k]! - value) <= 2e-6 * (1 + Math.abs(value)),
      `${what}[${k}]: ${values[k]}, Keras ${value}`,
    );
  });
}

test('the tests have every case that Keras was asked for', () => {
  assert.deepEqual(Object.keys(LAYERS), Object.keys(cases));
});

for (const mode of ['graph', 'xla'] as const) {
  for (const [name, one] of Object.entries(cases)) {
    test(`${name} in mode ${mode}: output and gradients as in Keras`, () => {
      const model = modelOf(name);
      model.setWeights(one.weights.map(tensor));
      const weights = model.trainableWeights.map((weight) => weight.read() as TF.Variable);
      const asTrained = trainingCalls(model);
      const factors = tensor(one.factors);
      const step = compile(
        (x: TF.Tensor) => {
          let output: TF.Tensor | undefined;
          // The weights as inputs: gradients to them and to x in one go.
          const { grads } = variableGrads(() => {
            output = tf.keep(asTrained(() => model.apply(x, { training: true }) as TF.Tensor));
            return tf.sum(tf.mul(output, factors)) as TF.Scalar;
          }, weights);
          const ofInput = tf.grad((given) =>
            tf.sum(
              tf.mul(
                asTrained(() => model.apply(given, { training: true }) as TF.Tensor),
                factors,
              ),
            ),
          )(x);
          return [output!, ofInput, ...weights.map((weight) => grads[weight.name]!)];
        },
        { mode },
      );
      const [output, ofInput, ...gradients] = step(tensor(one.x)) as TF.Tensor[];
      const [{ operations, mode: ran } = { operations: 0, mode: '' }] = step.signatures.values();
      assert.equal(ran, mode);
      assert.ok(operations < 400, `${operations} operations`);
      close(output!, one.output, 'output');
      close(ofInput!, one.inputGradient, 'gradient to the input');
      gradients.forEach((gradient, k) => {
        close(gradient, one.gradients[k]!, `gradient of weight ${k}`);
      });
    });
  }
}

test('time steps add no operation to a step that is traced', () => {
  const count = (time: number) => {
    const model = tf.sequential({ layers: [tf.layers.lstm({ units: 3, inputShape: [time, 2] })] });
    const asTrained = trainingCalls(model);
    const weights = model.trainableWeights.map((weight) => weight.read() as TF.Variable);
    const traced = trace(
      'test',
      ([x]) => {
        const { value, grads } = variableGrads(
          () => tf.sum(asTrained(() => model.apply(x!, { training: true }) as TF.Tensor)) as TF.Scalar,
          weights,
        );
        return [value, ...Object.values(grads)];
      },
      [tf.ones([2, time, 2])],
    );
    return traced.operations.length;
  };
  assert.equal(count(4), count(90));
});

test('dropout of inputs and state draws in a loop what it draws step by step, and a long run agrees in all modes', async () => {
  const losses = async (mode: 'eager' | 'graph' | 'xla') => {
    const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
    const cell = { kernelInitializer: seeded(1), recurrentInitializer: seeded(2), dropout: 0.3, recurrentDropout: 0.2 };
    const model = tf.sequential({
      layers: [
        tf.layers.bidirectional({
          layer: tf.layers.gru({ ...cell, units: 4, returnSequences: true }) as TF.RNN,
          mergeMode: 'concat',
          inputShape: [6, 2],
        }),
        tf.layers.lstm({ ...cell, units: 3 }),
        tf.layers.dense({ units: 1, kernelInitializer: seeded(3) }),
      ],
    });
    const inputs = tf.randomNormal([40, 6, 2], 0, 1, 'float32', 1);
    const run = await fit(
      model,
      { inputs, targets: inputs.mean([1, 2]).expandDims(1) },
      {
        losses: 'meanSquaredError',
        epochs: 10,
        batchSize: 8,
        mode,
      },
    );
    assert.equal(run.mode, mode);
    return run.column('loss');
  };
  const [eager, graph, xla] = [await losses('eager'), await losses('graph'), await losses('xla')];
  for (const other of [graph, xla]) {
    other.forEach((loss, k) => {
      assert.ok(Math.abs(loss! - eager[k]!) < 1e-5, `epoch ${k}: ${loss}, eagerly ${eager[k]}`);
    });
  }
  assert.deepEqual(await losses('xla'), xla, 'the same seed and mode give the same bits');
});

test('a layer that keeps its state between batches, and cells in a stack, are left as they are', () => {
  const stacked = tf.layers.rnn({ cell: [tf.layers.gruCell({ units: 2 }), tf.layers.lstmCell({ units: 3 })] });
  const model = tf.sequential({ layers: [tf.layers.reshape({ targetShape: [4, 1], inputShape: [4] }), stacked] });
  const key = tf.tensor1d([1, 0], 'int32');
  const asTrained = trainingCalls(model);
  const step = compile((x: TF.Tensor) => withRandomKey(key, () => asTrained(() => model.apply(x) as TF.Tensor)), {
    mode: 'graph',
  });
  const x = withRandomKey(key, () => randomUniform([2, 4]));
  const difference = tf.max(tf.abs(tf.sub(step(x), model.predict(x) as TF.Tensor))).dataSync()[0]!;
  assert.ok(difference < 1e-6);
  assert.ok(layersWithin(model).length > 3);
});
