// One side of a race in a process of its own: reads requests, a line of JSON each, and answers with an Answer of side.ts.
import * as readline from 'node:readline';
import { type TF, tf } from '../src/core';
import { fit } from '../src/training';
import type { Answer } from './side';
import { WORKLOADS, type Workload } from './workloads';

interface Request {
  contender: 'reluctant' | 'tfjs-node fit';
  work: keyof typeof WORKLOADS;
  rows: number;
  batch: number;
}

/** Seconds on the clock and of the processor since it was made. */
function stopwatch(): () => [number, number] {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return [(performance.now() - start) / 1000, (user + system) / 1e6];
  };
}

type Race = (
  model: TF.LayersModel,
  workload: Workload,
  data: ReturnType<Workload['data']>,
  batch: number,
) => Promise<[number, number]>;

/** Epochs timed; the fastest after the first counts, of every side. */
const EPOCHS = 10;
/** tfjs-node's are slow and few; its first step has warmed up. */
const EAGER_EPOCHS = 3;

const fastest = (epochs: [number, number][]) => [...epochs].sort(([a], [b]) => a - b)[0]!;

/** The fastest of the epochs after the first, in which compilation and the growth of memory are. */
const compiled: Race = async (model, { losses }, data, batchSize) => {
  const epochs: [number, number][] = [];
  let read = stopwatch();
  await fit(model, data, {
    losses,
    epochs: EPOCHS,
    batchSize,
    mode: 'xla',
    onEpoch: () => {
      epochs.push(read());
      read = stopwatch();
    },
  });
  return fastest(epochs.slice(1));
};

const eager: Race = async (model, { losses }, { inputs, targets }, batchSize) => {
  model.compile({ optimizer: tf.train.adam(0.001), loss: Object.values(losses) });
  const columns = Object.values(targets);
  const options = { batchSize, epochs: 1, verbose: 0 as const };
  const first = [inputs, ...columns].map((each) => each.slice(0, batchSize));
  await model.fit(first[0]!, first.slice(1), options);
  const epochs: [number, number][] = [];
  for (let k = 0; k < EAGER_EPOCHS; k++) {
    const read = stopwatch();
    await model.fit(inputs, columns, options);
    epochs.push(read());
  }
  tf.dispose(first);
  return fastest(epochs);
};

async function race({ contender, work, rows, batch }: Request): Promise<Answer> {
  const workload = WORKLOADS[work];
  const model = workload.model();
  const data = workload.data(rows);
  const [seconds, cpu] = await (contender === 'reluctant' ? compiled : eager)(model, workload, data, batch);
  tf.dispose(data as unknown as TF.TensorContainer);
  model.dispose();
  const steps = rows / batch;
  return { secondsPerStep: seconds / steps, cpuSecondsPerStep: cpu / steps, memory: process.memoryUsage().rss };
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  race(JSON.parse(line)).then(
    (answer) => console.log(JSON.stringify(answer)),
    (error) => console.log(JSON.stringify({ error: String(error) })),
  );
});
