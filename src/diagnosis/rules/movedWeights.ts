import { quantile } from '../../evaluation';
import { measure, rule } from './rule';

/** Weights that are still close to where they started. */
export const movedWeights = rule({
  id: 'moved-weights',
  watches: 'how far the kernels moved over the run, relative to their initial norm, at the median kernel',
  thresholds: {
    share: { value: 0.35, source: 'a third of its length turns a random vector by 20 degrees: little was learnt' },
  },
  evaluate({ final, initial, history }, { share }) {
    if (!initial || history.length === 0) return [];
    const moved = final.weights.rows.filter(
      ({ name, movedShare }) => /kernel$/.test(name) && Number.isFinite(movedShare),
    );
    if (moved.length === 0) return [];
    const typical = quantile(
      moved.map(({ movedShare }) => movedShare),
      0.5,
    );
    if (!(typical < share)) return [];
    return [
      {
        rule: 'moved-weights',
        kind: 'little',
        where: '',
        evidence: [measure('distance from the initial values over their norm', typical, 'share', share)],
      },
    ];
  },
});
