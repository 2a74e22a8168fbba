import { measure, rule } from './rule';

/** Rows of one class next to each other, and not shuffled: every step pulls towards the class it sees. */
export const sortedRows = rule({
  id: 'sorted-rows',
  watches: 'how often neighbouring rows have one class, against a random order, where rows are not shuffled',
  thresholds: {
    alike: { value: 0.5, source: 'half way from the share of a random order to one block per class' },
  },
  evaluate({ heads, options }, { alike }) {
    if (options.shuffle !== false) return [];
    return heads.flatMap(({ head, neighboursAlike, neighboursAlikeByChance }) => {
      const excess = (neighboursAlike - neighboursAlikeByChance) / (1 - neighboursAlikeByChance);
      if (!(excess > alike)) return [];
      const evidence = [
        measure('neighbouring rows of one class', neighboursAlike, 'share'),
        measure('the same in a random order', neighboursAlikeByChance, 'share'),
        measure('excess over a random order', excess, 'share', alike),
      ];
      return [{ rule: 'sorted-rows', kind: 'sorted', where: head, evidence }];
    });
  },
});
