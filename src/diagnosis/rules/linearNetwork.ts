import type { TF } from '../../core';
import { leafLayers } from '../../inspection';
import { activationOf } from '../../inspection/layers';
import { measure, rule } from './rule';

/** Weight layers with nothing between them that bends: together they are one straight line. */
export const linearNetwork = rule({
  id: 'linear-network',
  watches: 'whether anything between the inputs and the heads bends, and whether the targets ask for it',
  thresholds: {
    bend: { value: 0.05, source: 'neighbours or trees reach a twentieth more than a line: the relation bends' },
  },
  evaluate({ model, heads }, { bend }) {
    const outputs = new Set(heads.map(({ head }) => head));
    const hidden = leafLayers(model).filter((layer) => layer.weights.length > 0 && !outputs.has(layer.name));
    if (leafLayers(model).some((layer) => !outputs.has(layer.name) && bends(layer))) return [];
    return heads.flatMap(({ head, reachable, lineSkill }) => {
      if (!(reachable - lineSkill > bend)) return [];
      const evidence = [
        measure('layers with weights before the head', hidden.length, 'layers'),
        measure('what a straight line reaches', lineSkill, 'share'),
        measure('what bends reach', reachable, 'share', lineSkill + bend),
      ];
      return [{ rule: 'linear-network', kind: hidden.length ? 'linear' : 'no-hidden-layer', where: head, evidence }];
    });
  },
});

/** Layers that are straight whatever their weights. */
const STRAIGHT = new Set([
  'Dense',
  'Conv1D',
  'Conv2D',
  'SeparableConv2D',
  'DepthwiseConv2D',
  'Activation',
  'TimeDistributed',
]);
const SHAPES =
  /^(InputLayer|Flatten|Reshape|Permute|Dropout|GaussianNoise|ZeroPadding\w*|Concatenate|Add|Average|GlobalAveragePooling\w*|AveragePooling\w*|RepeatVector|BatchNormalization|LastStep)$/;

function bends(layer: TF.layers.Layer): boolean {
  const kind = layer.getClassName();
  if (SHAPES.test(kind)) return false;
  if (STRAIGHT.has(kind)) return !['', 'linear'].includes(activationOf(layer));
  return true;
}
