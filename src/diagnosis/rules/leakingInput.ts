import { measure, rule } from './rule';

/** A column that tells the target on training rows alone. */
export const leakingInput = rule({
  id: 'leaking-input',
  watches: 'the squared correlation of each column with the target, on training and on validation rows',
  thresholds: {
    training: {
      value: 0.8,
      source: 'one column that explains four fifths of the target is the target, or made from it',
    },
    share: { value: 0.6, source: 'a real relation holds on other rows: at most two fifths of it are lost by chance' },
  },
  evaluate({ heads }, { training, share }) {
    return heads.flatMap(({ head, closest }) => {
      if (!closest || !(closest.training > training) || !(closest.validation < share * closest.training)) return [];
      const evidence = [
        measure('column', closest.column, 'counted from 0'),
        measure('squared correlation with the target, training rows', closest.training, '', training),
        measure('validation rows', closest.validation, '', share * closest.training),
      ];
      return [{ rule: 'leaking-input', kind: 'leak', where: head, evidence }];
    });
  },
});
