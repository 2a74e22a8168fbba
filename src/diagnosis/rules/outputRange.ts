import { measure, rule } from './rule';

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
        measure(
          'squared error that no weights can remove, over that of the best constant',
          unavoidable(targets, low, high),
          'share',
        ),
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

/** What is left when every prediction is at the end of the range next to its target, over what the best constant leaves. */
function unavoidable(targets: Float32Array, low: number, high: number): number {
  const center = targets.reduce((a, b) => a + b, 0) / targets.length;
  const beyond = targets.reduce((sum, value) => sum + Math.max(0, low - value, value - high) ** 2, 0);
  return beyond / targets.reduce((sum, value) => sum + (value - center) ** 2, 0);
}
