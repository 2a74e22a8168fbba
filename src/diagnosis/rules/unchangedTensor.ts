import { measure, rule } from './rule';

/** Weights that training has left where they were, or that are nothing but zeros. */
export const unchangedTensor = rule({
  id: 'unchanged-tensor',
  watches: 'how far each kernel moved over the run, relative to its initial norm, and kernels that are all zero',
  thresholds: {
    moved: { value: 1e-5, source: 'Amazon SageMaker Debugger, UnchangedTensor: relative tolerance 1e-5' },
  },
  evaluate({ final, frozen }, { moved }) {
    return final.weights.rows.flatMap((row) => {
      if (!/kernel$/.test(row.name)) return [];
      if (row.zeros === row.count) {
        const evidence = [measure('zeros', row.zeros, `of ${row.count} values`)];
        return [{ rule: 'unchanged-tensor', kind: 'zero', where: row.name, evidence }];
      }
      if (!(row.movedShare < moved)) return [];
      const evidence = [measure('distance from the initial value over its norm', row.movedShare, '', moved)];
      return [
        {
          rule: 'unchanged-tensor',
          kind: frozen.includes(row.name) ? 'frozen' : 'unchanged',
          where: row.name,
          evidence,
        },
      ];
    });
  },
});
