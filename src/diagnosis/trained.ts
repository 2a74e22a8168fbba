import type { TF } from '../core';
import { type Snapshot, snapshot } from '../inspection';
import { watchHistograms } from '../runs/histograms';
import { type FitOptions, fit, type Run } from '../training';
import { type Diagnosis, diagnose } from './diagnose';
import type { Program } from './program';
import type { Thresholds } from './rule';
import { checkRunName, writeRun } from './runRecord';
import { fitSingleBatch } from './singleBatch';

/** A program after its training, with the diagnosis of it. */
export interface Trained {
  /** The trained model; the caller disposes of it. */
  model: TF.LayersModel;
  run: Run;
  /** The weights before the first step. */
  initialWeights: Snapshot;
  diagnosis: Diagnosis;
}

/** How {@link train} differs from what the program says. */
export interface TrainOptions {
  /** Instead of the program's own, e.g. fewer epochs or a signal. */
  fit?: Partial<FitOptions>;
  thresholds?: Thresholds;
  /** Also train on one batch alone, for the rule `single-batch-fit`. Default false: it takes a thousand steps more. */
  singleBatch?: boolean;
  /** Writes the run with its diagnosis to `folder/name`; see `runs.write`. */
  record?: { folder: string; name: string };
}

/**
 * Trains a program from its first weights and diagnoses it: the model is built, its initial weights are kept, `fit` runs, and
 * every rule looks at the result.
 *
 * @throws what `fit` and `diagnose` throw.
 * @example
 * const { diagnosis } = await train(benchmark.TWINS[5].build(1, true)); // a softmax of one unit
 * diagnosis.verdicts[0].cause; // 'one-unit-softmax'
 */
export async function train(program: Program, options: TrainOptions = {}): Promise<Trained> {
  const { record } = options;
  if (record) checkRunName(record.folder, record.name);
  const model = await program.model();
  const initialWeights = snapshot(model);
  const settings = { ...program.options, ...options.fit };
  const singleBatch = options.singleBatch ? await fitSingleBatch(program) : undefined;
  const histograms = watchHistograms();
  const watch = [...(settings.watch ?? []), ...(record ? [histograms] : [])];
  const run = await fit(model, program.data, { ...settings, watch });
  const context = { model, data: program.data, options: settings, thresholds: options.thresholds };
  const seen = { history: run.history, initialWeights, notFinite: run.notFinite, singleBatch };
  const diagnosis = diagnose(seen, context);
  if (record) {
    const { taken } = histograms;
    const { data } = program;
    writeRun(record.folder, record.name, { run, model, diagnosis, data, options: settings, histograms: taken });
  }
  return { model, run, initialWeights, diagnosis };
}
