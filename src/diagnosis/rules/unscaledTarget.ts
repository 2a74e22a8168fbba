import { standardDeviation } from '../../evaluation';
import { measure, rule } from './rule';

/** Targets so large that a network that starts near zero has far to go. */
export const unscaledTarget = rule({
  id: 'unscaled-target',
  watches: 'the size of a regression head’s targets, alone and against that of the inputs',
  thresholds: {
    slope: { value: 5, source: 'targets of the size of the inputs need weights of the size they start with' },
    size: { value: 5, source: 'standardised targets have a root mean square of 1; five is no rounding of that' },
  },
  evaluate({ heads, features }, { size, slope }) {
    const squares = features.filter(({ words }) => !words).map(({ mean, std }) => mean ** 2 + std ** 2);
    const ofInputs = Math.sqrt(squares.reduce((a, b) => a + b, 0) / Math.max(1, squares.length));
    return heads.flatMap(({ head, targets, classes }) => {
      const rms = Math.sqrt(targets.reduce((sum, value) => sum + value * value, 0) / targets.length);
      if (classes || !(rms > size) || (squares.length > 0 && !(rms > slope * ofInputs))) return [];
      const evidence = [
        measure('root mean square of the targets', rms, '', size),
        measure('their standard deviation', standardDeviation(targets)),
        measure('root mean square of the inputs', ofInputs, '', rms / slope),
      ];
      return [{ rule: 'unscaled-target', kind: 'large', where: head, evidence }];
    });
  },
});
