import * as path from 'node:path';
import { ReluctantError, type TF } from '../core';
import { snapshot } from '../inspection';
import { loadProgram, type Program, type Setting } from '../programs';
import { readRun, readWeights } from '../runs';
import { restoreTensors } from '../training/state';
import { faceOf, isLayersModel } from '../training/trainable';
import type { RecordedTraining } from './recordedTraining';

/**
 * A finished run of `train`: its program is made again from the module and the setting that the record names, and given the weights
 * of the folder.
 *
 * @throws ReluctantError `run-without-program` for a run whose program is in no module, and those of `readRun`, `loadProgram`.
 */
export async function trainingOfRun(folder: string): Promise<RecordedTraining> {
  const place = path.resolve(folder);
  const record = readRun(path.dirname(place), path.basename(place));
  const { program: reference } = record;
  if (!reference?.module || (reference.changes?.length ?? 0) > 0) {
    throw new ReluctantError({
      code: 'run-without-program',
      operation: 'diagnose',
      problem: 'the run does not say how its model and data are made',
      where: { folder },
      received: reference?.changes?.length
        ? `a program that was changed: ${reference.changes.join(', ')}`
        : 'no module',
      expected: 'a run of a program in a module of its own, or of a recipe',
      fix: 'diagnose it where it was trained, or put the program in a module and train with reluctant train MODULE',
    });
  }
  const program = (await loadProgram(reference.module, reference.setting as Setting)) as Program<
    Setting,
    TF.LayersModel
  >;
  const { data, options, model: build } = await program.parts();
  const model = await build();
  if (!isLayersModel(model)) {
    throw new ReluctantError({
      code: 'not-a-layers-model',
      operation: 'diagnose',
      problem: 'the rules look into layers, and this model has none',
      where: { folder },
    });
  }
  const initialWeights = snapshot(model);
  restoreTensors('weights', faceOf(model).weights, readWeights(place));
  return {
    framework: 'tfjs',
    run: { history: record.history, initialWeights },
    model,
    data,
    options,
    program,
    statistics: [],
    notes: [],
    dispose: async () => {
      model.dispose();
      await program.dispose();
    },
  };
}
