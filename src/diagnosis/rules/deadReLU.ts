import { measure, rule } from './rule';

/** Hidden rectified layers most of whose units never pass a value on, and so get no gradient. */
export const deadReLU = rule({
  id: 'dead-relu',
  watches: 'the share of units of a rectified hidden layer that are above zero on less than 1 % of the rows',
  thresholds: {
    deadUnits: { value: 0.5, source: 'Amazon SageMaker Debugger, DeadRelu: over 50 % of a layer' },
  },
  evaluate({ initial, final, heads }, { deadUnits }) {
    const outputs = new Set(heads.map(({ head }) => head));
    return final.activations.rows
      .filter((layer) => !outputs.has(layer.layer) && layer.deadShare > deadUnits)
      .map((layer) => ({
        rule: 'dead-relu',
        // Dead before the first step: no rate is to blame.
        kind:
          (initial?.activations.find({ layer: layer.layer })?.deadShare ?? 0) > deadUnits ? 'dead-from-start' : 'dead',
        where: layer.layer,
        evidence: [
          measure('dead units', layer.deadShare, 'share', deadUnits),
          measure('99 % quantile of the pre-activation', layer.preP99),
        ],
      }));
  },
});
