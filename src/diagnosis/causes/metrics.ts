import { type Cause, each } from './cause';

/** Causes in how a run is measured: the number that is looked at is not that of the model that was trained. */
export const metrics: readonly Cause[] = [
  {
    id: 'metric-from-elsewhere',
    title: 'A metric is not computed from this run',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('metric-wiring', 'elsewhere'), ({ where }) => ({
        says: `the metric "${where}" gives one number whatever is predicted and whatever the targets are: it is read from somewhere, not measured`,
        severity: 0.9,
        change: { says: 'compute it from the targets and predictions it is handed' },
        wrongIf: 'other predictions or other targets gave another number',
      })),
  },
  {
    id: 'metric-ranks-ties-by-row',
    title: 'A metric ranks equal predictions by their place among the rows',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('metric-wiring', 'order-of-ties'), ({ where }) => ({
        says: `the metric "${where}" gives equal predictions another number when the rows stand in another order, so that a model that says nothing seems to say something`,
        severity: 0.8,
        change: { says: 'let equal values share the mean of their ranks: the metric "rankIC", or evaluation.ranks' },
        wrongIf: 'equal predictions got the same number, or none, in every order of rows',
      })),
  },
  {
    id: 'metric-of-targets-only',
    title: 'A metric does not read the predictions',
    tier: 4,
    needs: 'note',
    find: (seen) =>
      each(seen.of('metric-wiring', 'targets-only'), ({ where }) => ({
        says: `the metric "${where}" is the same whatever is predicted: it describes the targets, as a base rate does`,
        severity: 0.3,
        change: { says: 'compare it with a metric that reads the predictions' },
        wrongIf: 'other predictions gave another number',
      })),
  },
];
