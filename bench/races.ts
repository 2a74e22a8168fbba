import { median, type Row } from './row';
import { type Answer, Side } from './side';
import type { WORKLOADS } from './workloads';

export const OTHERS = ['tfjs-node fit', 'Keras fit', 'Keras at best'] as const;
export type Other = (typeof OTHERS)[number];

/** Steps each side is timed over: enough to be read, few enough for the slow ones. */
export const RACES: Record<
  keyof typeof WORKLOADS,
  { title: string; batch: number; steps: Record<'reluctant' | Other, number>; goals: Record<Other, number> }
> = {
  mlp: {
    title: 'MLP 5-16-8-1, Adam, batch 16',
    batch: 16,
    steps: { reluctant: 16384, 'tfjs-node fit': 40, 'Keras fit': 500, 'Keras at best': 2000 },
    goals: { 'tfjs-node fit': 500, 'Keras fit': 80, 'Keras at best': 25 },
  },
  wavenet: {
    title: 'Financial WaveNet, batch 64',
    batch: 64,
    steps: { reluctant: 200, 'tfjs-node fit': 4, 'Keras fit': 60, 'Keras at best': 100 },
    goals: { 'tfjs-node fit': 30, 'Keras fit': 1.5, 'Keras at best': 1.5 },
  },
};

/**
 * Sides take turns, and medians are compared, since other work on the machine slows whoever is running.
 *
 * @param onAnswer told the share of the race that is done.
 */
export async function race(
  work: keyof typeof RACES,
  others: readonly Other[],
  rounds: number,
  onAnswer: (done: number) => void,
): Promise<Row[]> {
  const { title, batch, steps, goals } = RACES[work];
  const sides = ['reluctant' as const, ...others].map((contender) => ({
    contender,
    side: new Side(contender.startsWith('Keras') ? 'python' : 'typescript'),
    answers: [] as Answer[],
  }));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { contender, side, answers } of sides) {
        answers.push(await side.ask({ contender, work, rows: batch * steps[contender], batch }));
        onAnswer(sides.reduce((sum, each) => sum + each.answers.length, 0) / (sides.length * rounds));
      }
    }
  } finally {
    for (const { side } of sides) side.end();
  }
  const of = (contender: string) => {
    const { answers } = sides.find((each) => each.contender === contender)!;
    return {
      seconds: median(answers.map(({ secondsPerStep }) => secondsPerStep)),
      cpu: median(answers.map(({ cpuSecondsPerStep }) => cpuSecondsPerStep)),
      memory: Math.max(...answers.map(({ memory }) => memory)),
    };
  };
  const own = of('reluctant');
  return others.map((against) => {
    const other = of(against);
    return {
      work: title,
      name: title.split(/[,0-9]/)[0]!.trim(),
      against,
      ratio: other.seconds / own.seconds,
      goal: goals[against],
      cpuRatio: other.cpu / own.cpu,
      seconds: own.seconds,
      memory: own.memory,
      otherSeconds: other.seconds,
      otherMemory: other.memory,
    };
  });
}
