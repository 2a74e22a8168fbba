import { measure, rule } from '../rule';

/** A head that does worse than a straight line on the very rows it was trained on. */
export const underfits = rule({
  id: 'underfits',
  watches: 'the head’s skill on training rows against least squares on the same inputs',
  thresholds: {
    margin: { value: 0.05, source: 'a twentieth of the variance; networks that train at all are ahead of a line' },
  },
  evaluate({ heads }, { margin }) {
    return heads.flatMap(({ head, skill, linear, columns, classes }) => {
      if (columns > 1 || classes || !(linear.f > 4) || !(skill < linear.rSquared - margin || Number.isNaN(skill)))
        return [];
      const evidence = [
        measure('skill over the best constant on training rows', skill, 'share'),
        measure('skill of a straight line', linear.rSquared, 'share', linear.rSquared - margin),
      ];
      return [{ rule: 'underfits', kind: 'underfits', where: head, evidence }];
    });
  },
});
