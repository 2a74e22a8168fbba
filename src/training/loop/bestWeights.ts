import { type TF, tf } from '../../core';
import { type SavedTensor, saveTensors, toTensors } from '../state';

/** Copy of the weights of the best epoch so far. */
export class BestWeights {
  private copies: TF.Tensor[] = [];

  constructor(
    private readonly weights: readonly TF.Variable[],
    private readonly names: readonly string[],
  ) {}

  /** Copies the weights as they are. */
  take(): void {
    this.dispose();
    this.copies = this.weights.map((variable) => variable.clone());
  }

  /** Puts the copy back into the model, if there is one. */
  restore(): void {
    if (this.copies.length > 0) this.weights.forEach((variable, k) => void variable.assign(this.copies[k]!));
  }

  save(): SavedTensor[] {
    return saveTensors(this.copies, this.names);
  }

  load(saved: readonly SavedTensor[]): void {
    this.dispose();
    this.copies = toTensors(saved);
  }

  dispose(): void {
    tf.dispose(this.copies);
    this.copies = [];
  }
}
