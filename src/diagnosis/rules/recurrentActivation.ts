import { leafLayers } from '../../inspection';
import { measure, rule } from './rule';

const BOUNDED = new Set(['tanh', 'sigmoid', 'hardSigmoid', 'hard_sigmoid', 'softsign', 'relu6']);

/** A recurrence whose activation has no bounds: its state may grow with every step. */
export const recurrentActivation = rule({
  id: 'recurrent-activation',
  watches: 'the activation of recurrent layers, and the size of what they give',
  thresholds: { steps: { value: 5, source: 'over fewer steps a state has no time to grow' } },
  evaluate({ model, final }, { steps }) {
    return leafLayers(model).flatMap((layer) => {
      if (!('cell' in layer)) return [];
      const { activation } = layer.getConfig() as { activation?: string };
      const shape = (layer.input as { shape: (number | null)[] }).shape;
      if (typeof activation !== 'string' || BOUNDED.has(activation) || !((shape[1] ?? steps) >= steps)) return [];
      const given = final.activations.find({ layer: layer.name });
      const evidence = [
        measure('steps of the recurrence', shape[1] ?? Number.NaN, 'steps', steps),
        measure('largest output', Math.max(Math.abs(given?.max ?? 0), Math.abs(given?.min ?? 0))),
      ];
      return [{ rule: 'recurrent-activation', kind: activation, where: layer.name, evidence }];
    });
  },
});
