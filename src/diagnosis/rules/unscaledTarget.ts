import { standardDeviation } from '../../evaluation';
import { measure, rule } from '../rule';

/** Targets so large that a network that starts near zero has far to go. */
export const unscaledTarget = rule({
  id: 'unscaled-target',
  watches: 'the size of a regression head’s targets',
  thresholds: {
    size: { value: 5, source: 'standardised targets have a root mean square of 1; five is no rounding of that' },
  },
  evaluate({ heads }, { size }) {
    return heads.flatMap(({ head, targets, classes }) => {
      const rms = Math.sqrt(targets.reduce((sum, value) => sum + value * value, 0) / targets.length);
      if (classes || !(rms > size)) return [];
      const evidence = [
        measure('root mean square of the targets', rms, '', size),
        measure('their standard deviation', standardDeviation(targets)),
      ];
      return [{ rule: 'unscaled-target', kind: 'large', where: head, evidence }];
    });
  },
});
