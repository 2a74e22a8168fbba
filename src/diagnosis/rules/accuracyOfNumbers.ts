import { measure, rule } from './rule';

/** Accuracy asked of a head whose targets are numbers: it counts rows that are equal to the last digit. */
export const accuracyOfNumbers = rule({
  id: 'accuracy-of-numbers',
  watches: 'whether accuracy is reported for targets that are no classes',
  thresholds: { classes: { value: 0, source: 'targets that are numbers have no classes to be right about' } },
  evaluate({ heads, options: { metrics } }, { classes }) {
    if (!metrics) return [];
    return heads.flatMap(({ head, kind }) => {
      const given = (
        Array.isArray(metrics) ? metrics : ((metrics as Record<string, unknown>)[head] ?? [])
      ) as unknown[];
      if (kind !== 'numbers' || !given.includes('accuracy')) return [];
      return [
        {
          rule: 'accuracy-of-numbers',
          kind: 'meaningless',
          where: head,
          evidence: [measure('classes among the targets', classes, '', classes)],
        },
      ];
    });
  },
});
