import { measure, rule } from './rule';

/** Features with values so far out that a few rows drive the weights. */
export const heavyTailedInput = rule({
  id: 'heavy-tailed-input',
  watches: 'the largest robust z-score, Hill’s tail index and what the outermost rows weigh, for every feature',
  thresholds: {
    robustZ: {
      value: 30,
      source: 'standard normal rows reach 5; Student t with 4 degrees of freedom about 15 in 2,000',
    },
    tailIndex: { value: 2.5, source: 'Hill 1975: at 2 the variance ceases to exist' },
    farShare: {
      value: 0.7,
      source: 'one row in a hundred outweighs the rest twice over; returns with crashes in them reach 0.55',
    },
  },
  evaluate({ features }, { robustZ, tailIndex, farShare }) {
    return features
      .filter((f) => !f.words && f.largestRobustZ > robustZ && f.tailIndex < tailIndex && f.farShare > farShare)
      .map((f) => ({
        rule: 'heavy-tailed-input',
        kind: 'heavy',
        where: `${f.input}[${f.feature}]`,
        evidence: [
          measure('largest distance from the median', f.largestRobustZ, 'robust standard deviations', robustZ),
          measure('tail index', f.tailIndex, '', tailIndex),
          measure('squared distance that the outermost 1 % make up', f.farShare, 'share', farShare),
        ],
      }));
  },
});
