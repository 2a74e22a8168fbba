import { measure, rule } from './rule';

/** A head that cannot even learn a handful of rows by heart. Seen only when the run brings the result of `fitSingleBatch`. */
export const singleBatchFit = rule({
  id: 'single-batch-fit',
  watches: 'the error left after training on one batch alone, relative to the spread of its targets',
  thresholds: {
    relativeError: {
      value: 0.1,
      source: 'TheDeepChecker: 16 rows, 1,000 steps; its 1e-3 is of min-max targets and full convergence',
    },
  },
  evaluate({ singleBatch, heads }, { relativeError }) {
    const classes = new Set(heads.filter((one) => one.classes).map(({ head }) => head));
    return (singleBatch ?? [])
      .filter((one) => !classes.has(one.head) && !(one.relativeError <= relativeError))
      .map((one) => ({
        rule: 'single-batch-fit',
        kind: 'not-learnt',
        where: one.head,
        evidence: [measure('mean absolute error over the spread of the targets', one.relativeError, '', relativeError)],
      }));
  },
});
