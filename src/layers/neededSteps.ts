import type { TF } from '../core';
import { makesMasks } from './maskedCalls';
import { MOST_RUNS, runsOf, selectSteps } from './stepSelection';

/** A layer over time that can compute some of its time steps without the others. */
export interface StepwiseLayer extends TF.layers.Layer {
  /** The input's time steps (ascending) that the output's steps `outputs` depend on; an output without time has none. */
  stepsFor(outputs: readonly number[], time: number): number[];
  /** The output's steps `outputs`, given the input's steps `at` among `time`: all that {@link stepsFor} names, and perhaps more. */
  callOnSteps(x: TF.Tensor3D, at: readonly number[], outputs: readonly number[], time: number): TF.Tensor;
}

/** Layers of tfjs and of this project that treat every time step by itself, whatever the others hold. */
const TIMEWISE: ReadonlySet<string> = new Set([
  ...['Dense', 'Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU'],
  ...['Add', 'Multiply', 'Average', 'Maximum', 'Minimum'],
  ...['BroadcastLayerNormalization', 'KeyedDropout', 'ResizeChannels'],
]);

/** A model's forward pass: inputs in the order of `model.inputs`, outputs in that of `model.outputs`. */
export type Forward = (inputs: readonly TF.Tensor[], training: boolean) => TF.Tensor[];

/** How one symbolic tensor of a model is computed. */
interface Plan {
  tensor: TF.SymbolicTensor;
  layer: TF.layers.Layer;
  inputs: Plan[];
  kind: 'input' | 'timewise' | 'stepwise' | 'whole';
  /** Time steps that something depends on; undefined where there is no time. */
  wanted: Set<number> | undefined;
  steps: readonly number[];
}

/**
 * The forward pass of a model over time without the time steps that nothing depends on. In a model that keeps only the last
 * step, the block before it matters at a few steps, the one before that at a few more (the tree of van den Oord et al.
 * 2016, figure 3): a WaveNet of dilations 1, 2, 4, 8 over a window of 32 needs 15 of its 128 block steps. The outputs and the
 * gradients are the model's own up to rounding; `model.predict` still computes every step, for those who look inside.
 *
 * Layers that mix time steps in another way than convolutions of this project (attention, recurrent layers, pooling) are
 * computed whole, as is all they depend on.
 *
 * @returns undefined if every step is needed, or the model passes masks along.
 * @example
 * const model = models.financialWaveNet({ window: 32, features: 4, dropoutRate: 0 });
 * const forward = layers.forwardOnNeededSteps(model)!;
 * forward([tf.zeros([2, 32, 4])], false)[0]!.shape; // [2, 3], as of model.predict
 */
export function forwardOnNeededSteps(model: TF.LayersModel): Forward | undefined {
  const order = planOf(model);
  if (!order) return undefined;
  const outputs = model.outputs.map(({ id }) => order.find(({ tensor }) => tensor.id === id)!);
  for (const plan of outputs) wantAll(plan);
  for (const plan of [...order].reverse()) spread(plan);
  for (const plan of order) plan.steps = [...(plan.wanted ?? [])].sort((a, b) => a - b);
  if (order.every((plan) => !plan.wanted || plan.steps.length === timeOf(plan))) return undefined;
  if (order.some(({ steps }) => runsOf(steps).length > MOST_RUNS)) return undefined;
  return (inputs, training) => {
    const values = new Map<Plan, TF.Tensor>();
    for (const plan of order) {
      const given =
        plan.kind === 'input' ? inputs[model.inputs.findIndex(({ id }) => id === plan.tensor.id)] : undefined;
      values.set(plan, compute(plan, values, training, given));
    }
    return outputs.map((plan) => values.get(plan)!);
  };
}

/** The model's tensors, each behind what it depends on. Undefined for models that this pass would change. */
function planOf(model: TF.LayersModel): Plan[] | undefined {
  const plans = new Map<number, Plan>();
  const inputs = new Set(model.inputs.map(({ id }) => id));
  let isPlain = true;
  const visit = (tensor: TF.SymbolicTensor): Plan => {
    const known = plans.get(tensor.id);
    if (known) return known;
    const layer = tensor.sourceLayer;
    const isInput = inputs.has(tensor.id);
    if (!isInput && (tensor.inputs.length === 0 || tensor.outputTensorIndex)) isPlain = false;
    if (makesMasks(layer)) isPlain = false;
    const before = isInput ? [] : tensor.inputs.map(visit);
    const wanted = tensor.shape.length === 3 && tensor.shape[1] ? new Set<number>() : undefined;
    const plan = { tensor, layer, inputs: before, wanted, steps: [], kind: 'whole' } as Plan;
    if (isInput) plan.kind = 'input';
    else if (isStepwise(layer) && before[0]!.wanted) plan.kind = 'stepwise';
    else if (TIMEWISE.has(layer.getClassName()) && sameTime(plan)) plan.kind = 'timewise';
    plans.set(tensor.id, plan);
    return plan;
  };
  for (const output of model.outputs) visit(output);
  return isPlain ? [...plans.values()] : undefined;
}

const isStepwise = (layer: TF.layers.Layer): layer is StepwiseLayer => 'callOnSteps' in layer && 'stepsFor' in layer;

const timeOf = ({ tensor }: Plan): number => tensor.shape[1]!;

const sameTime = (plan: Plan): boolean =>
  plan.wanted !== undefined && plan.inputs.every((each) => each.wanted && timeOf(each) === timeOf(plan));

function want(plan: Plan, steps: Iterable<number>): void {
  for (const step of steps) plan.wanted!.add(step);
}

function wantAll(plan: Plan): void {
  if (plan.wanted) want(plan, Array(timeOf(plan)).keys());
}

/** Tells a tensor's inputs which of their steps it needs. */
function spread({ kind, layer, inputs, wanted }: Plan): void {
  if (kind === 'timewise') for (const input of inputs) want(input, wanted!);
  else if (kind === 'stepwise')
    want(inputs[0]!, (layer as StepwiseLayer).stepsFor([...(wanted ?? [])], timeOf(inputs[0]!)));
  else for (const input of inputs) wantAll(input);
}

function compute(plan: Plan, values: Map<Plan, TF.Tensor>, training: boolean, given?: TF.Tensor): TF.Tensor {
  const { kind, layer, inputs, steps, wanted } = plan;
  const reduced = (whole: TF.Tensor) =>
    wanted ? selectSteps(whole as TF.Tensor3D, [...Array(timeOf(plan)).keys()], steps) : whole;
  if (kind === 'input') return reduced(given!);
  const before = inputs.map((input) => values.get(input)!);
  if (kind === 'stepwise') {
    const [from] = inputs as [Plan];
    return (layer as StepwiseLayer).callOnSteps(before[0] as TF.Tensor3D, from.steps, steps, timeOf(from));
  }
  const ready =
    kind === 'timewise' ? inputs.map((input, k) => selectSteps(before[k] as TF.Tensor3D, input.steps, steps)) : before;
  const output = layer.apply(ready.length === 1 ? ready[0]! : ready, { training }) as TF.Tensor | TF.Tensor[];
  const one = Array.isArray(output) ? output[0]! : output;
  return kind === 'whole' ? reduced(one) : one;
}
