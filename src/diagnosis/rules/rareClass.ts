import { measure, rule } from './rule';

/** A class so rare among the training rows that it is given up, although the inputs tell it. */
export const rareClass = rule({
  id: 'rare-class',
  watches: 'a rare class that the head names too seldom, against trees that learnt from as many rows of each class',
  thresholds: {
    hits: { value: 0.03, source: 'more of all validation rows are right when rare classes count as much as others' },
    recall: { value: 0.3, source: 'of the class itself, as much more is found' },
    others: { value: 0.2, source: 'a head that fails at the other classes as well has another fault' },
    given: { value: 0.1, source: 'a class that is named in under a tenth of its rows is given up' },
  },
  evaluate({ heads }, { hits, recall, others, given }) {
    return heads.flatMap(({ head, classOf, validationHitShare, validationRecalls }) => {
      const balanced = classOf?.balanced;
      if (!balanced || !validationRecalls) return [];
      const behind = classOf.shares.flatMap((share, c) =>
        share >= 0.5 / classOf.shares.length && Number.isFinite(balanced.recalls[c]!)
          ? [balanced.recalls[c]! - validationRecalls[c]!]
          : [],
      );
      if (behind.reduce((a, b) => a + b, 0) > others * behind.length) return [];
      return classOf.shares
        .flatMap((share, c) => {
          const [own, reached] = [validationRecalls[c]!, balanced.recalls[c]!];
          const isRare = share > 0 && share < 0.5 / classOf.shares.length;
          const isBetter = balanced.hitShare - validationHitShare > hits;
          const isGivenUp = own < given && balanced.hitShare > validationHitShare - hits;
          if (!isRare || !(reached - own > recall) || !(isBetter || isGivenUp)) return [];
          const evidence = [
            measure('class, from 0', c),
            measure('training rows of the class', share, 'share'),
            measure('validation rows of the class that are named so', own, 'share', reached - recall),
            measure('by trees that learnt from as many rows of each class', reached, 'share'),
          ];
          return [{ rule: 'rare-class', kind: 'given-up', where: head, evidence }];
        })
        .slice(0, 1);
    });
  },
});
