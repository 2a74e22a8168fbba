import { measure, rule } from './rule';

/** A sigmoid before a loss that applies its own. */
export const secondSigmoid = rule({
  id: 'second-sigmoid',
  watches: 'heads that give shares of 1, and losses that squash their predictions themselves',
  thresholds: { most: { value: 1, source: 'the largest output of a sigmoid or softmax' } },
  evaluate({ heads }, { most }) {
    return heads
      .filter(
        ({ activation, range, squashes }) =>
          squashes && ['sigmoid', 'softmax'].includes(activation) && range[1] <= most,
      )
      .map(({ head, range }) => ({
        rule: 'second-sigmoid',
        kind: 'twice',
        where: head,
        evidence: [
          measure('most that the head gives', range[1], '', most),
          measure('of which the loss makes', 1 / (1 + Math.exp(-range[1]))),
        ],
      }));
  },
});
