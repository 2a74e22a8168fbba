import { measure, rule } from './rule';

/** Classes that stand in another order in the training rows than in the validation rows. */
export const classOrder = rule({
  id: 'class-order',
  watches: 'whether validation rows are named better when every class of the training rows is taken for another',
  thresholds: {
    gain: { value: 0.15, source: 'a reference of no skill gains less by the best of all orders' },
    deviations: { value: 5, source: 'standard errors of the difference: the best of many orders is picked' },
  },
  evaluate({ heads }, { gain, deviations }) {
    return heads.flatMap(({ head, classOf, validationRows }) => {
      const order = classOf?.order;
      if (!order) return [];
      const { hitShare, movedHitShare, moved } = order;
      const error = Math.sqrt(
        (movedHitShare * (1 - movedHitShare) + hitShare * (1 - hitShare)) / validationRows + 1e-9,
      );
      const difference = movedHitShare - hitShare;
      if (!(difference > gain && difference > deviations * error)) return [];
      const evidence = [
        measure('validation rows that a reference names rightly as classes stand', hitShare, 'share'),
        measure('with classes taken for others', movedHitShare, 'share', hitShare + gain),
        measure('classes that moved', moved.filter((to, from) => to !== from).length, 'classes'),
      ];
      return [{ rule: 'class-order', kind: 'moved', where: head, evidence }];
    });
  },
});
