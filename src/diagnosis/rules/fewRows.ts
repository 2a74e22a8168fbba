import { measure, rule } from './rule';

/** Too few rows to learn from: the head knows them by heart, and every further row helps. */
export const fewRows = rule({
  id: 'few-rows',
  watches: 'what the best reference gains on validation rows by twice as many training rows, and the gap of the head',
  thresholds: {
    rows: { value: 120, source: 'with more rows than this the gap has other causes first' },
    gain: { value: 0.08, source: 'as many rows again would bring about as much again' },
    gap: { value: 0.15, source: 'skill on training rows that validation rows do not confirm' },
  },
  evaluate({ heads, rows: count }, { rows, gain, gap }) {
    return heads.flatMap(({ head, skill, validationSkill, references: { moreRows } }) => {
      if (count > rows || !moreRows) return [];
      const gained = moreRows.all - moreRows.half;
      const excess = skill - validationSkill;
      if (!(excess > gap && (gained > gain || count < rows / 4))) return [];
      const evidence = [
        measure('training rows', count, 'rows', rows),
        measure('skill on training rows', skill, 'share'),
        measure('skill on validation rows', validationSkill, 'share', skill - gap),
        measure('what the best reference gains from half of the rows to all', gained, 'share', gain),
      ];
      return [{ rule: 'few-rows', kind: 'few', where: head, evidence }];
    });
  },
});
