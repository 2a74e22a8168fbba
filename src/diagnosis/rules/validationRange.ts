import { measure, rule } from '../rule';

/** Validation inputs unlike those trained on. */
export const validationRange = rule({
  id: 'validation-range',
  watches: 'the share of validation values outside the training range, feature by feature, and the shift of the median',
  thresholds: {
    outside: { value: 0.2, source: 'rows of the same source leave the range of 1,000 others in a thousandth of cases' },
    shift: { value: 5, source: 'medians five robust standard deviations apart are not the same quantity' },
  },
  evaluate({ features }, { outside, shift }) {
    return features
      .filter((f) => f.validationOutside > outside || f.validationShift > shift)
      .map((f) => ({
        rule: 'validation-range',
        kind: 'outside',
        where: `${f.input}[${f.feature}]`,
        evidence: [
          measure('validation values outside the training range', f.validationOutside, 'share', outside),
          measure('shift of the median', f.validationShift, 'robust standard deviations', shift),
        ],
      }));
  },
});
