import { leafLayers } from '../../inspection';
import { measure, rule } from './rule';

/** Far more weights than rows, and training rows learnt by heart. */
export const largeNetwork = rule({
  id: 'large-network',
  watches: 'weights per training row, and the skill on training rows that validation rows do not confirm',
  thresholds: {
    ratio: {
      value: 30,
      source: 'networks of ten weights a row and more generalise as a rule; of far more, not all do',
    },
    gap: { value: 0.1, source: 'skill on training rows that validation rows do not confirm' },
  },
  evaluate({ model, heads, rows }, { ratio, gap }) {
    const sizes = leafLayers(model).map((layer) => ({
      name: layer.name,
      weights: layer.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a! * b!, 1)!, 0),
    }));
    const all = sizes.reduce((sum, { weights }) => sum + weights, 0);
    if (!(all > ratio * rows)) return [];
    const largest = sizes.reduce((a, b) => (b.weights > a.weights ? b : a));
    return heads.flatMap(({ skill, validationSkill }) => {
      if (!(skill - validationSkill > gap)) return [];
      const evidence = [
        measure('weights per training row', all / rows, '', ratio),
        measure('skill on training rows', skill, 'share'),
        measure('skill on validation rows', validationSkill, 'share', skill - gap),
      ];
      return [{ rule: 'large-network', kind: 'large', where: largest.name, evidence }];
    });
  },
});
