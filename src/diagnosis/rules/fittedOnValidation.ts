import { measure, rule } from './rule';

/** Scales and ranks that were fitted to training and validation rows together. */
export const fittedOnValidation = rule({
  id: 'fitted-on-validation',
  watches:
    'whether columns are centred and scaled, and targets ranked, over all rows together and not over those of training',
  thresholds: {
    columns: { value: 0.5, source: 'half of the columns: a scaler treats all alike' },
    least: { value: 2, source: 'one column may be so by chance' },
    exact: { value: 1e-4, source: 'the mean of ranks is a half but for rounding' },
    off: { value: 2e-3, source: 'twenty times that: the ranks of a part are its own only if it was ranked alone' },
  },
  evaluate({ wiring }, { columns, least, exact, off }) {
    const scaled = wiring.fittedTogether
      .filter((one) => one.columns >= least && one.columns >= columns * one.of)
      .map((one) => ({
        rule: 'fitted-on-validation',
        kind: 'scaler',
        where: one.input,
        evidence: [
          measure(
            `columns whose ${one.by} is 0 and spread 1 over all rows, not over training rows`,
            one.columns,
            '',
            columns * one.of,
          ),
          measure('columns', one.of),
        ],
      }));
    const ranked = wiring.rankedTogether
      .filter(({ together, training }) => together < exact && training > off)
      .map(({ head, together, training }) => ({
        rule: 'fitted-on-validation',
        kind: 'ranks',
        where: head,
        evidence: [
          measure('distance of the mean rank from a half, all rows', together, '', exact),
          measure('training rows', training, '', off),
        ],
      }));
    return [...scaled, ...ranked];
  },
});
