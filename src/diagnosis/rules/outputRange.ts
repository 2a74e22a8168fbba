import { measure, rule } from '../rule';

/** Targets that the head's activation cannot give, and a softmax of one unit, which gives 1 whatever comes. */
export const outputRange = rule({
  id: 'output-range',
  watches: 'the share of targets outside the range of the head’s activation',
  thresholds: { outside: { value: 0.01, source: 'DeepDiagnosis has any; 1 % leaves room for outliers' } },
  evaluate({ heads }, { outside }) {
    return heads.flatMap(({ head, activation, range, columns, targets }) => {
      if (activation === 'softmax' && columns === 1) {
        const evidence = [measure('units of the softmax', 1, 'units', 2)];
        return [{ rule: 'output-range', kind: 'one-unit-softmax', where: head, evidence }];
      }
      const [low, high] = range;
      const share = targets.filter((value) => value < low || value > high).length / targets.length;
      if (!(share > outside)) return [];
      const evidence = [
        measure('targets outside the range', share, 'share', outside),
        measure('least the activation gives', low),
        measure('most', high),
        measure(
          'least target',
          targets.reduce((a, b) => Math.min(a, b)),
        ),
        measure(
          'largest target',
          targets.reduce((a, b) => Math.max(a, b)),
        ),
      ];
      return [{ rule: 'output-range', kind: 'outside', where: head, evidence }];
    });
  },
});
