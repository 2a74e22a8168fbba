import { measure, rule } from '../rule';

/** A head that says nearly the same for every row although the inputs tell more. */
export const collapsedHead = rule({
  id: 'collapsed-head',
  watches: 'std(predictions) / std(targets) against the correlation that a straight line through the inputs reaches',
  thresholds: {
    scale: {
      value: 0.2,
      source: 'the optimal forecast’s scale ratio is its correlation, so a fifth of that is a collapse',
    },
    correlation: { value: 0.05, source: 'below a correlation of 0.05 a flat forecast is nearly optimal' },
  },
  evaluate({ heads }, { scale, correlation }) {
    return heads.flatMap(({ head, train, linear, classes }) => {
      const row = train[0];
      const reachable = Math.sqrt(linear.rSquared);
      if (!row || classes || !(reachable > correlation && linear.f > 4) || !(row.scaleRatio < scale * reachable))
        return [];
      const evidence = [
        measure('std(predictions) / std(targets)', row.scaleRatio, '', scale * reachable),
        measure('correlation a straight line through the inputs reaches', reachable, '', correlation),
        measure('mean prediction', row.mean),
        measure('mean target', row.targetMean),
      ];
      return [{ rule: 'collapsed-head', kind: 'collapsed', where: head, evidence }];
    });
  },
});
