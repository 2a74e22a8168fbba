import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearCompiled, compile, countCompiled, randomUniform, withRandomKey } from '../../src/compile';
import { type TF, tf } from '../../src/core';

const values = (tensor: TF.Tensor) => Array.from(tensor.dataSync());
const close = (a: readonly number[], b: readonly number[], tolerance = 1e-5) => {
  assert.equal(a.length, b.length);
  for (const [k, value] of a.entries()) {
    assert.ok(Math.abs(value - b[k]!) <= tolerance * (1 + Math.abs(b[k]!)), `${value} is not ${b[k]}`);
  }
};

for (const mode of ['graph', 'xla', 'auto'] as const) {
  test(`compile in mode ${mode} gives what the step gives, for new inputs and new values of variables`, () => {
    const weight = tf.variable(
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
    );
    const step = (x: TF.Tensor, y: TF.Tensor) => {
      const product = tf.matMul(x as TF.Tensor2D, weight as TF.Tensor2D);
      return { product, loss: tf.mean(tf.square(tf.sub(product, y))) };
    };
    const compiled = compile(step, { mode });
    for (const scale of [1, -2]) {
      weight.assign(tf.mul(weight, scale) as TF.Tensor2D);
      const [x, y] = [tf.tensor2d([[scale, 1]]), tf.tensor2d([[0, scale]])];
      const [expected, received] = [step(x, y), compiled(x, y)];
      close(values(received.product), values(expected.product));
      close(values(received.loss), values(expected.loss));
    }
    weight.dispose();
  });
}

const OPTIMIZERS: Record<string, () => TF.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.05),
  adamax: () => tf.train.adamax(0.05),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.5),
  rmsprop: () => tf.train.rmsprop(0.05, 0.9, 0.5, 1e-7, true),
};

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  test(`compile updates the variables and slots of tfjs's ${name} as eager steps do`, () => {
    const run = (compiled: boolean) => {
      const weight = tf.variable(tf.tensor1d([3, -2]));
      const optimizer = make();
      const step = (target: TF.Tensor) =>
        tf.tidy(() => {
          const { value, grads } = tf.variableGrads(
            () => tf.sum(tf.square(tf.sub(weight, target))) as TF.Scalar,
            [weight],
          );
          optimizer.applyGradients(grads);
          return value;
        });
      const call = compiled ? compile(step, { mode: 'graph' }) : step;
      const losses = [1, 2, 3, 4, 5].map((k) => call(tf.tensor1d([k / 5, 1])).dataSync()[0]!);
      return [...losses, ...values(weight)];
    };
    close(run(true), run(false), 1e-4);
  });
}

test('compile handles integers, booleans, masks, several outputs of one operation and gathers by an input', () => {
  const step = (x: TF.Tensor, k: TF.Tensor) => {
    const [first, second] = tf.split(x, 2, 1);
    const mask = tf.greater(x, 0.5);
    return [
      tf.add(first!, second!),
      tf.where(mask, x, tf.zerosLike(x)),
      tf.logicalNot(mask),
      tf.gather(x, k.as1D() as TF.Tensor1D),
      tf.argMax(x, 1),
      tf.topk(x, 2).values,
      ...tf.unstack(x),
      tf.pad(
        x as TF.Tensor2D,
        [
          [1, 0],
          [0, 2],
        ],
        7,
      ),
      tf.oneHot(k.as1D(), 3),
      tf.cumsum(x, 1),
    ];
  };
  for (const mode of ['graph', 'xla'] as const) {
    const compiled = compile(step, { mode });
    for (const shift of [0, 0.3]) {
      const x = tf.add(
        tf.tensor2d([
          [0.1, 0.9, 0.4, 0.6],
          [0.8, 0.2, 0.7, 0.3],
        ]),
        shift,
      );
      const k = tf.tensor1d(shift ? [1, 0] : [0, 1], 'int32');
      const [expected, received] = [step(x, k), compiled(x, k)];
      for (const [i, tensor] of expected.entries()) {
        assert.deepEqual(received[i]!.shape, tensor.shape);
        assert.equal(received[i]!.dtype, tensor.dtype);
        close(values(received[i]!), values(tensor));
      }
    }
  }
});

test('compile keeps layers with state: moving averages of batch normalisation follow the batches', () => {
  const run = (compiled: boolean) => {
    const layer = tf.layers.batchNormalization({ momentum: 0.5 });
    layer.apply(tf.zeros([4, 2]));
    const step = (x: TF.Tensor) => tf.tidy(() => layer.apply(x, { training: true }) as TF.Tensor);
    const call = compiled ? compile(step, { mode: 'graph' }) : step;
    for (const k of [1, 2, 3])
      call(
        tf.tensor2d([
          [k, 1],
          [2, k],
          [3, 2 * k],
          [4, 0],
        ]),
      );
    return layer.getWeights().flatMap(values);
  };
  close(run(true), run(false));
});

function warningsOf(run: () => void): string {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => void lines.push(line);
  try {
    run();
  } finally {
    console.warn = warn;
  }
  return lines.join('\n');
}

test('compile refuses to freeze random numbers of JavaScript, says at which line, and stays right', () => {
  const noisy = compile((x: TF.Tensor) => tf.add(x, tf.randomUniform([4])), { mode: 'graph' });
  const text = warningsOf(() => {
    assert.notDeepEqual(values(noisy(tf.zeros([4]))), values(noisy(tf.zeros([4]))));
  });
  assert.match(text, /changes from call to call/);
  assert.match(text, /compile\.test\.ts:\d+/);
});

test('compile notices a step that reads values, counts in JavaScript, or makes variables on every call', () => {
  let count = 0;
  const cases: { step: (x: TF.Tensor) => TF.Tensor; says: RegExp }[] = [
    { step: (x) => (x.dataSync()[0]! > 0 ? tf.neg(x) : x.clone()), says: /reads the values/ },
    { step: (x) => tf.mul(x, ++count), says: /changes from call to call/ },
    { step: (x) => (++count % 2 ? tf.neg(x) : tf.exp(x)), says: /Neg|Exp/ },
    { step: (x) => tf.add(x, tf.variable(tf.zeros([1]))), says: /makes 1 new variables on every call/ },
  ];
  for (const { step, says } of cases) {
    const compiled = compile(step, { mode: 'graph' });
    assert.match(
      warningsOf(() => {
        assert.equal(compiled(tf.tensor1d([1])).size, 1);
      }),
      says,
    );
    assert.equal([...compiled.signatures.values()][0]!.mode, 'eager');
  }
});

test('compile says where a step stopped that does less on its second call', () => {
  let count = 0;
  const tiring = compile((x: TF.Tensor) => (count++ ? tf.neg(x) : tf.exp(tf.neg(x))), { mode: 'graph' });
  const text = warningsOf(() => void tiring(tf.tensor1d([1])));
  assert.match(text, /operation 2 changes from call to call: Exp, then nothing/);
  assert.match(text, /compile\.test\.ts:\d+/);
});

test('compile runs a step once to trace it where the caller vouches for it, and twice where not', () => {
  for (const [repeatable, runs] of [
    [true, 1],
    [false, 2],
  ] as const) {
    let count = 0;
    const weight = tf.variable(tf.scalar(2));
    const step = (x: TF.Tensor) => {
      count++;
      weight.assign(tf.add(weight, x));
      return tf.mul(x, weight);
    };
    const compiled = compile(step, { mode: 'graph', repeatable });
    // The second call goes on from the weight that the first left, 5.
    assert.deepEqual(
      [3, 3].map((x) => values(compiled(tf.scalar(x)))[0]),
      [15, 24],
    );
    assert.equal(count, runs);
    weight.dispose();
  }
});

test('compile passes on the mistakes of the step itself', () => {
  const wrong = compile((x: TF.Tensor) => tf.matMul(x as TF.Tensor2D, tf.zeros([7, 2])), { mode: 'graph' });
  assert.throws(() => wrong(tf.zeros([2, 3])), /Matrix size-incompatible/);
  assert.throws(() => compile((x: TF.Tensor) => x)(3 as unknown as TF.Tensor), { code: 'not-tensors' });
});

test('compile shares one graph between equal functions, and leaves no tensors behind', () => {
  clearCompiled();
  const x = tf.ones([3]);
  const before = tf.memory().numTensors;
  for (let k = 0; k < 5; k++)
    compile((input: TF.Tensor) => tf.tidy(() => tf.mul(input, 2)), { mode: 'graph' })(x).dispose();
  assert.equal(countCompiled(), 1);
  assert.equal(tf.memory().numTensors, before);
  clearCompiled();
  assert.equal(countCompiled(), 0);
});

test('randomUniform depends on the key and the stream only, alike in eager, graph and XLA mode', () => {
  const draw = (key: TF.Tensor) =>
    withRandomKey(key as TF.Tensor1D, () => tf.concat([randomUniform([50]), randomUniform([50], 3)]));
  const key = (step: number) => tf.tensor1d([7, step], 'int32');
  const eager = values(draw(key(1)));
  assert.ok(eager.every((value) => value >= 0 && value < 1));
  assert.ok(Math.abs(eager.reduce((sum, value) => sum + value, 0) / 100 - 0.5) < 0.1);
  for (const mode of ['graph', 'xla'] as const) {
    const compiled = compile(draw, { mode });
    assert.deepEqual(values(compiled(key(1))), eager, mode);
    assert.notDeepEqual(values(compiled(key(2))), eager);
  }
  assert.notDeepEqual(eager.slice(0, 50), eager.slice(50));
  assert.throws(() => randomUniform([2]), { code: 'no-random-key' });
});

test('a compiled function is part of the graph of another one, and gradients flow through it', () => {
  const weight = tf.variable(tf.scalar(3));
  const inner = compile((x: TF.Tensor) => x.mul(weight).square(), { mode: 'graph', name: 'inner' });
  const outer = compile((x: TF.Tensor) => inner(x).add(1), { mode: 'graph', name: 'outer' });
  const x = tf.scalar(2);
  assert.equal(outer(x).dataSync()[0], 37);
  assert.equal([...outer.signatures.values()][0]!.mode, 'graph');
  // Of (x w)²: 2 x w² by x, and 2 x² w by w; whether it was called before or not, and within a compiled step.
  const slope = (of: (x: TF.Tensor) => TF.Tensor) =>
    tf
      .grad(of as never)(x)
      .dataSync()[0];
  assert.equal(slope(inner), 36);
  inner(x);
  assert.equal(slope(inner), 36);
  assert.equal(slope(outer), 36);
  const { grads } = tf.variableGrads(() => inner(x) as TF.Scalar);
  assert.equal(Object.values(grads)[0]!.dataSync()[0], 24);
  const gradient = compile((at: TF.Tensor) => tf.grad(inner as never)(at), { mode: 'graph', name: 'gradient' });
  assert.equal(gradient(x).dataSync()[0], 36);
  assert.equal([...gradient.signatures.values()][0]!.mode, 'graph');
});

test('another rate of an optimiser of tfjs counts from the next call on', () => {
  const { sgd, momentum, rmsprop, adagrad, adam, adamax } = tf.train;
  const makers = { sgd, momentum: (rate: number) => momentum(rate, 0.5), rmsprop, adagrad, adam, adamax };
  for (const [name, make] of Object.entries(makers)) {
    const [compiled, eager] = [0, 1].map((k) => {
      const weight = tf.variable(tf.tensor1d([1, -2]));
      const optimizer = make(0.1);
      const step = () => optimizer.minimize(() => weight.square().sum() as TF.Scalar, true)!;
      const run = k === 0 ? compile(step, { mode: 'graph', name }) : step;
      for (const rate of [0.1, 0.1, 0.4, 0.1, 0.02]) {
        if (name === 'sgd' || name === 'momentum') (optimizer as TF.SGDOptimizer).setLearningRate(rate);
        else Object.assign(optimizer, { learningRate: rate });
        run();
      }
      if (k === 0) assert.equal((run as ReturnType<typeof compile>).signatures.size, 3, name);
      return Array.from(weight.dataSync());
    });
    compiled!.forEach((value, k) => {
      assert.ok(Math.abs(value - eager![k]!) < 1e-6, `${name}: ${compiled}, ${eager}`);
    });
  }
});
