import type { TF } from '../../core';
import { leafLayers } from '../../inspection';
import { activationOf } from '../../inspection/layers';
import { measure, rule } from './rule';

/** Hidden layers of sigmoids: each takes three quarters of the gradient at the least. */
export const sigmoidLayers = rule({
  id: 'sigmoid-layers',
  watches: 'how many hidden layers have a sigmoid, and what is left of a gradient behind them',
  thresholds: {
    left: { value: 0.25, source: 'the steepest slope of the sigmoid is a quarter (Glorot and Bengio 2010)' },
  },
  evaluate({ model, heads }, { left }) {
    const outputs = new Set(heads.map(({ head }) => head));
    const gates = gatesOf(model);
    const found = leafLayers(model).filter(
      (layer) =>
        !outputs.has(layer.name) &&
        !gates.has(layer.name) &&
        layer.weights.length > 0 &&
        ['sigmoid', 'hardSigmoid'].includes(activationOf(layer)),
    );
    return found.length === 0
      ? []
      : [
          {
            rule: 'sigmoid-layers',
            kind: 'sigmoid',
            where: found[0]!.name,
            evidence: [
              measure('hidden layers of sigmoids', found.length, 'layers'),
              measure('most that is left of a gradient behind them', 0.25 ** found.length, 'share', left),
            ],
          },
        ];
  },
});

/** Layers that are multiplied with others: a sigmoid there is a gate, and the gradient goes past it. */
function gatesOf(model: TF.LayersModel): Set<string> {
  return new Set(
    leafLayers(model)
      .filter((layer) => layer.getClassName() === 'Multiply')
      .flatMap((layer) => (layer as unknown as { inboundNodes: { inboundLayers: TF.layers.Layer[] }[] }).inboundNodes)
      .flatMap(({ inboundLayers }) => inboundLayers.map(({ name }) => name)),
  );
}
