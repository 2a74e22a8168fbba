import { measure, rule } from './rule';

/** Gradients, weights or losses that left the range of numbers, or are about to. */
export const explodingGradient = rule({
  id: 'exploding-gradient',
  watches: 'NaN and infinite values in losses, weights and gradients, and mean absolute gradients',
  thresholds: { meanAbsolute: { value: 1e6, source: 'TheDeepChecker' } },
  evaluate({ history, notFinite, final }, { meanAbsolute }) {
    const epoch = history.findIndex((row) => 'loss' in row && !Number.isFinite(row['loss']));
    const lost = final.weights.rows.reduce((sum, row) => sum + row.nan + row.infinite, 0);
    const symptoms = [];
    if (notFinite) {
      const evidence = [
        { ...measure('values of the loss that are finite', 0), epoch: notFinite.epoch + 1 },
        measure('step of the epoch', notFinite.step),
      ];
      symptoms.push({ rule: 'exploding-gradient', kind: 'not-a-number', where: notFinite.term, evidence });
    } else if (epoch >= 0 || lost > 0) {
      const at = epoch >= 0 ? [{ ...measure('training loss', history[epoch]!['loss']!), epoch: epoch + 1 }] : [];
      const evidence = [...at, measure('weights that are NaN or infinite', lost, 'values', 0)];
      symptoms.push({ rule: 'exploding-gradient', kind: 'not-a-number', where: '', evidence });
    }
    for (const row of final.gradients?.rows ?? []) {
      if (!(row.meanAbsolute > meanAbsolute)) continue;
      const evidence = [measure('mean absolute gradient', row.meanAbsolute, '', meanAbsolute)];
      symptoms.push({ rule: 'exploding-gradient', kind: 'exploding', where: row.layer, evidence });
    }
    return symptoms;
  },
});
