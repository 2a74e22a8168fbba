import { measure, rule } from './rule';

/** Targets with one value and no other, and input columns that never vary. */
export const constantData = rule({
  id: 'constant-data',
  watches: 'targets and input columns that have one value in every row',
  thresholds: { spread: { value: 0, source: 'a column without spread carries nothing' } },
  evaluate({ heads, features }, { spread }) {
    const targets = heads
      .filter(({ kind }) => kind === 'constant')
      .map(({ head, targets: values }) => ({
        rule: 'constant-data',
        kind: 'targets',
        where: head,
        evidence: [measure('the one value of the targets', values[0] ?? Number.NaN), measure('rows', values.length)],
      }));
    const inputs = features
      .filter((feature) => feature.max - feature.min <= spread)
      .map((feature) => ({
        rule: 'constant-data',
        kind: 'inputs',
        where: `${feature.input}[${feature.feature}]`,
        evidence: [measure('the one value of the column', feature.median)],
      }));
    return [...targets, ...inputs];
  },
});
