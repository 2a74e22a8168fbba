import { Random, type TF, tf } from '../../core';
import { balancers } from '../../losses';
import type { HistoryRow } from '../history';

/** What the terms of a loss ask of the weights, and what the balancer makes of it. */
export interface Balanced {
  /** One gradient per variable, as the optimiser takes it. */
  gradients: TF.Tensor[];
  /** What each term counted, [heads]. */
  weights: TF.Tensor1D;
  /** Share of each term in the sum of the norms of the weighted gradients on the shared variables, [heads]. */
  shares: TF.Tensor1D;
  /** Cosine between each term's gradient and the step's, on the shared variables, [heads]; 0 for a zero gradient. */
  cosines: TF.Tensor1D;
}

/** The state of a balancer over a run, and its part of a training step. Weights of terms are [heads], in the model's order. */
export class Balancing {
  /** Learnt by the optimiser along with the model: the log variances. */
  readonly trainable: TF.Variable[] = [];
  /** Changed by the balancer itself: GradNorm's weights and first losses. */
  readonly adjusted: TF.Variable[] = [];
  /** Whether a step needs the gradient of every term on its own. */
  readonly perTerm: boolean;
  private readonly random: Random;
  private averages: number[];

  constructor(
    readonly balancer: balancers.Balancer,
    private readonly heads: readonly string[],
    { seed, gradientShares }: { seed: number; gradientShares: boolean },
  ) {
    const { kind } = balancer;
    this.perTerm = gradientShares || ['gradnorm', 'pcgrad', 'mgda'].includes(kind);
    this.random = new Random(seed).fork('balancer');
    this.averages = heads.map(() => 1);
    const state = (value: number, learnt: boolean) =>
      tf.tidy(() => tf.variable(tf.fill([heads.length], value), learnt));
    if (kind === 'uncertainty') this.trainable.push(state(0, true));
    // Minus one: no loss has been seen yet.
    if (kind === 'gradnorm') this.adjusted.push(state(1, false), state(-1, false));
  }

  /** Whether the factors, or the order of the terms, are drawn anew for every step. */
  get drawsFactors(): boolean {
    return this.balancer.kind === 'random';
  }

  get drawsOrder(): boolean {
    return this.balancer.kind === 'pcgrad';
  }

  /** Factors on the static weights that are known before the step: drawn, or from the epochs before. */
  factors(): number[] {
    return this.balancer.kind === 'random' ? balancers.randomWeights(this.random, this.heads.length) : this.averages;
  }

  /** The order in which conflicts are projected away in a step. */
  order(): Int32Array {
    if (this.balancer.kind === 'pcgrad') return this.random.permutation(this.heads.length);
    return Int32Array.from(this.heads, (_, k) => k);
  }

  /** After an epoch: refuses losses that the method cannot take, and averages for the next. */
  observe(history: readonly HistoryRow[]): void {
    const row = history.at(-1)!;
    const lossOf = (of: HistoryRow, head: string): number => (this.heads.length === 1 ? of.loss : of[`${head}_loss`]!);
    balancers.checkLosses(this.balancer, Object.fromEntries(this.heads.map((h) => [h, lossOf(row, h)])), 'fit');
    const before = history.at(-2);
    if (this.balancer.kind !== 'dwa' || !before) return;
    const ratios = this.heads.map((head) => lossOf(row, head) / Math.max(lossOf(before, head), 1e-30));
    this.averages = balancers.dynamicWeightAverage(ratios, this.balancer.temperature);
  }

  /** The total loss out of the terms, each already times its static weight. For steps that need no gradient per term. */
  total(scaled: TF.Tensor1D, factors: TF.Tensor1D): TF.Scalar {
    if (this.balancer.kind === 'uncertainty') {
      return balancers.uncertaintyLoss(scaled, this.trainable[0] as unknown as TF.Tensor1D);
    }
    return tf.sum(tf.mul(scaled, factors));
  }

  /** What each term counted in a step without gradients per term, beyond its static weight. */
  counted(factors: TF.Tensor1D): TF.Tensor1D {
    if (this.balancer.kind !== 'uncertainty') return factors;
    return balancers.uncertaintyWeights(this.trainable[0] as unknown as TF.Tensor1D);
  }

  /**
   * Puts the gradients of the terms together. Variables that two or more terms reach are shared: balanced there; where only
   * one term reaches, its gradient counts by its weight (PCGrad and MGDA leave it as it is, as in their papers).
   *
   * @param perTerm per head and variable, the gradient of the statically weighted term, undefined where it does not reach.
   * @param scaled the losses times their static weights, [heads]. @param factors from {@link factors}, [heads].
   * @param order from {@link order}. @param variables those of the model.
   */
  combine(
    perTerm: readonly (readonly (TF.Tensor | undefined)[])[],
    scaled: TF.Tensor1D,
    factors: TF.Tensor1D,
    order: TF.Tensor1D,
    variables: readonly TF.Variable[],
  ): Balanced {
    const reached = variables.map((_, v) => perTerm.filter((gradients) => gradients[v] !== undefined).length);
    // A model without shared weights: the terms are compared on all they have.
    const isShared = (v: number): boolean => reached[v]! >= 2;
    const shared = variables.flatMap((_, v) => (isShared(v) ? [v] : []));
    const compared = shared.length > 0 ? shared : variables.map((_, v) => v);
    const flat = tf.stack(
      perTerm.map((gradients) =>
        tf.concat(compared.map((v) => (gradients[v] ?? tf.zerosLike(variables[v]!)).reshape([-1]))),
      ),
    ) as TF.Tensor2D;
    const { kind } = this.balancer;
    let weights = kind === 'gradnorm' ? this.gradNorm(flat, scaled) : this.counted(factors);
    if (kind === 'mgda') weights = balancers.minimumNormWeights(flat);
    const column = weights.reshape([-1, 1]) as TF.Tensor2D;
    const weighted = kind === 'pcgrad' ? balancers.projectConflicts(flat, order) : tf.mul<TF.Tensor2D>(flat, column);
    const step = tf.sum(weighted, 0) as TF.Tensor1D;
    const specific = kind === 'mgda' || kind === 'pcgrad' ? undefined : weights;
    const pieces = split(
      step,
      compared.map((v) => variables[v]!.shape),
    );
    const gradients = variables.map((variable, v) => {
      const at = compared.indexOf(v);
      if (at >= 0) return pieces[at]!;
      const head = perTerm.findIndex((gradients) => gradients[v] !== undefined);
      if (head < 0) return tf.zerosLike(variable);
      const gradient = perTerm[head]![v]!;
      return specific ? tf.mul(gradient, specific.slice([head], [1]).reshape([])) : gradient;
    });
    return { gradients, weights, ...compare(weighted, step) };
  }

  /** The log variances' own gradient of the uncertainty loss: (1 - L e^(-s)) / 2. */
  varianceGradients(scaled: TF.Tensor1D): TF.Tensor[] {
    const precisions = this.trainable.map((logVariances) => tf.exp(tf.neg(logVariances as TF.Tensor)) as TF.Tensor1D);
    return precisions.map((precision) => tf.div(tf.sub(1, tf.mul(scaled, precision)), 2));
  }

  dispose(): void {
    tf.dispose([...this.trainable, ...this.adjusted]);
  }

  /** One step of GradNorm's weights; the weights from before it count in this step. */
  private gradNorm(flat: TF.Tensor2D, losses: TF.Tensor1D): TF.Tensor1D {
    const [weights, first] = this.adjusted as [TF.Variable, TF.Variable];
    const before = weights.clone() as TF.Tensor1D;
    const start = tf.where(tf.less(first as TF.Tensor, 0), losses, first as TF.Tensor) as TF.Tensor1D;
    // Negative losses are refused after the epoch, by name; until then they must not become NaN.
    const rates = tf.relu(tf.div<TF.Tensor1D>(losses, tf.maximum(start, 1e-30)));
    const norms = tf.sqrt(tf.sum(tf.square(flat), 1)) as TF.Tensor1D;
    weights.assign(balancers.gradNormStep(before, norms, rates, this.balancer));
    first.assign(start);
    return before;
  }
}

/** Shares of the norms, and cosines with the step. */
function compare(weighted: TF.Tensor2D, step: TF.Tensor1D): { shares: TF.Tensor1D; cosines: TF.Tensor1D } {
  const norms = tf.sqrt(tf.sum(tf.square(weighted), 1)) as TF.Tensor1D;
  const length = tf.sqrt(tf.sum(tf.square(step)));
  const products = tf.matMul(weighted, step.reshape([-1, 1])).reshape([-1]);
  return {
    shares: tf.div(norms, tf.maximum(tf.sum(norms), 1e-30)) as TF.Tensor1D,
    cosines: tf.div(products, tf.maximum(tf.mul(norms, length), 1e-30)) as TF.Tensor1D,
  };
}

function split(flat: TF.Tensor1D, shapes: readonly number[][]): TF.Tensor[] {
  let start = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const piece = flat.slice([start], [size]).reshape(shape);
    start += size;
    return piece;
  });
}

/** Names of the record's numbers that a balancer adds: what each head counted and, if asked for, its share and cosine. */
export function balanceKeys(heads: readonly string[], { balancer, perTerm }: Balancing): string[] {
  const moving = balancer.kind !== 'static' && balancer.kind !== 'equal';
  return [
    ...(moving ? heads.map((head) => `${head}_weight`) : []),
    ...(perTerm ? heads.flatMap((head) => [`${head}_gradient_share`]) : []),
    ...(perTerm ? heads.flatMap((head) => [`${head}_gradient_cosine`]) : []),
  ];
}

/** The numbers of {@link balanceKeys}, in that order. */
export function balanceRecord(
  { balancer, perTerm }: Balancing,
  { weights, shares, cosines }: Pick<Balanced, 'weights'> & Partial<Balanced>,
): TF.Tensor1D[] {
  const parts = balancer.kind === 'static' || balancer.kind === 'equal' ? [] : [weights];
  return perTerm ? [...parts, shares!, cosines!] : parts;
}
