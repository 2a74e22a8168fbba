// One side of the race in a process of its own, so that its memory is its own: reads requests, a line of JSON each, and
// answers { secondsPerStep, memory } with the resident set in bytes.
import * as readline from 'node:readline';
import { tf } from '../src/core';
import { fit } from '../src/training';
import { WORKLOADS } from './workloads';

interface Request {
  contender: 'reluctant' | 'tfjs-node fit';
  work: keyof typeof WORKLOADS;
  rows: number;
  batch: number;
}

async function time({ contender, work, rows, batch }: Request) {
  const { model: make, losses, data } = WORKLOADS[work];
  const model = make();
  const { inputs, targets } = data(rows);
  const steps = rows / batch;
  let seconds = Number.NaN;
  let mode = '';
  if (contender === 'reluctant') {
    let last = performance.now();
    const run = await fit(
      model,
      { inputs, targets },
      {
        losses,
        epochs: 3,
        batchSize: batch,
        mode: 'xla',
        onEpoch: () => {
          const now = performance.now();
          // Of the epochs after the first, the faster: compilation and growth of memory are in the first.
          if (run_ > 0) seconds = Math.min(Number.isNaN(seconds) ? Infinity : seconds, (now - last) / 1000);
          run_++;
          last = now;
        },
      },
    );
    mode = run.mode;
  } else {
    model.compile({ optimizer: tf.train.adam(0.001), loss: Object.values(losses) });
    const columns = Object.values(targets);
    const options = { batchSize: batch, epochs: 1, verbose: 0 as const };
    await model.fit(
      inputs.slice(0, batch),
      columns.map((each) => each.slice(0, batch)),
      options,
    );
    const start = performance.now();
    await model.fit(inputs, columns, options);
    seconds = (performance.now() - start) / 1000;
    mode = 'eager';
  }
  run_ = 0;
  tf.dispose([inputs, targets] as never);
  model.dispose();
  return { secondsPerStep: seconds / steps, memory: process.memoryUsage().rss, mode };
}

let run_ = 0;

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  time(JSON.parse(line)).then(
    (answer) => console.log(JSON.stringify(answer)),
    (error) => console.log(JSON.stringify({ error: String(error) })),
  );
});
