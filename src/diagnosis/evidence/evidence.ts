import { type TF, tf } from '../../core';
import {
  type ActivationTable,
  activations,
  type GradientTable,
  gradients,
  inputNames,
  leafLayers,
  outputNames,
  type Snapshot,
  type WeightRow,
  weights,
} from '../../inspection';
import { type Loss, lossOf } from '../../losses';
import type { Table } from '../../tables';
import type { TrainingData } from '../../training';
import { weightName } from '../../training/trainable';
import { type FeatureEvidence, features, feedsEmbedding } from './features';
import {
  attempt,
  type HeadEvidence,
  headEvidence,
  lossGiven,
  type TargetEvidence,
  targetEvidence,
} from './headEvidence';
import { type NotFiniteData, notFiniteData } from './notFinite';
import { withOneHotTargets } from './oneHot';
import type { EpochRow, RunLike, TrainingOptions } from './program';
import { inputColumns, type Matrix, patternColumns } from './references';
import { drawSample, isLarge, predicted, type Sample } from './sample';
import { type StepSearch, stepSearch } from './stepSearch';
import { type ThroughTime, throughTime } from './throughTime';
import { type WindowEvidence, windowEvidence } from './windows';
import { type WiringEvidence, wiringEvidence } from './wiring';

export { type HeadEvidence, lossGiven, type TargetEvidence } from './headEvidence';

/** The model at one moment, seen by every inspection. */
export interface Moment {
  weights: Table<WeightRow>;
  activations: ActivationTable;
  /** Absent where the gradient cannot be computed, as for ops without one. */
  gradients?: GradientTable;
}

/** Everything the rules look at. */
export interface Evidence {
  history: readonly EpochRow[];
  notFinite?: RunLike['notFinite'];
  singleBatch?: RunLike['singleBatch'];
  options: TrainingOptions;
  model: TF.LayersModel;
  heads: readonly HeadEvidence[];
  features: readonly FeatureEvidence[];
  /** Values of the data that are no numbers. */
  notFiniteData: readonly NotFiniteData[];
  /** Training rows, and steps of an epoch. */
  rows: number;
  stepsPerEpoch: number;
  /** Before the first step, when the run kept its initial weights. */
  initial?: Moment;
  /** After the last one. */
  final: Moment;
  /** Where steps from the last weights lead; absent without a gradient. */
  stepSearch?: StepSearch;
  /** How windows overlap from row to row, where they do. */
  windows: readonly WindowEvidence[];
  /** How much of the gradient reaches the first steps, where a recurrent layer reads an input of several. */
  throughTime: readonly ThroughTime[];
  /** The same rows in another order got other predictions: rows of a batch are mixed. */
  rowsMixed: boolean;
  /** How the rows were put together. */
  wiring: WiringEvidence;
  /** Names of weights that are not trainable. */
  frozen: readonly string[];
}

/** What stays the same from look to look at one run, kept so that it is found once. */
export interface Known {
  features?: FeatureEvidence[];
  notFiniteData?: NotFiniteData[];
  initial?: Moment;
  /** Predictions before the first step, by head: plain numbers, so that no tensor is held. */
  initialPredictions?: Record<string, { values: Float32Array; shape: number[] }>;
  /** By head. */
  targets?: Map<string, TargetEvidence>;
  wiring?: WiringEvidence;
}

/**
 * Looks at a run, its model and its data from every side once; all rules then read the same numbers.
 *
 * @param known what earlier looks at the same run found; filled in.
 */
export function gather(
  run: RunLike,
  model: TF.LayersModel,
  givenData: TrainingData,
  givenOptions: TrainingOptions,
  known: Known = {},
): Evidence {
  tf.engine().startScope();
  try {
    const { data, options } = withOneHotTargets(model, givenData, givenOptions);
    const train = drawSample('training', model, data);
    const validation = data.validation && drawSample('validation', model, data.validation);
    // A head whose loss counts for nothing was not trained; how it does says nothing of the run.
    const heads = outputNames(model).filter((head) => options.lossWeights?.[head] !== 0);
    const losses = Object.fromEntries(heads.map((head) => [head, lossOf(lossGiven(options, head), 'diagnose')]));
    known.notFiniteData ??= notFiniteData(model, data);
    known.targets ??= targetsByHead(model, heads, options, train, validation);
    known.wiring ??= wiringEvidence(model, data, heads, options);
    known.features ??= train.inputs.flatMap((input, k) => features(model, input, k, validation?.inputs[k]));
    if (run.initialWeights) lookAtStart(model, run.initialWeights, train, losses, options, known);
    const initial = known.initialPredictions && tensorsOf(known.initialPredictions);
    const rows =
      data.source?.rows ??
      data.stream?.rows ??
      (data.targets instanceof tf.Tensor ? data.targets : train.targets[heads[0]!]!).shape[0]!;
    const parts = { train, ...(validation && { validation }), ...(initial && { initial }) };
    const search = attempt(() => stepSearch(model, heads, train, options));
    return {
      history: run.history,
      notFinite: run.notFinite,
      singleBatch: run.singleBatch,
      options,
      model,
      heads: heads.map((head) => headEvidence(run, model, options, head, known.targets!.get(head)!, parts)),
      features: known.features,
      notFiniteData: known.notFiniteData,
      rows,
      stepsPerEpoch: Math.ceil(rows / (options.batchSize ?? 32)),
      ...(known.initial && { initial: known.initial }),
      final: moment(model, train, losses, options, run.initialWeights),
      ...(search && { stepSearch: search }),
      windows: windowEvidence(inputNames(model), train),
      throughTime: attempt(() => throughTime(model, heads, train, options)) ?? [],
      rowsMixed: mixesRows(model, train),
      wiring: known.wiring,
      frozen: leafLayers(model).flatMap((layer) => layer.nonTrainableWeights.map((weight) => weight.originalName)),
    };
  } finally {
    tf.engine().endScope();
  }
}

function targetsByHead(
  model: TF.LayersModel,
  heads: readonly string[],
  options: TrainingOptions,
  train: Sample,
  validation: Sample | undefined,
): Map<string, TargetEvidence> {
  const words = train.inputs.map((_, k) => feedsEmbedding(model, k));
  const { table: training, vocabulary } = inputColumns(train.inputs, words);
  const tables: { training: Matrix; validation?: Matrix; patterns?: Matrix; validationPatterns?: Matrix } = {
    training,
  };
  if (validation) tables.validation = inputColumns(validation.inputs, words, vocabulary).table;
  const patterns = isLarge(model) ? undefined : patternColumns(train.inputs);
  if (patterns) tables.patterns = patterns;
  if (patterns && validation) tables.validationPatterns = patternColumns(validation.inputs)!;
  return new Map(
    heads.map((head) => [head, targetEvidence(head, lossGiven(options, head), train, validation, tables)]),
  );
}

function lookAtStart(
  model: TF.LayersModel,
  initialWeights: Snapshot,
  train: Sample,
  losses: Record<string, Loss>,
  options: TrainingOptions,
  known: Known,
): void {
  if (known.initial) return;
  at(model, initialWeights, () => {
    known.initial = moment(model, train, losses, options, initialWeights);
    const list = predicted(model, train.inputs);
    known.initialPredictions = Object.fromEntries(
      outputNames(model).map((head, k) => [
        head,
        { values: Float32Array.from(list[k]!.dataSync()), shape: list[k]!.shape },
      ]),
    );
  });
}

const tensorsOf = (given: NonNullable<Known['initialPredictions']>): Record<string, TF.Tensor> =>
  Object.fromEntries(Object.entries(given).map(([head, { values, shape }]) => [head, tf.tensor(values, shape)]));

/** Whether what a row gets depends on the rows beside it. */
function mixesRows(model: TF.LayersModel, { inputs }: Sample): boolean {
  const rows = Math.min(16, inputs[0]!.shape[0]!);
  if (rows < 2) return false;
  const whole = predicted(
    model,
    inputs.map((input) => tf.slice(input, 0, rows)),
  );
  const half = predicted(
    model,
    inputs.map((input) => tf.slice(input, 0, Math.ceil(rows / 2))),
  );
  return whole.some((output, k) => {
    const [all, some] = [output.dataSync(), [...half[k]!.dataSync()]];
    const size = some.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    return some.some((value, j) => Math.abs(value - all[j]!) > 1e-3 * size);
  });
}

/** Does `look` with the model's weights set to `snapshot`, then puts the present ones back. */
function at<T>(model: TF.LayersModel, snapshot: Snapshot, look: () => T): T {
  const variables = leafLayers(model).flatMap((layer) => layer.weights);
  const kept = variables.map((variable) => tf.clone(variable.read()));
  try {
    for (const variable of variables) {
      const values = snapshot.get(weightName(variable));
      if (values && values.length === variable.read().size) variable.write(tf.tensor(values, variable.read().shape));
    }
    return look();
  } finally {
    variables.forEach((variable, k) => {
      variable.write(kept[k]!);
    });
  }
}

function moment(
  model: TF.LayersModel,
  { inputs, targets }: Sample,
  losses: Record<string, Loss>,
  { lossWeights = {} }: TrainingOptions,
  initial: Snapshot | undefined,
): Moment {
  const look = { losses, lossWeights: { ...lossWeights }, rows: isLarge(model) ? 128 : 512 };
  return {
    weights: weights(model, { initial, effectiveRank: false }),
    activations: activations(model, inputs, { rows: isLarge(model) ? 256 : 1024 }),
    gradients: attempt(() => gradients(model, { inputs, targets }, look)),
  };
}
