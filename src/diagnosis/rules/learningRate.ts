import { measure, rule } from './rule';

/** Settings of the optimiser outside what anyone has found to work. */
export const learningRate = rule({
  id: 'learning-rate',
  watches: 'the learning rate and Adam’s epsilon as they were set',
  thresholds: {
    high: { value: 0.01, source: 'UMLAUT: above 0.01 (Adam only; gradient descent often needs more)' },
    low: { value: 1e-7, source: 'UMLAUT: below 1e-7' },
    epsilon: { value: 1e-10, source: 'a hundredth of the 1e-8 of Kingma and Ba 2014; below float32 noise of v' },
  },
  evaluate({ options }, { high, low, epsilon }) {
    const { kind = 'adam', learningRate: rate = Number.NaN, epsilon: own = Number.NaN } = options.optimizer ?? {};
    const adam = kind.startsWith('adam');
    const see = (what: string, quantity: string, value: number, threshold: number) => ({
      rule: 'learning-rate',
      kind: what,
      where: '',
      evidence: [measure(quantity, value, '', threshold)],
    });
    return [
      ...(adam && rate > high ? [see('high', 'learning rate', rate, high)] : []),
      ...(rate < low ? [see('low', 'learning rate', rate, low)] : []),
      ...(adam && own < epsilon ? [see('epsilon', 'Adam’s epsilon', own, epsilon)] : []),
    ];
  },
});
