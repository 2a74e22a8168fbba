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

/** The faster of the epochs after the first, in which compilation and the growth of memory are. */
const compiled: Race = async (model, { losses }, data, batchSize) => {
  const epochs: [number, number][] = [];
  let read = stopwatch();
  await fit(model, data, {
    losses,
    epochs: 4,
    batchSize,
    mode: 'xla',
    onEpoch: () => {
      epochs.push(read());
      read = stopwatch();
    },
  });
  return epochs.slice(1).sort(([a], [b]) => a - b)[0]!;
};

/** As many epochs as above would take minutes here; the one timed comes after a step that warms up. */
const eager: Race = async (model, { losses }, { inputs, targets }, batchSize) => {
  model.compile({ optimizer: tf.train.adam(0.001), loss: Object.values(losses) });
  const columns = Object.values(targets);
  const options = { batchSize, epochs: 1, verbose: 0 as const };
  const first = [inputs, ...columns].map((each) => each.slice(0, batchSize));
  await model.fit(first[0]!, first.slice(1), options);
  const read = stopwatch();
  await model.fit(inputs, columns, options);
  tf.dispose(first);
  return read();
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
