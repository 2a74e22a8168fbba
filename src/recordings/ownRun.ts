import * as path from 'node:path';
import { ReluctantError, type TF } from '../core';
import { snapshot } from '../inspection';
import { loadProgram, type Program, type Setting } from '../programs';
import { isOwn, readRun, readWeights } from '../runs';
import { restoreTensors } from '../training/state';
import { faceOf, isLayersModel } from '../training/trainable';
import type { RecordedTraining } from './recordedTraining';

/**
 * A finished run of `train`: its program is made again from the module and the setting that the record names, and given the weights
 * of the folder. That runs code and reads files which the folder names: it is done for runs that this user made on this machine.
 *
 * @param options.trust do it for somebody else's run as well.
 * @throws ReluctantError `run-of-others`, `run-without-program` for a run whose program is in no module, and those of `readRun`, `loadProgram`.
 */
export async function trainingOfRun(folder: string, { trust = false } = {}): Promise<RecordedTraining> {
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
  if (!trust && !isOwn(record)) {
    throw new ReluctantError({
      code: 'run-of-others',
      operation: 'diagnose',
      problem:
        'the run names a program to run and files to read, and nothing shows that it was made by you on this machine',
      where: { folder },
      received: { module: reference.module, ...reference.setting },
      fix: (say) => `look at what run.json names, then repeat with ${say('trust', true)}`,
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
