import { ReluctantError, type TF, tf } from '../../core';
import { outputNames, type PredictionRow, predictions as predictionTable } from '../../inspection';
import { activationOf, outputRangeOf } from '../../inspection/layers';
import { type Loss, type LossName, lossOf } from '../../losses';
import { type ClassEvidence, classEvidence, classesFound } from './classes';
import { type Dependence, dependence } from './dependence';
import { type Shortfall, shortfallOf } from './harm';
import { type LossBehaviour, lossBehaviour, namedLossBehaviour } from './lossBehaviour';
import type { RunLike, TrainingOptions } from './program';
import {
  bestConstant,
  bestReach,
  constantPredictions,
  hits,
  type Matrix,
  type Measure,
  type Reach,
  type References,
  rememberedReferences,
  rowErrors,
  scoped,
  straightLine,
} from './references';
import type { Sample } from './sample';
import { fromLogits, ofProbabilities, squashed, squashesPredictions } from './secondSigmoid';
import { isClasses, type TargetKind, targetKind } from './targetKind';
import { type ClosestColumn, closestColumn, laggedSkill } from './windows';

/** What a head was asked for, whatever it learnt. */
export interface TargetEvidence {
  behaviour: LossBehaviour;
  /** The loss squashes predictions itself. */
  squashes: boolean;
  /** What the targets are. */
  kind: TargetKind;
  /** True for targets whose outputs are probabilities. */
  classes: boolean;
  /** Targets of the rows looked at, flattened (of sequences, the last step). */
  targets: Float32Array;
  /** How the loss sees the outputs. */
  measure: Measure;
  /** What is easily reached on the same rows. */
  references: References;
  /** Whether inputs and targets have anything to do with each other. */
  dependence: Dependence;
  /** Share of neighbouring rows of the data with one target, and the share in a random order; for classes. */
  neighboursAlike: number;
  neighboursAlikeByChance: number;
  /** The input column closest to the targets, where there are validation rows to compare with. */
  closest?: ClosestColumn;
  /** What a line reaches that also reads the rows before; NaN where inputs are no windows of one step. */
  laggedSkill: number;
  /** How classes are spread, and whether they mean the same on validation rows; for one class of many, and yes or no. */
  classOf?: ClassEvidence;
}

/** A head of the model with what it was asked for and what it gives. */
export interface HeadEvidence extends TargetEvidence {
  head: string;
  /** Activation of the last layer, `linear` when there is none; of logits, the one inside their loss. */
  activation: string;
  /** Least and most that it can give. */
  range: readonly [least: number, most: number];
  /** Columns of its output. */
  columns: number;
  /** Name of the loss, or `custom`; of one from logits, the one inside it. */
  loss: string;
  lossWeight: number;
  /** Column by column, on training and on validation rows. NaN-only predictions leave them empty. */
  train: readonly PredictionRow[];
  validation: readonly PredictionRow[];
  /** Share of the best constant's loss removed, as the loss sees the outputs. NaN when undefined. */
  skill: number;
  validationSkill: number;
  /** The same before the first step, when the run kept its initial weights; else NaN. */
  initialSkill: number;
  /** What is easily reached on training and validation rows, by the best reference; NaN where there is none. */
  reachable: number;
  validationReachable: number;
  /** What a straight line reaches on training rows it was not fitted to. */
  lineSkill: number;
  /** The head does worse than that: on training rows, on validation rows. */
  harm: { training?: Shortfall; validation?: Shortfall };
  /** Rows of validation looked at, with the share whose class is right and the shares by class; for classes. */
  validationRows: number;
  validationHitShare: number;
  validationRecalls?: readonly number[];
  /** Loss by epoch, on training and on validation rows. */
  losses: readonly number[];
  validationLosses: readonly number[];
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

/** What stays the same from look to look: the loss, the targets, and what is easily reached. */
export function targetEvidence(
  head: string,
  named: LossName | Loss,
  train: Sample,
  validation: Sample | undefined,
  tables: { training: Matrix; validation?: Matrix; patterns?: Matrix; validationPatterns?: Matrix },
): TargetEvidence {
  const given = ofProbabilities(named);
  const targets = matrixOf(train.targets[head]!);
  const kind = targetKind(targets.values, targets.columns);
  const classes = isClasses(kind);
  const behaviour =
    typeof given === 'string'
      ? namedLossBehaviour(given, targets.columns)
      : (attempt(() => lossBehaviour(lossOf(given, 'diagnose'), train.targets[head]!)) ?? HARMLESS);
  const measure = measureOf(given, behaviour, kind, targets.columns);
  const later = validation && matrixOf(validation.targets[head]!);
  const isOneOfMany = kind === 'one-of-many' || kind === 'probabilities';
  const held = later &&
    tables.validation && {
      inputs: tables.validation,
      targets: later,
      ...(tables.validationPatterns && { patterns: tables.validationPatterns }),
    };
  const closest = held && closestColumn({ inputs: tables.training, targets }, held);
  const found = rememberedReferences({
    inputs: tables.training,
    targets,
    ...(tables.patterns && { patterns: tables.patterns }),
    ...(held && { validation: held }),
    measure,
    classes,
    isOneOfMany,
  });
  const isOneClass = kind === 'one-of-many' || kind === 'yes-or-no';
  return {
    behaviour,
    squashes: attempt(() => squashesPredictions(named, targets.columns)) ?? false,
    kind,
    classes,
    targets: Float32Array.from(targets.values),
    measure,
    references: found,
    ...(isOneClass && { classOf: classEvidence({ inputs: tables.training, targets }, held, found) }),
    ...alikeness(targets, classes),
    ...(closest && { closest }),
    dependence: dependence(tables.training, targets, lineShare(tables.training, targets), isInOrder(train)),
    laggedSkill: laggedSkill(train, tables.training, targets),
  };
}

/** Share of the targets' variance that a line explains on the very rows it is fitted to. */
function lineShare(inputs: Matrix, targets: Matrix): number {
  if (inputs.columns === 0 || inputs.columns * 5 > inputs.rows) return 0;
  const [told] = straightLine(inputs, targets, [inputs]);
  const constant = bestConstant('squared', targets);
  const zero = mean(rowErrors('squared', targets, constantPredictions(constant, targets.rows)));
  return zero > 0 ? 1 - mean(rowErrors('squared', targets, told!)) / zero : 0;
}

const isInOrder = ({ rows }: Sample): boolean => rows[rows.length - 1] === rows.length - 1;

const HARMLESS: LossBehaviour = {
  constant: false,
  unpaired: false,
  rowsFactor: 1,
  rewardsError: false,
  logarithmic: false,
};

function measureOf(given: LossName | Loss, behaviour: LossBehaviour, kind: TargetKind, columns: number): Measure {
  if (isClasses(kind) && (given === 'categoricalCrossentropy' || behaviour.logarithmic))
    return columns > 1 && given !== 'binaryCrossentropy' && kind !== 'several-labels' ? 'one-log' : 'each-log';
  if (given === 'meanAbsoluteError') return 'absolute';
  return given === 'huber' || given === 'logCosh' ? 'huber' : 'squared';
}

function alikeness({ values, rows, columns }: Matrix, classes: boolean) {
  if (!classes) return { neighboursAlike: Number.NaN, neighboursAlikeByChance: Number.NaN };
  const counts = new Map<string, number>();
  let [alike, previous] = [0, ''];
  for (let row = 0; row < rows; row++) {
    const label = values.subarray(row * columns, (row + 1) * columns).join();
    counts.set(label, (counts.get(label) ?? 0) + 1);
    if (label === previous) alike++;
    previous = label;
  }
  const byChance = [...counts.values()].reduce((sum, count) => sum + (count / rows) ** 2, 0);
  return { neighboursAlike: alike / Math.max(1, rows - 1), neighboursAlikeByChance: byChance };
}

/** One head of a run, with what it gives. */
export function headEvidence(
  run: RunLike,
  model: TF.LayersModel,
  options: TrainingOptions,
  head: string,
  asked: TargetEvidence,
  parts: { train: Sample; validation?: Sample; initial?: Record<string, TF.Tensor> },
): HeadEvidence {
  const named = lossGiven(options, head);
  // Logits are judged as their loss sees them: as the probabilities that it makes of them.
  const inside = fromLogits(named);
  const given = ofProbabilities(named);
  const seen = (told: TF.Tensor | undefined) => (inside && told ? squashed(inside, told) : told);
  const ofPart = (part: Sample): Sample => ({ ...part, predictions: { [head]: seen(part.predictions[head])! } });
  const train = ofPart(parts.train);
  const validation = parts.validation && ofPart(parts.validation);
  const output = model.outputs[outputNames(model).indexOf(head)]!;
  const own = activationOf(output.sourceLayer) || 'linear';
  const isLogits = inside !== undefined && own === 'linear';
  const curve = (prefix: string) => {
    const key = `${prefix}${head}_loss`;
    return run.history.map((row) => row[key] ?? row[`${prefix}loss`] ?? Number.NaN);
  };
  const rows = (part: Sample | undefined) =>
    part
      ? (attempt(() => predictionTable({ [head]: part.targets[head]! }, { [head]: part.predictions[head]! }).rows) ??
        [])
      : [];
  const judged = (part: Sample | undefined, told: TF.Tensor | undefined, name: 'training' | 'validation') =>
    part && told ? judgement(asked, given, part.targets[head]!, told, name) : undefined;
  const training = judged(train, train.predictions[head], 'training');
  const held = judged(validation, validation?.predictions[head], 'validation');
  const before = judged(train, seen(parts.initial?.[head]), 'training');
  const byClass =
    validation && asked.classOf && held && Number.isFinite(held.skill)
      ? classesFound(matrixOf(validation.targets[head]!), matrixOf(validation.predictions[head]!))
      : undefined;
  return {
    ...asked,
    head,
    activation: isLogits ? inside.activation : own,
    range: isLogits ? [0, 1] : outputRangeOf(output.sourceLayer),
    squashes: asked.squashes && !isLogits,
    columns: output.shape[output.shape.length - 1] ?? 1,
    loss: typeof given === 'string' ? given : 'custom',
    lossWeight: options.lossWeights?.[head] ?? 1,
    train: rows(train),
    validation: rows(validation),
    skill: training?.skill ?? Number.NaN,
    validationSkill: held?.skill ?? Number.NaN,
    initialSkill: before?.skill ?? Number.NaN,
    reachable: bestReach(asked.references, 'training')?.skill ?? Number.NaN,
    validationReachable: bestReach(asked.references, 'validation')?.skill ?? Number.NaN,
    lineSkill: asked.references.training.find(({ by }) => by === 'line')?.skill ?? 0,
    harm: {
      ...(training?.shortfall && { training: training.shortfall }),
      ...(held?.shortfall && { validation: held.shortfall }),
    },
    validationRows: validation?.rows.length ?? 0,
    validationHitShare: byClass?.hitShare ?? Number.NaN,
    ...(byClass && { validationRecalls: byClass.recalls }),
    losses: curve(''),
    validationLosses: curve('val_'),
  };
}

/** The head against the references on the same rows. */
function judgement(
  asked: TargetEvidence,
  given: LossName | Loss,
  truth: TF.Tensor,
  output: TF.Tensor,
  part: 'training' | 'validation',
) {
  const [targets, told] = [matrixOf(truth), matrixOf(output)];
  if (told.values.length !== targets.values.length) return { skill: Number.NaN, shortfall: undefined };
  const errors = rowErrors(asked.measure, targets, told);
  const constant = bestConstant(asked.measure, targets);
  const zero = mean(rowErrors(asked.measure, targets, constantPredictions(constant, targets.rows)));
  const skill = zero > 0 ? 1 - mean(errors) / zero : Number.NaN;
  const hitShare = asked.classes
    ? mean(hits(targets, told, asked.kind === 'one-of-many' || asked.kind === 'probabilities'))
    : Number.NaN;
  const best = bestReach(asked.references, part);
  const flat = asked.references[part].find(({ by }) => by === 'constant');
  const ahead = [best, flat].filter((reach): reach is Reach => reach !== undefined && Number.isFinite(reach.skill));
  const shortfall = flat
    ? ahead.map((reach) => shortfallOf(errors, hitShare, reach, flat, part)).find((found) => found !== undefined)
    : undefined;
  const isMeant = shortfall && isBestByItsOwnLoss(asked, given, truth, output, ahead);
  return { skill, shortfall: isMeant ? undefined : shortfall };
}

/**
 * A loss of one's own may ask for something else than small errors, such as a high rank correlation: a head that does better
 * by it than every reference learnt what it was asked for. A loss that is miswired is no judge.
 */
function isBestByItsOwnLoss(
  { behaviour }: TargetEvidence,
  given: LossName | Loss,
  truth: TF.Tensor,
  output: TF.Tensor,
  references: readonly Reach[],
): boolean {
  const { constant, unpaired, rewardsError } = behaviour;
  if (typeof given === 'string' || constant || unpaired || rewardsError || truth.rank !== 2) return false;
  return scoped(() => {
    const value = (told: TF.Tensor) => tf.mean(given(truth, told)).dataSync()[0]!;
    const head = value(output);
    return references.every(({ predictions }) => {
      const told = tf.tensor2d(Float32Array.from(predictions.values), [predictions.rows, predictions.columns]);
      return head <= value(told) + 1e-3 * Math.abs(value(told));
    });
  });
}

/** Rows of numbers; of sequences, the last step. */
export function matrixOf(tensor: TF.Tensor): Matrix {
  const [rows, rank] = [tensor.shape[0]!, tensor.rank];
  const columns = rank > 1 ? tensor.shape[rank - 1]! : 1;
  const values = tensor.dataSync();
  const stride = values.length / rows;
  return {
    rows,
    columns,
    values: Float64Array.from(
      { length: rows * columns },
      (_, k) => values[Math.floor(k / columns) * stride + stride - columns + (k % columns)]!,
    ),
  };
}

/** A loss or a layer without a gradient is no reason to give up the rest of a diagnosis. */
export function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ReluctantError && error.code === 'inputs-mismatch') throw error;
    return undefined;
  }
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
