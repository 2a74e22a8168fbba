import { tf } from '../../core';
import type { BalancerName, BalancerOptions } from '../../losses';
import { inOurWords } from '../checkedLoss';
import type { LossChoices, MetricChoices, RowOf } from '../history';
import { givenOptimizer, type OptimizerChoice, optimizerSettings } from '../optimizerOptions';
import type { FitOptions } from '../options';
import type { Run } from '../run';
import type { TrainingData } from '../samples';
import type { Trainable } from '../trainable';
import { Training } from './training';

/**
 * Trains a model on data: the one loop that all else here is made of. The training step is traced once and runs in
 * TensorFlow, many steps to a call; after every epoch the weights are ordinary variables again. The model is changed in
 * place. Beside it, `train` makes the whole run of a program anew, in memory or in a folder; `trainRobust` is that with the robust
 * recipe, into a folder that `predictRobust` reads.
 *
 * Losses are means over the batch, as in Keras; an epoch's `loss` is the mean over its rows of the losses at the time of
 * each step. `val_` numbers are of the weights after the epoch.
 *
 * Every training is noted in the ledger of trials when it begins and when it ends, in whatever way: see `TrialLedger`.
 *
 * @param model a `tf.LayersModel`, or `{ heads, variables, predict }`.
 * @param data inputs and targets with the rows along the first axis; they stay the caller's.
 * @returns the run: history, best epoch, why it ended, how it ran. Weights that are not finite do not throw: the run ends
 *   with `stopReason` `not-finite`, the place, and the weights from before it.
 * @throws ReluctantError on options or tensors that do not fit, before anything is trained.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const run = await fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', epochs: 3 });
 * run.history.length; // 3
 */
export async function fit<
  const Losses extends LossChoices,
  Data extends TrainingData,
  const Metrics extends MetricChoices = readonly [],
  const Kind extends BalancerName | BalancerOptions = 'static',
  const Shares extends boolean = false,
>(
  model: Trainable,
  data: Data & NothingElse<Data, TrainingData>,
  options: FitOptions<Losses, Metrics, Kind, Shares, OptimizerChoice>,
): Promise<Run<RowOf<Losses, Metrics, Data, Kind, Shares>>> {
  const training = prepare(model, data, withPlainOptimizer(options), options?.optimizer);
  try {
    training.begin();
    while (training.continues) await training.epoch();
    training.putBackBest();
  } catch (error) {
    const refusal = inOurWords(error, 'fit');
    training.fail(refusal);
    throw refusal;
  } finally {
    training.dispose();
  }
  return training.finish() as Run<RowOf<Losses, Metrics, Data, Kind, Shares>>;
}

/** The options with the optimizer as settings, as everything that reads them later expects it. */
function withPlainOptimizer(options: object & { optimizer?: OptimizerChoice }): FitOptions {
  const choice = options?.optimizer;
  // tfjs's own test of what an optimiser is fails on undefined and null.
  const isObject = typeof choice === 'object' && choice !== null;
  const isChosen = typeof choice === 'string' || (isObject && choice instanceof tf.Optimizer);
  if (!isChosen) return options as FitOptions;
  optimizerSettings(options.optimizer);
  return { ...options, optimizer: givenOptimizer(options.optimizer) } as FitOptions;
}

function prepare(...call: ConstructorParameters<typeof Training>): Training {
  try {
    return new Training(...call);
  } catch (error) {
    throw inOurWords(error, 'fit');
  }
}

/** Forbids the keys that a type does not have, as TypeScript itself does where no type is inferred. */
type NothingElse<Given, Allowed> = { [Key in Exclude<keyof Given, keyof Allowed>]?: never };
