import { formatNumber, formatShare } from '../../tables';
import { type Cause, together } from '../cause';
import { withAllTrainable, withHeInitialisation, withOptimizer, withoutPenalties } from '../changes';

/** Causes in the settings: initial values, penalties, the optimiser. */
export const settings: readonly Cause[] = [
  {
    id: 'symmetric-initialisation',
    title: 'All units of a layer start equal and stay equal',
    tier: 4,
    find: (seen) =>
      together(seen.of('poor-initialisation', 'symmetric'), () => ({
        says: 'every weight of these kernels starts at the same value, so all units of a layer get the same gradient and remain one unit',
        severity: 1,
        change: {
          says: 'draw the initial weights at random (He for ReLU, Glorot otherwise)',
          apply: withHeInitialisation,
        },
        wrongIf: 'the columns of the trained kernels differed',
      })),
  },
  {
    id: 'poor-initialisation',
    title: 'Initial weights do not suit the layers’ fans',
    tier: 4,
    find: (seen) => {
      const symptoms = [...seen.of('poor-initialisation', 'wide'), ...seen.of('poor-initialisation', 'narrow')];
      return together(symptoms, () => ({
        says: `initial weights have up to ${formatNumber(Math.max(...symptoms.map((s) => s.evidence[2]!.value)), 3)} times the variance the fans call for; signals grow or shrink with every layer`,
        severity: 0.7,
        change: { says: 'use HeNormal for ReLU layers, GlorotUniform otherwise', apply: withHeInitialisation },
        wrongIf: 'the variance of the activations stayed the same from layer to layer',
      }));
    },
  },
  {
    id: 'regularisation-too-strong',
    title: 'The penalty on the weights outweighs the data',
    tier: 4,
    find: (seen) => {
      const symptoms = seen.of('regularisation-dominates');
      return together(symptoms, () => ({
        says: `the penalty is ${formatShare(symptoms[0]!.evidence[0]!.value)} of the loss: it buys small weights with large errors`,
        severity: 0.9,
        change: { says: 'divide the penalty by 100 or leave it out', apply: withoutPenalties },
        wrongIf: 'training without the penalty left the training skill as it is',
      }));
    },
  },
  {
    id: 'learning-rate-too-high',
    title: 'The learning rate is too high',
    tier: 4,
    find: (seen, { options }) => {
      const trouble = [
        ...seen.of('underfits'),
        ...seen.of('dead-relu'),
        ...seen.of('loss-not-decreasing'),
        ...seen.of('exploding-gradient'),
      ];
      const fast = [...seen.of('update-ratio', 'high'), ...(trouble.length ? seen.of('learning-rate', 'high') : [])];
      if (fast.length === 0) return [];
      const rate = options.optimizer?.learningRate ?? Number.NaN;
      return together([...fast, ...trouble], () => ({
        says: `at ${formatNumber(rate)} the first step already moves the weights by more than a tenth of their size`,
        severity: 0.9,
        change: {
          says: `lower the learning rate to ${formatNumber(rate / 30)}`,
          apply: withOptimizer(({ learningRate = rate }) => ({ learningRate: learningRate / 30 })),
        },
        wrongIf: 'a thirtieth of the rate gave the same loss after thirty times the steps',
      }));
    },
  },
  {
    id: 'learning-rate-too-low',
    title: 'The learning rate is too low',
    tier: 4,
    find: (seen, { options }) => {
      const slow = [...seen.of('update-ratio', 'low'), ...seen.of('learning-rate', 'low')];
      const behind = [...seen.of('underfits'), ...seen.of('loss-not-decreasing', 'stagnant')];
      const rate = options.optimizer?.learningRate ?? Number.NaN;
      return slow.length === 0 || behind.length === 0
        ? []
        : together([...slow, ...behind], () => ({
            says: `at ${formatNumber(rate)} a step moves the weights by less than a ten-thousandth of their size, and the run ended before they arrived`,
            severity: 0.9,
            change: {
              says: `raise the learning rate to ${formatNumber(rate * 100)}`,
              apply: withOptimizer(({ learningRate = rate }) => ({ learningRate: learningRate * 100 })),
            },
            wrongIf: 'a hundred times the rate left the loss where it is',
          }));
    },
  },
  {
    id: 'epsilon-too-small',
    title: 'Adam’s epsilon is below the noise it should hold down',
    tier: 4,
    find: (seen) =>
      together(seen.of('learning-rate', 'epsilon'), () => ({
        says: 'weights whose gradient is mere rounding noise still take full steps, since nothing bounds g / (sqrt(v) + epsilon)',
        severity: 0.5,
        change: { says: 'set epsilon to 1e-7', apply: withOptimizer(() => ({ epsilon: 1e-7 })) },
        wrongIf: 'weights with gradients below 1e-8 stayed where they were',
      })),
  },
  {
    id: 'frozen-weights',
    title: 'Weights did not move',
    tier: 4,
    find: (seen) => {
      // A dead layer's weights stand still as well; then the death is the cause.
      if (seen.has('dead-head') || seen.has('dead-relu') || seen.has('update-ratio', 'low')) return [];
      const symptoms = [...seen.of('unchanged-tensor', 'unchanged'), ...seen.of('unchanged-tensor', 'frozen')];
      const trouble = [...seen.of('flat-validation-loss'), ...seen.of('underfits'), ...seen.of('loss-not-decreasing')];
      return trouble.length === 0
        ? []
        : together(symptoms, () => ({
            says: 'these weights are what they were before training: not trainable, or without a path to the loss',
            severity: 0.8,
            change: { says: 'make the layers trainable', apply: withAllTrainable },
            wrongIf: 'the weights differed from their initial values',
          }));
    },
  },
];
