// Run in a process of its own by memory.test.ts: prints what inspecting a model of 5.6 million weights takes.
import * as fs from 'node:fs';
import { tf } from '../../src/core';
import * as inspect from '../../src/inspection';

const dense = (units: number, inputShape?: number[]) => tf.layers.dense({ units, ...(inputShape && { inputShape }) });
const model = tf.sequential({ layers: [dense(1024, [1024]), dense(2048), dense(1200), dense(1)] });
const weightBytes = model.countParams() * 4;
// TensorFlow's own threads and buffers are made by its first matrix product, whoever asks for it.
tf.tidy(() => void model.predict(tf.zeros([1, 1024])));

/** Bytes of memory held at most since the last call of {@link forget}, and now. */
function memory(): { peak: number; now: number } {
  const status = fs.readFileSync('/proc/self/status', 'utf8');
  const of = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)![1]) * 1024;
  return { peak: of('VmHWM'), now: of('VmRSS') };
}
const forget = () => fs.writeFileSync('/proc/self/clear_refs', '5');

forget();
const before = memory().now;
const start = performance.now();
inspect.weights(model);
const first = (performance.now() - start) / 1000;
const firstPeak = memory().peak - before;
forget();
const again = memory().now;
const restart = performance.now();
inspect.weights(model);
const second = (performance.now() - restart) / 1000;
console.log(JSON.stringify({ weightBytes, first, firstPeak, second, secondPeak: memory().peak - again }));
