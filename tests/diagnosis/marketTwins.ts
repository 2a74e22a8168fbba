import type { TF } from '../../src/core';
import { benchmark, type Diagnosis, diagnose } from '../../src/diagnosis';
import { type ProgramParts, train } from '../../src/programs';
import { fit } from '../../src/training';

/** What is named for a faulty program and for its healthy twin, after training. */
export interface Answer {
  fault: string;
  cause: string;
  seed: number;
  /** First verdict on the faulty one; empty for none. */
  first: string;
  /** Every verdict on the healthy one. */
  onHealthy: string[];
}

const WIRING = ['second-sigmoid', 'loss-constant'];

/** Twins whose fault lies in how rows, losses and settings are wired. */
export const WIRED = [
  ...benchmark.MARKET_TWINS,
  ...benchmark.METRIC_TWINS,
  ...benchmark.TWINS.filter(({ cause }) => WIRING.includes(cause)),
] as readonly (benchmark.Twin | benchmark.MarketTwin)[];

async function diagnosisOf(built: unknown): Promise<Diagnosis> {
  if ('parts' in (built as object)) {
    const program = built as ReturnType<benchmark.MarketTwin['build']>;
    const run = await train(program.with({ mode: 'graph' } as never));
    return diagnose(run);
  }
  const { model, data, options } = built as ProgramParts<TF.LayersModel>;
  const made = await model();
  return diagnose(await fit(made, data, { ...options, mode: 'graph' }));
}

/** Trains both programs of a twin and diagnoses them. */
export async function answerOf(twin: (typeof WIRED)[number], seed: number): Promise<Answer> {
  const faulty = await diagnosisOf(twin.build(seed, true));
  const healthy = await diagnosisOf(twin.build(seed, false));
  const { fault, cause } = twin;
  return {
    fault,
    cause,
    seed,
    first: faulty.verdicts[0]?.cause ?? '',
    onHealthy: healthy.verdicts.map((verdict) => verdict.cause),
  };
}
