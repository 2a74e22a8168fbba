import { measure, rule } from './rule';

/** A loss that is not the loss it is taken for, found by probing it with made-up predictions. */
export const lossWiring = rule({
  id: 'loss-wiring',
  watches: 'what the loss does with predictions near to, far from and shuffled against the targets',
  thresholds: {
    rowsFactor: { value: 1.5, source: 'twice the rows give 1 for a mean and 2 for a sum' },
    logarithmicOutside: { value: 0.01, source: 'a log loss needs targets from 0 to 1; 1 % leaves room for rounding' },
  },
  evaluate({ heads }, { rowsFactor, logarithmicOutside }) {
    return heads.flatMap(({ head, behaviour, targets, loss, classes, columns }) => {
      const see = (kind: string, ...evidence: ReturnType<typeof measure>[]) => [
        { rule: 'loss-wiring', kind, where: head, evidence },
      ];
      const outside = targets.filter((value) => value < 0 || value > 1).length / targets.length;
      const logarithmic = behaviour.logarithmic || /crossentropy/i.test(loss);
      if (logarithmic && !classes && (outside > logarithmicOutside || (columns === 1 && behaviour.constant)))
        return see('log-loss-of-numbers', measure('targets outside 0 to 1', outside, 'share', logarithmicOutside));
      if (behaviour.constant) return see('constant', measure('change of the loss for other predictions', 0));
      if (behaviour.unpaired) return see('unpaired', measure('change of the loss for predictions of other rows', 0));
      if (behaviour.rewardsError)
        return see('rewards-error', measure('loss far from the targets less loss near them', -1, 'sign', 0));
      if (behaviour.rowsFactor > rowsFactor)
        return see(
          'sum',
          measure('loss of all rows twice over loss of all rows', behaviour.rowsFactor, '', rowsFactor),
        );
      return [];
    });
  },
});
