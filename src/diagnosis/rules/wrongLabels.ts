import { bestReach } from '../evidence/references';
import { measure, rule } from './rule';

/** Training targets that are noisier than those of the validation rows: some of them are wrong. */
export const wrongLabels = rule({
  id: 'wrong-labels',
  watches:
    'what is reached on training rows left out of the fit against validation rows, by a reference that ignores noise',
  thresholds: {
    gap: {
      value: 0.1,
      source: 'a tenth of the variance more is explained in rows not fitted to: more than a better fit gives',
    },
    deviations: { value: 4, source: 'standard errors of the difference' },
  },
  evaluate({ heads }, { gap, deviations }) {
    return heads.flatMap(({ head, references }) => {
      const [training, validation] = [bestReach(references, 'training'), bestReach(references, 'validationByFold')];
      if (!training || !validation || validation.errors.length < 50) return [];
      const difference = validation.skill - training.skill;
      const [a, b] = [spreadOf(training.errors), spreadOf(validation.errors)];
      const zero = mean(validation.errors) / Math.max(1e-12, 1 - validation.skill);
      const error = Math.sqrt(a ** 2 / training.errors.length + b ** 2 / validation.errors.length) / zero;
      if (!(difference > gap && difference > deviations * error)) return [];
      const evidence = [
        measure('skill of the best reference on training rows left out', training.skill, 'share'),
        measure('on validation rows', validation.skill, 'share', training.skill + gap),
        measure('difference over its standard error', difference / error, '', deviations),
      ];
      return [{ rule: 'wrong-labels', kind: 'noisy', where: head, evidence }];
    });
  },
});

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function spreadOf(values: Float64Array): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}
