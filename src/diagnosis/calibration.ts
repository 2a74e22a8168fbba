/**
 * First verdicts of the development half of the mutants, by cause, on faulty and on healthy programs: how many were right (the
 * cause is one of the operator's, or its change brought the score back), of how many. The reporting half says how well it holds (`npm run bench:mutants`).
 */
const COUNTS: Readonly<Record<string, readonly [right: number, of: number]>> = {
  'batch-too-large': [7, 7],
  'class-order-moved': [1, 1],
  'classes-imbalanced': [0, 1],
  'data-not-finite': [13, 13],
  'dead-layers': [8, 8],
  'dropout-too-strong': [9, 9],
  'frozen-weights': [0, 1],
  'gradient-clipped': [11, 11],
  'head-and-loss-misfit': [3, 3],
  'heavy-tailed-inputs': [2, 2],
  'inputs-normalised-twice': [9, 9],
  'inputs-not-normalised': [3, 3],
  'inputs-unrelated-to-targets': [12, 12],
  'learning-rate-too-high': [20, 24],
  'learning-rate-too-low': [21, 21],
  'loss-rewards-error': [3, 3],
  'loss-summed': [4, 4],
  'network-too-small': [4, 4],
  'no-nonlinearity': [4, 4],
  'one-unit-softmax': [1, 1],
  'output-out-of-range': [2, 2],
  'poor-initialisation': [8, 8],
  'rows-sorted': [2, 2],
  'sigmoid-layers': [1, 1],
  undertrained: [12, 15],
  'validation-inputs-out-of-range': [6, 6],
};

/** A cause that was met seldom is taken for an average one: so many verdicts of the average are added to its own. */
const PRIOR = { right: 4.5, of: 5 };

/** How often a verdict on this cause is right, by what the benchmark has seen: from 0 to 1. */
export function probabilityOf(cause: string): number {
  const [right, of] = COUNTS[cause] ?? [0, 0];
  return (right + PRIOR.right) / (of + PRIOR.of);
}
