import { measure, rule } from './rule';

/** Where steps from the last weights lead: a much longer one still helps, or the run's own does harm. */
export const stepLength = rule({
  id: 'step-length',
  watches:
    'the loss of 256 training rows after one step of the run’s rate, and of 0.01 to 1,000 times that, from the last weights',
  thresholds: {
    gain: {
      value: 0.05,
      source: 'a single step in hundreds that still removes a twentieth of the loss: not there yet',
    },
    factor: { value: 10, source: 'ten times the run’s own step' },
    harm: { value: 0.2, source: 'the run’s own step adds a fifth to the loss that a hundredth of it lowers' },
  },
  evaluate({ stepSearch, history }, { gain, factor, harm }) {
    if (!stepSearch || history.length === 0 || !(Math.abs(stepSearch.loss) > 0)) return [];
    const { loss, steps } = stepSearch;
    const finite = steps.filter((step) => Number.isFinite(step.loss));
    const best = finite.reduce((a, b) => (b.loss < a.loss ? b : a), { factor: 0, loss });
    const own = steps.find((step) => step.factor === 1)!;
    const evidence = [
      measure('best step, in steps of the run', best.factor, '', factor),
      measure('loss it removes', (loss - best.loss) / Math.abs(loss), 'share', gain),
      measure('loss that the run’s own step adds', (own.loss - loss) / Math.abs(loss), 'share', harm),
    ];
    const see = (kind: string) => [{ rule: 'step-length', kind, where: '', evidence }];
    if (best.factor >= factor && loss - best.loss > gain * Math.abs(loss)) return see('too-short');
    if (!(own.loss - loss <= harm * Math.abs(loss)) && best.factor < 1) return see('too-long');
    return [];
  },
});
