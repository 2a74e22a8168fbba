import { measure, rule } from './rule';

/** Inputs and targets with nothing in common, row by row. */
export const unrelatedTargets = rule({
  id: 'unrelated-targets',
  watches:
    'tests of dependence that need no model, bent relations and rows moved against each other included, and the references',
  thresholds: {
    chance: { value: 0.05, source: 'a relation that chance gives in a twentieth of unrelated data is taken for one' },
    skill: { value: 0.01, source: 'a hundredth of the variance, on training rows left out of the fit' },
    rows: { value: 300, source: 'with fewer rows a correlation of 0.2 cannot be told from none' },
  },
  evaluate({ heads }, { chance, skill, rows }) {
    return heads.flatMap(({ head, references, dependence, targets, columns, skill: own, validationSkill, kind }) => {
      const count = targets.length / columns;
      const reached = references.training.filter(({ by }) => by !== 'constant');
      const best = Math.max(...reached.map((one) => one.skill));
      // What the model itself finds on rows it was not trained on speaks against it; what it fails to find says nothing.
      const learnt = Number.isNaN(validationSkill) ? -Infinity : validationSkill;
      const related = dependence.chance < chance || best > skill || learnt > skill;
      if (kind === 'constant' || count < rows || reached.length < 2 || related) return [];
      const evidence = [
        measure('chance of a relation as strong between unrelated columns', dependence.chance, '', chance),
        measure('skill of the best reference on rows left out', best, 'share', skill),
        measure('skill on training rows', own, 'share'),
        measure('rows', count, 'rows', rows),
        ...(dependence.shift ? [measure('rows that the targets are off', dependence.shift.rows, 'rows')] : []),
      ];
      return [{ rule: 'unrelated-targets', kind: dependence.shift ? 'moved' : 'unrelated', where: head, evidence }];
    });
  },
});
