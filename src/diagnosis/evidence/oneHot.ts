import { type TF, tf } from '../../core';
import { outputNames } from '../../inspection';
import type { LossName } from '../../losses';
import type { Samples, TrainingData } from '../../training';
import type { TrainingOptions } from './program';

/** Losses of class numbers, each with the same loss of one-hot rows. */
const OF_LABELS: Partial<Record<LossName, LossName>> = {
  sparseCategoricalCrossentropy: 'categoricalCrossentropy',
  sparseCategoricalCrossentropyFromLogits: 'categoricalCrossentropyFromLogits',
};

/** Data and options with one-hot rows in place of class numbers, so that rules compare targets with predictions column by column. */
export function withOneHotTargets(model: TF.LayersModel, data: TrainingData, options: TrainingOptions) {
  const names = outputNames(model);
  const given = typeof options.losses === 'object' ? options.losses : { [names[0]!]: options.losses };
  const labelled = names.filter((head) => typeof given[head] === 'string' && OF_LABELS[given[head] as LossName]);
  if (labelled.length === 0) return { data, options };
  const spread = (samples: Samples): Samples => {
    const targets = samples.targets instanceof tf.Tensor ? { [names[0]!]: samples.targets } : { ...samples.targets };
    for (const head of labelled) {
      const classes = model.outputs[names.indexOf(head)]!.shape.at(-1)!;
      if (targets[head] instanceof tf.Tensor)
        targets[head] = tf.oneHot(tf.cast(tf.reshape(targets[head], [-1]), 'int32'), classes).toFloat();
    }
    return { ...samples, targets };
  };
  const losses = { ...given };
  for (const head of labelled) losses[head] = OF_LABELS[given[head] as LossName]!;
  return {
    data: { ...data, ...spread(data), ...(data.validation && { validation: spread(data.validation) }) },
    options: { ...options, losses },
  };
}
