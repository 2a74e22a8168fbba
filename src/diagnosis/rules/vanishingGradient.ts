import { measure, rule } from './rule';

/** Gradients that are lost on their way to the first layers. */
export const vanishingGradient = rule({
  id: 'vanishing-gradient',
  watches: 'the mean absolute gradient of the first layer, alone and against the last',
  thresholds: {
    meanAbsolute: { value: 1e-7, source: 'Amazon SageMaker Debugger, VanishingGradient, and DeepDiagnosis' },
    firstOverLast: { value: 1e-3, source: 'AutoTrainer: ratio of the norms of first and last layer' },
    first: { value: 1e-4, source: 'AutoTrainer: norm of the first layer, together with the ratio' },
  },
  evaluate({ initial, final }, { meanAbsolute, firstOverLast, first }) {
    const rows = (initial ?? final).gradients?.rows ?? [];
    const [front, back] = [rows[0], rows[rows.length - 1]];
    if (!front || !back || front === back) return [];
    const ratio = front.norm / back.norm;
    if (!(front.meanAbsolute < meanAbsolute || (ratio < firstOverLast && front.norm < first))) return [];
    const evidence = [
      measure('mean absolute gradient', front.meanAbsolute, '', meanAbsolute),
      measure('gradient norm over that of the last layer', ratio, '', firstOverLast),
    ];
    return [{ rule: 'vanishing-gradient', kind: 'vanishing', where: front.layer, evidence }];
  },
});
