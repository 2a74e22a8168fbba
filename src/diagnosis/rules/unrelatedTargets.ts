import { measure, rule } from '../rule';

/** Inputs and targets with nothing in common, row by row. */
export const unrelatedTargets = rule({
  id: 'unrelated-targets',
  watches: 'whether a straight line through the inputs, or the model itself on validation rows, explains anything',
  thresholds: {
    deviations: { value: 4, source: 'F within 4 standard deviations of 1, its value for unrelated columns' },
    skill: { value: 0.02, source: 'validation skill of a fiftieth is what chance leaves on a few hundred rows' },
  },
  evaluate({ heads }, { deviations, skill }) {
    return heads.flatMap(({ head, linear, validationSkill, skill: trainSkill }) => {
      const bound = 1 + deviations * Math.sqrt(2 / Math.max(1, linear.inputs));
      const reached = Number.isNaN(validationSkill) ? trainSkill : validationSkill;
      if (!(linear.f < bound) || reached > skill || linear.rows < 20 * linear.inputs) return [];
      const evidence = [
        measure('F of the inputs for the targets', linear.f, '', bound),
        measure('skill over the best constant on rows not trained on', reached, 'share', skill),
        measure('skill on training rows', trainSkill, 'share'),
      ];
      return [{ rule: 'unrelated-targets', kind: 'unrelated', where: head, evidence }];
    });
  },
});
