import { outputNames } from '../../../inspection';
import { registerLayers } from '../../../layers';
import type { LayersProgram as Program } from '../../evidence/program';
import { type LayerJSON, withLayers } from '../../mends/changes';
import { bySeverity, type Mutation } from './mutation';

const isHidden = ({ config }: LayerJSON) => /^(hidden|convolution|recurrent)/.test(String(config['name']));
const isDense = ({ class_name: kind }: LayerJSON) => kind === 'Dense';
const isRecurrent = ({ class_name: kind }: LayerJSON) => /RNN|LSTM|GRU/.test(kind);

/** The program with its hidden layers edited; nothing where no layer is meant. */
async function hiddenEdited(
  program: Program,
  isMeant: (layer: LayerJSON) => boolean,
  edit: (config: Record<string, unknown>, place: number) => void,
): Promise<Program | undefined> {
  const layers = await layersOf(program);
  if (!layers.some((layer) => isHidden(layer) && isMeant(layer))) return undefined;
  let place = 0;
  return withLayers(program, (layer) => {
    if (isHidden(layer) && isMeant(layer)) edit(layer.config, place++);
  });
}

async function layersOf(program: Program): Promise<LayerJSON[]> {
  const model = await program.model();
  const json = JSON.parse(model.toJSON(undefined, true) as unknown as string) as {
    config: { layers?: LayerJSON[] } | LayerJSON[];
  };
  model.dispose();
  return Array.isArray(json.config) ? json.config : (json.config.layers ?? []);
}

const anyLayer = () => true;
const initializer = (kind: string, config: object) => ({ class_name: kind, config });

/** Operators on the layers. */
export const OF_LAYERS: readonly Mutation[] = [
  {
    operator: 'activations of hidden layers removed',
    accepts: ['no-nonlinearity'],
    apply: (program) =>
      hiddenEdited(
        program,
        (layer) => !isRecurrent(layer),
        (config) => {
          config['activation'] = 'linear';
        },
      ),
  },
  {
    operator: 'sigmoid in hidden layers',
    accepts: ['sigmoid-layers', 'vanishing-gradient', 'saturated-layers', 'undertrained', 'learning-rate-too-low'],
    apply: (program) =>
      hiddenEdited(program, isDense, (config) => {
        config['activation'] = 'sigmoid';
        config['kernel_initializer'] = initializer('GlorotUniform', { seed: 5 });
      }),
  },
  {
    operator: 'unbounded recurrence',
    accepts: ['unbounded-recurrence'],
    apply: (program, severity) =>
      hiddenEdited(program, isRecurrent, (config) => {
        config['activation'] = bySeverity(severity, 'relu', 'relu', 'linear');
        if (severity !== 'mild')
          config['recurrent_initializer'] = initializer('RandomNormal', { stddev: 0.7, seed: 3 });
      }),
  },
  {
    operator: 'all weights start equal',
    accepts: ['symmetric-initialisation'],
    apply: (program, severity) =>
      hiddenEdited(program, isDense, (config) => {
        config['kernel_initializer'] = initializer('Constant', { value: bySeverity(severity, 0.05, 0.01, 0) });
      }),
  },
  {
    operator: 'weights start too large',
    accepts: ['poor-initialisation', 'saturated-layers', 'dead-layers'],
    apply: (program, severity) =>
      hiddenEdited(program, anyLayer, (config, place) => {
        if ('kernel_initializer' in config)
          config['kernel_initializer'] = initializer('RandomNormal', {
            stddev: bySeverity(severity, 1, 3, 10),
            seed: 20 + place,
          });
      }),
  },
  {
    operator: 'weights start too small',
    accepts: ['poor-initialisation', 'vanishing-gradient', 'undertrained', 'learning-rate-too-low'],
    apply: (program, severity) =>
      hiddenEdited(program, anyLayer, (config, place) => {
        if ('kernel_initializer' in config)
          config['kernel_initializer'] = initializer('RandomNormal', {
            stddev: bySeverity(severity, 1e-2, 1e-3, 1e-5),
            seed: 20 + place,
          });
      }),
  },
  {
    operator: 'biases start far below zero',
    accepts: ['dead-layers'],
    apply: (program, severity) =>
      hiddenEdited(
        program,
        ({ config }) => config['activation'] === 'relu',
        (config) => {
          config['bias_initializer'] = initializer('Constant', { value: bySeverity(severity, -4, -10, -40) });
        },
      ),
  },
  {
    operator: 'penalty on the weights',
    accepts: ['regularisation-too-strong'],
    apply: (program, severity) =>
      withLayers(program, ({ config }) => {
        if ('kernel_regularizer' in config)
          config['kernel_regularizer'] = initializer('L1L2', { l1: 0, l2: bySeverity(severity, 0.03, 0.2, 2) });
      }),
  },
  {
    operator: 'hidden layer of one or two units',
    accepts: ['network-too-small'],
    apply: (program, severity) =>
      hiddenEdited(program, isDense, (config, place) => {
        if (place === 0) config['units'] = bySeverity(severity, 2, 1, 1);
      }),
  },
  {
    operator: 'hidden layers frozen',
    accepts: ['frozen-weights'],
    apply: (program, severity) =>
      hiddenEdited(program, anyLayer, (config, place) => {
        if (severity !== 'mild' || place === 0) config['trainable'] = false;
        if (severity === 'gross') config['bias_initializer'] = initializer('Constant', { value: -0.5 });
      }),
  },
  {
    operator: 'dropout too strong',
    accepts: ['dropout-too-strong'],
    apply: (program, severity) =>
      hiddenEdited(program, isRecurrent, (config) => {
        config['dropout'] = bySeverity(severity, 0.7, 0.85, 0.95);
      }),
  },
  {
    operator: 'dropout before the head',
    accepts: ['dropout-too-strong'],
    apply: (program, severity) => withDropout(program, bySeverity(severity, 0.8, 0.9, 0.97)),
  },
  {
    operator: 'head of another activation',
    accepts: [
      'head-and-loss-misfit',
      'output-out-of-range',
      'dead-head',
      'saturated-head',
      'one-unit-softmax',
      'negative-outputs',
      'log-loss-on-numbers',
    ],
    apply: async (program, _, random) => {
      const model = await program.model();
      const heads = outputNames(model);
      model.dispose();
      const head = heads[random.integer(0, heads.length - 1)]!;
      const activation = ['relu', 'tanh', 'softmax', 'sigmoid', 'linear'][random.integer(0, 4)]!;
      const layers = await layersOf(program);
      const now = layers.find(({ config }) => config['name'] === head)!.config['activation'];
      if (now === activation) return undefined;
      return withLayers(program, ({ config }) => {
        if (config['name'] === head) config['activation'] = activation;
      });
    },
  },
];

/** A dropout layer in front of every head. */
function withDropout(program: Program, rate: number): Program {
  registerLayers();
  return withLayers(program, (layer, place, all) => {
    const name = `drop_${String(layer.config['name'])}`;
    const isHead = !all.some(({ inbound_nodes: nodes }) =>
      JSON.stringify(nodes ?? '').includes(`"${layer.config['name']}"`),
    );
    const node = layer.inbound_nodes?.[0]?.[0];
    if (!isHead || !node || layer.class_name !== 'Dense' || place === 0) return;
    all.splice(all.indexOf(layer), 0, {
      class_name: 'KeyedDropout',
      config: { name, rate, seed: 7, trainable: true, dtype: 'float32' },
      inbound_nodes: [[[...node]]],
      name,
    } as LayerJSON & { name: string });
    layer.inbound_nodes = [[[name, 0, 0, {}]]];
  });
}
