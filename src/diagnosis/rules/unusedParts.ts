import { measure, rule } from './rule';

/** Options that nothing reads, and features that do not arrive. */
export const unusedParts = rule({
  id: 'unused-parts',
  watches: 'settings that were given and not read, and names of features against columns of the inputs',
  thresholds: { missing: { value: 0, source: 'as many columns as names' } },
  evaluate({ wiring }, { missing }) {
    const unread = wiring.unread.map((name) => ({
      rule: 'unused-parts',
      kind: 'setting',
      where: name,
      evidence: [measure('times that the program has read it', 0, '', 1)],
    }));
    const { features } = wiring;
    if (!features || Math.abs(features.named - features.columns) <= missing) return unread;
    const evidence = [
      measure('features that are named', features.named),
      measure('columns of the inputs', features.columns, '', features.named),
    ];
    return [...unread, { rule: 'unused-parts', kind: 'features', where: '', evidence }];
  },
});
