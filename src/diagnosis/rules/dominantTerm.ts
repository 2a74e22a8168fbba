import { measure, rule } from './rule';

/** One loss term whose gradient on the shared weights leaves nothing to the others. */
export const dominantTerm = rule({
  id: 'dominant-term',
  watches: 'each term’s share of the gradient norm on the weights that heads share, before and after training',
  thresholds: {
    share: { value: 0.95, source: 'below a twentieth, a term turns the step by less than 3 degrees' },
  },
  evaluate({ initial, final, heads }, { share }) {
    const names = new Set(heads.map(({ head }) => head));
    const terms = (moment: typeof final | undefined) =>
      (moment?.gradients?.terms.rows ?? []).filter(({ term }) => names.has(term));
    const shares = (moment: typeof final | undefined) => {
      const rows = terms(moment);
      const sum = rows.reduce((a, row) => a + row.norm, 0);
      return new Map(rows.map((row) => [row.term, row.norm / sum]));
    };
    const [before, after] = [shares(initial), shares(final)];
    if (after.size < 2) return [];
    return [...(before.size ? before : after)].flatMap(([term, value]) => {
      if (!(value > share)) return [];
      const quantity = 'share of the gradient on shared weights';
      const first = before.get(term);
      const evidence = [
        // A run that was not watched from its first step has no weights from before it.
        ...(first === undefined ? [] : [measure(`${quantity}, before training`, first, 'share', share)]),
        measure(`${quantity}, after training`, after.get(term)!, 'share', share),
        measure(
          'angle to the next largest term, as a cosine',
          final.gradients!.cosines.rows.find((row) => row.term === term || row.other === term)?.cosine ?? Number.NaN,
        ),
      ];
      return [{ rule: 'dominant-term', kind: 'dominant', where: term, evidence }];
    });
  },
});
