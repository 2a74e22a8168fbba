import { measure, rule } from './rule';

/** A head that learns its training rows by heart: it was better on validation rows before, by more than chance. */
export const overfitting = rule({
  id: 'overfitting',
  watches: 'what stopping at the epoch of least validation loss would have left of it, and how long ago that was',
  thresholds: {
    gap: { value: 0.1, source: 'Amazon SageMaker Debugger, Overfit: (validation - training) / training > 0.1' },
    risen: { value: 0.1, source: 'validation loss a tenth above its least' },
    gain: { value: 0.05, source: 'skill lost since the best epoch: beyond what seeds make of one program' },
    patience: { value: 10, source: 'Amazon SageMaker Debugger, Overtraining: 10 epochs on validation' },
  },
  evaluate({ heads }, { gap, risen, gain, patience }) {
    return heads.flatMap(({ head, losses, validationLosses, validationSkill }) => {
      const [train, held] = [losses[losses.length - 1]!, validationLosses[validationLosses.length - 1]!];
      const known = validationLosses.filter(Number.isFinite);
      const least = known.reduce((a, b) => Math.min(a, b), Infinity);
      const since = validationLosses.length - 1 - validationLosses.indexOf(least);
      // What is left of the best constant's loss shrinks by the same share as the loss.
      const lost = (1 - validationSkill) * (1 - least / held);
      if (!((held - train) / train > gap && held > (1 + risen) * least && lost > gain && since >= patience)) return [];
      const evidence = [
        measure('validation loss lies above training loss by', (held - train) / train, 'share', gap),
        measure('validation loss has risen from its least by', held / least - 1, 'share', risen),
        measure('skill on validation rows that was lost since', lost, 'share', gain),
        measure('time since the least validation loss', since, 'epochs', patience),
      ];
      return [{ rule: 'overfitting', kind: 'overfitting', where: head, evidence }];
    });
  },
});
