import type { TF } from '../../core';
import { inputNames } from '../../inspection';
import { orderedInputs } from '../../inspection/layers';
import type { TrainingData } from '../../training';
import { type ClassOrder, classOrder } from './classOrder';
import {
  type CrossingTargets,
  type CrossingWindows,
  crossingTargets,
  crossingWindows,
  type InterleavedWindows,
  interleavedWindows,
} from './crossing';
import { type FittedTogether, fittedTogether, type RankedTogether, rankedTogether } from './fittedTogether';
import { type FilledColumn, type FutureColumn, filledColumns, futureReturns, targetColumn } from './future';
import { type MetricBehaviour, metricBehaviours } from './metricBehaviour';
import type { TrainingOptions } from './program';
import { lastSteps } from './rowColumns';
import { targetsOf } from './sample';

/** How the rows were put together, found by holding tensors against each other and against what is known of the rows. */
export interface WiringEvidence {
  crossingWindows: readonly CrossingWindows[];
  interleavedWindows: readonly InterleavedWindows[];
  crossingTargets: readonly CrossingTargets[];
  /** Of every column, the return ahead that it is most like. */
  futureReturns: readonly FutureColumn[];
  /** Of every head, the column that is most like it. */
  targetColumns: readonly FutureColumn[];
  filledColumns: readonly FilledColumn[];
  fittedTogether: readonly (FittedTogether & { input: string })[];
  rankedTogether: readonly RankedTogether[];
  classOrder: readonly ClassOrder[];
  /** Names that the rows' facts give, and columns that the inputs have, where both are known. */
  features?: { named: number; columns: number };
  /** What metrics of one's own do. */
  metrics: readonly MetricBehaviour[];
  /** Settings that were given and that the program has not read. */
  unread: readonly string[];
}

/** Looks at the rows of the data in their order. */
export function wiringEvidence(
  model: TF.LayersModel,
  data: TrainingData,
  heads: readonly string[],
  options: TrainingOptions,
): WiringEvidence {
  const names = inputNames(model);
  const inputs = orderedInputs('diagnose', model, data.inputs);
  const targets = targetsOf('training', model, data);
  const { validation, facts = {} } = data;
  const laterInputs = validation && orderedInputs('diagnose', model, validation.inputs);
  const laterTargets = validation && targetsOf('validation', model, validation);
  const perInput = <T>(look: (input: TF.Tensor, k: number) => T | readonly T[] | undefined): T[] =>
    inputs.flatMap((input, k) => (look(input, k) ?? []) as T | T[]);
  const perHead = <T>(look: (head: string) => T | undefined): T[] => heads.flatMap((head) => look(head) ?? []);
  const [first, later] = [lastSteps(inputs[0]!), laterInputs && lastSteps(laterInputs[0]!)];
  const columns = inputs[0]!.shape.at(-1)!;
  const isOne = inputs.length === 1;
  return {
    crossingWindows: perInput((input, k) => crossingWindows(names[k]!, input, facts)),
    interleavedWindows: perInput((input, k) => interleavedWindows(names[k]!, input)),
    crossingTargets: perHead((head) => crossingTargets(head, data, targets[head]!)),
    futureReturns: isOne ? futureReturns(data, inputs[0]!) : [],
    targetColumns: perHead((head) => {
      const [own, other] = [
        matrixOf(targets[head]!, first?.rows),
        laterTargets && matrixOf(laterTargets[head]!, later?.rows),
      ];
      if (!isOne || !first || !later || !own || !other) return undefined;
      return targetColumn(head, { inputs: first, targets: own }, { inputs: later, targets: other }, facts.features);
    }),
    filledColumns: isOne ? filledColumns(data, inputs[0]!) : [],
    fittedTogether: laterInputs
      ? perInput((input, k) => {
          const found = fittedTogether(input, laterInputs[k]!);
          return found && { ...found, input: names[k]! };
        })
      : [],
    rankedTogether: laterTargets ? perHead((head) => rankedTogether(head, targets[head]!, laterTargets[head]!)) : [],
    classOrder: perHead((head) => classOrder(head, data, targets[head]!)),
    ...(isOne && facts.features && { features: { named: facts.features.length, columns } }),
    metrics: metricBehaviours(heads, options, targets),
    unread: options.program?.unread ?? [],
  };
}

/** The first rows of targets of one column. */
function matrixOf(target: TF.Tensor, rows: number | undefined) {
  if (rows === undefined || target.size !== target.shape[0]) return undefined;
  return { values: Float64Array.from(target.dataSync().subarray(0, rows)), rows, columns: 1 };
}
