import { type TF, tf } from '../core';

/** What the optimisers of tfjs have in common beside what they declare. */
interface Optimizer extends TF.serialization.Serializable {
  applyGradients(gradients: unknown): void;
}

/** The classes that apply gradients each in its own way. */
const CLASSES = [
  ...['SGDOptimizer', 'MomentumOptimizer', 'RMSPropOptimizer', 'AdagradOptimizer'],
  ...['AdadeltaOptimizer', 'AdamOptimizer', 'AdamaxOptimizer'],
] as const;

/** Optimisers of tfjs that a step uses. Their settings are numbers of JavaScript, which a graph would freeze without a word. */
export class UsedOptimizers {
  private readonly used = new Set<Optimizer>();

  /** Runs something, and notes the optimisers that apply gradients in it. */
  during<Result>(run: () => Result): Result {
    const { used } = this;
    const prototypes = CLASSES.map(
      (name) => (tf as unknown as Record<string, { prototype: Optimizer }>)[name]!.prototype,
    );
    const originals = prototypes.map(({ applyGradients }) => applyGradients);
    for (const [k, prototype] of prototypes.entries())
      prototype.applyGradients = function (this: Optimizer, gradients: unknown) {
        used.add(this);
        return originals[k]!.call(this, gradients);
      };
    try {
      return run();
    } finally {
      for (const [k, prototype] of prototypes.entries()) prototype.applyGradients = originals[k]!;
    }
  }

  /** Their settings as they are now. */
  get settings(): string {
    return [...this.used].map((optimizer) => JSON.stringify(optimizer.getConfig())).join();
  }
}
