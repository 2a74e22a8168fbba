import assert from 'node:assert/strict';
import type { TF } from '../../src/core';
import { benchmark, type Diagnosis, diagnose } from '../../src/diagnosis';
import type { Evidence } from '../../src/diagnosis/evidence/evidence';
import { wiringEvidence } from '../../src/diagnosis/evidence/wiring';
import { crossingSymbols } from '../../src/diagnosis/rules/crossingSymbols';
import { fittedOnValidation } from '../../src/diagnosis/rules/fittedOnValidation';
import { futureInputs } from '../../src/diagnosis/rules/futureInputs';
import { movedClasses } from '../../src/diagnosis/rules/movedClasses';
import type { Rule } from '../../src/diagnosis/rules/rule';
import { unusedParts } from '../../src/diagnosis/rules/unusedParts';
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

const RULES: readonly Rule[] = [crossingSymbols, fittedOnValidation, futureInputs, movedClasses, unusedParts];

/** The kinds of symptoms that the rules of wiring see in a program that was not trained. */
async function seen(twin: benchmark.MarketTwin, seed: number, faulty: boolean): Promise<string[]> {
  const program = twin.build(seed, faulty);
  const { data, model: build, options } = await program.parts();
  const model = (await build()) as TF.LayersModel;
  const wiring = wiringEvidence(model, data, model.outputNames, options);
  const symptoms = RULES.flatMap(({ thresholds, evaluate }) =>
    evaluate(
      { wiring } as Evidence,
      Object.fromEntries(Object.entries(thresholds).map(([name, { value }]) => [name, value])),
    ),
  );
  model.dispose();
  await program.dispose();
  return symptoms.map(({ rule, kind }) => `${rule} ${kind}`);
}

const EXPECTED: Readonly<Record<string, string>> = {
  'targets counted along rows of all symbols': 'crossing-symbols targets',
  'windows cut along rows of all symbols': 'crossing-symbols windows',
  'the return to come left among the features': 'future-inputs return',
  'the return of a row written one row too early': 'future-inputs return',
  'the target itself among the features': 'future-inputs target',
  'warm-up filled backwards': 'future-inputs filled',
  'a scaler fitted to all rows': 'fitted-on-validation scaler',
  'ranks among all rows as targets': 'fitted-on-validation ranks',
  'a label of -1 as the last class': 'moved-classes order',
  'twelve features named, five arrive': 'unused-parts features',
  'a setting that nothing reads': 'unused-parts setting',
};

/**
 * On how many of the seeds the rules of wiring see a twin's fault before any training.
 *
 * @throws AssertionError when they see anything on the healthy twin of any of them.
 */
export async function timesSeen(twin: benchmark.MarketTwin, seeds: readonly number[]): Promise<number> {
  let count = 0;
  for (const seed of seeds) {
    if ((await seen(twin, seed, true)).includes(EXPECTED[twin.fault]!)) count++;
    assert.deepEqual(await seen(twin, seed, false), [], `healthy twin of seed ${seed}`);
  }
  return count;
}
