import type { TF } from '../core';
import { dataFingerprint, type NotedTrial, noteTrial, programFingerprint } from '../ledger';
import type { FitOptions } from './options';
import type { RunOutcome } from './outcome';
import type { TrainingData } from './samples';
import { isLayersModel, type ModelFace, type Trainable } from './trainable';

/** Options that change nothing of what is trained, and the seed, which has a place of its own. */
const APART: ReadonlySet<string> = new Set([
  ...[
    'seed',
    'onBatch',
    'onEpoch',
    'continueFrom',
    'onProgress',
    'onCheckpoint',
    'signal',
    'watch',
    'verbose',
    'resumeFrom',
    'trial',
    'mode',
    'validateEvery',
  ],
]);

/** A training as the ledger of trials knows it. */
export interface DescribedTraining {
  model: Trainable;
  face: ModelFace;
  data: TrainingData;
  /** Of `fit`, or those that settings of a sweep have in common. */
  options: Partial<FitOptions>;
  /** What a setting of a sweep does differently. */
  setting?: Readonly<Record<string, unknown>>;
  seed: number;
  epochs: number;
  rows: number;
  /** Its name, where it has one already: of a run that goes on, or of one that begins again. */
  named?: string | undefined;
}

/** Notes in the ledger that a training begins, with fingerprints of its data and its program. */
export function noteTraining({
  model,
  face,
  data,
  options,
  setting,
  seed,
  epochs,
  rows,
  named,
}: DescribedTraining): NotedTrial {
  const describe = () => ({
    data: dataFingerprint({ inputs: data.inputs, targets: data.targets, sampleWeights: data.sampleWeights }),
    program: programFingerprint({
      layers: isLayersModel(model) ? layersOf(model) : undefined,
      weights: face.weights.map(({ shape }) => shape),
      heads: isLayersModel(model) ? face.heads.length : face.heads,
      options: Object.fromEntries(Object.entries(options).filter(([name]) => !APART.has(name))),
      setting,
    }),
    seed,
    epochs,
    rows,
    heads: face.heads,
  });
  return noteTrial(describe, named);
}

/** The layers in JSON, called by their place: the names that tfjs gives are others each time a model is built. */
function layersOf(model: TF.LayersModel): string {
  const { name: _, ...config } = model.getConfig() as Record<string, unknown>;
  let text = JSON.stringify(config);
  for (const [k, { name }] of model.layers.entries()) text = text.replaceAll(JSON.stringify(name), `"layer ${k}"`);
  return text;
}

/** Notes how a training ended that did not throw. */
export function noteEnd(
  trial: NotedTrial,
  { stopReason, stopNote, history, seconds }: Pick<RunOutcome, 'stopReason' | 'stopNote' | 'history' | 'seconds'>,
): void {
  const isWhole = stopReason === 'finished' || stopReason === 'early-stopping';
  const status = isWhole ? 'finished' : stopReason === 'not-finite' ? 'failed' : 'stopped';
  trial.end({ status, reason: stopNote ?? stopReason, epochs: history.length, seconds });
}

/** Notes that a training threw. */
export function noteFailure(trial: NotedTrial, error: unknown, epochs: number, seconds: number): void {
  trial.end({ status: 'failed', reason: error instanceof Error ? error.message : String(error), epochs, seconds });
}
