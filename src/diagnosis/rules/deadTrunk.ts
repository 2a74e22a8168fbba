import { measure, rule } from './rule';

/** Hidden layers, of any activation, whose units say the same for every row. */
export const deadTrunk = rule({
  id: 'dead-trunk',
  watches: 'the share of units of a hidden layer that give one value for every row',
  thresholds: { constant: { value: 0.6, source: 'a layer that has lost most of its units passes little on' } },
  evaluate({ final, heads }, { constant }) {
    const outputs = new Set(heads.map(({ head }) => head));
    return final.activations.rows
      .filter((layer) => !outputs.has(layer.layer) && layer.units > 1 && layer.constantShare > constant)
      .map((layer) => ({
        rule: 'dead-trunk',
        kind: 'constant',
        where: layer.layer,
        evidence: [measure('units that say the same for every row', layer.constantShare, 'share', constant)],
      }));
  },
});
