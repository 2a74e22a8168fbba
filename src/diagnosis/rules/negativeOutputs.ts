import { measure, rule } from './rule';

/** Negative predictions of something that is never negative. */
export const negativeOutputs = rule({
  id: 'negative-outputs',
  watches: 'the share of negative predictions where no target is negative',
  thresholds: {
    negative: { value: 0.05, source: 'a linear head around small positive targets strays below 0 on few rows' },
  },
  evaluate({ heads }, { negative }) {
    return heads.flatMap(({ head, train, validation, classes, activation }) => {
      const worst = [...train, ...validation]
        .filter((row) => row.targetMin >= 0)
        .sort((a, b) => b.negativeShare - a.negativeShare)[0];
      if (classes || !worst || !(worst.negativeShare > negative)) return [];
      const evidence = [
        measure('negative predictions', worst.negativeShare, 'share', negative),
        measure('least prediction', worst.min),
        measure('least target', worst.targetMin),
      ];
      return [
        {
          rule: 'negative-outputs',
          kind: activation === 'linear' ? 'negative-of-line' : 'negative',
          where: head,
          evidence,
        },
      ];
    });
  },
});
