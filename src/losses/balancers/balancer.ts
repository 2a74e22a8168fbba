import { checkChoice, checkNumber, ReluctantError } from '../../core';

/** The ways of weighing the terms of a loss against each other. */
export const BALANCERS = ['static', 'equal', 'uncertainty', 'dwa', 'gradnorm', 'pcgrad', 'mgda', 'random'] as const;

/** A way of weighing the terms of a loss against each other. */
export type BalancerName = (typeof BALANCERS)[number];

/** A balancer with its settings. In all of them `lossWeights` scale the terms first. */
export interface BalancerOptions {
  /**
   * `static`: the loss weights as they are. `equal`: every term counts 1. `uncertainty` (Kendall et al. 2018), `dwa` (Liu et
   * al. 2019), `gradnorm` (Chen et al. 2018), `pcgrad` (Yu et al. 2020), `mgda` (Sener and Koltun 2018), `random` (Lin et al.
   * 2022).
   */
  kind: BalancerName;
  /** `dwa`: softmax temperature, default 2. */
  temperature?: number;
  /** `gradnorm`: how strongly slow terms are favoured, default 1.5. */
  alpha?: number;
  /** `gradnorm`: step of the weights, default 0.025. */
  learningRate?: number;
}

/** A balancer whose settings have been checked and filled in. */
export type Balancer = Required<BalancerOptions>;

/** What breaks a method when a loss is not positive; the others do not mind. */
const NEEDS_POSITIVE: Partial<Record<BalancerName, string>> = {
  uncertainty: 'its weight 1 / (2 L) is defined for positive losses only: below zero the variance runs off to zero',
  dwa: 'the ratio of two losses says nothing once one of them is negative',
  gradnorm: 'the loss over its first loss says nothing about progress once one of them is negative',
};

/** Methods that a term of weight zero makes meaningless. */
const NEEDS_ALL_TERMS: Partial<Record<BalancerName, string>> = {
  uncertainty: 'its variance would shrink for ever',
  dwa: 'the ratio of its losses is 0 / 0',
  gradnorm: 'no weight gives a gradient of zero the norm of the others',
  mgda: 'the shortest combination of the gradients would be this zero, and nothing would be learnt',
};

/**
 * Checks a balancer against the terms it is to weigh.
 *
 * @param balancer a name, or options.
 * @param weights the static weight of each term by name.
 * @param operation named in errors.
 * @throws `unknown-choice`, `number-out-of-range`, `balancer-and-weights` when the static weights contradict the method.
 *
 * @example
 * checkBalancer('gradnorm', { direction: 1, volatility: 1 }, 'fit').kind; // 'gradnorm'
 */
export function checkBalancer(
  balancer: BalancerName | BalancerOptions | undefined,
  weights: Readonly<Record<string, number>>,
  operation: string,
): Balancer {
  const given = typeof balancer === 'object' && balancer !== null ? balancer : { kind: balancer ?? 'static' };
  const kind = checkChoice(operation, 'balancer', given.kind, BALANCERS);
  const checked: Balancer = {
    kind,
    temperature: checkNumber(operation, 'balancer.temperature', given.temperature ?? 2, 1e-3),
    alpha: checkNumber(operation, 'balancer.alpha', given.alpha ?? 1.5, 0, 100),
    learningRate: checkNumber(operation, 'balancer.learningRate', given.learningRate ?? 0.025, 0, 1),
  };
  checkWeights(checked, weights, operation);
  return checked;
}

/**
 * Checks static weights: finite, not negative, not all zero, and none that contradicts the balancer.
 *
 * @throws `loss-weight-out-of-range`, `loss-weights-all-zero`, `balancer-and-weights`.
 *
 * @example
 * const balancer = checkBalancer(undefined, { direction: 1 }, 'fit');
 * checkWeights(balancer, { direction: 1, volatility: 0.3 }, 'fit'); // passes
 */
export function checkWeights({ kind }: Balancer, weights: Readonly<Record<string, number>>, operation: string): void {
  const entries = Object.entries(weights);
  for (const [term, weight] of entries) {
    if (typeof weight === 'number' && Number.isFinite(weight) && weight >= 0) continue;
    throw new ReluctantError({
      code: 'loss-weight-out-of-range',
      operation,
      problem: weight < 0 ? 'a negative loss weight would train a head to be wrong' : 'a loss weight is not usable',
      where: { head: term },
      received: weight,
      expected: 'a finite number of at least 0',
      fix: 'to leave a head out of training, give it the weight 0',
    });
  }
  if (entries.length > 0 && entries.every(([, weight]) => weight === 0)) {
    throw new ReluctantError({
      code: 'loss-weights-all-zero',
      operation,
      problem: 'every loss weight is 0, so that nothing would be learnt',
      received: weights,
      expected: 'at least one weight above 0',
    });
  }
  const zero = entries.find(([, weight]) => weight === 0);
  const other = entries.find(([, weight]) => weight !== 1);
  const contradiction =
    (zero && NEEDS_ALL_TERMS[kind] && `the weight 0 of "${zero[0]}" cannot be balanced: ${NEEDS_ALL_TERMS[kind]}`) ||
    (kind === 'equal' && other && 'it weighs every term 1, and loss weights were given');
  if (!contradiction) return;
  throw new ReluctantError({
    code: 'balancer-and-weights',
    operation,
    problem: `the balancer "${kind}" does not go with these loss weights: ${contradiction}`,
    received: weights,
    fix:
      kind === 'equal'
        ? 'use the balancer "static" for weights of your own'
        : 'train without that head, or use the balancer "static"',
  });
}

/**
 * Checks the losses that a run has had against what the balancer can work with.
 *
 * @param losses the loss of each term by name.
 * @throws `loss-negative` with the reason why the method breaks.
 *
 * @example
 * const balancer = checkBalancer(undefined, { direction: 1 }, 'fit');
 * checkLosses(balancer, { direction: 0.9 }, 'fit'); // passes
 */
export function checkLosses({ kind }: Balancer, losses: Readonly<Record<string, number>>, operation: string): void {
  const reason = NEEDS_POSITIVE[kind];
  const negative = reason && Object.entries(losses).find(([, loss]) => loss < 0);
  if (!negative) return;
  throw new ReluctantError({
    code: 'loss-negative',
    operation,
    problem: `the balancer "${kind}" needs losses above zero: ${reason}`,
    where: { head: negative[0] },
    received: negative[1],
    fix: 'add a constant (1 - IC instead of -IC), or use a balancer that does not look at the size of losses, such as "static" or "pcgrad"',
  });
}
