import { measure, rule } from './rule';

/** A head that learns its training rows by heart. */
export const overfitting = rule({
  id: 'overfitting',
  watches: 'the gap between validation and training loss, and how far validation loss has risen from its least',
  thresholds: {
    gap: { value: 0.1, source: 'Amazon SageMaker Debugger, Overfit: (validation - training) / training > 0.1' },
    risen: { value: 0.1, source: 'validation loss a tenth above its least' },
    patience: { value: 10, source: 'Amazon SageMaker Debugger, Overtraining: 10 epochs on validation' },
  },
  evaluate({ heads }, { gap, risen, patience }) {
    return heads.flatMap(({ head, losses, validationLosses }) => {
      const [train, held] = [losses[losses.length - 1]!, validationLosses[validationLosses.length - 1]!];
      const known = validationLosses.filter(Number.isFinite);
      const least = known.reduce((a, b) => Math.min(a, b), Infinity);
      const since = validationLosses.length - 1 - validationLosses.indexOf(least);
      if (!((held - train) / train > gap && held > (1 + risen) * least && since >= patience)) return [];
      const evidence = [
        measure('validation loss over training loss, less 1', (held - train) / train, '', gap),
        measure('validation loss over its least, less 1', held / least - 1, '', risen),
        measure('since the least', since, 'epochs', patience),
      ];
      return [{ rule: 'overfitting', kind: 'overfitting', where: head, evidence }];
    });
  },
});
