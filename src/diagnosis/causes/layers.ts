import { formatNumber, formatShare } from '../../tables';
import type { LayersProgram as Program } from '../evidence/program';
import { withOptimizer } from '../mends/changes';
import {
  withBestEpoch,
  withBoundedRecurrence,
  withFreshHidden,
  withHiddenActivation,
  withRateTimes,
  withWiderLayers,
} from '../mends/mends';
import { type Cause, together } from './cause';

const SATURATING = /^(sigmoid|tanh|softsign|hard_?sigmoid)$/i;

/** Skill that a network without a bend may lack beside a fitted line. */
const AS_GOOD_AS_A_LINE = 0.08;

/** Hidden layers drawn anew, saturating activations replaced by ReLU. */
const rectified = (program: Program): Program =>
  withHiddenActivation(
    'relu',
    ({ config, class_name: kind }) => !/RNN|LSTM|GRU/.test(kind) && SATURATING.test(String(config['activation'] ?? '')),
  )(withFreshHidden(program));

/** Causes in hidden layers, and the gap between training and validation. */
export const layers: readonly Cause[] = [
  {
    id: 'unbounded-recurrence',
    title: 'A recurrence has no bounds',
    tier: 4,
    needs: 'training',
    find: (seen) =>
      together(seen.of('recurrent-activation'), () => {
        const [{ kind, evidence }] = seen.of('recurrent-activation') as [ReturnType<typeof seen.of>[number]];
        return {
          says: `the recurrent layer uses ${kind} over ${evidence[0]!.value} steps: its state is multiplied in every step, so it grows without end or dies, and its gradient with it`,
          severity: 0.95,
          change: { says: 'use tanh, which the recurrence is made for', apply: withBoundedRecurrence },
          wrongIf: 'tanh gave the same loss',
        };
      }),
  },
  {
    id: 'numbers-left-range',
    title: 'Losses or weights became NaN or infinite',
    tier: 5,
    needs: 'nothing',
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
    id: 'no-nonlinearity',
    title: 'Nothing between inputs and head bends',
    tier: 4,
    needs: 'training',
    find: (seen, { heads }) =>
      together(seen.of('linear-network'), () => {
        // What does as well as a line can is held back by being one, and by nothing in the settings.
        const isAsGood = heads.some(
          ({ head, skill, lineSkill }) =>
            seen.has('linear-network', undefined, head) && skill > lineSkill - AS_GOOD_AS_A_LINE,
        );
        const [layersBefore, line, bent] = seen.of('linear-network')[0]!.evidence;
        return layersBefore!.value > 0
          ? {
              says: `${layersBefore!.value} layers in a row without a nonlinear activation are one straight line, which reaches ${formatShare(line!.value)}; what bends reaches ${formatShare(bent!.value)}`,
              severity: isAsGood ? 0.98 : 0.3,
              change: { says: 'use ReLU in the hidden layers', apply: withHiddenActivation('relu') },
              wrongIf: 'a nonlinear activation left the training loss where it is',
            }
          : {
              says: `the head reads the inputs directly and can only draw a straight line, which reaches ${formatShare(line!.value)}; what bends reaches ${formatShare(bent!.value)}`,
              severity: 0.8,
              change: { says: 'put a hidden layer of 32 rectified units before the head' },
              wrongIf: 'a hidden layer left the training loss where it is',
            };
      }),
  },
  {
    id: 'network-too-small',
    title: 'A layer is too narrow for what has to pass',
    tier: 5,
    needs: 'training',
    find: (seen) =>
      together(seen.of('narrow-layer'), () => ({
        says: `${formatNumber(Math.min(...seen.of('narrow-layer').map((s) => s.evidence[0]!.value)))} units stand between ${seen.of('narrow-layer')[0]!.evidence[1]!.value} features and ${seen.of('narrow-layer')[0]!.evidence[2]!.value} outputs`,
        severity: 0.7,
        change: { says: 'make these layers 32 units wide', apply: withWiderLayers(32) },
        wrongIf: 'wider layers left the training loss where it is',
      })),
  },
  {
    id: 'dead-layers',
    title: 'Hidden rectified layers are mostly dead',
    tier: 5,
    needs: 'training',
    find: (seen) => {
      const symptoms = [...seen.of('dead-relu'), ...seen.of('dead-trunk')];
      return together(symptoms, () => ({
        says: `up to ${formatShare(Math.max(...symptoms.map((s) => s.evidence[0]!.value)))} of the units of these layers say the same for every row`,
        severity: 0.95,
        change: {
          says: 'draw the hidden layers anew by He, with zero biases, and lower the learning rate',
          apply: (program) => withRateTimes(0.3)(withFreshHidden(program)),
        },
        wrongIf: 'units were above zero on more than 1 % of the rows',
      }));
    },
  },
  {
    id: 'saturated-layers',
    title: 'Hidden sigmoid or tanh layers are saturated',
    tier: 5,
    needs: 'training',
    find: (seen) => {
      const symptoms = seen.of('saturation', 'hidden');
      return together(symptoms, () => ({
        says: `median pre-activation up to ${formatNumber(Math.max(...symptoms.map((s) => Math.abs(s.evidence[1]!.value))), 3)}, where the slope is almost nothing`,
        severity: 0.85,
        change: { says: 'smaller initial weights, normalised inputs, or ReLU', apply: rectified },
        wrongIf: 'pre-activations lay within 3 of zero',
      }));
    },
  },
  {
    id: 'vanishing-gradient',
    title: 'The gradient does not reach the first layers',
    tier: 5,
    needs: 'training',
    find: (seen) =>
      seen.has('dead-head')
        ? []
        : together(seen.of('vanishing-gradient'), () => ({
            says: `the first layer’s gradient is ${formatNumber(seen.of('vanishing-gradient')[0]!.evidence[1]!.value, 2)} of the last one’s: it cannot learn`,
            severity: 0.9,
            change: {
              says: 'He initialisation, ReLU, residual connections or normalisation between layers',
              apply: rectified,
            },
            wrongIf: 'gradient norms of first and last layer were within a factor of 1,000',
          })),
  },
  {
    id: 'sigmoid-layers',
    title: 'Hidden sigmoids let little of the gradient through',
    tier: 6,
    needs: 'harm',
    find: (seen) =>
      together(seen.of('sigmoid-layers'), () => ({
        says: `${seen.of('sigmoid-layers')[0]!.evidence[0]!.value} hidden layers of sigmoids leave at most ${formatShare(seen.of('sigmoid-layers')[0]!.evidence[1]!.value)} of a gradient, and the head does worse than what is easily reached`,
        severity: 0.95,
        change: { says: 'use ReLU in the hidden layers, with He initialisation', apply: rectified },
        wrongIf: 'ReLU left the training loss where it is',
      })),
  },
  {
    id: 'overfitting',
    title: 'The model learns its training rows by heart',
    tier: 6,
    needs: 'validation',
    find: (seen) =>
      together(seen.of('overfitting'), () => ({
        says: `validation loss has risen from its least while training loss fell: ${formatShare(seen.of('overfitting')[0]!.evidence[2]!.value)} of skill on validation rows was lost since`,
        severity: 0.5,
        change: { says: 'stop at the best epoch; else a smaller model, more rows or dropout', apply: withBestEpoch },
        wrongIf: 'fresh rows of the same source gave the training loss',
      })),
  },
];
