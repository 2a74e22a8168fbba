/**
 * First verdicts of the mutants, by cause, on faulty and on healthy programs: how many were right (the cause is one of the
 * operator's, or its change brought the score back), of how many. Those of the development half alone were off by 0.090 on the
 * reporting half (expected calibration error); since then both halves are counted, and how well that holds is not measured
 * (`npm run bench:mutants`).
 */
const COUNTS: Readonly<Record<string, readonly [right: number, of: number]>> = {
  'batch-too-large': [9, 9],
  'class-order-moved': [5, 6],
  'classes-imbalanced': [1, 3],
  'collapsed-head': [0, 1],
  'data-not-finite': [24, 24],
  'dead-layers': [17, 22],
  'dropout-too-strong': [15, 15],
  'frozen-weights': [10, 11],
  'gradient-clipped': [19, 19],
  'head-and-loss-misfit': [5, 5],
  'heavy-tailed-inputs': [5, 5],
  'inputs-normalised-twice': [14, 14],
  'inputs-not-normalised': [17, 17],
  'inputs-unrelated-to-targets': [27, 27],
  'leaking-input': [2, 3],
  'learning-rate-too-high': [41, 48],
  'learning-rate-too-low': [35, 35],
  'log-loss-on-numbers': [8, 8],
  'loss-broadcasts': [1, 1],
  'loss-rewards-error': [11, 11],
  'loss-summed': [8, 8],
  'network-too-small': [7, 7],
  'no-nonlinearity': [11, 11],
  'one-unit-softmax': [2, 2],
  'output-out-of-range': [5, 5],
  overfitting: [0, 10],
  'poor-initialisation': [10, 10],
  'regularisation-too-strong': [13, 13],
  'rows-sorted': [5, 5],
  'sigmoid-layers': [2, 2],
  'symmetric-initialisation': [9, 9],
  'targets-constant': [7, 7],
  'targets-not-scaled': [9, 9],
  'too-few-rows': [5, 5],
  undertrained: [18, 27],
  'validation-inputs-out-of-range': [12, 14],
};

/** A cause that was met seldom is taken for an average one: so many verdicts of the average are added to its own. */
const PRIOR = { right: 4.5, of: 5 };

/** How often a verdict on this cause is right, by what the benchmark has seen: from 0 to 1. */
export function probabilityOf(cause: string): number {
  const [right, of] = COUNTS[cause] ?? [0, 0];
  return (right + PRIOR.right) / (of + PRIOR.of);
}
