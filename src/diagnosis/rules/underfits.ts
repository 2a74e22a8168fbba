import { measure, rule } from './rule';

/** A head that does worse than what is easily reached: the harm without which there is no verdict. */
export const underfits = rule({
  id: 'underfits',
  watches: 'the head’s loss against the best constant, a line, nearest neighbours and boosted trees on the same rows',
  thresholds: {
    shortfall: {
      value: 0,
      source: 'the margins of harm: 0.03 and a tenth of what is reachable, beyond 3 standard errors',
    },
  },
  evaluate({ heads }, { shortfall }) {
    return heads.flatMap(({ head, harm }) =>
      (['training', 'validation'] as const).flatMap((part) => {
        const found = harm[part];
        if (!found || found.reachable - found.reached < shortfall) return [];
        const evidence = [
          measure(`skill over the best constant on ${part} rows`, found.reached, 'share'),
          measure(`what ${NAMES[found.by]} reaches`, found.reachable, 'share'),
          measure('difference over its standard error', found.deviations, '', 3),
        ];
        return [{ rule: 'underfits', kind: part, where: head, evidence }];
      }),
    );
  },
});

const NAMES = {
  constant: 'the best constant',
  line: 'a straight line',
  neighbours: 'the mean of the nearest neighbours',
  features: 'a line through random rectified features',
  trees: 'a small boosted ensemble of trees',
  patterns: 'a line through what random filters find',
};
