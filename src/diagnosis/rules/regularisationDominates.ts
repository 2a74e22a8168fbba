import { measure, rule } from './rule';

/** Penalties on the weights that outweigh the data. */
export const regularisationDominates = rule({
  id: 'regularisation-dominates',
  watches: 'the penalty’s gradient against that of the data, and its share of the loss at the end of the run',
  thresholds: {
    lossShare: {
      value: 0.3,
      source: 'at a minimum the two gradients cancel whatever their size, so the share of the loss decides',
    },
    decay: { value: 0.3, source: 'Loshchilov and Hutter 2019 use 0.01 to 0.1' },
    gradientRatio: { value: 0.5, source: 'TheDeepChecker has 2 while training; it falls to 1 where the two balance' },
  },
  evaluate({ final, options, history, stepsPerEpoch }, { lossShare, gradientRatio, decay }) {
    const { kind, weightDecay = 0.004, learningRate = 1e-3 } = options.optimizer ?? {};
    const kept = (1 - weightDecay * learningRate) ** (history.length * stepsPerEpoch);
    if (kind === 'adamw' && weightDecay > decay && kept < 0.5) {
      const evidence = [
        measure('decay of the weights', weightDecay, 'per step and rate', decay),
        measure('what it alone would leave of a weight over the run', kept, 'share', 0.5),
      ];
      return [{ rule: 'regularisation-dominates', kind: 'decay', where: '', evidence }];
    }
    const terms = final.gradients?.terms.rows ?? [];
    const penalty = terms.find(({ term }) => term === 'regularization');
    if (!penalty) return [];
    const data = Math.sqrt(terms.reduce((sum, term) => (term === penalty ? sum : sum + term.norm ** 2), 0));
    const ratio = penalty.norm / data;
    if (!(penalty.lossShare > lossShare && ratio > gradientRatio)) return [];
    const evidence = [
      measure('penalty’s share of the loss', penalty.lossShare, 'share', lossShare),
      measure('norm of its gradient over that of the data', ratio, '', gradientRatio),
    ];
    return [{ rule: 'regularisation-dominates', kind: 'penalty', where: '', evidence }];
  },
});
