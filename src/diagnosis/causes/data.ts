import { formatNumber, formatShare } from '../../tables';
import { type Cause, each, together } from '../cause';
import { drawnIn, standardised, withTargetsDivided } from '../changes';
import type { Evidence } from '../evidence';

/** True when the model normalises its inputs itself. */
function normalisesInside({ model }: Evidence): boolean {
  const first = model.layers.find((layer) => !['InputLayer', 'Reshape', 'Flatten'].includes(layer.getClassName()));
  return first !== undefined && /normalization|normalisation/i.test(first.getClassName());
}

/** Causes in the data. */
export const data: readonly Cause[] = [
  {
    id: 'inputs-not-normalised',
    title: 'Inputs are far from unit scale',
    tier: 3,
    find: (seen, evidence) =>
      normalisesInside(evidence)
        ? []
        : together(seen.of('unscaled-input', 'wide'), () => ({
            says: `${seen.of('unscaled-input', 'wide').length} features are centred or spread beyond ten times unit scale, so they drown the rest and tilt the loss`,
            severity: 0.9,
            change: { says: 'standardise every feature by its training rows', apply: standardised },
            wrongIf: 'standardising changed neither the loss nor the skill',
          })),
  },
  {
    id: 'inputs-normalised-twice',
    title: 'Inputs are squeezed into a sliver: normalised twice',
    tier: 3,
    find: (seen, evidence) =>
      normalisesInside(evidence)
        ? []
        : together(seen.of('unscaled-input', 'narrow'), () => ({
            says: 'most features vary by less than a tenth of unit scale, as after a second normalisation; their differences hardly reach the first layer',
            severity: 0.9,
            change: { says: 'normalise once: standardise every feature by its training rows', apply: standardised },
            wrongIf: 'standardising changed neither the loss nor the skill',
          })),
  },
  {
    id: 'heavy-tailed-inputs',
    title: 'A few rows lie so far out that they drive the weights',
    tier: 3,
    find: (seen, { final }) => {
      const symptoms = seen.of('heavy-tailed-input');
      const hit = final.activations.rows.filter((row) => row.deadShare > 0.25 || row.saturatedShare > 0.25);
      return together(symptoms, () => ({
        says: `${symptoms.length} features reach ${formatNumber(Math.max(...symptoms.map((s) => s.evidence[0]!.value)), 3)} robust standard deviations; squared, one such row outweighs thousands${hit.length ? `; layers with units dead or saturated: ${hit.map(({ layer }) => layer).join(', ')}` : ''}`,
        severity: 0.8,
        change: {
          says: 'draw the tails in: clip, rank or log-transform these features by training rows',
          apply: drawnIn,
        },
        wrongIf: 'training without the outermost 1 % of rows gave the same curve',
      }));
    },
  },
  {
    id: 'validation-inputs-out-of-range',
    title: 'Validation inputs are unlike those trained on',
    tier: 3,
    find: (seen) => {
      const symptoms = seen.of('validation-range');
      return together(symptoms, () => ({
        says: `${symptoms.length} features of the validation rows lie outside what was trained on${seen.has('flat-validation-loss') ? ', where the model gives a constant: hence the flat validation loss' : ''}`,
        severity: 0.9,
        change: {
          says: 'apply the training rows’ scaling to the validation rows, and check that both come from the same source',
        },
        wrongIf: 'validation rows drawn from the training period gave the same validation loss',
      }));
    },
  },
  {
    id: 'targets-not-scaled',
    title: 'Targets are far from unit scale',
    tier: 3,
    find: (seen) =>
      each(seen.of('unscaled-target'), ({ where, evidence }) => ({
        says: `targets of "${where}" have a root mean square of ${formatNumber(evidence[0]!.value, 3)}: outputs that start near 0 need many steps to get there, and the squared loss starts ${formatNumber(evidence[0]!.value ** 2, 3)} times too large`,
        severity: 0.7,
        change: {
          says: 'divide the targets by their root mean square and multiply predictions back',
          apply: withTargetsDivided(where, evidence[0]!.value),
        },
        wrongIf: 'scaled targets gave the same skill after the same epochs',
      })),
  },
  {
    id: 'inputs-unrelated-to-targets',
    title: 'Inputs and targets do not belong together row by row',
    tier: 3,
    find: (seen) =>
      each(seen.of('unrelated-targets'), ({ where, evidence }) => ({
        says: `neither a straight line (F = ${formatNumber(evidence[0]!.value, 3)}) nor the model (skill ${formatShare(evidence[1]!.value)} on other rows) finds any relation of the inputs to "${where}": rows shuffled or misaligned, or there is no signal`,
        severity: 0.6,
        change: { says: 'join inputs and targets again by date and symbol, and check one row by hand' },
        wrongIf: 'another model of the same inputs had skill on validation rows',
      })),
  },
];
