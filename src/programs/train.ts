import * as path from 'node:path';
import { dataHash, type RecordedVerdict, RunFolder } from '../runs';
import { type EpochEvent, type FitOptions, fit, type HistoryRow, type Run, type Trainable } from '../training';
import { type Program, type ProgramLike, toProgram } from './program';
import type { Setting, StandardSetting } from './setting';

/** Options of {@link train}: standard settings, as for `program.with`, and how the run is followed and kept. */
export interface TrainOptions
  extends Partial<StandardSetting>,
    Pick<FitOptions, 'watch' | 'onEpoch' | 'onProgress' | 'signal' | 'verbose' | 'trial'> {
  /** Trains in this folder: a checkpoint after every epoch, and at the end history, weights and results. */
  folder?: string;
  /**
   * Goes on with the run in the folder, to the same bits as if it had never stopped. With `epochs` beside it that is larger than it was begun with, also a
   * finished one goes on, to the bits of a run that was begun with as many; not where a schedule of learning rates runs over all of them.
   */
  resume?: boolean;
  /** Told what the reader should know, such as a damaged checkpoint. */
  onNotice?: (notice: string) => void;
  /** Looks at the finished run for the record in the folder: `rl.diagnose`. */
  diagnose?: (run: Run) => { readonly verdicts: readonly RecordedVerdict[] };
}

/** A run that knows of which kind its model is. */
export type TrainedRun<M extends Trainable, Row extends HistoryRow = HistoryRow> = Run<Row> & { readonly model: M };

/**
 * Trains a program from its initial weights: the model is built and {@link fit} runs. Where `fit` changes a model that is
 * there, `train` makes the whole run anew, in memory or in a folder, where it can be killed and resumed.
 *
 * @param given a program, or `{ model, data, options }`.
 * @returns the run, which remembers its model (the caller disposes of it), data and options: `diagnose(run)`.
 * @throws ReluctantError as `fit`; with a folder `run-exists`, `run-locked`, `settings-differ`, `checkpoints-damaged`.
 * @example
 * const run = await train(rl.benchmark.TWINS[5].build(1, true), { epochs: 2 }); // a softmax of one unit
 * rl.diagnose(run).verdicts[0].cause; // 'one-unit-softmax'
 */
export async function train<M extends Trainable, Row extends HistoryRow = HistoryRow>(
  given: ProgramLike<M, Row>,
  options: TrainOptions = {},
): Promise<TrainedRun<M, Row>> {
  const { folder, resume, onNotice, diagnose, watch, onEpoch, onProgress, signal, verbose, trial, ...settings } =
    options;
  const program = toProgram(given).with(settings);
  const following = present({ watch, onEpoch, onProgress, signal, verbose, trial });
  if (folder !== undefined)
    return trainInFolder(program, folder, {
      ...{ following, resume, onNotice, diagnose },
      moreEpochs: settings.epochs !== undefined,
    }) as Promise<TrainedRun<M, Row>>;
  const parts = await program.parts();
  return (await fit(await parts.model(), parts.data, followed(parts.options, following))) as TrainedRun<M, Row>;
}

type Following = Pick<FitOptions, 'watch' | 'onEpoch' | 'onProgress' | 'signal' | 'verbose' | 'trial'>;

async function trainInFolder(
  program: Program<Setting, Trainable>,
  folder: string,
  given: { following: Following; moreEpochs: boolean } & Pick<TrainOptions, 'resume' | 'onNotice' | 'diagnose'>,
): Promise<Run> {
  const { following, resume = false, moreEpochs, onNotice, diagnose } = given;
  const runFolder = RunFolder.open(
    folder,
    { program: program.reference, seed: Number(program.setting['seed']), trial: following.trial },
    { resume, moreEpochs },
  );
  let isBegun = resume;
  try {
    const parts = await program.parts();
    const { data } = parts;
    const options = followed(parts.options, following);
    runFolder.begin(options, dataHash(data));
    const latest = resume ? runFolder.checkpoints.latest(runFolder.begun) : undefined;
    for (const { file, reason } of latest?.damaged ?? [])
      onNotice?.(`${path.basename(file)} is not used: ${reason}; going on from the one before`);
    const model = await parts.model();
    isBegun = true;
    const run = await fit(model, data, {
      ...options,
      trial: runFolder.trial,
      onCheckpoint: (save) => void runFolder.checkpoints.write({ ...save(), begun: runFolder.begun }),
      ...(latest && { resumeFrom: latest.state }),
    });
    const isWhole = run.stopReason === 'finished' || run.stopReason === 'early-stopping';
    if (isWhole) for (const [name, content] of Object.entries(await program.files())) runFolder.write(name, content);
    runFolder.finish(run);
    const diagnosis = isWhole ? diagnose?.(run) : undefined;
    if (diagnosis) runFolder.addDiagnosis(diagnosis);
    return run;
  } finally {
    // Of a run that could not even begin nothing is left, so that the next try finds the folder free.
    if (isBegun) runFolder.close();
    else runFolder.abandon();
  }
}

/** The options of a program with what follows its run: neither of two watchers or callbacks is lost. */
function followed(options: FitOptions, { watch = [], onEpoch, ...following }: Following): FitOptions {
  const both = async (event: EpochEvent) => {
    await options.onEpoch?.(event);
    await onEpoch?.(event);
  };
  return {
    ...options,
    ...following,
    watch: [...(options.watch ?? []), ...watch],
    ...(onEpoch && { onEpoch: both }),
  };
}

function present<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
