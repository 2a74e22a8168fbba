import { measure, rule } from './rule';

/** A head that says nearly the same for every row although the inputs tell more. */
export const collapsedHead = rule({
  id: 'collapsed-head',
  watches: 'std(predictions) / std(targets) against the correlation that is easily reached',
  thresholds: {
    scale: {
      value: 0.2,
      source: 'the optimal forecast’s scale ratio is its correlation, so a fifth of that is a collapse',
    },
    correlation: { value: 0.15, source: 'below it a flat forecast is nearly optimal' },
  },
  evaluate({ heads }, { scale, correlation }) {
    return heads.flatMap(({ head, train, reachable, classes }) => {
      const row = train[0];
      const reach = Math.sqrt(Math.max(0, reachable));
      if (!row || classes || !(reach > correlation) || !(row.scaleRatio < scale * reach)) return [];
      const evidence = [
        measure('std(predictions) / std(targets)', row.scaleRatio, '', scale * reach),
        measure('correlation that is easily reached', reach, '', correlation),
        measure('mean prediction', row.mean),
        measure('mean target', row.targetMean),
      ];
      return [{ rule: 'collapsed-head', kind: 'collapsed', where: head, evidence }];
    });
  },
});
