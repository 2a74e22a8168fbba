import { measure, rule } from './rule';

/** Classes whose columns do not hold what their names say. */
export const movedClasses = rule({
  id: 'moved-classes',
  watches: 'the mean return that followed the rows of each class against the order of their names',
  thresholds: { deviations: { value: 4, source: 'standard errors of the difference' } },
  evaluate({ wiring }, { deviations }) {
    return wiring.classOrder
      .filter((one) => one.deviations > deviations)
      .map((one) => ({
        rule: 'moved-classes',
        kind: 'order',
        where: one.head,
        evidence: [
          measure(`mean return of rows called "${one.lower}"`, one.ofLower),
          measure(`mean return of rows called "${one.higher}"`, one.ofHigher),
          measure('difference over its standard error', one.deviations, '', deviations),
        ],
      }));
  },
});
