import * as fs from 'node:fs';
import * as path from 'node:path';
import { formFault, layerName, ReluctantError, type TF, z } from '../core';
import { model as kerasModel } from '../inspection';
import { toNumbers } from '../runs';
import { type EpochNumbers, historyRows, type TrainingData } from '../training';
import { modelOfGraph } from './layerGraph';
import {
  assemble,
  endsOf,
  type Framework,
  lossesGiven,
  type RecordedTraining,
  type Statistic,
} from './recordedTraining';
import { damaged, guardedFile, readRecordedArrays, readRecordedJSON } from './recordingFile';
import { type Ends, type NamedArray, tensorOf } from './samples';

/** What a recorder of the Python package writes of a training, beside `run.json`. */
export const RECORDING_FILE = 'recording.json';
const ROWS = 'data.npz';
const STATISTICS = 'statistics.json';
const FORMAT_VERSION = 1;

const shape = () =>
  z.object({
    formatVersion: z.number().int(),
    framework: z.enum(['keras', 'torch']),
    losses: z.unknown(),
    lossWeights: z.unknown().optional(),
    optimizer: z.unknown().optional(),
    epochs: z.number().int().min(1).optional(),
    batchSize: z.number().int().min(1).optional(),
    notes: z.array(z.string()).default([]),
  });

const statisticsShape = () => {
  // Not z.number(), which takes neither NaN nor infinity.
  const number = z.custom<number>((value) => typeof value === 'number', 'expected a number');
  return z.array(
    z.looseObject({
      of: z.enum(['weight', 'gradient', 'activation', 'prediction']),
      epoch: z.number().int().min(0),
      weight: z.string().optional(),
      layer: z.string().optional(),
      head: z.string().optional(),
      norm: number.optional(),
      mean: number,
      std: number,
      zeroShare: number,
      deadShare: number.optional(),
    }),
  );
};

/** Whether a folder is the recording of a training in Python. */
export const isRecording = (folder: string): boolean => fs.existsSync(path.join(folder, RECORDING_FILE));

/**
 * The training that a recorder of the Python package wrote into a folder.
 *
 * @param given.loss in place of the recorded one, which may be a function of the program's own: one, or `head=loss`.
 * @throws ReluctantError `recording-damaged`, `recording-newer`, `recording-without-model`, and those of the readers.
 */
export async function trainingOfFolder(
  folder: string,
  given: { loss?: readonly string[] } = {},
): Promise<RecordedTraining> {
  const recording = recordingOf(folder);
  const has = (name: string) => fs.existsSync(path.join(folder, name));
  const isGraph = has('graph.json');
  if (isOpaque(folder)) {
    throw new ReluctantError({
      code: 'recording-without-model',
      operation: 'diagnose',
      problem: 'the recording has a history and no model that can be rebuilt here',
      where: { folder },
      received: recording.notes,
      expected: 'a model of layers that are known here',
      fix: 'see the notes for the layer in the way',
    });
  }
  const build = (which: 'model' | 'initial'): Promise<TF.LayersModel> =>
    isGraph
      ? modelOfGraph(folder, which === 'model' ? 'weights.npz' : 'initial.npz')
      : kerasModel(guardedFile(folder, `${which}.keras`));
  const model = await build('model');
  const ends = endsOf(model);
  const hasInitial = has(isGraph ? 'initial.npz' : 'initial.keras');
  return assemble({
    name: path.basename(path.resolve(folder)),
    statistics: has(STATISTICS) ? statisticsOf(folder) : [],
    framework: recording.framework,
    model,
    data: await rowsOf(folder, ends),
    history: historyRows(readRecordedJSON(folder, 'history.json')),
    losses: given.loss ? lossesGiven(given.loss, Object.keys(ends.heads)) : recording.losses,
    lossWeights: recording.lossWeights,
    optimizer: recording.optimizer,
    epochs: recording.epochs,
    batchSize: recording.batchSize,
    initial: hasInitial ? () => build('initial') : undefined,
    notes: given.loss
      ? [
          ...recording.notes,
          `it was trained by ${JSON.stringify(recording.losses)}, and --loss is looked at in its place`,
        ]
      : recording.notes,
  });
}

function recordingOf(folder: string) {
  const found = shape().safeParse(readRecordedJSON(folder, RECORDING_FILE));
  if (!found.success) throw damaged(folder, RECORDING_FILE, formFault(found.error));
  const recording = found.data;
  if (recording.formatVersion > FORMAT_VERSION) {
    throw new ReluctantError({
      code: 'recording-newer',
      operation: 'diagnose',
      problem: 'the recording was written by a newer version',
      where: { folder },
      received: recording.formatVersion,
      expected: `version ${FORMAT_VERSION} or before`,
      fix: 'update reluctant: npm install reluctant@latest',
    });
  }
  return recording;
}

/** Whether a folder is the recording of a training whose model cannot be rebuilt here. */
export const isOpaque = (folder: string): boolean =>
  isRecording(folder) && !['graph.json', 'model.keras'].some((name) => fs.existsSync(path.join(folder, name)));

/** What was recorded of a training whose model cannot be rebuilt here. */
export interface OpaqueRecording {
  name: string;
  framework: Framework;
  history: readonly EpochNumbers[];
  statistics: readonly Statistic[];
  /** Targets that were trained on, by head. */
  targets: ReadonlyMap<string, Float32Array>;
  /** Why the model cannot be rebuilt, and what else is not known. */
  notes: readonly string[];
}

/** @throws ReluctantError `recording-damaged`, `recording-newer`. */
export async function opaqueRecording(folder: string): Promise<OpaqueRecording> {
  const { framework, notes } = recordingOf(folder);
  const prefix = 'training.targets.';
  const arrays = [...(await readRecordedArrays(folder, ROWS))].filter(([name]) => name.startsWith(prefix));
  return {
    name: path.basename(path.resolve(folder)),
    framework,
    history: historyRows(readRecordedJSON(folder, 'history.json')),
    statistics: fs.existsSync(path.join(folder, STATISTICS)) ? statisticsOf(folder) : [],
    targets: new Map(arrays.map(([name, one]) => [name.slice(prefix.length), Float32Array.from(one.values())])),
    notes,
  };
}

function statisticsOf(folder: string): Statistic[] {
  const rows = readRecordedJSON(folder, STATISTICS);
  const found = statisticsShape().safeParse(Array.isArray(rows) ? rows.map(toNumbers) : rows);
  if (!found.success) throw damaged(folder, STATISTICS, formFault(found.error));
  return found.data as Statistic[];
}

async function rowsOf(folder: string, ends: Ends): Promise<TrainingData> {
  const file = path.join(folder, ROWS);
  // By the names that layers of tfjs may have, as those of the ends are: "training.inputs.vol 5d" is of the head "vol_5d".
  const written = await readRecordedArrays(folder, ROWS);
  const arrays = new Map([...written].map(([name, one]) => [name.replace(/(?<=^\w+\.\w+\.).*/s, layerName), one]));
  // What has no name of its own, such as the input of a Sequential model, is called otherwise in every library.
  const onlyOne = (prefix: string, of: Ends['inputs']): NamedArray | undefined => {
    const filed = [...arrays].filter(([name]) => name.startsWith(prefix));
    return filed.length === 1 && Object.keys(of).length === 1 ? filed[0]![1] : undefined;
  };
  const part = (name: 'training' | 'validation') => {
    const all = (kind: 'inputs' | 'targets', of: Ends['inputs'], what: string) =>
      Object.fromEntries(
        Object.entries(of).map(([end, wanted]) => {
          const array = arrays.get(`${name}.${kind}.${end}`) ?? onlyOne(`${name}.${kind}.`, of);
          if (!array) throw damaged(folder, ROWS, `there are no ${kind} of "${end}"`);
          return [end, tensorOf(array, wanted, { file, [what]: end })];
        }),
      );
    return { inputs: all('inputs', ends.inputs, 'input'), targets: all('targets', ends.heads, 'head') };
  };
  const hasValidation = [...arrays.keys()].some((name) => name.startsWith('validation.'));
  return { ...part('training'), ...(hasValidation && { validation: part('validation') }) };
}
