import { measure, rule } from './rule';

/** A metric of one's own that is not the metric it is taken for, found by probing it with made-up predictions. */
export const metricWiring = rule({
  id: 'metric-wiring',
  watches: 'what metrics of one’s own say of made-up predictions, of equal ones in another order, and of other targets',
  thresholds: {
    orderOfTies: {
      value: 0.01,
      source: 'ties that share their ranks give 0; ranks of ties by row give about 1 / sqrt(rows), 0.04 for 512 rows',
    },
  },
  evaluate({ wiring }, { orderOfTies }) {
    return wiring.metrics.flatMap((metric) => {
      const see = (kind: string, ...evidence: ReturnType<typeof measure>[]) => [
        { rule: 'metric-wiring', kind, where: `${metric.head} ${metric.key}`, evidence },
      ];
      const unmoved = measure('change of the metric for other predictions', 0);
      if (metric.ignoresTargets) return see('elsewhere', unmoved, measure('change of the metric for other targets', 0));
      if (metric.ignoresPredictions) return see('targets-only', unmoved);
      if (metric.orderOfTies <= orderOfTies) return [];
      const quantity = 'change for equal predictions in another order of rows';
      return see('order-of-ties', measure(quantity, metric.orderOfTies, 'of near to far', orderOfTies));
    });
  },
});
