import { formatNumber, formatShare } from '../../tables';
import { type Cause, type Seen, together } from '../cause';
import { withHeInitialisation, withOptimizer } from '../changes';

/** Hidden layers are to blame only when a head suffers. */
const suffering = (seen: Seen): boolean =>
  seen.has('underfits') ||
  seen.has('collapsed-head') ||
  seen.has('flat-validation-loss') ||
  seen.has('loss-not-decreasing');

/** Causes in hidden layers, and the gap between training and validation. */
export const layers: readonly Cause[] = [
  {
    id: 'numbers-left-range',
    title: 'Losses or weights became NaN or infinite',
    tier: 5,
    find: (seen) =>
      together(seen.of('exploding-gradient'), () => ({
        says: 'numbers left the range of 32-bit floats; everything after is lost',
        severity: 1,
        change: {
          says: 'lower the learning rate to a tenth and clip gradients by norm',
          apply: withOptimizer(({ learningRate = 1e-3 }) => ({ learningRate: learningRate / 10 })),
        },
        wrongIf:
          'a tenth of the learning rate ended in NaN at the same step: then look for a logarithm or a division of 0',
      })),
  },
  {
    id: 'dead-layers',
    title: 'Hidden rectified layers are mostly dead',
    tier: 6,
    find: (seen) => {
      const symptoms = seen.of('dead-relu');
      return suffering(seen)
        ? together(symptoms, () => ({
            says: `up to ${formatShare(Math.max(...symptoms.map((s) => s.evidence[0]!.value)))} of the units of these layers never pass a value on`,
            severity: 0.8,
            change: { says: 'initialise by He and lower the learning rate', apply: withHeInitialisation },
            wrongIf: 'units were above zero on more than 1 % of the rows',
          }))
        : [];
    },
  },
  {
    id: 'saturated-layers',
    title: 'Hidden sigmoid or tanh layers are saturated',
    tier: 6,
    find: (seen) => {
      const symptoms = seen.of('saturation', 'hidden');
      return suffering(seen)
        ? together(symptoms, () => ({
            says: `median pre-activation up to ${formatNumber(Math.max(...symptoms.map((s) => Math.abs(s.evidence[1]!.value))), 3)}, where the slope is almost nothing`,
            severity: 0.7,
            change: { says: 'smaller initial weights, normalised inputs, or ReLU', apply: withHeInitialisation },
            wrongIf: 'pre-activations lay within 3 of zero',
          }))
        : [];
    },
  },
  {
    id: 'vanishing-gradient',
    title: 'The gradient does not reach the first layers',
    tier: 6,
    find: (seen) =>
      suffering(seen) && !seen.has('dead-head')
        ? together(seen.of('vanishing-gradient'), () => ({
            says: 'the first layer’s gradient is a thousandth of the last one’s or less: it cannot learn',
            severity: 0.7,
            change: {
              says: 'He initialisation, ReLU, residual connections or normalisation between layers',
              apply: withHeInitialisation,
            },
            wrongIf: 'gradient norms of first and last layer were within a factor of 1,000',
          }))
        : [],
  },
  {
    id: 'overfitting',
    title: 'The model learns its training rows by heart',
    tier: 6,
    find: (seen) =>
      together(seen.of('overfitting'), () => ({
        says: 'validation loss has risen from its least for ten epochs while training loss fell',
        severity: 0.5,
        change: { says: 'stop at the best epoch, use a smaller model, more rows or dropout' },
        wrongIf: 'fresh rows of the same source gave the training loss',
      })),
  },
];
