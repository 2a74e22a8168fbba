import { measure, rule } from './rule';

/** A validation loss that stands still while the model trains: the symptom with many causes. */
export const flatValidationLoss = rule({
  id: 'flat-validation-loss',
  watches: 'the relative range of each head’s validation loss over the last half of the run',
  thresholds: {
    range: { value: 1e-4, source: 'Amazon SageMaker Debugger, LossNotDecreasing: 0.1 % per 10 steps, per epoch' },
    epochs: { value: 5, source: 'DeepDiagnosis: 5 equal values' },
  },
  evaluate({ heads }, { range, epochs }) {
    return heads.flatMap(({ head, validationLosses }) => {
      const late = validationLosses.slice(-Math.max(epochs, Math.floor(validationLosses.length / 2)));
      if (late.length < epochs || !late.every(Number.isFinite)) return [];
      const [low, high] = [late.reduce((a, b) => Math.min(a, b)), late.reduce((a, b) => Math.max(a, b))];
      const relative = (high - low) / Math.max(Math.abs(high), Number.MIN_VALUE);
      if (!(relative < range)) return [];
      const evidence = [
        measure('how far the validation loss moves, by its size', relative, 'share', range),
        measure('epochs that this was seen', late.length, 'epochs', epochs),
        measure('its value', late[late.length - 1]!),
      ];
      return [{ rule: 'flat-validation-loss', kind: 'flat', where: head, evidence }];
    });
  },
});
