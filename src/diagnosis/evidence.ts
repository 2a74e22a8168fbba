import { ReluctantError, type TF, tf } from '../core';
import { type LinearFit, linearFit, logLoss, mean } from '../evaluation';
import {
  type ActivationTable,
  activations,
  type GradientTable,
  gradients,
  leafLayers,
  outputNames,
  type PredictionRow,
  predictions,
  type Snapshot,
  type WeightRow,
  weights,
} from '../inspection';
import { activationOf, evenRows, orderedInputs, outputRangeOf } from '../inspection/layers';
import { type Loss, type LossName, lossOf } from '../losses';
import type { Table } from '../tables';
import type { TrainingData } from '../training';
import { weightName } from '../training/trainable';
import { type FeatureEvidence, features } from './features';
import { type LossBehaviour, lossBehaviour } from './lossBehaviour';
import type { EpochRow, RunLike, TrainingOptions } from './program';

/** What a head was asked for, whatever it learnt. */
export interface TargetEvidence {
  behaviour: LossBehaviour;
  /** True for one-hot targets of several columns and 0/1 targets of one. */
  classes: boolean;
  /** Targets of the rows looked at, flattened. */
  targets: Float32Array;
  /** What least squares on the inputs reaches: the first column of the targets. */
  linear: LinearFit;
}

/** A head of the model with what it was asked for and what it gives. */
export interface HeadEvidence extends TargetEvidence {
  head: string;
  /** Activation of the last layer; `linear` when there is none. */
  activation: string;
  /** Least and most that it can give. */
  range: readonly [least: number, most: number];
  /** Columns of its output. */
  columns: number;
  /** Name of the loss, or `custom`. */
  loss: string;
  lossWeight: number;
  /** Column by column, on training and on validation rows. NaN-only predictions leave them empty. */
  train: readonly PredictionRow[];
  validation: readonly PredictionRow[];
  /** Share of the loss (squared error, or log loss for classes) removed against the best constant. NaN when undefined. */
  skill: number;
  validationSkill: number;
  /** Loss by epoch, on training and on validation rows. */
  losses: readonly number[];
  validationLosses: readonly number[];
}

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
  /** Before the first step, when the run kept its initial weights. */
  initial?: Moment;
  /** After the last one. */
  final: Moment;
  /** Names of weights that are not trainable. */
  frozen: readonly string[];
}

/** Rows used for predictions, and at most for activations. */
const ROWS = 2048;

/** What stays the same from look to look at one run, kept so that it is found once. */
export interface Known {
  features?: FeatureEvidence[];
  initial?: Moment;
  /** By head. */
  targets?: Map<string, TargetEvidence>;
}

/**
 * Looks at a run, its model and its data from every side once; all rules then read the same numbers.
 *
 * @param known what earlier looks at the same run found; filled in.
 */
export function gather(
  run: RunLike,
  model: TF.LayersModel,
  data: TrainingData,
  options: TrainingOptions,
  known: Known = {},
): Evidence {
  tf.engine().startScope();
  try {
    const train = sample('training', model, data);
    const validation = data.validation && sample('validation', model, data.validation);
    // A head whose loss counts for nothing was not trained; how it does says nothing of the run.
    const heads = outputNames(model).filter((head) => options.lossWeights?.[head] !== 0);
    const losses = Object.fromEntries(heads.map((head) => [head, lossOf(lossGiven(options, head), 'diagnose')]));
    known.targets ??= new Map(heads.map((head) => [head, targetEvidence(head, losses[head]!, train)]));
    known.features ??= train.inputs.flatMap((input, k) => features(model, input, k, validation?.inputs[k]));
    if (run.initialWeights)
      known.initial ??= at(model, run.initialWeights, () => moment(model, train, losses, options, run.initialWeights));
    return {
      history: run.history,
      notFinite: run.notFinite,
      singleBatch: run.singleBatch,
      options,
      model,
      heads: heads.map((head) => headEvidence(run, model, options, head, known.targets!.get(head)!, train, validation)),
      features: known.features,
      ...(known.initial && { initial: known.initial }),
      final: moment(model, train, losses, options, run.initialWeights),
      frozen: leafLayers(model).flatMap((layer) => layer.nonTrainableWeights.map((weight) => weight.originalName)),
    };
  } finally {
    tf.engine().endScope();
  }
}

interface Sample {
  inputs: TF.Tensor[];
  targets: Record<string, TF.Tensor>;
  predictions: Record<string, TF.Tensor>;
}

function sample(part: string, model: TF.LayersModel, data: NonNullable<TrainingData['validation']>): Sample {
  const names = outputNames(model);
  const given = data.targets instanceof tf.Tensor ? { [names[0]!]: data.targets } : data.targets;
  const targets = names.map((head) => {
    const target = given[head];
    if (target instanceof tf.Tensor) return target;
    throw new ReluctantError({
      code: 'head-without-targets',
      operation: 'diagnose',
      problem: `a head has no ${part} targets`,
      where: { head },
      received: Object.keys(given),
      expected: names.join(', '),
    });
  });
  const inputs = orderedInputs('diagnose', model, data.inputs);
  const rows = evenRows([...inputs, ...targets], ROWS);
  const x = rows.slice(0, inputs.length);
  const outputs = model.predict(x.length === 1 ? x[0]! : x, { batchSize: 512 });
  const list = Array.isArray(outputs) ? outputs : [outputs];
  return {
    inputs: x,
    targets: Object.fromEntries(names.map((head, k) => [head, rows[inputs.length + k]!])),
    predictions: Object.fromEntries(names.map((head, k) => [head, list[k]!])),
  };
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
  const look = { losses, lossWeights: { ...lossWeights }, rows: 512 };
  return {
    weights: weights(model, { initial, effectiveRank: false }),
    activations: activations(model, inputs),
    gradients: attempt(() => gradients(model, { inputs, targets }, look)),
  };
}

/** A loss or a layer without a gradient is no reason to give up the rest of a diagnosis. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ReluctantError && error.code === 'inputs-mismatch') throw error;
    return undefined;
  }
}

/** The loss of a head as it was given. */
export function lossGiven({ losses }: TrainingOptions, head: string): LossName | Loss {
  if (typeof losses !== 'object') return losses;
  const loss = losses[head];
  if (loss !== undefined) return loss;
  throw new ReluctantError({
    code: 'head-without-loss',
    operation: 'diagnose',
    problem: 'a head has no loss',
    where: { head },
    received: Object.keys(losses),
  });
}

function targetEvidence(head: string, loss: Loss, { inputs, targets }: Sample): TargetEvidence {
  const own = targets[head]!;
  const columns = own.shape.length > 1 ? own.shape[own.shape.length - 1]! : 1;
  const values = own.dataSync();
  const first = columns === 1 ? values : values.filter((_, k) => k % columns === 0);
  return {
    behaviour: lossBehaviour(loss, tf.slice(own, 0, Math.min(own.shape[0]!, 512))),
    classes: values.every((value) => value === 0 || value === 1),
    targets: Float32Array.from(values),
    linear: linearFit(lastStep(inputs), first),
  };
}

function headEvidence(
  run: RunLike,
  model: TF.LayersModel,
  options: TrainingOptions,
  head: string,
  known: TargetEvidence,
  train: Sample,
  validation: Sample | undefined,
): HeadEvidence {
  const targets = train.targets[head]!;
  const columns = targets.shape.length > 1 ? targets.shape[targets.shape.length - 1]! : 1;
  const output = model.outputs[outputNames(model).indexOf(head)]!;
  const { classes } = known;
  const given = lossGiven(options, head);
  const curve = (prefix: string) => {
    const key = `${prefix}${head}_loss`;
    return run.history.map((row) => row[key] ?? row[`${prefix}loss`] ?? Number.NaN);
  };
  const rows = (part: Sample | undefined) =>
    part
      ? (attempt(() => predictions({ [head]: part.targets[head]! }, { [head]: part.predictions[head]! }).rows) ?? [])
      : [];
  return {
    ...known,
    head,
    activation: activationOf(output.sourceLayer) || 'linear',
    range: outputRangeOf(output.sourceLayer),
    columns: output.shape[output.shape.length - 1] ?? 1,
    loss: typeof given === 'string' ? given : 'custom',
    lossWeight: options.lossWeights?.[head] ?? 1,
    train: rows(train),
    validation: rows(validation),
    skill: skill(train, head, columns, classes),
    validationSkill: validation ? skill(validation, head, columns, classes) : Number.NaN,
    losses: curve(''),
    validationLosses: curve('val_'),
  };
}

function skill(part: Sample, head: string, columns: number, classes: boolean): number {
  const targets = part.targets[head]!.dataSync();
  const told = part.predictions[head]!.dataSync();
  if (told.length !== targets.length) return Number.NaN;
  if (classes && columns > 1) {
    const share = (c: number) => mean(targets.filter((_, k) => k % columns === c));
    const entropy = Array.from({ length: columns }, (_, c) => share(c)).reduce(
      (sum, p) => (p > 0 ? sum - p * Math.log(p) : sum),
      0,
    );
    return entropy > 0 ? 1 - logLoss(targets, told, columns) / entropy : Number.NaN;
  }
  let [error, spread] = [0, 0];
  for (let c = 0; c < columns; c++) {
    const center = mean(targets.filter((_, k) => k % columns === c));
    for (let k = c; k < targets.length; k += columns) {
      error += (targets[k]! - told[k]!) ** 2;
      spread += (targets[k]! - center) ** 2;
    }
  }
  return spread > 0 ? 1 - error / spread : Number.NaN;
}

/** Inputs as `[rows * features]`, of windows the last time step. */
function lastStep(inputs: TF.Tensor[]): Float32Array {
  return tf.tidy(() => {
    const flat = inputs.map((input) => {
      const [rows, steps] = [input.shape[0]!, input.shape[1]!];
      const last = input.rank === 3 ? tf.slice(input, [0, steps - 1, 0], [rows, 1, input.shape[2]!]) : input;
      return tf.reshape(tf.cast(last, 'float32'), [rows, -1]);
    });
    const joined = flat.length === 1 ? flat[0]! : tf.concat(flat, 1);
    const width = Math.min(64, joined.shape[1]!);
    return tf.slice(joined as TF.Tensor2D, [0, 0], [joined.shape[0]!, width]).dataSync() as Float32Array;
  });
}
