import { checkInteger, checkNames, checkNumber, ReluctantError, tf } from '../../core';
import { fit } from '../loop/fit';
import { givenOptimizer } from '../optimizerOptions';
import { checkOptionValues } from '../optionChecks';
import type { TrainingData } from '../samples';
import { checkOptions } from '../settings';
import { faceOf, type Trainable } from '../trainable';
import { noteEnd, noteFailure, noteTraining } from '../trial';
import { Sweep, type SweepOptions, type SweepSetting, type SweptRun, sweptRun } from './swept';
import { TrainingTogether } from './trainingTogether';

export { Sweep, type SweepOptions, type SweepSetting, type SweptRun } from './swept';

/**
 * Trains the same model from its present weights under several settings of loss weights and learning rate at once: every
 * weight gets one more axis, and a step of all runs costs little more than a step of one, since on small models the number
 * of operations is the time, not their size. Each run gives what {@link fit} gives with its setting, up to rounding.
 * Where a layer has no rule for that, or seeds differ, the settings run one after the other, on one compiled graph.
 *
 * @param settings one run each, at least one.
 * @returns the runs in the order of the settings. The model keeps the weights it had; `runs[k].apply()` puts in others.
 * @throws ReluctantError on options that do not fit, as `fit` does.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const common = { losses: 'meanSquaredError', epochs: 2 } as const;
 * const swept = await sweep(model, { inputs, targets: inputs.sum(1, true) }, common, [{ learningRate: 0.1 }, { learningRate: 0.01 }]);
 * swept.runs.length; // 2
 */
export async function sweep(
  model: Trainable,
  data: TrainingData,
  options: SweepOptions,
  settings: readonly SweepSetting[],
): Promise<Sweep> {
  const started = performance.now();
  const face = faceOf(model);
  checkSettings(settings, options);
  const { validateEvery: _, ...common } = options;
  for (const setting of settings) checkOptions(face, { ...common, ...withoutRate(setting) });
  const seconds = () => (performance.now() - started) / 1000;
  const before = face.weights.map((variable) => variable.clone());
  const states = face.states?.read();
  const putBack = () => {
    if (states) face.states!.write(states);
    face.weights.forEach((variable, k) => {
      variable.assign(before[k]!);
    });
  };
  try {
    let reason = 'one after the other: the seeds differ';
    if (new Set(settings.map(({ seed }) => seed ?? options.seed ?? 0)).size === 1) {
      try {
        const seeded = { ...options, seed: settings[0]!.seed ?? options.seed };
        const { runs, mode } = await trainTogether(model, face, data, seeded, settings);
        return new Sweep(runs, true, `all at once (${mode})`, seconds());
      } catch (error) {
        if (!(error instanceof ReluctantError) || error.code !== 'not-vectorizable') throw error;
        reason = `one after the other: ${error.message}`;
      }
    }
    const runs: SweptRun[] = [];
    for (const setting of settings) {
      putBack();
      const given = givenOptimizer(options.optimizer);
      const optimizer = { ...given, learningRate: setting.learningRate ?? given.learningRate };
      const run = await fit(model, data, { ...common, ...withoutRate(setting), optimizer });
      runs.push(sweptRun(face, setting, run.history, run.trial));
    }
    return new Sweep(runs, false, reason, seconds());
  } finally {
    putBack();
    tf.dispose([before, states ?? []]);
  }
}

/** Options that a sweep takes. */
const SWEEP_OPTIONS: readonly (keyof SweepOptions)[] = [
  ...(['losses', 'classWeights', 'epochs', 'batchSize', 'optimizer', 'schedule', 'clipNorm', 'clipValue'] as const),
  ...(['shuffle', 'seed', 'mode', 'metrics', 'lossWeights', 'balancer', 'signal', 'gradientShares'] as const),
  ...(['onProgress', 'program', 'validateEvery'] as const),
];

function checkSettings(settings: readonly SweepSetting[], options: SweepOptions): void {
  checkOptionValues(options, SWEEP_OPTIONS, 'sweep');
  checkInteger('sweep', 'settings.length', settings?.length, 1);
  settings.forEach((setting, k) => {
    checkNames('sweep', setting, ['lossWeights', 'learningRate', 'seed'], { kind: 'setting', where: { setting: k } });
    if (setting.learningRate !== undefined) checkNumber('sweep', 'learningRate', setting.learningRate, 0);
  });
}

const withoutRate = ({ lossWeights, seed }: SweepSetting) => ({
  ...(lossWeights ? { lossWeights } : {}),
  ...(seed === undefined ? {} : { seed }),
});

/** Trains all settings at once; each is a trial of its own. */
async function trainTogether(model: Trainable, ...call: ConstructorParameters<typeof TrainingTogether>) {
  const started = performance.now();
  const [face, data, options, settings] = call;
  const training = new TrainingTogether(...call);
  const { seed, epochCount: epochs, rows } = training;
  const trials = settings.map(({ seed: _, ...setting }) =>
    noteTraining({ model, face, data, options, setting: { ...setting }, seed, epochs, rows }),
  );
  const seconds = () => (performance.now() - started) / 1000;
  try {
    await training.train();
    const runs = training.runs(trials.map(({ id }) => id));
    for (const [k, { history }] of runs.entries()) {
      const stopReason = history.length < epochs ? 'aborted' : 'finished';
      noteEnd(trials[k]!, { stopReason, stopNote: undefined, history, seconds: seconds() });
    }
    return { runs, mode: training.mode };
  } catch (error) {
    for (const trial of trials) noteFailure(trial, error, 0, seconds());
    throw error;
  } finally {
    training.dispose();
  }
}
