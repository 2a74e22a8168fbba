import { layerName, ReluctantError, type TF, tf } from '../core';
import { compiledModel, inputNames, model as kerasModel, outputNames, type Snapshot, snapshot } from '../inspection';
import type { LossName } from '../losses';
import { type Program, program, type Setting } from '../programs';
import { type EpochNumbers, type FitOptions, type Samples, type TrainingData, withValidation } from '../training';
import { freshModel } from './freshModel';
import { readHistory } from './historyFile';
import { lossNamed, optimizerNamed } from './kerasNames';
import { type Ends, type RowNames, readSamples } from './samples';

/** The framework a training came from, whose words its mends are written in. */
export type Framework = 'keras' | 'torch' | 'tfjs';

/** A training that was made elsewhere, as far as it is known: enough to diagnose it, and to train it again here. */
export interface RecordedTraining {
  /** Where it was made. */
  framework: Framework;
  /** What `diagnose` takes first. */
  run: { history: readonly EpochNumbers[]; initialWeights?: Snapshot };
  model: TF.LayersModel;
  data: TrainingData;
  options: FitOptions;
  /** The same training from its beginning, for `confirm` and `repair`. */
  program: Program<Setting, TF.LayersModel>;
  /** How weights, gradients and activations were spread after epochs that a recorder looked at. */
  statistics: readonly Statistic[];
  /** What is not known, or taken otherwise than it was. */
  notes: readonly string[];
  /** Lets go of the model and of the data. */
  dispose(): Promise<void>;
}

/** What was seen of one weight tensor, gradient, layer or head after an epoch, counted from 0. */
export interface Statistic {
  of: 'weight' | 'gradient' | 'activation' | 'prediction';
  epoch: number;
  /** Of weights and their gradients. */
  weight?: string;
  /** Of activations. */
  layer?: string;
  /** Of predictions. */
  head?: string;
  norm?: number;
  mean: number;
  std: number;
  zeroShare: number;
  /** Share of a layer's units that are 0 for every row looked at. */
  deadShare?: number;
}

/** Where a training that was made elsewhere is to be read from. */
export interface TrainingFiles {
  /** `.keras` or `.h5` of the trained model, or `model.json` of tfjs. */
  model: string;
  /** Its rows: `.npz`, or any table. */
  data: string;
  inputs?: readonly string[];
  targets?: readonly string[];
  /** Rows it was validated on, in a file of their own. */
  validation?: string;
  /** Share of `data`, from its end, that was validated on; 0 for none. Default 0. */
  validationShare?: number;
  /** By Keras's names, PyTorch's or ours: one, or `head=loss`. Default: what the file was compiled with. */
  loss?: readonly string[];
  /** Numbers by epoch: JSON, or a table. */
  history?: string;
  /** The model before its first step. */
  initial?: string;
  /** The layers, as `model.to_json()` gives them, of models that are weights alone. */
  architecture?: string;
  epochs?: number;
  batchSize?: number;
}

/** Epochs and rows a step where nothing says how many there were, for trainings that confirm a cause. */
const DEFAULTS = { epochs: 50, batchSize: 32 };

/**
 * Reads a model of Keras, whole or as weights and layers apart, and the rows it was trained on, with what is known of its training.
 *
 * @throws ReluctantError `loss-unknown` where neither file nor caller says what it was trained by, and those of the readers.
 */
export async function trainingOfFiles(files: TrainingFiles): Promise<RecordedTraining> {
  const { architecture } = files;
  const { model, compiled } = await compiledModel(files.model, { ...(architecture !== undefined && { architecture }) });
  const ends = endsOf(model);
  const history = files.history === undefined ? [] : await readHistory(files.history);
  const names: RowNames = {
    ...(files.inputs && { inputs: files.inputs }),
    ...(files.targets && { targets: files.targets }),
  };
  const rows = await readSamples(files.data, ends, names);
  const validation = files.validation === undefined ? undefined : await readSamples(files.validation, ends, names);
  const share = files.validationShare ?? 0;
  const data: TrainingData = validation ? { ...rows, validation } : share > 0 ? splitOff(rows, share) : rows;
  const given = files.loss ? lossesGiven(files.loss, Object.keys(ends.heads)) : compiled.loss;
  return assemble({
    name: files.model,
    framework: /\.json$/i.test(files.model) ? 'tfjs' : 'keras',
    model,
    data,
    history,
    losses: given,
    lossWeights: compiled.lossWeights,
    optimizer: compiled.optimizer,
    epochs: files.epochs,
    batchSize: files.batchSize,
    initial:
      files.initial === undefined
        ? undefined
        : () => kerasModel(files.initial!, layersOf(files.initial!, architecture)),
    notes: [],
  });
}

/** A model of before that is whole does not need the layers of one that is weights alone. */
const layersOf = (file: string, architecture: string | undefined) =>
  architecture === undefined || /\.(keras|h5|hdf5)$/i.test(file) ? {} : { architecture };

/** The last rows apart; the tensors of before are let go. */
function splitOff(rows: Samples, share: number): TrainingData {
  try {
    return withValidation(rows, { share, by: 'time' });
  } finally {
    tf.dispose([rows.inputs, rows.targets] as never);
  }
}

/** What a recorded training is put together from. */
export interface TrainingParts {
  name: string;
  framework: Framework;
  model: TF.LayersModel;
  data: TrainingData;
  history: readonly EpochNumbers[];
  /** As Keras keeps them: one, a list in the order of the heads, or by head. */
  losses: unknown;
  lossWeights: unknown;
  optimizer: unknown;
  epochs: number | undefined;
  batchSize: number | undefined;
  /** Builds the model as it was before its first step; none where that is not known. */
  initial: (() => Promise<TF.LayersModel>) | undefined;
  /** Default: none. */
  statistics?: readonly Statistic[];
  notes: readonly string[];
}

/** A recorded training from its parts. */
export async function assemble(parts: TrainingParts): Promise<RecordedTraining> {
  const { model, data } = parts;
  const heads = outputNames(model);
  const history = parts.history.map((row) => namedAsLayers(row) as EpochNumbers);
  const notes = [...parts.notes];
  const losses = lossesOf(parts.losses, heads, notes);
  checkClasses(losses, data, model, heads);
  const { optimizer, clipNorm, note } = optimizerNamed(parts.optimizer);
  if (note) notes.push(note);
  const lossWeights = byHead(parts.lossWeights, heads);
  if (history.length === 0) notes.push('no history is known: what rests on the course of the losses is not looked at');
  if (!parts.initial)
    notes.push(
      'the weights before the first step are not known: a training that confirms a cause begins with new ones',
    );
  const epochs = parts.epochs ?? (history.length > 0 ? history.length : DEFAULTS.epochs);
  const batchSize = parts.batchSize ?? DEFAULTS.batchSize;
  const options: FitOptions = {
    losses: heads.length === 1 ? losses[heads[0]!]! : losses,
    ...(lossWeights && { lossWeights }),
    optimizer,
    ...(clipNorm !== undefined && { clipNorm }),
    epochs,
    batchSize,
  } as FitOptions;
  const initial = parts.initial ?? (() => freshModel(model));
  let initialWeights: Snapshot | undefined;
  if (parts.initial) {
    const before = await parts.initial();
    initialWeights = snapshot(before);
    before.dispose();
  }
  const again = program({ name: parts.name, data, model: () => initial(), options: () => options as never });
  return {
    framework: parts.framework,
    run: { history, ...(initialWeights && { initialWeights }) },
    model,
    data,
    options,
    program: again as unknown as RecordedTraining['program'],
    statistics: parts.statistics ?? [],
    notes,
    dispose: async () => {
      await again.dispose();
      model.dispose();
      const tensors = [data, data.validation].flatMap((part) => (part ? [part.inputs, part.targets] : []));
      tf.dispose(tensors as never);
    },
  };
}

/** Inputs and heads of a model with their shapes. */
export function endsOf(model: TF.LayersModel): Ends {
  const named = (names: readonly string[], tensors: readonly { shape: (number | null)[] }[]) =>
    Object.fromEntries(names.map((name, k) => [name, tensors[k]!.shape]));
  return { inputs: named(inputNames(model), model.inputs), heads: named(outputNames(model), model.outputs) };
}

/** Losses as a command line gives them. @throws ReluctantError `loss-unknown` */
export function lossesGiven(texts: readonly string[], heads: readonly string[]): unknown {
  if (texts.length === 1 && !texts[0]!.includes('=')) return texts[0];
  return Object.fromEntries(
    texts.map((text) => {
      const [head, ...rest] = text.split('=');
      if (rest.length > 0) return [head, rest.join('=')];
      throw new ReluctantError({
        code: 'loss-unknown',
        operation: 'diagnose',
        problem: `"${text}" does not say of which head it is the loss`,
        expected: heads.map((name) => `${name}=LOSS`).join(' '),
      });
    }),
  );
}

function lossesOf(given: unknown, heads: readonly string[], notes: string[]): Record<string, LossName> {
  const all = byHead(given, heads) ?? Object.fromEntries(heads.map((head) => [head, given]));
  return Object.fromEntries(
    heads.map((head) => {
      const one = (all as Record<string, unknown>)[head];
      if (one === undefined || one === null) {
        throw new ReluctantError({
          code: 'loss-unknown',
          operation: 'diagnose',
          problem: `nothing says what ${heads.length > 1 ? `the head "${head}"` : 'the model'} was trained by`,
          received: given,
          expected: 'a loss per head',
          fix: `say it: --loss ${heads.length > 1 ? `${head}=mse` : 'mse'}; or save the model compiled`,
        });
      }
      const { loss, note } = lossNamed(one, { head });
      if (note) notes.push(`"${head}": ${note}`);
      return [head, loss];
    }),
  );
}

/** Values by head, or by head and loss, under the names that layers have here. */
const namedAsLayers = (values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [layerName(name), value]));

/** A list or names as values by head; undefined for one value of all heads. */
function byHead(given: unknown, heads: readonly string[]): Record<string, never> | undefined {
  if (Array.isArray(given))
    return Object.fromEntries(heads.map((head, k) => [head, given[k]])) as Record<string, never>;
  if (typeof given !== 'object' || given === null || 'class_name' in given) return undefined;
  const named = namedAsLayers(given);
  const unknown = Object.keys(named).find((name) => !heads.includes(name));
  if (unknown === undefined) return named as Record<string, never>;
  throw new ReluctantError({
    code: 'unknown-head',
    operation: 'diagnose',
    problem: `the model has no head "${unknown}"`,
    received: Object.keys(given),
    expected: heads.join(', '),
  });
}

/** Labels in one column under a loss of one-hot rows: what Keras refuses when it trains is refused here in its words. */
function checkClasses(
  losses: Record<string, LossName>,
  data: TrainingData,
  model: TF.LayersModel,
  heads: readonly string[],
): void {
  heads.forEach((head, k) => {
    const targets = data.targets instanceof tf.Tensor ? data.targets : data.targets[head]!;
    const [wanted, columns] = [model.outputs[k]!.shape.at(-1), targets.shape.at(-1)];
    if (wanted === columns || losses[head]!.startsWith('sparse')) return;
    throw new ReluctantError({
      code: 'array-shape',
      operation: 'diagnose',
      problem: `the targets of "${head}" have other columns than its outputs`,
      received: `${columns} columns of targets, ${wanted} of outputs, loss ${losses[head]}`,
      expected: `${wanted} columns, or a sparse loss for class numbers`,
      fix: 'name a column per output, or the loss sparse_categorical_crossentropy',
    });
  });
}
