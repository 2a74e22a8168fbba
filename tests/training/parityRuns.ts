import { ReluctantError, type TF, tf } from '../../src/core';
import { registerLayers } from '../../src/layers';
import { type FitOptions, fit, type OptimizerOptions } from '../../src/training';
import drifts from './kerasDrifts.json';
import { wave } from './modelRuns';

/** A layer by Keras's name of its class, with its configuration in Keras's spelling. */
type LayerText = [className: string, config: Record<string, unknown>];

/** One model trained in one way, with the losses that Keras had by optimiser; none where Keras has nothing to train. */
export interface ParityRun {
  model: string;
  way: string;
  shape: number[];
  layers: LayerText[];
  loss: string;
  losses: Record<string, number[] | null>;
}

const ROWS = 16;

/** The optimisers of kerasParity.py. */
const OPTIMIZERS: Readonly<Record<string, OptimizerOptions>> = {
  adam: { kind: 'adam', learningRate: 0.01 },
  adamw: { kind: 'adamw', learningRate: 0.01, weightDecay: 0.05 },
  nesterov: { kind: 'sgd', learningRate: 0.02, momentum: 0.9, nesterov: true },
  nadam: { kind: 'nadam', learningRate: 0.01 },
  adamax: { kind: 'adamax', learningRate: 0.01 },
  rmsprop: { kind: 'rmsprop', learningRate: 0.002 },
  adagrad: { kind: 'adagrad', learningRate: 0.05 },
  lamb: { kind: 'lamb', learningRate: 0.005 },
};

/** How far a run's losses are from Keras's at most, or the code by which the run was refused. */
export type Agreement = { distance: number } | { refused: string };

/** Trains as Keras did and compares every loss. */
export async function agreement(run: ParityRun, optimizer: string): Promise<Agreement> {
  try {
    const distances = await distancesOf(run, optimizer);
    return { distance: Math.max(...distances) };
  } catch (error) {
    if (error instanceof ReluctantError) return { refused: error.code };
    throw error;
  }
}

/** How far every loss is from Keras's, step by step. */
export async function distancesOf(run: ParityRun, optimizer: string): Promise<number[]> {
  const model = await modelOf(run);
  setWaves(model);
  const data = dataOf(run, model.outputs[0]!.shape.length > 2);
  const options: FitOptions = {
    losses: run.loss as never,
    epochs: 50,
    batchSize: ROWS,
    shuffle: false,
    mode: 'graph',
    optimizer: OPTIMIZERS[optimizer]!,
  };
  try {
    const losses = (await fit(model, data, options)).column('loss');
    const expected = run.losses[optimizer];
    return losses.map((loss, k) => (expected ? Math.abs(loss - expected[k]!) : Number.POSITIVE_INFINITY));
  } finally {
    model.dispose();
    tf.dispose(data as unknown as TF.TensorContainer);
  }
}

/** Trainings that Keras itself does not repeat to 1e-4, with how far apart it is from itself (see kerasParity.py). */
export const SENSITIVE = drifts.runs as unknown as (ParityRun & { drift: Record<string, number[]> })[];

/** How far a training may be from Keras's: 1e-4, or twice as far as Keras is from itself. */
export function allowed({ model, way }: ParityRun, optimizer: string): number {
  const known = SENSITIVE.find((run) => run.model === model && run.way === way)?.drift[optimizer];
  return Math.max(1e-4, ...(known ?? []).map((drift) => 2 * drift));
}

/** The model, read by tfjs from Keras's description of it. */
async function modelOf({ shape, layers }: ParityRun): Promise<TF.LayersModel> {
  registerLayers();
  const input = { class_name: 'InputLayer', config: { name: 'input', batch_input_shape: [null, ...shape] } };
  const config = { name: 'model', layers: [input, ...layers.map(described)] };
  return tf.models.modelFromJSON({ modelTopology: { class_name: 'Sequential', config } } as never);
}

function described([className, config]: LayerText, k = 0): object {
  const inner = config['layer'] as LayerText | undefined;
  return {
    class_name: className,
    config: { name: `layer${k}`, ...config, ...(inner && { layer: described(inner) }) },
  };
}

/** Sines for every weight, with a frequency of its own, layer by layer; variances are positive. */
function setWaves(model: TF.LayersModel): void {
  let k = 0;
  for (const layer of model.layers) {
    for (const weight of layer.weights) {
      const value = wave(weight.shape as number[], 1.7 + 0.31 * k++, 0.4);
      // Not by setWeights, which holds weights to their constraints at once; Keras does so after the first step.
      (weight.read() as TF.Variable).assign(weight.originalName.includes('variance') ? value.abs().add(0.5) : value);
    }
  }
}

function inputsOf({ model, way, shape }: ParityRun): TF.Tensor {
  if (model === 'words')
    return tf.tensor(
      Float32Array.from({ length: ROWS * 8 }, (_, k) => (k * k + 3 * k) % 7),
      [ROWS, 8],
    );
  const inputs = wave([ROWS, ...shape], 1.3);
  if (way !== 'masks' || shape.length !== 2) return inputs;
  const counts = Float32Array.from({ length: ROWS * 8 }, (_, k) => (k % 8 < 3 + (Math.floor(k / 8) % 6) ? 1 : 0));
  return inputs.mul(tf.tensor(counts, [ROWS, 8, 1]));
}

function targetsOf(run: ParityRun, inputs: TF.Tensor, perStep: boolean): TF.Tensor {
  const features = perStep ? inputs : inputs.reshape([ROWS, -1]);
  const firstOf = (count: number) => features.slice(0, [...features.shape.slice(0, -1), count]);
  if (run.loss === 'categoricalCrossentropy') return tf.oneHot(firstOf(3).argMax(-1), 3).toFloat();
  if (run.loss === 'sparseCategoricalCrossentropy') return firstOf(3).argMax(-1).toFloat().expandDims(1);
  if (run.loss === 'binaryCrossentropy') return firstOf(1).greater(0).toFloat();
  if (perStep) return firstOf(2).square();
  const values = run.model === 'words' ? features.div(7) : features;
  return values.square().mean(1, true);
}

function dataOf(run: ParityRun, perStep: boolean) {
  const inputs = inputsOf(run);
  const targets = targetsOf(run, inputs, perStep);
  const isSeries = run.shape.length === 2 || run.model === 'words';
  const sampleWeights =
    run.way === 'weights'
      ? wave(perStep ? [ROWS, 8] : [ROWS], 0.9)
          .abs()
          .add(0.5)
      : run.way === 'masks' && !isSeries
        ? tf.tensor1d(Float32Array.from({ length: ROWS }, (_, k) => (k % 3 === 0 ? 0 : 1)))
        : undefined;
  return { inputs, targets, ...(sampleWeights && { sampleWeights: sampleWeights as TF.Tensor1D }) };
}

/** What training refuses by name: a mask before a layer that has no use for it, and a model of which all is frozen. */
const REFUSED: Readonly<Record<string, string>> = {
  'dilated masks': 'mask-not-taken',
  'pooledSeries masks': 'mask-not-taken',
  'linear frozen': 'nothing-to-train',
};

/** Trains all of it; names what is neither as near to Keras as it should be nor refused as it should be. */
export async function compareAll(runs: readonly ParityRun[]): Promise<{ apart: string[]; compared: number }> {
  const apart: string[] = [];
  let compared = 0;
  for (const run of runs) {
    const name = `${run.model} ${run.way}`;
    for (const optimizer of Object.keys(run.losses)) {
      const result = await agreement(run, optimizer);
      const isRight =
        'refused' in result
          ? result.refused === REFUSED[name]
          : result.distance < allowed(run, optimizer) && !REFUSED[name];
      if (!isRight) apart.push(`${name} ${optimizer}: ${JSON.stringify(result)}`);
      compared++;
    }
  }
  return { apart, compared };
}
