import { measure, rule } from './rule';

/** A recurrence that forgets: what the first steps say does not reach the loss, although it matters. */
export const gradientThroughTime = rule({
  id: 'gradient-through-time',
  watches: 'the gradient of the loss with respect to the first third of the steps, over that of the last third',
  thresholds: {
    ratio: { value: 0.01, source: 'a step that counts for a hundredth of another is not learnt from' },
    early: { value: 0.05, source: 'a twentieth of the variance is explained by the first steps alone' },
  },
  evaluate({ throughTime, heads }, { ratio, early }) {
    return throughTime.flatMap(({ layer, input, first, last, earlySkill, steps }) => {
      const share = first / last;
      const matters = heads.map(({ head }) => earlySkill[head] ?? 0).reduce((a, b) => Math.max(a, b), 0);
      if (!(share < ratio || !(last > 0)) || !(matters > early)) return [];
      const evidence = [
        measure('gradient at the first steps over that at the last', share, '', ratio),
        measure('what a line through the first steps alone explains', matters, 'share', early),
        measure(`steps of "${input}"`, steps, 'steps'),
      ];
      return [{ rule: 'gradient-through-time', kind: 'vanishing', where: layer, evidence }];
    });
  },
});
