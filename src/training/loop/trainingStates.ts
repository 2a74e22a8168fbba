import { type TF, tf } from '../../core';
import type { ModelFace } from '../trainable';

/** The states that layers keep from batch to batch, as variables while a training lasts; the layers get them back at its end. */
export class TrainingStates {
  /** Undefined where every batch stands by itself. */
  readonly variables: readonly TF.Variable[] | undefined;

  constructor(private readonly face: ModelFace) {
    const start = face.states?.read();
    this.variables = start?.map((state) => tf.variable(state, false));
    tf.dispose(start ?? []);
  }

  dispose(): void {
    if (!this.variables) return;
    this.face.states!.write(this.variables);
    tf.dispose([...this.variables]);
  }
}
