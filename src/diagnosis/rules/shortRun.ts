import { measure, rule } from './rule';

/** So few steps that hardly any network arrives. */
export const shortRun = rule({
  id: 'short-run',
  watches: 'how many steps were made: epochs times batches of an epoch',
  thresholds: {
    steps: { value: 300, source: 'with a rate of 1e-3 Adam moves a weight by 0.3 at most in as many' },
    usual: { value: 64, source: 'Masters and Luschi 2018 find 2 to 32 rows best; larger ones are for speed' },
    batches: { value: 3, source: 'an epoch of three steps or fewer: the batch holds nearly all rows' },
  },
  evaluate({ history, stepsPerEpoch, options }, { steps, batches, usual }) {
    const made = history.length * stepsPerEpoch;
    if (made === 0 || made >= steps) return [];
    const evidence = [
      measure('steps made', made, 'steps', steps),
      measure('epochs', history.length, 'epochs'),
      measure('steps of an epoch', stepsPerEpoch, 'steps'),
      measure('rows of a batch', options.batchSize ?? 32, 'rows'),
    ];
    const kind =
      stepsPerEpoch <= batches && history.length >= 10 && (options.batchSize ?? 32) > usual
        ? 'large-batch'
        : 'few-epochs';
    return [{ rule: 'short-run', kind, where: '', evidence }];
  },
});
