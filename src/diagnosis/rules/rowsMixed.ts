import { measure, rule } from './rule';

/** Predictions that depend on the rows beside them: an axis of the batch taken for one of the row. */
export const rowsMixed = rule({
  id: 'rows-mixed',
  watches: 'whether a row gets the same prediction among fewer rows',
  thresholds: { change: { value: 1e-3, source: 'rounding moves predictions by a millionth' } },
  evaluate({ rowsMixed: isMixed }, { change }) {
    return isMixed
      ? [
          {
            rule: 'rows-mixed',
            kind: 'mixed',
            where: '',
            evidence: [
              measure('predictions that change with the rows beside them: more than', change, 'share', change),
            ],
          },
        ]
      : [];
  },
});
