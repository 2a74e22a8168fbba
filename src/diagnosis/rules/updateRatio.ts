import { quantile } from '../../evaluation';
import type { Evidence } from '../evidence/evidence';
import { measure, rule } from './rule';

/** How far the first step moves the weights, relative to their size. */
export const updateRatio = rule({
  id: 'update-ratio',
  watches: 'log10 of mean |step| / mean |weight| at the first step, at the median kernel',
  thresholds: {
    low: { value: -4, source: 'TheDeepChecker: below 10^-4 the weights hardly move' },
    high: { value: -1, source: 'TheDeepChecker: above 10^-1 each step redraws the weights' },
  },
  evaluate(evidence, { low, high }) {
    const ratios = firstStepRatios(evidence);
    if (ratios.length === 0) return [];
    const typical = Math.log10(quantile(ratios, 0.5));
    const kind = typical > high ? 'high' : typical < low ? 'low' : undefined;
    if (!kind) return [];
    const rate = evidence.options.optimizer?.learningRate ?? Number.NaN;
    const measured = [
      measure('log10 of mean |step| / mean |weight|', typical, '', kind === 'high' ? high : low),
      measure('learning rate', rate),
    ];
    return [{ rule: 'update-ratio', kind, where: '', evidence: measured }];
  },
});

/**
 * |first step| / |weight| per kernel with a gradient, from the optimiser's own formula: Adam's first step is
 * rate * g / (|g| + epsilon) (Kingma and Ba 2014), gradient descent's is rate * g.
 */
function firstStepRatios({ initial, options }: Evidence): number[] {
  const { kind = 'adam', learningRate = kind === 'sgd' ? 0.01 : 0.001 } = options.optimizer ?? {};
  if (!initial?.gradients) return [];
  return initial.gradients.tensors.rows.flatMap((row) => {
    const weight = initial.weights.rows.find(({ name }) => name === row.weight);
    if (!weight || row.zeroShare === 1 || !weight.shape.includes(',')) return [];
    // The mean absolute value of a symmetric sample is close to 0.8 of its root mean square.
    const size = 0.8 * Math.sqrt(weight.norm ** 2 / weight.count);
    const step = kind.startsWith('adam') ? learningRate * (1 - row.zeroShare) : learningRate * row.meanAbsolute;
    return size > 0 ? [step / size] : [];
  });
}
