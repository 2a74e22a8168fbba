import { ReluctantError, type TF, tf } from '../core';
import { forwardOnNeededSteps, forwardWithMasks, layersWithin, type MaskedForward, trainingCalls } from '../layers';
import { type KeptStates, keptStates } from '../layers/keptStates';
import { penaltiesOf } from '../layers/penalties';
import { isPrepared } from '../layers/preparedLayers';

/** Tensors by name: of a model's inputs, or of its heads. */
export type Named<T> = Record<string, T>;

/** A model written as a function over tensors. */
export interface FunctionModel {
  /** The names of what {@link predict} returns. */
  heads: readonly string[];
  /** The variables training may change. */
  variables: readonly TF.Variable[];
  /** Inputs by name, each [batch, ...], to predictions by head, each [batch, ...]. */
  predict(inputs: Named<TF.Tensor>, training: boolean): Named<TF.Tensor>;
  /** Rows that are predicted at a time at most in validation; default: as many as their inputs allow. */
  rowsAtOnce?: number;
}

/** What {@link fit} can train. */
export type Trainable = TF.LayersModel | FunctionModel;

/** Both kinds of model under one face. */
export interface ModelFace {
  heads: readonly string[];
  /** The names of the inputs; undefined if any will do. */
  inputs: readonly string[] | undefined;
  /** Shapes without the rows, null where any length will do; undefined where only a call of {@link forward} tells. */
  inputShapes: Named<readonly (number | null)[]> | undefined;
  outputShapes: Named<readonly (number | null)[]> | undefined;
  trainable: readonly TF.Variable[];
  /** Changes weights before a step, as layers ask for it; undefined where none does. */
  prepare: (() => void) | undefined;
  /** Puts the trainable variables back within their constraints; for the end of a step. */
  constrain(): void;
  /** All weights: those training changes and those it does not, such as moving averages. */
  weights: readonly TF.Variable[];
  /** Names of {@link weights}, in the same order, as inspections print them. */
  weightNames: readonly string[];
  forward(inputs: Named<TF.Tensor>, training: boolean): Named<TF.Tensor>;
  /** What layers keep from one batch to the next; undefined where every batch stands by itself. */
  states: KeptStates | undefined;
  /**
   * The same with the masks of the heads' steps, and with the states after the batch where those before it are handed over; otherwise
   * layers begin with the states that they have, and keep them.
   */
  forwardWithMasks(inputs: Named<TF.Tensor>, training: boolean, states?: readonly TF.Tensor[]): Forwarded;
  /** Whether layers leave steps out, so that heads may have masks. */
  makesMasks: boolean;
  /** Rows that may be predicted at a time, where it is not their inputs that take the memory. */
  rowsAtOnce: number;
  /** Penalties that the layers add to the loss, of weights, and of what passed through them in the last forward pass in training. */
  penalties(): TF.Tensor[];
}

/** Predictions by head, each [batch, ...], and masks of heads whose steps do not all count, each bool [batch, time]. */
export interface Forwarded {
  predictions: Named<TF.Tensor>;
  masks: Named<TF.Tensor>;
  /** What layers hand on to the next batch; empty unless they were given that of the batch before. */
  states: TF.Tensor[];
}

/** The face of a model. Throws `not-a-model` on anything else. */
export function faceOf(model: Trainable): ModelFace {
  if (isLayersModel(model)) return layersFace(model);
  if (Array.isArray(model?.heads) && Array.isArray(model.variables) && typeof model.predict === 'function') {
    return {
      heads: model.heads,
      inputs: undefined,
      inputShapes: undefined,
      outputShapes: undefined,
      trainable: model.variables,
      prepare: undefined,
      constrain: () => undefined,
      weights: model.variables,
      weightNames: model.variables.map(({ name }) => name),
      forward: (inputs, training) => checkPredictions(model, model.predict(inputs, training)),
      forwardWithMasks: (inputs, training) => ({
        predictions: checkPredictions(model, model.predict(inputs, training)),
        masks: {},
        states: [],
      }),
      states: undefined,
      makesMasks: false,
      rowsAtOnce: model.rowsAtOnce ?? Number.POSITIVE_INFINITY,
      penalties: () => [],
    };
  }
  throw new ReluctantError({
    code: 'not-a-model',
    operation: 'fit',
    problem: 'the model is of no known kind',
    received: model,
    expected: 'a tf.LayersModel, or { heads, variables, predict }',
  });
}

function checkPredictions({ heads }: FunctionModel, predictions: unknown): Named<TF.Tensor> {
  const given = (predictions ?? {}) as Record<string, unknown>;
  if (typeof given['then'] === 'function') (predictions as Promise<unknown>).catch(() => undefined);
  const missing = heads.filter((head) => !(given[head] instanceof tf.Tensor));
  if (missing.length === 0) return given as Named<TF.Tensor>;
  throw new ReluctantError({
    code: 'predictions-missing',
    operation: 'fit',
    problem: `predict returns no tensor for ${missing.map((head) => `"${head}"`).join(', ')}`,
    received: typeof given['then'] === 'function' ? 'a promise' : Object.keys(given),
    expected: `tensors by head: ${heads.join(', ')}`,
    ...(typeof given['then'] === 'function' && { fix: 'write predict without async: a step cannot wait' }),
  });
}

export function isLayersModel(model: Trainable): model is TF.LayersModel {
  return model instanceof tf.LayersModel;
}

/** The name of a weight without the number tfjs appends where the same name was used before in this process. */
export const weightName = ({ originalName }: { originalName: string }): string => originalName.replace(/_\d+$/, '');

/** Whether a weight of the model was disposed of; tfjs's `read` throws then, and says so in its own words. */
export function isDisposedOf(model: TF.LayersModel): boolean {
  return model.weights.some((weight) => (weight as unknown as { val: TF.Variable }).val.isDisposed);
}

function wholeForward(model: TF.LayersModel): MaskedForward {
  return (inputs, training) => {
    const output = model.apply(inputs.length === 1 ? inputs[0]! : [...inputs], { training });
    return { outputs: [output].flat() as TF.Tensor[], masks: [] };
  };
}

/** The forward pass without masks and with every time step that matters. */
function partialForward(model: TF.LayersModel): MaskedForward | undefined {
  const forward = forwardOnNeededSteps(model);
  return forward && ((inputs, training) => ({ outputs: forward(inputs, training), masks: [] }));
}

function layersFace(model: TF.LayersModel): ModelFace {
  // A tf.sequential model that was never compiled knows its names only once it is built.
  if (model.outputNames.length === 0) (model as TF.Sequential).build();
  const heads = model.outputNames;
  const inputs = model.inputNames;
  const masked = forwardWithMasks(model);
  const forward = masked ?? partialForward(model) ?? wholeForward(model);
  const variables = (weights: TF.LayersModel['weights']) => weights.map((weight) => weight.read() as TF.Variable);
  const asTrained = trainingCalls(model);
  const states = keptStates(model);
  const predict = (given: Named<TF.Tensor>, training: boolean, before?: readonly TF.Tensor[]): Forwarded => {
    const ordered = inputs.map((name) => given[name]!);
    const run = () => asTrained(() => forward(ordered, training));
    const called = states && withStates(states, ordered[0]!.shape[0]!, before, run);
    const { outputs, masks } = called ? called.result : run();
    return {
      states: called?.states ?? [],
      predictions: Object.fromEntries(heads.map((head, k) => [head, outputs[k]!])),
      masks: Object.fromEntries(heads.flatMap((head, k) => (masks[k] ? [[head, masks[k]]] : []))),
    };
  };
  const shapes = (names: readonly string[], tensors: readonly TF.SymbolicTensor[]) =>
    Object.fromEntries(names.map((name, k) => [name, tensors[k]!.shape.slice(1)]));
  return {
    heads,
    inputs,
    inputShapes: shapes(inputs, model.inputs),
    outputShapes: shapes(heads, model.outputs),
    trainable: variables(model.trainableWeights),
    prepare: preparing(model),
    constrain: () => constrain(model.trainableWeights),
    weights: variables(model.weights),
    weightNames: model.weights.map(weightName),
    forward: (given, training) => predict(given, training).predictions,
    forwardWithMasks: predict,
    states,
    makesMasks: masked !== undefined,
    rowsAtOnce: Number.POSITIVE_INFINITY,
    penalties: () => penaltiesOf(model).map((penalty) => penalty()),
  };
}

function preparing(model: TF.LayersModel): (() => void) | undefined {
  const layers = [...new Set(layersWithin(model))].filter(isPrepared);
  if (layers.length === 0) return undefined;
  return () => {
    for (const layer of layers) layer.prepare();
  };
}

/** A call from given states, or from those that the layers have, which it then leaves as they are. */
function withStates<T>(kept: KeptStates, rows: number, before: readonly TF.Tensor[] | undefined, run: () => T) {
  if (before) return kept.during(before, rows, run);
  const own = kept.read();
  const { result, states } = kept.during(own, rows, run);
  tf.dispose([...own, ...states]);
  return { result, states: [] };
}

type Constrained = TF.LayersModel['weights'][number] & { constraint?: { apply(weight: TF.Tensor): TF.Tensor } | null };

/** Applies the constraints of weights, as Keras does after every step. */
function constrain(weights: TF.LayersModel['weights']): void {
  for (const weight of weights as Constrained[]) {
    if (!weight.constraint) continue;
    const variable = weight.read() as TF.Variable;
    variable.assign(tf.tidy(() => weight.constraint!.apply(variable)));
  }
}
