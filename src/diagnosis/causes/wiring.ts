import { type TF, tf } from '../../core';
import type { LossName } from '../../losses';
import { formatNumber, formatShare } from '../../tables';
import type { HeadEvidence } from '../evidence/evidence';
import { withHeadActivation, withLoss } from '../mends/changes';
import { withHead } from '../mends/mends';
import { type Cause, each, headActivation, together } from './cause';

/** Causes in the loss itself and in the head's range: nothing downstream can be right. */
export const wiring: readonly Cause[] = [
  {
    id: 'loss-rewards-error',
    title: 'The loss falls as the error grows: its sign is flipped',
    tier: 1,
    needs: 'untrained',
    find: (seen) =>
      each(seen.of('loss-wiring', 'rewards-error'), ({ where }) => ({
        says: `the loss of "${where}" is lower for predictions far from the targets than for near ones, so training drives them away`,
        severity: 1,
        change: { says: 'negate the loss', apply: withLoss(where, (loss) => (t, p) => tf.neg(loss(t, p))) },
        wrongIf: 'the loss were lower for exact predictions than for predictions three standard deviations off',
      })),
  },
  {
    id: 'loss-broadcasts',
    title: 'The loss does not pair rows: shapes broadcast',
    tier: 1,
    needs: 'untrained',
    find: (seen) =>
      each(seen.of('loss-wiring', 'unpaired'), ({ where }) => ({
        says: `the loss of "${where}" stays the same when predictions are dealt to other rows; [n] against [n, 1] gives [n, n] and trains towards the mean`,
        severity: 1,
        change: {
          says: 'give targets and predictions the same shape; here: mean squared error of paired rows',
          apply: withLoss(where, () => 'meanSquaredError'),
        },
        wrongIf: 'dealing predictions to other rows changed the loss',
      })),
  },
  {
    id: 'log-loss-on-numbers',
    title: 'A cross-entropy is trained on numbers that are not classes',
    tier: 1,
    needs: 'untrained',
    find: (seen, { heads }) =>
      each(seen.of('loss-wiring', 'log-loss-of-numbers'), ({ where }) => ({
        says: `"${where}" has a log loss, but its targets are numbers from ${formatNumber(least(heads, where))} to ${formatNumber(most(heads, where))}`,
        severity: 1,
        change: {
          says: 'use mean squared error and a linear output',
          apply: async (program) => {
            const changed = await withLoss(where, () => 'meanSquaredError')(program);
            return withHeadActivation(where, 'linear')(changed);
          },
        },
        wrongIf: 'all targets were probabilities or classes',
      })),
  },
  {
    id: 'loss-constant',
    title: 'The loss does not depend on the predictions',
    tier: 1,
    needs: 'untrained',
    find: (seen) =>
      each(seen.of('loss-wiring', 'constant'), ({ where }) => ({
        says: `the loss of "${where}" is the same whatever is predicted, so it has no gradient`,
        severity: 1,
        change: { says: 'use a loss that reads the predictions', apply: withLoss(where, () => 'meanSquaredError') },
        wrongIf: 'other predictions changed the loss',
      })),
  },
  {
    id: 'loss-summed',
    title: 'The loss is a sum over rows, not a mean',
    tier: 1,
    needs: 'untrained',
    find: (seen) =>
      each(seen.of('loss-wiring', 'sum'), ({ where }) => ({
        says: `twice the rows double the loss of "${where}": its gradient grows with the batch and the learning rate means something else`,
        severity: 0.9,
        change: {
          says: 'divide by the number of rows',
          apply: withLoss(
            where,
            (loss) => (targets: TF.Tensor, predictions: TF.Tensor) =>
              tf.div(loss(targets, predictions), targets.shape[0]!),
          ),
        },
        wrongIf: 'the loss of all rows twice equalled that of all rows',
      })),
  },
  {
    id: 'one-unit-softmax',
    title: 'A softmax of one unit always gives 1',
    tier: 1,
    needs: 'untrained',
    find: (seen, { heads }) =>
      each(seen.of('output-range', 'one-unit-softmax'), ({ where }) => {
        const binary = heads.find(({ head }) => head === where)?.classes;
        const better = binary ? 'sigmoid' : 'linear';
        return {
          says: `"${where}" normalises one number by itself, so it gives 1 for every row and no weight matters`,
          severity: 1,
          change: headActivation(where, better, `use a ${better} output`),
          wrongIf: 'predictions differed from row to row',
        };
      }),
  },
  {
    id: 'rows-mixed',
    title: 'A row’s prediction depends on the rows beside it',
    tier: 1,
    needs: 'untrained',
    find: (seen) =>
      together(seen.of('rows-mixed'), () => ({
        says: 'the same row gets another prediction among fewer rows: a softmax, a normalisation or a sum runs along the batch',
        severity: 0.98,
        change: { says: 'let it run along the last axis' },
        wrongIf: 'each row were predicted alone as among others',
      })),
  },
  {
    id: 'head-and-loss-misfit',
    title: 'Head and loss do not go with the targets',
    tier: 2,
    needs: 'untrained',
    find: (seen, { heads }) =>
      each(seen.of('head-misfit'), ({ where, kind }) => {
        const head = heads.find((one) => one.head === where)!;
        const [activation, loss] = fitting(head);
        return {
          says: `${MISFITS[kind]} ("${where}": ${head.activation}, ${head.loss})`,
          severity: kind.startsWith('squared') || kind.startsWith('sigmoid') ? 0.4 : 0.97,
          change: { says: `use ${activation} with ${loss}`, apply: withHead(where, activation, loss) },
          wrongIf: `${activation} with ${loss} left the share of right rows where it is`,
        };
      }),
  },
  {
    id: 'output-out-of-range',
    title: 'The head’s activation cannot give the targets',
    tier: 2,
    needs: 'untrained',
    find: (seen, { heads }) =>
      each(seen.of('output-range', 'outside'), ({ where, evidence }) => {
        const share = evidence[0]!.value;
        const head = heads.find((one) => one.head === where)!;
        const better = least(heads, where) >= 0 ? 'softplus' : 'linear';
        const [stuck] = seen.of('saturation', 'head', where);
        return {
          says: `${formatShare(share)} of the targets of "${where}" lie where ${head.activation} cannot reach${
            stuck
              ? `, and so it is saturated: ${formatShare(stuck.evidence[0]!.value)} of its outputs are stuck at the end, at ${formatNumber(stuck.evidence[2]!.value)} on average`
              : ''
          }`,
          severity: share,
          isHarmful: evidence[1]!.value > 0.05,
          change: headActivation(where, better, `use a ${better} output`),
          wrongIf: 'predictions could reach the least and the largest target',
        };
      }).map((finding) => ({
        ...finding,
        symptoms: [...finding.symptoms, ...seen.of('saturation', 'head', finding.where)],
      })),
  },
];

/** What is wrong, by the kinds of the rule `head-misfit`. */
const MISFITS: Readonly<Record<string, string>> = {
  'logits-for-probabilities': 'the loss takes the outputs for probabilities, and a linear head gives any number',
  'not-probabilities': 'the loss or the classes want probabilities, and this activation gives other numbers or none',
  'sigmoid-for-one-of-many': 'one class of many is right, and the sigmoid judges each by itself',
  'slow-loss-for-classes': 'the absolute error of probabilities has its optimum at the most frequent class',
  'squared-error-for-classes':
    'the squared error of probabilities has almost no gradient where the model is wrong and sure',
  'softmax-for-several-labels': 'several labels may be right at once, and a softmax gives their shares of 1',
  'one-of-many-loss-for-several-labels': 'several labels may be right at once, and this loss knows one',
  'softmax-for-numbers': 'the targets are numbers, and a softmax gives shares of 1',
};

/** Activation and loss that go with the targets of a head. */
function fitting({ kind }: HeadEvidence): ['softmax' | 'sigmoid' | 'linear', LossName] {
  if (kind === 'one-of-many' || kind === 'probabilities') return ['softmax', 'categoricalCrossentropy'];
  if (kind === 'several-labels' || kind === 'yes-or-no') return ['sigmoid', 'binaryCrossentropy'];
  return ['linear', 'meanSquaredError'];
}

type Heads = readonly { head: string; targets: Float32Array }[];
const targetsOf = (heads: Heads, where: string) => heads.find(({ head }) => head === where)!.targets;
const least = (heads: Heads, where: string) => targetsOf(heads, where).reduce((a, b) => Math.min(a, b));
const most = (heads: Heads, where: string) => targetsOf(heads, where).reduce((a, b) => Math.max(a, b));
