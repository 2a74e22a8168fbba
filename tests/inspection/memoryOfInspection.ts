// Run in a process of its own by memory.test.ts, or by hand: prints what inspecting a model of 5.6 million weights takes, or a
// million predictions. Say what: weights, activations, gradients, heads (gradients of three), predictions.
import * as fs from 'node:fs';
import { tf } from '../../src/core';
import * as inspect from '../../src/inspection';

const ROWS = 4096;
const PREDICTIONS = 1_000_000;
const layer = (units: number, more: object = {}) => tf.layers.dense({ units, activation: 'relu', ...more });

function model(heads: readonly string[]) {
  const input = tf.input({ shape: [1024] });
  let x = layer(1024).apply(input);
  for (const units of [2048, 1200]) x = layer(units).apply(x);
  const outputs = heads.map((name) => tf.layers.dense({ units: 1, name }).apply(x) as ReturnType<typeof tf.input>);
  return tf.model({ inputs: input, outputs });
}

/** The work, and the bytes of what it looks at. */
function prepare(what: string): { bytes: number; run: () => unknown } {
  if (what === 'predictions') {
    const targets = Float32Array.from({ length: PREDICTIONS }, (_, k) => Math.sin(k * 12.9898) ** 2);
    const told = targets.map((value, k) => value / 2 + 0.3 * Math.cos(k * 78.233) ** 2);
    return { bytes: 8 * PREDICTIONS, run: () => inspect.predictions(targets, told) };
  }
  const heads = what === 'heads' ? ['direction', 'volatility', 'magnitude'] : ['volatility'];
  const built = model(heads);
  const bytes = built.countParams() * 4;
  // TensorFlow's own threads and buffers are made by its first matrix product, whoever asks for it.
  tf.tidy(() => void built.predict(tf.zeros([1, 1024])));
  if (what === 'weights') return { bytes, run: () => inspect.weights(built) };
  const inputs = tf.randomNormal([ROWS, 1024], 0, 1, 'float32', 1);
  if (what === 'activations') return { bytes, run: () => inspect.activations(built, inputs) };
  const targets = Object.fromEntries(heads.map((head) => [head, tf.ones([ROWS, 1])]));
  const losses = Object.fromEntries(heads.map((head) => [head, 'meanSquaredError' as const]));
  return { bytes, run: () => inspect.gradients(built, { inputs, targets }, { losses }) };
}

/** Bytes of memory held at most since the last call of {@link forget}, and now. */
function memory(): { peak: number; now: number } {
  const status = fs.readFileSync('/proc/self/status', 'utf8');
  const of = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)![1]) * 1024;
  return { peak: of('VmHWM'), now: of('VmRSS') };
}
const forget = () => fs.writeFileSync('/proc/self/clear_refs', '5');

const what = process.argv[2] ?? 'weights';
const { bytes, run } = prepare(what);
const taken = [0, 1, 2].map(() => {
  forget();
  const { now } = memory();
  const start = performance.now();
  run();
  return { seconds: (performance.now() - start) / 1000, peak: memory().peak - now };
});
console.log(
  JSON.stringify({ what, bytes, seconds: taken.map((one) => one.seconds), peaks: taken.map((one) => one.peak) }),
);
