import { type Compiled, compile, leavesOf, mapTree, variableGrads } from '../../compile';
import { checkInteger, type TF, tf } from '../../core';
import { census } from '../../evaluation';
import { Table } from '../../tables';
import { TensorFeed } from '../feeds/tensorFeed';
import type { EpochEvent, Watcher } from '../options';
import { checkOptions } from '../settings';
import type { TrainingBatch } from '../step/batch';
import { headLoss } from '../step/headLoss';
import type { StepPlan } from '../step/plan';
import { faceOf, isLayersModel, type ModelFace, type Named } from '../trainable';

/** How {@link watchValues} looks. */
export interface WatchValuesOptions {
  /** Rows of the training data looked at, evenly spaced, the same ones every time. Default 256. */
  rows?: number;
  /** Looked at every so many epochs. Default 1. */
  every?: number;
}

/** Numbers as they are spread: over the finite ones; shares are fractions of 1. */
export interface Spread {
  mean: number;
  std: number;
  min: number;
  max: number;
  zeroShare: number;
  /** NaN or infinite. */
  notFinite: number;
}

/** One trainable weight tensor after an epoch. */
export interface WatchedWeight extends Spread {
  /** Counted from 0. */
  epoch: number;
  weight: string;
  /** Euclidean norm. */
  norm: number;
}

/** The gradient of the total loss with respect to one weight tensor, on the rows looked at, without dropout. */
export interface WatchedGradient extends WatchedWeight {
  /** Its norm over that of the weights; NaN for weights that are all 0. */
  ratio: number;
}

/** What one head predicts for the rows looked at. */
export interface WatchedPrediction extends Spread {
  epoch: number;
  head: string;
  /** Its loss on these rows, unweighted. */
  loss: number;
}

/** All that one head predicted for the rows looked at. */
export interface PredictedValues {
  epoch: number;
  head: string;
  /** Row after row, the head's columns side by side. */
  values: Float32Array;
}

/** A watcher that keeps what it saw: one row per epoch and weight, or head. */
export interface ValueWatcher extends Watcher {
  readonly weights: Table<WatchedWeight>;
  readonly gradients: Table<WatchedGradient>;
  readonly predictions: Table<WatchedPrediction>;
  /** What the rows of {@link predictions} sum up, in the same order. */
  readonly predicted: readonly PredictedValues[];
}

/**
 * A watcher for `fit(..., { watch: [...] })` that looks at every weight, every gradient and the predictions after each epoch.
 * All of it is one call of one compiled graph, so that it can be done every epoch: `inspect.gradients` says more and takes a
 * trip between JavaScript and TensorFlow for every operation. Use one per run.
 *
 * The gradient is that of the losses times `event.lossWeights` plus the layers' penalties, without clipping or balancer.
 *
 * @throws ReluctantError `integer-out-of-range`.
 * @example
 * const watcher = watchValues();
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * await fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', epochs: 3, watch: [watcher] });
 * watcher.gradients.rows.length; // 6: kernel and bias after each of 3 epochs
 */
export function watchValues({ rows = 256, every = 1 }: WatchValuesOptions = {}): ValueWatcher {
  checkInteger('watchValues', 'rows', rows, 1);
  checkInteger('watchValues', 'every', every, 1);
  const weights: WatchedWeight[] = [];
  const gradients: WatchedGradient[] = [];
  const predictions: WatchedPrediction[] = [];
  const predicted: PredictedValues[] = [];
  let look: Look | undefined;
  return {
    get weights() {
      return new Table(weights, { title: 'Weights by epoch' });
    },
    get gradients() {
      return new Table(gradients, { title: 'Gradients by epoch' });
    },
    get predictions() {
      return new Table(predictions, { title: 'Predictions by epoch' });
    },
    predicted,
    begin(start) {
      look = new Look(start, rows);
    },
    evaluate(event) {
      if ((event.epoch + 1) % every !== 0) return undefined;
      const rows = look!.take(event);
      weights.push(...rows.weights);
      gradients.push(...rows.gradients);
      predictions.push(...rows.predictions);
      predicted.push(...rows.predicted);
      return undefined;
    },
    end() {
      look?.dispose();
    },
  };
}

type WatchStart = Parameters<NonNullable<Watcher['begin']>>[0];

type Sight = { weights: TF.Tensor1D; gradients: TF.Tensor1D; losses: TF.Tensor1D } & Record<string, TF.Tensor>;

/** The graph that computes everything at once, and the rows it is shown. */
class Look {
  private readonly face: ModelFace;
  private readonly feed: TensorFeed;
  private readonly graph: Compiled<[TF.Tensor, ...TF.Tensor[]], Sight>;

  constructor({ model, data, options, mode }: WatchStart, rows: number) {
    this.face = faceOf(model);
    const { losses } = checkOptions(this.face, options).plan;
    this.feed = TensorFeed.of(this.face, data, 'training', { classWeights: options.classWeights }).evenly(rows);
    // XLA would take seconds to compile what runs once per epoch.
    this.graph = compile(
      (factors: TF.Tensor, ...flat: TF.Tensor[]) => see(this.face, losses, factors, this.batchOf(flat)),
      {
        mode: options.mode === 'eager' ? 'eager' : 'graph',
        name: 'watchValues',
        // The model and its losses have been traced already, as part of the step.
        repeatable: mode !== 'eager' && isLayersModel(model),
      },
    );
  }

  take({ epoch, lossWeights }: EpochEvent) {
    const { face, feed } = this;
    const factors = tf.tensor1d(face.heads.map((head) => lossWeights[head] ?? 1));
    const sight = tf.tidy(() => this.graph(factors, ...leavesOf(feed.all)));
    const read = (name: string) => sight[name]!.dataSync() as Float32Array;
    const parts = (flat: Float32Array) => {
      let end = 0;
      return face.trainable.map(({ size }) => {
        end += size;
        return flat.subarray(end - size, end);
      });
    };
    const weights = parts(read('weights')).map((values, k) => this.weight(epoch, k, values));
    const gradients = parts(read('gradients')).map((values, k) => {
      const row = this.weight(epoch, k, values);
      return { ...row, ratio: weights[k]!.norm > 0 ? row.norm / weights[k]!.norm : Number.NaN };
    });
    const losses = read('losses');
    const predicted = face.heads.map((head) => ({ epoch, head, values: read(headOutput(head)) }));
    const predictions = predicted.map(({ head, values }, k) => ({ epoch, head, loss: losses[k]!, ...spread(values) }));
    tf.dispose([factors, ...Object.values(sight)]);
    return { weights, gradients, predictions, predicted };
  }

  /** The batch that a flat list of its tensors stands for. */
  private batchOf(flat: readonly TF.Tensor[]): TrainingBatch {
    const left = [...flat];
    return mapTree(this.feed.all, () => left.shift()!);
  }

  private weight(epoch: number, k: number, values: Float32Array): WatchedWeight {
    return { epoch, weight: this.face.trainable[k]!.name, ...spread(values), norm: census(values).norm };
  }

  dispose(): void {
    this.feed.dispose();
  }
}

const headOutput = (head: string) => `prediction ${head}`;

/** One forward and one backward pass. */
function see(
  face: ModelFace,
  losses: StepPlan['losses'],
  factors: TF.Tensor,
  { inputs, targets, weights }: TrainingBatch,
): Sight {
  const results: { losses?: TF.Tensor1D; predictions?: Named<TF.Tensor> } = {};
  const { grads } = variableGrads(() => {
    const { predictions, masks } = face.forwardWithMasks(inputs, false);
    const terms = face.heads.map((head) =>
      headLoss(head, losses[head]!, {
        targets: targets[head]!,
        predictions: predictions[head]!,
        weights: weights[head],
        mask: masks[head],
      }),
    );
    // The tape disposes of what it does not need; these are wanted after it.
    results.losses = tf.keep(tf.stack(terms) as TF.Tensor1D);
    results.predictions = Object.fromEntries(face.heads.map((head) => [head, tf.keep(predictions[head]!.clone())]));
    const total = tf.sum(tf.mul(results.losses, factors));
    return face.penalties().reduce((sum: TF.Tensor, penalty) => tf.add(sum, penalty), total) as TF.Scalar;
  }, [...face.trainable]);
  const flat = (tensors: TF.Tensor[]) => tf.concat(tensors.map((tensor) => tensor.reshape([-1]))) as TF.Tensor1D;
  const predictions = Object.entries(results.predictions!).map(([head, values]) => [headOutput(head), values.clone()]);
  const sight = {
    weights: flat([...face.trainable]),
    gradients: flat(face.trainable.map((variable) => grads[variable.name] ?? tf.zerosLike(variable))),
    losses: results.losses!.clone(),
    ...Object.fromEntries(predictions),
  } as Sight;
  tf.dispose([results.losses!, ...Object.values(results.predictions!)]);
  return sight;
}

function spread(values: Float32Array): Spread {
  const { mean, std, min, max, zeros, nan, infinite } = census(values);
  return { mean, std, min, max, zeroShare: zeros / values.length, notFinite: nan + infinite };
}
