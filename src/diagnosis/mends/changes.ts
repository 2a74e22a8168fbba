import { ReluctantError, type TF, tf } from '../../core';
import { outputNames } from '../../inspection';
import { type Loss, type LossName, lossOf } from '../../losses';
import type { ProgramParts } from '../../programs';
import type { FitOptions, TrainingData } from '../../training';
import { lossGiven } from '../evidence/evidence';

/** The parts of a program that is diagnosed; each function here makes changed parts of them and leaves the given ones. */
type Program = ProgramParts<TF.LayersModel>;

/** A layer as Keras writes it to JSON. */
export interface LayerJSON {
  class_name: string;
  config: Record<string, unknown>;
  /** Of functional models: where the inputs of each call come from, the layer's name first. */
  inbound_nodes?: unknown[][][];
}

/** The program with its layers changed as JSON; weights are drawn again from the same seeds. */
export function withLayers(
  program: Program,
  edit: (layer: LayerJSON, place: number, all: LayerJSON[]) => void,
): Program {
  return {
    ...program,
    model: async () => {
      const model = await program.model();
      const json = JSON.parse(model.toJSON(undefined, true) as unknown as string) as {
        config: { layers?: LayerJSON[] } | LayerJSON[];
      };
      const layers = Array.isArray(json.config) ? json.config : (json.config.layers ?? []);
      layers.forEach(edit);
      const changed = await tf.models.modelFromJSON(json as never);
      inherit(model, changed);
      model.dispose();
      return changed;
    },
  };
}

/** Weights of layers that kept their name, shape and initialiser start from the same values. */
function inherit(from: TF.LayersModel, to: TF.LayersModel): void {
  for (const layer of to.layers) {
    const source = from.layers.find(({ name }) => name === layer.name);
    if (!source || layer.weights.length === 0) continue;
    const initializers = (own: TF.layers.Layer) =>
      JSON.stringify(Object.entries(own.getConfig()).filter(([key]) => key.toLowerCase().includes('initializer')));
    const shapes = (own: TF.layers.Layer) => JSON.stringify(own.weights.map(({ shape }) => shape));
    if (shapes(source) === shapes(layer) && initializers(source) === initializers(layer))
      layer.setWeights(source.getWeights());
  }
}

/**
 * The head's activation replaced, be it fused into its layer or a layer of its own. The layer with the head's weights starts
 * afresh, from Glorot's weights: what it was given or had learnt may have put it where it is.
 */
export const withHeadActivation =
  (head: string, activation: string) =>
  (program: Program): Program =>
    withLayers(program, (layer, place, all) => {
      const name = headAmong(headsOf(all), head);
      if (layer.config['name'] !== name) return;
      const renew = ({ config }: LayerJSON) => {
        config['kernel_initializer'] = { class_name: 'GlorotUniform', config: { seed: 1 } };
        config['bias_initializer'] = {
          class_name: 'Constant',
          config: { value: startOf(program, head, activation) },
        };
      };
      if ('units' in layer.config) {
        layer.config['activation'] = activation;
        renew(layer);
        return;
      }
      layer.class_name = 'Activation';
      layer.config = { name, trainable: true, activation };
      const source = layer.inbound_nodes?.[0]?.[0]?.[0];
      const before = all.find(({ config }) => config['name'] === source) ?? all[place - 1];
      if (before && 'units' in before.config) renew(before);
    });

/**
 * The head that is meant: the one of that name, or the only one there is, since tfjs numbers the names of layers without one
 * anew in every model.
 *
 * @throws ReluctantError `head-not-found`.
 */
function headAmong(heads: readonly string[], head: string): string {
  if (heads.includes(head)) return head;
  if (heads.length === 1) return heads[0]!;
  throw new ReluctantError({
    code: 'head-not-found',
    operation: 'confirm',
    problem: 'the program’s model has no head of this name',
    where: { head },
    received: [...heads],
    fix: 'give the layers of the model names, so that they have the same in every model the program builds',
  });
}

/** Names of the layers that feed no other: of a sequential model, the last. */
function headsOf(all: readonly LayerJSON[]): string[] {
  const names = all.map(({ config }) => String(config['name']));
  const fed = JSON.stringify(all.map(({ inbound_nodes: nodes }) => nodes ?? []));
  const isSequential = all.every(({ inbound_nodes: nodes }) => nodes === undefined);
  return isSequential ? names.slice(-1) : names.filter((name) => !fed.includes(JSON.stringify(name)));
}

/** The bias at which a head gives the mean target, so that it does not spend its first epochs on getting there. */
function startOf({ data: { targets } }: Program, head: string, activation: string): number {
  const own = targets instanceof tf.Tensor ? targets : targets[headAmong(Object.keys(targets), head)];
  const center = own ? tf.tidy(() => tf.mean(own).dataSync()[0]!) : 0;
  if (activation === 'softplus') return center > 0 ? Math.log(Math.expm1(center)) : 0;
  return activation === 'linear' ? center : 0;
}

/** Every kernel drawn by He's rule, each from its own fixed seed. */
export const withHeInitialisation = (program: Program): Program => {
  let seed = 1;
  return withLayers(program, (layer) => {
    if ('kernel_initializer' in layer.config)
      layer.config['kernel_initializer'] = { class_name: 'HeNormal', config: { seed: seed++ } };
  });
};

/** Penalties on weights left out. */
export const withoutPenalties = (program: Program): Program =>
  withLayers(program, (layer) => {
    for (const key of Object.keys(layer.config)) if (key.endsWith('_regularizer')) layer.config[key] = null;
  });

/** Every layer trainable. */
export const withAllTrainable = (program: Program): Program =>
  withLayers(program, (layer) => {
    if ('trainable' in layer.config) layer.config['trainable'] = true;
  });

/** Settings of the optimiser changed. */
export const withOptimizer =
  (change: (optimizer: NonNullable<FitOptions['optimizer']>) => Partial<NonNullable<FitOptions['optimizer']>>) =>
  (program: Program): Program => {
    const optimizer = program.options.optimizer ?? { kind: 'adam', learningRate: 1e-3 };
    return {
      ...program,
      options: { ...program.options, optimizer: { ...optimizer, ...change(optimizer) } as typeof optimizer },
    };
  };

/** The loss of one head replaced by one made from it. */
export const withLoss =
  (head: string, change: (loss: Loss) => Loss | LossName) =>
  async (program: Program): Promise<Program> => {
    const model = await program.model();
    const heads = outputNames(model);
    model.dispose();
    const losses = Object.fromEntries(heads.map((name) => [name, lossGiven(program.options, name)]));
    const name = headAmong(heads, head);
    losses[name] = change(lossOf(losses[name]!, 'confirm'));
    return { ...program, options: { ...program.options, losses } };
  };

/** The weight of one head's loss multiplied. */
export const withLossWeight =
  (head: string, factor: number) =>
  (program: Program): Program => {
    const { lossWeights = {} } = program.options;
    const weights = { ...lossWeights, [head]: (lossWeights[head] ?? 1) * factor };
    return { ...program, options: { ...program.options, lossWeights: weights } };
  };

/** Every input mapped column by column with numbers of the training rows; validation rows by the same map. */
export const withInputs =
  (map: (column: { values: TF.Tensor; center: TF.Tensor; spread: TF.Tensor }) => TF.Tensor) =>
  (program: Program): Program => {
    const { inputs, validation } = program.data;
    const apply = (values: TF.Tensor, training: TF.Tensor) =>
      tf.tidy(() => {
        const axes = training.shape.map((_, axis) => axis).slice(0, -1);
        const { mean, variance } = tf.moments(training, axes);
        return map({ values, center: mean, spread: tf.maximum(tf.sqrt(variance), 1e-12) });
      });
    const all = (given: TrainingData['inputs']): TrainingData['inputs'] => {
      if (given instanceof tf.Tensor) return apply(given, inputs as TF.Tensor);
      return Object.fromEntries(
        Object.entries(given).map(([name, value]) => [
          name,
          apply(value, (inputs as Record<string, TF.Tensor>)[name]!),
        ]),
      );
    };
    const data = { ...program.data, inputs: all(inputs) };
    if (validation) data.validation = { ...validation, inputs: all(validation.inputs) };
    return { ...program, data };
  };

/** Zero mean and unit variance by the training rows. */
export const standardised = withInputs(({ values, center, spread }) => tf.div(tf.sub(values, center), spread));

/** The logarithm of the distance from the middle beyond one spread: order is kept, tails are drawn in. */
export const drawnIn = withInputs(({ values, center, spread }) => {
  const z = tf.div(tf.sub(values, center), tf.mul(spread, 0.05));
  return tf.mul(tf.sign(z), tf.log1p(tf.abs(z)));
});

/** One head's targets divided by a number. */
export const withTargetsDivided =
  (head: string, divisor: number) =>
  (program: Program): Program => {
    const divide = (targets: TrainingData['targets']): TrainingData['targets'] =>
      targets instanceof tf.Tensor ? tf.div(targets, divisor) : divided(targets);
    const divided = (targets: Readonly<Record<string, TF.Tensor>>) => {
      const name = headAmong(Object.keys(targets), head);
      return { ...targets, [name]: tf.div(targets[name]!, divisor) };
    };
    const { validation } = program.data;
    const data = { ...program.data, targets: divide(program.data.targets) };
    if (validation) data.validation = { ...validation, targets: divide(validation.targets) };
    return { ...program, data };
  };
