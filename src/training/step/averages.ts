import { type TF, tf } from '../../core';
import type { AveragingSettings } from '../averaging';

/**
 * Averages of the trainable weights over the steps, or over the epochs, of a run. They take the weights' place where the model is
 * looked at: for validation, for the best epoch, and at the end.
 */
export class Averages {
  readonly variables: readonly TF.Variable[];
  private held: TF.Tensor[] | undefined;

  constructor(
    private readonly weights: readonly TF.Variable[],
    private readonly settings: AveragingSettings,
  ) {
    this.variables = tf.tidy(() => weights.map((weight) => tf.variable(weight.clone(), false)));
  }

  /** The part of a training step, behind the optimiser's. */
  afterStep(): void {
    if (this.settings.kind !== 'ema') return;
    const { decay } = this.settings;
    this.variables.forEach((average, k) => {
      average.assign(tf.add(average, tf.mul(tf.sub(this.weights[k]!, average), 1 - decay)));
    });
  }

  /** After an epoch, counted from 0. */
  afterEpoch(epoch: number): void {
    if (this.settings.kind !== 'swa') return;
    const count = Math.max(1, epoch - this.settings.fromEpoch + 1);
    // Before the first epoch that counts, the average is the weights as they are.
    this.variables.forEach((average, k) => {
      const next = tf.tidy(() => tf.add(average, tf.div(tf.sub(this.weights[k]!, average), count)));
      average.assign(next);
      next.dispose();
    });
  }

  /** Puts the averages into the model, until {@link takeOut}. */
  putIn(): void {
    this.held = this.weights.map((weight) => weight.clone());
    this.weights.forEach((weight, k) => void weight.assign(this.variables[k]!));
  }

  takeOut(): void {
    const { held } = this;
    if (!held) return;
    this.weights.forEach((weight, k) => void weight.assign(held[k]!));
    tf.dispose(held);
    this.held = undefined;
  }

  dispose(): void {
    tf.dispose([...this.variables, ...(this.held ?? [])]);
    this.held = undefined;
  }
}
