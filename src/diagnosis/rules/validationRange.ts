import { measure, rule } from './rule';

/** Validation inputs unlike those trained on. */
export const validationRange = rule({
  id: 'validation-range',
  watches:
    'the distance of Kolmogorov and Smirnov between training and validation values, feature by feature, over all of them',
  thresholds: {
    chance: { value: 0.001, source: 'of any of the features by chance (Bonferroni 1936): a thousandth' },
    distance: { value: 0.25, source: 'a real difference may be small: a quarter of the rows must have moved' },
  },
  evaluate({ features }, { chance, distance }) {
    const compared = features.filter((f) => !f.words && Number.isFinite(f.validationChance));
    return compared
      .filter((f) => f.validationChance * compared.length < chance && f.validationDistance > distance)
      .map((f) => ({
        rule: 'validation-range',
        kind: 'outside',
        where: `${f.input}[${f.feature}]`,
        evidence: [
          measure('distance of Kolmogorov and Smirnov', f.validationDistance, '', distance),
          measure('chance of it among all features', Math.min(1, f.validationChance * compared.length), '', chance),
          measure('validation values outside the training range', f.validationOutside, 'share'),
        ],
      }));
  },
});
