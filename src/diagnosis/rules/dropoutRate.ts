import { leafLayers } from '../../inspection';
import { measure, rule } from './rule';

/** Dropout that leaves too little to learn from. */
export const dropoutRate = rule({
  id: 'dropout-rate',
  watches: 'the share of values that dropout layers throw away',
  thresholds: { rate: { value: 0.55, source: 'Srivastava et al. 2014 find 0.5 to 0.8 of the units kept to be best' } },
  evaluate({ model }, { rate }) {
    return leafLayers(model).flatMap((layer) => {
      const config = layer.getConfig() as { rate?: number; dropout?: number; recurrentDropout?: number };
      const given = Math.max(config.rate ?? 0, config.dropout ?? 0, config.recurrentDropout ?? 0);
      return given > rate
        ? [
            {
              rule: 'dropout-rate',
              kind: 'high',
              where: layer.name,
              evidence: [measure('values thrown away', given, 'share', rate)],
            },
          ]
        : [];
    });
  },
});
