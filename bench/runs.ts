import { type TF, tf } from '../src/core';
import { watchRules } from '../src/diagnosis';
import { financialWaveNet } from '../src/models';
import { type FitOptions, fit, sweep, type TrainingData, type Watcher, watchValues } from '../src/training';
import { median, type Row } from './row';
import { WORKLOADS } from './workloads';

/** Epochs of the documented run, and the seconds that they took: its log says 5.1 minutes in all. */
const DOCUMENTED = { epochs: 3, seconds: 5.1 * 60 };

/** The rows of the documented run: 1,142,809, of which four fifths train. */
export async function robust(epochs: number): Promise<Row> {
  const rows = 1_142_809;
  const documented = (DOCUMENTED.seconds / DOCUMENTED.epochs) * 50;
  const { inputs, targets } = WORKLOADS.mlp.data(rows);
  const cut = Math.floor(rows * 0.8);
  const part = (from: number, count: number) => ({
    inputs: inputs.slice(from, count),
    targets: { value: targets['value']!.slice(from, count) },
  });
  const validation = part(cut, rows - cut);
  const training = part(0, cut);
  const { losses, model } = WORKLOADS.mlp;
  const run = await fit(model(), { ...training, validation }, { losses, epochs, batchSize: 16 });
  tf.dispose([inputs, targets, training, validation] as never);
  const seconds = run.compileSeconds + ((run.seconds - run.compileSeconds) / epochs) * 50;
  return {
    work: `1,142,809 rows x 5, batch 16, 50 epochs${epochs < 50 ? ` (${epochs} run, the rest reckoned)` : ''}, seconds in all`,
    name: '1.14 million rows, 50 epochs',
    against: 'the documented 102 s an epoch',
    ratio: documented / seconds,
    goal: 50,
    cpuRatio: Number.NaN,
    seconds,
    memory: process.memoryUsage().rss,
    otherSeconds: documented,
    otherMemory: Number.NaN,
  };
}

/** Two ways of doing the same, in turns; the first round warms up. Seconds, and processor seconds, of each. */
async function compare(rounds: number, own: () => Promise<unknown>, other: () => Promise<unknown>) {
  const timed = async (run: () => Promise<unknown>) => {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await run();
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
  };
  const times: Record<'own' | 'other', { seconds: number; cpu: number }>[] = [];
  for (let round = 0; round <= rounds; round++) times.push({ own: await timed(own), other: await timed(other) });
  const of = (who: 'own' | 'other', what: 'seconds' | 'cpu') => median(times.slice(1).map((each) => each[who][what]));
  return {
    ratio: of('other', 'seconds') / of('own', 'seconds'),
    cpuRatio: of('other', 'cpu') / of('own', 'cpu'),
    seconds: of('own', 'seconds'),
    otherSeconds: of('other', 'seconds'),
    memory: process.memoryUsage().rss,
    otherMemory: process.memoryUsage().rss,
  };
}

/** 32 settings of the loss weight, all in one call, beside one compiled run after the other. */
export async function sweeping(rounds: number): Promise<Row> {
  const data = WORKLOADS.mlp.data(16 * 512);
  const { losses, model } = WORKLOADS.mlp;
  const settings = Array.from({ length: 32 }, (_, k) => ({ lossWeights: { value: (k + 1) / 16 } }));
  const common = { losses, epochs: 4, batchSize: 16, mode: 'xla' } as const;
  const compared = await compare(
    rounds,
    () => sweep(model(), data, common, settings),
    async () => {
      for (const setting of settings) await fit(model(), data, { ...common, ...setting });
    },
  );
  tf.dispose(data as never);
  return {
    work: 'sweep of 32 loss weightings of the MLP, seconds in all',
    name: 'sweep of 32',
    against: '32 single compiled runs',
    goal: 3,
    ...compared,
  };
}

/** A run that somebody looks at after every epoch, beside the same run with nobody looking. */
async function watching(
  what: string,
  watcher: () => Watcher,
  title: string,
  model: () => TF.LayersModel,
  data: TrainingData,
  options: FitOptions,
  rounds: number,
) {
  const compared = await compare(
    rounds,
    () => fit(model(), data, { ...options, mode: 'xla', watch: [watcher()] }),
    () => fit(model(), data, { ...options, mode: 'xla' }),
  );
  return {
    work: `${title}, ${what} watched after each; seconds in all`,
    name: `${title.split(',')[0]}, ${what} watched`,
    against: 'the same, not watched',
    goal: 0.95,
    ...compared,
  };
}

const WINDOWS = 'Financial WaveNet, 16,000 windows, 49 epochs';

/** Watching the small model, and the documented configuration of the investigation over its 49 epochs. */
export async function watched(rounds: number): Promise<Row[]> {
  const small = WORKLOADS.mlp.data(131_072);
  const metrics: FitOptions['metrics'] = { direction: ['auc', 'accuracy'], volatility: ['mae'], magnitude: ['mae'] };
  const { losses } = WORKLOADS.wavenet;
  const [training, validation] = [16_000, 4_000].map(WORKLOADS.wavenet.data) as [TrainingData, TrainingData];
  try {
    const wavenet = () => financialWaveNet({ window: 32, features: 9, dropoutRate: 0.4 });
    const options = { losses, metrics, epochs: 49, batchSize: 64 };
    const everything = 'weights, gradients and predictions';
    return [
      await watching(
        everything,
        watchValues,
        'MLP, 131,072 rows, 49 epochs',
        WORKLOADS.mlp.model,
        small,
        { losses: WORKLOADS.mlp.losses, epochs: 49, batchSize: 16 },
        rounds,
      ),
      await watching(everything, watchValues, WINDOWS, wavenet, { ...training, validation }, options, rounds),
      // An empty list only watches: a run that is stopped would be compared with a longer one.
      await watching(
        'the rules',
        () => watchRules({ stopOn: [] }),
        WINDOWS,
        wavenet,
        { ...training, validation },
        options,
        rounds,
      ),
    ];
  } finally {
    tf.dispose([small, training, validation] as unknown as TF.TensorContainer);
  }
}
