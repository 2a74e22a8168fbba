import { measure, rule } from './rule';

/** Kernels whose first values do not suit their fans. */
export const poorInitialisation = rule({
  id: 'poor-initialisation',
  watches: 'the variance of each kernel before training against those of LeCun, Glorot, He and PyTorch for its fans',
  thresholds: {
    varianceOverHe: { value: 1.5, source: 'above 2 / fan-in (He et al. 2015) by half; F-test as in TheDeepChecker' },
    varianceUnderLeast: {
      value: 0.4,
      source:
        'below the least of LeCun, Glorot and PyTorch’s default, 1 / (3 fan-in); tfjs draws 0.77 of the nominal variance',
    },
    values: { value: 256, source: 'fewer values cannot tell a factor of 1.5 apart at 1 % (F-test)' },
  },
  evaluate({ initial }, { varianceOverHe, varianceUnderLeast, values }) {
    return (initial?.weights.rows ?? []).flatMap((row) => {
      const shape = row.shape.slice(1, -1).split(', ').map(Number);
      if (shape.length < 2 || !/(^|\/)kernel$/.test(row.name) || row.count < 2) return [];
      const fanOut = shape[shape.length - 1]!;
      const fanIn = row.count / fanOut;
      const variance = row.std ** 2;
      if (variance === 0 && row.count > fanIn) {
        const evidence = [measure('standard deviation of the initial values', 0), measure('their mean', row.mean)];
        return [{ rule: 'poor-initialisation', kind: 'symmetric', where: row.name, evidence }];
      }
      const he = 2 / fanIn;
      const least = Math.min(1 / (3 * fanIn), 2 / (fanIn + fanOut));
      const wide = variance > varianceOverHe * he;
      if (row.count < values || !(wide || variance < varianceUnderLeast * least)) return [];
      const evidence = [
        measure('standard deviation of the initial values', row.std),
        measure(
          wide ? 'that of He for this fan-in' : 'the least of LeCun, Glorot and PyTorch',
          Math.sqrt(wide ? he : least),
        ),
        measure(
          'ratio of the variances',
          variance / (wide ? he : least),
          '',
          wide ? varianceOverHe : varianceUnderLeast,
        ),
      ];
      return [{ rule: 'poor-initialisation', kind: wide ? 'wide' : 'narrow', where: row.name, evidence }];
    });
  },
});
