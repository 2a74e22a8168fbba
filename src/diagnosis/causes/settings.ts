import { formatNumber, formatShare } from '../../tables';
import type { Evidence } from '../evidence/evidence';
import { withAllTrainable, withHeInitialisation, withOptimizer, withoutPenalties } from '../mends/changes';
import {
  moreEpochs,
  withLessDropout,
  withMoreEpochs,
  withoutClipping,
  withoutDecay,
  withUsualBatch,
} from '../mends/mends';
import { type Cause, type Change, together } from './cause';

/** Rates below which each optimiser is slow, and those it is usually given. */
const rates = ({ options: { optimizer = {} } }: Evidence) => {
  const kind = optimizer.kind ?? 'adam';
  const rate = optimizer.learningRate ?? (kind === 'sgd' ? 0.01 : 0.001);
  const momentum = kind === 'sgd' ? (optimizer.momentum ?? 0) : 0;
  return kind === 'sgd'
    ? { rate, momentum, effective: rate / (1 - momentum), slow: 0.005, usual: 0.05, high: 0.2 }
    : { rate, momentum, effective: rate, slow: 3e-4, usual: 5e-3, high: 0.01 };
};

/** Settings of the optimiser as they are to be. */
const setTo = (says: string, settings: { learningRate: number; momentum?: number }): Change => ({
  says,
  settings,
  apply: withOptimizer(() => settings),
});

/** Causes in the settings: initial values, penalties. */
export const settings: readonly Cause[] = [
  {
    id: 'symmetric-initialisation',
    title: 'All units of a layer start equal and stay equal',
    tier: 4,
    needs: 'training',
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
    id: 'frozen-weights',
    title: 'Weights did not move',
    tier: 4,
    needs: 'training',
    find: (seen, { notFinite }) => {
      // A run that ended in its first steps moved nothing.
      if (notFinite) return [];
      const frozen = seen.of('unchanged-tensor', 'frozen');
      // A dead layer's weights stand still as well; then the death is the cause, and a rate of nothing moves none.
      const still =
        seen.has('dead-head') ||
        seen.has('dead-relu') ||
        seen.has('update-ratio', 'low') ||
        seen.has('gradient-through-time')
          ? []
          : seen.of('unchanged-tensor', 'unchanged');
      return together([...frozen, ...still], () => ({
        says: 'these weights are what they were before training: not trainable, or without a path to the loss',
        severity: 0.97,
        change: { says: 'make the layers trainable', apply: withAllTrainable },
        wrongIf: 'the weights differed from their initial values',
      }));
    },
  },
  {
    id: 'regularisation-too-strong',
    title: 'The penalty on the weights outweighs the data',
    tier: 4,
    needs: 'training',
    find: (seen, { options }) => {
      const symptoms = seen.of('regularisation-dominates');
      const isDecay = symptoms.some(({ kind }) => kind === 'decay');
      return together(symptoms, () => ({
        says: isDecay
          ? `weights decay by ${formatNumber(options.optimizer?.weightDecay ?? 0)} times the rate in every step: they are held near 0 whatever the data say`
          : `the penalty is ${formatShare(symptoms[0]!.evidence[0]!.value)} of the loss: it buys small weights with large errors`,
        severity: 0.96,
        change: isDecay
          ? { says: 'leave the decay out', apply: withoutDecay }
          : { says: 'divide the penalty by 100 or leave it out', apply: withoutPenalties },
        wrongIf: 'training without the penalty left the training skill as it is',
      }));
    },
  },
  {
    id: 'dropout-too-strong',
    title: 'Dropout throws away most of what the layers say',
    tier: 4,
    needs: 'harm',
    find: (seen) =>
      together(seen.of('dropout-rate'), () => ({
        says: `${formatShare(Math.max(...seen.of('dropout-rate').map((s) => s.evidence[0]!.value)))} of the values are thrown away in every step, and the model does worse on its training rows than what is easily reached`,
        severity: 0.94,
        change: { says: 'throw away a tenth', apply: withLessDropout },
        wrongIf: 'less dropout left the training skill as it is',
      })),
  },
  {
    id: 'gradient-clipped',
    title: 'Gradients are clipped to almost nothing',
    tier: 4,
    needs: 'training',
    find: (seen) =>
      together(seen.of('clipped-gradient'), () => {
        const [limit, norm] = seen.of('clipped-gradient')[0]!.evidence;
        return {
          says: `gradients of norm ${formatNumber(norm!.value)} are cut to ${formatNumber(limit!.value)}: every step is as short as if the learning rate were that much lower`,
          severity: 0.93,
          change: { says: 'leave the clipping out', apply: withoutClipping },
          wrongIf: 'training without clipping left the loss where it is',
        };
      }),
  },
  {
    id: 'learning-rate-too-high',
    title: 'The learning rate is too high',
    tier: 4,
    needs: 'training',
    find: (seen, evidence) => {
      const { rate, effective, momentum, high, usual } = rates(evidence);
      const fast = seen.of('update-ratio', 'high');
      const harmed = evidence.heads.filter(({ harm }) => harm.training).map(({ head }) => head);
      const ofHarmed = ({ where }: { where: string }) => harmed.includes(where);
      const isHigh = effective > high;
      const after = [
        ...seen.of('loss-curve', 'unsteady').filter(ofHarmed),
        ...seen.of('loss-not-decreasing', 'diverging').filter(ofHarmed),
        ...seen.of('step-length', 'too-long'),
        // A logarithm or a division makes numbers that are none at any rate.
        ...(isHigh || fast.length > 0 ? seen.of('exploding-gradient') : []),
      ];
      if (seen.has('dead-relu', 'dead-from-start')) return [];
      const stuck = [
        ...seen.of('dead-relu'),
        ...seen.of('saturation', 'hidden'),
        ...seen.of('loss-not-decreasing', 'stagnant'),
      ];
      // A large first step alone says nothing: it must be seen in what came of it.
      if (!(after.length > 0 || (isHigh && stuck.length > 0) || effective > 5 * high)) return [];
      // At a usual rate a restless loss is no proof: the steps themselves must be seen to be too long, or the loss to run away.
      const isProven = after.some(({ rule }) => rule !== 'loss-curve') && (after.length > 1 || fast.length > 0);
      if (after.length > 0 && !isHigh && !isProven) return [];
      if (after.length === 0 && !isHigh) return [];
      const target = momentum > 0.95 ? 0.02 : Math.min(rate / 10, (usual * rate) / effective);
      return [
        {
          where: '',
          symptoms: [...after, ...stuck, ...fast, ...seen.of('learning-rate', 'high'), ...seen.of('underfits')],
          says: `at ${formatNumber(rate)}${effective !== rate ? ` (${formatNumber(effective)} with its momentum)` : ''} steps are too long: ${
            REASONS.filter(([rule, kind]) => seen.has(rule, kind))
              .map(([, , text]) => text)
              .join('; ') || 'the run stays where the first steps threw it'
          }`,
          severity: isHigh ? 0.9 : 0.6,
          change: setTo(
            `lower the learning rate to ${formatNumber(target)}${momentum > 0.95 ? ' and the momentum to 0.9' : ''}`,
            { learningRate: target, ...(momentum > 0.95 && { momentum: 0.9 }) },
          ),
          wrongIf: 'a tenth of the rate gave the same loss after ten times the steps',
        },
      ];
    },
  },
  {
    id: 'learning-rate-too-low',
    title: 'The learning rate is too low',
    tier: 4,
    needs: 'training',
    find: (seen, evidence) => {
      const { rate, effective, slow, usual } = rates(evidence);
      const behind = [
        ...seen.of('step-length', 'too-short'),
        ...seen.of('loss-curve', 'falling'),
        ...seen.of('moved-weights'),
      ];
      const isSlow = effective < slow || seen.has('update-ratio', 'low');
      if (!isSlow || (behind.length === 0 && !(effective < slow / 10))) return [];
      const isDescent = evidence.options.optimizer?.kind === 'sgd';
      const target = isDescent ? 0.02 : usual;
      return [
        {
          where: '',
          symptoms: [
            ...behind,
            ...seen.of('update-ratio', 'low'),
            ...seen.of('learning-rate', 'low'),
            ...seen.of('underfits'),
          ],
          says: `at ${formatNumber(rate)} the run ended before it arrived${behind.length ? `: ${seen.has('step-length', 'too-short') ? `one step ${formatNumber(seen.of('step-length', 'too-short')[0]!.evidence[0]!.value)} times as long still removes ${formatShare(seen.of('step-length', 'too-short')[0]!.evidence[1]!.value)} of the loss` : seen.has('loss-curve', 'falling') ? 'the loss was still falling' : 'the weights are still close to where they started'}` : ''}`,
          severity: 0.92,
          isHarmful: isStillFalling(evidence),
          change: setTo(
            `raise the learning rate to ${formatNumber(target)}${isDescent ? ' with a momentum of 0.9' : ''}`,
            { learningRate: target, ...(isDescent && { momentum: 0.9 }) },
          ),
          wrongIf: 'a higher rate left the loss where it is',
        },
      ];
    },
  },
  {
    id: 'poor-initialisation',
    title: 'Initial weights do not suit the layers’ fans',
    tier: 4,
    needs: 'harm',
    find: (seen) => {
      const symptoms = [...seen.of('poor-initialisation', 'wide'), ...seen.of('poor-initialisation', 'narrow')];
      return together(symptoms, () => ({
        says: `initial weights have up to ${formatNumber(Math.max(...symptoms.map((s) => s.evidence[2]!.value)), 3)} times the variance the fans call for; signals grow or shrink with every layer`,
        severity: 0.95,
        change: { says: 'use HeNormal for ReLU layers, GlorotUniform otherwise', apply: withHeInitialisation },
        wrongIf: 'the variance of the activations stayed the same from layer to layer',
      }));
    },
  },
  {
    id: 'epsilon-too-small',
    title: 'Adam’s epsilon is below the noise it should hold down',
    tier: 4,
    needs: 'training',
    find: (seen) =>
      together(seen.of('learning-rate', 'epsilon'), () => ({
        says: 'weights whose gradient is mere rounding noise still take full steps, since nothing bounds g / (sqrt(v) + epsilon)',
        severity: 0.5,
        change: { says: 'set epsilon to 1e-7', apply: withOptimizer(() => ({ epsilon: 1e-7 })) },
        wrongIf: 'weights with gradients below 1e-8 stayed where they were',
      })),
  },
];

/**
 * A loss that is far from nothing and falls as steeply on rows not trained on: more of the same would be better, whatever a
 * reference reaches.
 */
function isStillFalling({ heads }: Evidence): boolean {
  const fall = (losses: readonly number[]) => {
    const quarter = Math.max(1, Math.floor(losses.length / 4));
    const before = losses[losses.length - 1 - quarter] ?? Number.NaN;
    return (before - losses[losses.length - 1]!) / Math.abs(before);
  };
  return heads.some(
    ({ skill, losses, validationLosses }) =>
      losses.length >= 4 && skill < 0.75 && fall(losses) > 0.1 && fall(validationLosses) > 0.07,
  );
}

const REASONS: readonly [rule: string, kind: string | undefined, text: string][] = [
  ['exploding-gradient', undefined, 'numbers left the range of 32-bit floats'],
  ['loss-not-decreasing', 'diverging', 'the loss grew to more than twice its least'],
  ['loss-curve', 'unsteady', 'the loss jumps up again and again'],
  ['step-length', 'too-long', 'a hundredth of a step lowers the loss that a whole one raises'],
  ['dead-relu', undefined, 'rectified units were thrown to where they are dead'],
];

/** How much longer a run is made that ended too early. */
const LONGER: [factor: number, steps: number] = [5, 1500];

/** Causes in how long was trained: what remains when nothing held the run back. */
export const duration: readonly Cause[] = [
  {
    id: 'batch-too-large',
    title: 'One batch holds nearly all rows: too few steps',
    tier: 6,
    needs: 'harm',
    find: (seen, { options }) =>
      together(seen.of('short-run', 'large-batch'), () => ({
        says: `${seen.of('short-run')[0]!.evidence[0]!.value} steps were made in all, since a batch of ${options.batchSize ?? 32} rows makes an epoch of ${seen.of('short-run')[0]!.evidence[2]!.value}`,
        severity: 0.9,
        change: { says: 'use batches of 32 rows', apply: withUsualBatch },
        wrongIf: 'smaller batches left the loss where it is after the same epochs',
      })),
  },
  {
    id: 'undertrained',
    title: 'Training ended before the model arrived',
    tier: 6,
    needs: 'training',
    find: (seen, evidence) => {
      const behind = [
        ...seen.of('step-length', 'too-short'),
        ...seen.of('loss-curve', 'falling'),
        ...seen.of('short-run', 'few-epochs'),
        ...seen.of('moved-weights'),
      ];
      return behind.length === 0
        ? []
        : [
            {
              where: '',
              symptoms: [...behind, ...seen.of('underfits')],
              says: seen.has('loss-curve', 'falling')
                ? `the training loss was still falling at the end: the last quarter removed ${formatShare(seen.of('loss-curve', 'falling')[0]!.evidence[0]!.value)} of it`
                : seen.has('short-run')
                  ? `${seen.of('short-run')[0]!.evidence[0]!.value} steps were made in all`
                  : seen.has('step-length', 'too-short')
                    ? 'a longer step from the last weights still lowers the loss'
                    : 'the weights are still close to where they started',
              severity: seen.has('short-run') ? 0.8 : 0.6,
              isHarmful: isStillFalling(evidence),
              change: {
                says: 'train for five times as many epochs, 1,500 steps at least',
                settings: { epochs: moreEpochs(evidence.options.epochs ?? 10, evidence.stepsPerEpoch, ...LONGER) },
                apply: withMoreEpochs(...LONGER),
              },
              wrongIf: 'more epochs left the training loss where it is',
            },
          ];
    },
  },
];
