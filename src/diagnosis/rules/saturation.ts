import { measure, rule } from './rule';

/** Sigmoid and tanh layers, hidden or heads, on the flat ends of their curve. */
export const saturation = rule({
  id: 'saturation',
  watches: 'the share of values of a sigmoid or tanh layer where its slope is below 1 % of its steepest',
  thresholds: {
    saturated: { value: 0.5, source: 'Amazon SageMaker Debugger, Saturation, and DeepDiagnosis: over 50 % of a layer' },
  },
  evaluate({ final, heads }, { saturated }) {
    const outputs = new Set(heads.map(({ head }) => head));
    return final.activations.rows
      .filter((layer) => layer.saturatedShare > saturated)
      .map((layer) => ({
        rule: 'saturation',
        kind: outputs.has(layer.layer) ? 'head' : 'hidden',
        where: layer.layer,
        evidence: [
          measure('saturated values', layer.saturatedShare, 'share', saturated),
          measure('median pre-activation', layer.preP50),
          measure('mean output', layer.mean),
        ],
      }));
  },
});
