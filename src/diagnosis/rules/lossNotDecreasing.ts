import { measure, rule } from './rule';

/** A training loss that stands still or grows. */
export const lossNotDecreasing = rule({
  id: 'loss-not-decreasing',
  watches: 'the training loss of each head over the run',
  thresholds: {
    decrease: { value: 0.05, source: 'TheDeepChecker: less than 5 % is stagnation; here over the whole run' },
    growth: { value: 2, source: 'TheDeepChecker: twice the least loss is divergence' },
    epochs: { value: 5, source: 'TheDeepChecker: five checks' },
  },
  evaluate({ heads }, { decrease, growth, epochs }) {
    return heads.flatMap(({ head, losses }) => {
      const known = losses.filter(Number.isFinite);
      if (known.length < epochs) return [];
      const [first, last] = [known[0]!, known[known.length - 1]!];
      const least = known.reduce((a, b) => Math.min(a, b));
      const evidence = [measure('first training loss', first), measure('last', last), measure('least', least)];
      if (last > 0 && least > 0 && last > growth * least)
        return [{ rule: 'loss-not-decreasing', kind: 'diverging', where: head, evidence }];
      if (Math.abs(first - last) < decrease * Math.abs(first))
        return [{ rule: 'loss-not-decreasing', kind: 'stagnant', where: head, evidence }];
      return [];
    });
  },
});
