import { measure, rule } from './rule';

/** A training loss that has not arrived, or that jumps. */
export const lossCurve = rule({
  id: 'loss-curve',
  watches:
    'how much of the training loss the last quarter of the run removed, and how often it rose from epoch to epoch',
  thresholds: {
    falling: { value: 0.1, source: 'a tenth of the loss in the last quarter: as much again is to be had' },
    rises: {
      value: 0.35,
      source: 'noise alone makes a loss that has arrived rise in half of the epochs; one that falls in few',
    },
    jump: { value: 0.15, source: 'a rise by a seventh of the loss is no noise of a few hundred rows' },
  },
  evaluate({ heads }, { falling, rises, jump }) {
    return heads.flatMap(({ head, losses }) => {
      const values = losses.filter(Number.isFinite);
      if (values.length < 3) return [];
      const [first, last] = [values[0]!, values[values.length - 1]!];
      const quarter = Math.max(1, Math.floor(values.length / 4));
      const before = values[values.length - 1 - quarter]!;
      const late = values.slice(-Math.max(4, Math.floor(values.length / 2)));
      const steps = late.slice(1).map((value, k) => value - late[k]!);
      const typical = Math.abs(late.reduce((a, b) => a + b, 0) / late.length);
      const jumps = steps.map((step) => step / typical);
      const up = jumps.filter((step) => step > 0).length / Math.max(1, jumps.length);
      const largest = jumps.reduce((a, b) => Math.max(a, b), 0);
      const fall = (before - last) / Math.max(Math.abs(before), 1e-12);
      const evidence = [
        measure('training loss removed in the last quarter', fall, 'share', falling),
        measure('epochs of the last half in which it rose', up, 'share', rises),
        measure('largest rise over the typical loss', largest, 'share', jump),
        measure('first training loss', first),
        measure('last', last),
      ];
      const see = (kind: string) => ({ rule: 'loss-curve', kind, where: head, evidence });
      if (up > rises && largest > jump && values.length >= 5) return [see('unsteady')];
      return fall > falling ? [see('falling')] : [];
    });
  },
});
