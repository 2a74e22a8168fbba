import { measure, rule } from './rule';

/** Values of the data that are no numbers: the first thing to look for, since everything behind them is lost. */
export const notFiniteInData = rule({
  id: 'data-not-finite',
  watches: 'every value of inputs and targets, training and validation, for NaN and infinities',
  thresholds: { count: { value: 0, source: 'one is enough: a single NaN makes every weight NaN in one step' } },
  evaluate({ notFiniteData }, { count }) {
    return notFiniteData
      .filter((one) => one.count > count)
      .map((one) => ({
        rule: 'data-not-finite',
        kind: Number.isNaN(one.value) ? 'nan' : 'infinite',
        where: one.part,
        evidence: [
          measure('first row', one.row, 'counted from 0'),
          measure('its column', one.column, 'counted from 0'),
          measure('values that are no numbers', one.count, 'values', count),
          measure('rows that have any', one.rows, 'rows'),
        ],
      }));
  },
});
