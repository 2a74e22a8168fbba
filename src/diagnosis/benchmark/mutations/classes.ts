import { type TF, tf } from '../../../core';
import type { LayersProgram as Program } from '../../evidence/program';
import { type LayerJSON, withLayers } from '../../mends/changes';
import { withOptions } from '../../mends/mends';
import { bySeverity, type Mutation } from './mutation';

type Named = Readonly<Record<string, TF.Tensor>>;

/** Classes of the first head, where its loss is a cross-entropy: columns of its targets, and whether one of many is right. */
function classesOf({ data, options }: Program): { head: string; targets: TF.Tensor; columns: number } | undefined {
  const [head, targets] = Object.entries(data.targets as Named)[0]!;
  const { losses } = options;
  const loss = String(typeof losses === 'object' ? losses[head] : losses);
  const columns = targets.shape[1]!;
  const isOne = loss === 'categoricalCrossentropy' || (loss === 'binaryCrossentropy' && columns === 1);
  return isOne ? { head, targets, columns } : undefined;
}

/** Operators on classes, on how large and how long, and on what a recurrence remembers. */
export const OF_CLASSES: readonly Mutation[] = [
  {
    operator: 'classes in another order',
    accepts: ['class-order-moved'],
    apply: (program, severity) => {
      const found = classesOf(program);
      if (!found) return undefined;
      const { head, targets, columns } = found;
      const order = Array.from({ length: columns }, (_, c) =>
        severity === 'mild' ? (c === 0 ? 1 : c === 1 ? 0 : c) : (c + 1) % columns,
      );
      const moved = tf.tidy(() =>
        columns === 1 ? tf.sub(1, targets) : tf.gather(targets, tf.tensor1d(order, 'int32'), 1),
      );
      return { ...program, data: { ...program.data, targets: { ...(program.data.targets as Named), [head]: moved } } };
    },
  },
  {
    operator: 'rows of a class removed',
    accepts: ['classes-imbalanced', 'too-few-rows'],
    apply: (program, severity) => {
      const found = classesOf(program);
      if (!found) return undefined;
      const { targets, columns } = found;
      const values = targets.dataSync();
      const isLast = (row: number) => values[row * columns + columns - 1]! > 0.5;
      const every = bySeverity(severity, 12, 25, 60);
      let count = 0;
      const kept = Array.from({ length: targets.shape[0]! }, (_, row) => row).filter(
        (row) => !isLast(row) || count++ % every === 0,
      );
      const pick = (given: TF.Tensor) => tf.tidy(() => tf.gather(given, tf.tensor1d(kept, 'int32')));
      const picked = Object.fromEntries(
        Object.entries(program.data.targets as Named).map(([name, given]) => [name, pick(given)]),
      );
      return { ...program, data: { ...program.data, inputs: pick(program.data.inputs as TF.Tensor), targets: picked } };
    },
  },
  {
    operator: 'first hidden layer far too wide',
    accepts: ['network-too-large', 'overfitting'],
    apply: async (program, severity) => {
      const units = bySeverity(severity, 192, 320, 512);
      const isFirst = ({ config }: LayerJSON) => config['name'] === 'hidden1' && 'units' in config;
      let found = false;
      const wider = withLayers(program, (layer) => {
        if (isFirst(layer)) layer.config['units'] = units;
      });
      const model = await program.model();
      found = model.layers.some(({ name }) => name === 'hidden1');
      model.dispose();
      return found ? withOptions(({ epochs = 10 }) => ({ epochs: 3 * epochs }))(wider) : undefined;
    },
  },
  {
    operator: 'epochs many times as many',
    accepts: ['overfitting'],
    apply: (program, severity) =>
      withOptions(({ epochs = 10 }) => ({ epochs: Math.min(300, epochs * bySeverity(severity, 4, 7, 10)) }))(program),
  },
  {
    operator: 'recurrence that forgets',
    accepts: ['vanishing-through-time', 'poor-initialisation', 'vanishing-gradient'],
    apply: async (program, severity) => {
      const model = await program.model();
      const isRecurrent = model.layers.some((layer) => /RNN|LSTM|GRU/.test(layer.getClassName()));
      model.dispose();
      if (!isRecurrent) return undefined;
      return withLayers(program, ({ class_name: kind, config }) => {
        if (!/RNN|LSTM|GRU/.test(kind)) return;
        config['recurrent_initializer'] = {
          class_name: 'RandomNormal',
          config: { stddev: bySeverity(severity, 0.02, 0.005, 0.001), seed: 9 },
        };
        if (!/LSTM|GRU/.test(kind)) return;
        config['bias_initializer'] = { class_name: 'Constant', config: { value: bySeverity(severity, -3, -5, -8) } };
        if ('unit_forget_bias' in config) config['unit_forget_bias'] = false;
      });
    },
  },
];
