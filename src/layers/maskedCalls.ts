import { ReluctantError, type TF, tf } from '../core';
import { layersWithin } from './keyedCalls';

/** Outputs of a model in the order of `model.outputs`, each with the mask that its last layer hands on. */
export interface MaskedOutputs {
  outputs: TF.Tensor[];
  /** Bool [batch, time], true where a step counts; undefined where no step was left out. */
  masks: (TF.Tensor | undefined)[];
}

/** A model's forward pass that carries masks from layer to layer. */
export type MaskedForward = (inputs: readonly TF.Tensor[], training: boolean) => MaskedOutputs;

type Mask = TF.Tensor | undefined;
type Calls = Map<string, MaskedOutputs>;

/**
 * Layers that in Keras leave masked steps out of their sums, or of what others attend to, and here do not. Beside them every
 * layer that does not hand a mask on is refused: Keras drops the mask there.
 */
const UNAWARE: ReadonlySet<string> = new Set(['BatchNormalization', 'Softmax', 'BroadcastAttention']);

/** Whether a layer, or one inside it, makes a mask out of its input. */
export function makesMasks(layer: TF.layers.Layer): boolean {
  const { layers = [], maskZero = false } = layer as { layers?: TF.layers.Layer[]; maskZero?: boolean };
  return layer.getClassName() === 'Masking' || maskZero || layers.some(makesMasks);
}

/**
 * The forward pass of a model that leaves steps out (`tf.layers.masking`, `embedding` with `maskZero`), with the masks of its outputs, by
 * which losses and metrics leave out the same steps. tfjs's own pass gives the last mask it met to every later layer, whether it
 * belongs to that layer's input or not; here a layer is given the mask of its own input.
 *
 * @returns undefined for a model that makes no masks.
 * @throws ReluctantError `mask-not-taken` by the function returned, where a mask meets a layer that has no use for it.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.masking({ maskValue: 0, inputShape: [3, 1] }), tf.layers.dense({ units: 2 })] });
 * const forward = layers.forwardWithMasks(model)!;
 * forward([tf.tensor3d([[[1], [2], [0]]])], false).masks[0]!.dataSync(); // Uint8Array [1, 1, 0]
 */
export function forwardWithMasks(model: TF.LayersModel): MaskedForward | undefined {
  if (!layersWithin(model).some(makesMasks)) return undefined;
  return (inputs, training) =>
    runModel(
      model,
      inputs,
      inputs.map(() => undefined),
      training,
    );
}

function runModel(
  model: TF.LayersModel,
  inputs: readonly TF.Tensor[],
  masks: readonly Mask[],
  training: boolean,
): MaskedOutputs {
  const calls: Calls = new Map();
  const passed = (symbolic: TF.SymbolicTensor): { value: TF.Tensor; mask: Mask } => {
    const at = model.inputs.findIndex(({ id }) => id === symbolic.id);
    if (at >= 0) return { value: inputs[at]!, mask: masks[at] };
    const layer = symbolic.sourceLayer;
    const key = `${layer.id}/${symbolic.nodeIndex}`;
    let result = calls.get(key);
    if (!result) {
      const before = symbolic.inputs.map(passed);
      result = callLayer(
        layer,
        before.map(({ value }) => value),
        before.map(({ mask }) => mask),
        training,
      );
      calls.set(key, result);
    }
    const place = symbolic.outputTensorIndex ?? 0;
    return { value: result.outputs[place]!, mask: result.masks[place] };
  };
  const results = model.outputs.map(passed);
  return { outputs: results.map(({ value }) => value), masks: results.map(({ mask }) => mask) };
}

function callLayer(
  layer: TF.layers.Layer,
  inputs: TF.Tensor[],
  masks: readonly Mask[],
  training: boolean,
): MaskedOutputs {
  if (layer instanceof tf.LayersModel) return runModel(layer, inputs, masks, training);
  const isMasked = masks.some((mask) => mask !== undefined);
  if (isMasked) checkTakesMask(layer);
  const given = masks[0] ? { training, mask: masks[0] } : { training };
  const outputs = [layer.apply(inputs.length === 1 ? inputs[0]! : inputs, given)].flat() as TF.Tensor[];
  if (!isMasked && !makesMasks(layer)) return { outputs, masks: outputs.map(() => undefined) };
  const handedOn = layer.computeMask(
    inputs.length === 1 ? inputs[0]! : inputs,
    (inputs.length === 1 ? masks[0] : masks.map((mask) => mask ?? null)) as TF.Tensor,
  );
  const list = Array.isArray(handedOn) ? handedOn : [handedOn];
  return { outputs, masks: outputs.map((_, k) => (list[k] as TF.Tensor | null) ?? undefined) };
}

function checkTakesMask(layer: TF.layers.Layer): void {
  const className = layer.getClassName();
  if ((layer as unknown as { supportsMasking: boolean }).supportsMasking && !UNAWARE.has(className)) return;
  throw new ReluctantError({
    code: 'mask-not-taken',
    operation: 'fit',
    problem: 'a mask meets a layer that would count the masked steps',
    where: { layer: layer.name },
    received: className,
    expected: 'a recurrent layer, or one that treats every time step by itself',
    fix: 'put a recurrent layer without returnSequences before it, or make the mask’s layer without it (maskZero: false)',
  });
}
