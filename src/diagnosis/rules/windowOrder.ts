import { measure, rule } from './rule';

/** Windows cut with the newest step first, and windows of one step where the rows before say more. */
export const windowOrder = rule({
  id: 'window-order',
  watches: 'which way consecutive windows overlap, and what earlier rows add where a window has one step',
  thresholds: {
    overlap: { value: 0.9, source: 'windows of one series overlap in all but their ends' },
    gain: { value: 0.1, source: 'a tenth of the variance more with the rows before: the window is too short' },
  },
  evaluate({ windows, heads }, { overlap, gain }) {
    const turned = windows
      .filter((one) => one.backward > overlap && one.forward < overlap)
      .map((one) => ({
        rule: 'window-order',
        kind: 'reversed',
        where: one.input,
        evidence: [
          measure('windows whose steps run backwards', one.backward, 'share', overlap),
          measure('whose steps run forwards', one.forward, 'share'),
        ],
      }));
    const short = heads.flatMap(({ head, laggedSkill, reachable, skill }) =>
      laggedSkill - Math.max(0, reachable, Number.isFinite(skill) ? skill : 0) > gain
        ? [
            {
              rule: 'window-order',
              kind: 'one-step',
              where: head,
              evidence: [
                measure('what is easily reached with one step', reachable, 'share'),
                measure('what a line reaches with the rows before', laggedSkill, 'share', reachable + gain),
              ],
            },
          ]
        : [],
    );
    return [...turned, ...short];
  },
});
