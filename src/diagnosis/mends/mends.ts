import { type TF, tf } from '../../core';
import type { LossName } from '../../losses';
import type { FitOptions, TrainingData } from '../../training';
import type { LayersProgram as Program } from '../evidence/program';
import { type LayerJSON, withHeadActivation, withLayers, withLoss } from './changes';

/** Options of `fit` changed. */
export const withOptions =
  (change: (options: FitOptions) => Partial<FitOptions>) =>
  (program: Program): Program => ({ ...program, options: { ...program.options, ...change(program.options) } });

/** The learning rate multiplied, kept within bounds where they are given. */
export const withRateTimes = (factor: number, { least = 0, most = Infinity } = {}) =>
  withOptions(({ optimizer = {} }) => {
    const rate = optimizer.learningRate ?? (optimizer.kind === 'sgd' ? 0.01 : 0.001);
    return { optimizer: { ...optimizer, learningRate: Math.min(Math.max(rate * factor, least), most) } };
  });

/** `factor` times as many epochs, and so many that at least `steps` steps are made, at most a hundred times as many. */
export const moreEpochs = (epochs: number, stepsPerEpoch: number, factor: number, steps = 0): number =>
  Math.min(Math.max(epochs * factor, Math.ceil(steps / stepsPerEpoch)), epochs * 100);

/** More epochs, see {@link moreEpochs}. */
export const withMoreEpochs =
  (factor: number, steps = 0) =>
  (program: Program) => {
    const { epochs = 10, batchSize = 32 } = program.options;
    const perEpoch = Math.ceil(rowsOf(program.data) / batchSize);
    return withOptions(() => ({ epochs: moreEpochs(epochs, perEpoch, factor, steps) }))(program);
  };

/** Batches of 32 rows, or fewer where that makes under four of them. */
export const withUsualBatch = (program: Program): Program =>
  withOptions(() => ({ batchSize: Math.max(1, Math.min(32, Math.ceil(rowsOf(program.data) / 4))) }))(program);

/** Rows in a new order in every epoch. */
export const withShuffling = withOptions(() => ({ shuffle: true }));

/** No clipping. */
export const withoutClipping = (program: Program): Program => {
  const { clipNorm: _, clipVariableNorm: __, clipValue: ___, ...options } = program.options;
  return { ...program, options };
};

/** Decay of weights as Keras has it, or none. */
export const withoutDecay = withOptions(({ optimizer = {} }) => ({ optimizer: { ...optimizer, weightDecay: 0 } }));

/** Dropout layers that throw away a tenth. */
export const withLessDropout = (program: Program): Program =>
  withLayers(program, ({ config }) => {
    for (const key of ['rate', 'dropout', 'recurrent_dropout'])
      if (typeof config[key] === 'number' && config[key] > 0.1) config[key] = 0.1;
  });

/** Hidden layers with weights and without a bend get `activation`; recurrent ones are left alone. */
export const withHiddenActivation =
  (activation: string, isMeant: (layer: LayerJSON) => boolean = isStraight) =>
  (program: Program): Program =>
    withHidden(program, (layer) => {
      if (isMeant(layer)) layer.config['activation'] = activation;
    });

const isStraight = ({ config }: LayerJSON) => [undefined, null, '', 'linear'].includes(config['activation'] as never);

/** Recurrent layers with the activation they are made for. */
export const withBoundedRecurrence = (program: Program): Program =>
  withLayers(program, ({ class_name: kind, config }) => {
    if (/RNN|LSTM|GRU/.test(kind)) config['activation'] = 'tanh';
    const cell = config['cell'] as LayerJSON | undefined;
    if (cell?.config) cell.config['activation'] = 'tanh';
  });

/** Hidden layers of fewer units made `units` wide. */
export const withWiderLayers =
  (units: number) =>
  (program: Program): Program =>
    withHidden(program, ({ config }) => {
      if (typeof config['units'] === 'number' && config['units'] < units) config['units'] = units;
    });

/** Hidden layers drawn anew: kernels by He, biases zero, rectified ones as they are. */
export const withFreshHidden = (program: Program): Program => {
  let seed = 11;
  return withHidden(program, ({ config }) => {
    if ('kernel_initializer' in config)
      config['kernel_initializer'] = { class_name: 'HeNormal', config: { seed: seed++ } };
    if ('bias_initializer' in config) config['bias_initializer'] = { class_name: 'Zeros', config: {} };
  });
};

/** Activation and loss of a head, as its targets ask for. */
export const withHead =
  (head: string, activation: string, loss: LossName) =>
  async (program: Program): Promise<Program> =>
    withHeadActivation(head, activation)(await withLoss(head, () => loss)(program));

/** Edits all layers but those of the heads. */
function withHidden(program: Program, edit: (layer: LayerJSON) => void): Program {
  return withLayers(program, (layer, place, all) => {
    const feeds = all.some(({ inbound_nodes: nodes }) =>
      JSON.stringify(nodes ?? '').includes(`"${layer.config['name']}"`),
    );
    // In a sequential model the last layer is the head; in another, the layers that feed none.
    const sequential = all.every(({ inbound_nodes: nodes }) => nodes === undefined);
    const isHead = sequential ? place === lastWithWeights(all) : !feeds;
    if (!isHead) edit(layer);
  });
}

function lastWithWeights(all: readonly LayerJSON[]): number {
  for (let place = all.length - 1; place >= 0; place--) if ('units' in all[place]!.config) return place;
  return all.length - 1;
}

/** Every tensor of inputs mapped, training and validation alike. */
export const withInputsMapped =
  (map: (input: TF.Tensor) => TF.Tensor) =>
  (program: Program): Program => {
    const all = (given: TrainingData['inputs']): TrainingData['inputs'] =>
      given instanceof tf.Tensor
        ? map(given)
        : Object.fromEntries(Object.entries(given).map(([name, input]) => [name, map(input)]));
    const data = { ...program.data, inputs: all(program.data.inputs) };
    const { validation } = data;
    if (validation) data.validation = { ...validation, inputs: all(validation.inputs) };
    return { ...program, data };
  };

/** One column set to zero: of flat inputs as it is counted, of windows in every step. */
export const withoutColumn = (column: number) =>
  withInputsMapped((input) =>
    tf.tidy(() => {
      // What counts the steps of windows laid side by side means the feature at that place.
      const columns = input.shape.at(-1)!;
      const kept = Float32Array.from({ length: columns }, (_, c) => Number(c !== column % columns));
      return tf.mul(input, tf.tensor1d(kept));
    }),
  );

/** Windows turned round: oldest step first. */
export const withWindowsTurned = withInputsMapped((input) => (input.rank === 3 ? tf.reverse(input, 1) : input.clone()));

const rowsOf = ({ inputs, source }: TrainingData): number =>
  source?.rows ?? (inputs instanceof tf.Tensor ? inputs : Object.values(inputs)[0]!).shape[0]!;

/** Stops where the validation loss is least, with the weights of that epoch; as it was without validation rows. */
export const withBestEpoch = (program: Program): Program =>
  program.data.validation
    ? withOptions(({ epochs = 10 }) => ({
        earlyStopping: { patience: Math.max(5, Math.ceil(epochs / 5)), restoreBestWeights: true },
      }))(program)
    : program;

/** Hidden layers of more units made `units` wide. */
export const withNarrowerLayers =
  (units: number) =>
  (program: Program): Program =>
    withHidden(program, ({ config }) => {
      if (typeof config['units'] === 'number' && config['units'] > units) config['units'] = units;
    });

/** Recurrent layers as Keras draws them: orthogonal from step to step, gates that begin by remembering, tanh. */
export const withFreshRecurrence = (program: Program): Program => {
  let seed = 31;
  return withLayers(program, ({ class_name: kind, config }) => {
    if (!/RNN|LSTM|GRU/.test(kind)) return;
    config['kernel_initializer'] = { class_name: 'GlorotUniform', config: { seed: seed++ } };
    config['recurrent_initializer'] = { class_name: 'Orthogonal', config: { gain: 1, seed: seed++ } };
    config['bias_initializer'] = { class_name: 'Zeros', config: {} };
    config['activation'] = 'tanh';
    if ('unit_forget_bias' in config) config['unit_forget_bias'] = true;
  });
};

/** Training targets of one head with their classes in another order: `moved[c]` is where class `c` belongs. */
export const withClassesMoved =
  (head: string, moved: readonly number[]) =>
  (program: Program): Program => {
    const reordered = (targets: TF.Tensor): TF.Tensor =>
      tf.tidy(() => {
        if (targets.shape[targets.rank - 1] !== moved.length) return tf.sub(1, targets);
        const from = moved.map((_, c) => moved.indexOf(c));
        return tf.gather(targets, tf.tensor1d(from, 'int32'), targets.rank - 1);
      });
    return { ...program, data: { ...program.data, targets: ofHead(program.data.targets, head, reordered) } };
  };

/** Rows of every class of a head count as much together as those of any other. */
export const withEvenClasses =
  (head: string) =>
  (program: Program): Program => {
    const { targets } = program.data;
    const own = targets instanceof tf.Tensor ? targets : (targets[head] ?? Object.values(targets)[0]!);
    const name = targets instanceof tf.Tensor || targets[head] ? head : Object.keys(targets)[0]!;
    const means = tf.tidy(() => Array.from(tf.mean(own, 0).dataSync()));
    const shares = means.length === 1 ? [1 - means[0]!, means[0]!] : means;
    const weights = Object.fromEntries(shares.map((share, c) => [c, share > 0 ? 1 / (shares.length * share) : 1]));
    return withOptions(({ classWeights }) => ({ classWeights: { ...classWeights, [name]: weights } }))(program);
  };

function ofHead(
  targets: TrainingData['targets'],
  head: string,
  map: (own: TF.Tensor) => TF.Tensor,
): TrainingData['targets'] {
  if (targets instanceof tf.Tensor) return map(targets);
  const name = targets[head] ? head : Object.keys(targets)[0]!;
  return { ...targets, [name]: map(targets[name]!) };
}
