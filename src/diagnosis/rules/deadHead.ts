import { activationFacts } from '../../layers/activations';
import { measure, rule } from './rule';

/** A rectified head whose pre-activation is below zero for nearly every row: constant zero, no gradient. */
export const deadHead = rule({
  id: 'dead-head',
  watches: 'the share of predictions of a rectified head that are exactly 0',
  thresholds: {
    zeros: { value: 0.95, source: 'a head is one unit: DeadRelu’s 1 % active, loosened for few rows' },
    targetZeros: { value: 0.5, source: 'many zeros are right where most targets are 0' },
  },
  evaluate({ heads, final }, { zeros, targetZeros }) {
    return heads.flatMap(({ head, activation, train, targets }) => {
      const share = train.length ? train.reduce((sum, row) => sum + row.zeroShare, 0) / train.length : Number.NaN;
      const wanted = targets.filter((value) => value === 0).length / targets.length;
      if (activationFacts(activation)?.kind !== 'rectified' || !(share > zeros) || wanted > targetZeros) return [];
      const layer = final.activations.find({ layer: head });
      const gradient = final.gradients?.find({ layer: head });
      const evidence = [
        measure('predictions that are exactly 0', share, 'share', zeros),
        measure('targets that are 0', wanted, 'share', targetZeros),
        ...(layer ? [measure('largest pre-activation', layer.preMax)] : []),
        ...(gradient ? [measure('norm of the head’s gradient', gradient.norm)] : []),
      ];
      return [{ rule: 'dead-head', kind: 'dead', where: head, evidence }];
    });
  },
});
