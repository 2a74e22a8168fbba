import { leafLayers } from '../../inspection';
import { measure, rule } from './rule';

/** A hidden layer too narrow for what has to pass. */
export const narrowLayer = rule({
  id: 'narrow-layer',
  watches: 'the units of hidden layers against inputs and outputs',
  thresholds: { units: { value: 3, source: 'three numbers per row or fewer: most of the inputs is lost there' } },
  evaluate({ model, heads, features }, { units }) {
    const outputs = new Set(heads.map(({ head }) => head));
    const widest = Math.max(...heads.map(({ columns }) => columns));
    return leafLayers(model).flatMap((layer) => {
      const width = (layer.getConfig() as { units?: number; filters?: number }).units;
      if (outputs.has(layer.name) || width === undefined || layer.weights.length === 0) return [];
      if (width > units && width >= Math.min(widest, 6)) return [];
      if (features.length <= width && width >= widest) return [];
      const evidence = [
        measure('units', width, 'units', units),
        measure('features of the inputs', features.length),
        measure('columns of the outputs', widest),
      ];
      return [{ rule: 'narrow-layer', kind: 'narrow', where: layer.name, evidence }];
    });
  },
});
