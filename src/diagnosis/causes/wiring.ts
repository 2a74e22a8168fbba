import { type TF, tf } from '../../core';
import { formatNumber, formatShare } from '../../tables';
import { type Cause, each } from '../cause';
import { withHeadActivation, withLoss } from '../changes';

/** Causes in the loss itself and in the head's range: nothing downstream can be right. */
export const wiring: readonly Cause[] = [
  {
    id: 'loss-rewards-error',
    title: 'The loss falls as the error grows: its sign is flipped',
    tier: 1,
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
    find: (seen, { heads }) =>
      each(seen.of('output-range', 'one-unit-softmax'), ({ where }) => {
        const binary = heads.find(({ head }) => head === where)?.classes;
        const better = binary ? 'sigmoid' : 'linear';
        return {
          says: `"${where}" normalises one number by itself, so it gives 1 for every row and no weight matters`,
          severity: 1,
          change: { says: `use a ${better} output`, apply: withHeadActivation(where, better) },
          wrongIf: 'predictions differed from row to row',
        };
      }),
  },
  {
    id: 'output-out-of-range',
    title: 'The head’s activation cannot give the targets',
    tier: 2,
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
          change: { says: `use a ${better} output`, apply: withHeadActivation(where, better) },
          wrongIf: 'predictions could reach the least and the largest target',
        };
      }).map((finding) => ({
        ...finding,
        symptoms: [...finding.symptoms, ...seen.of('saturation', 'head', finding.where)],
      })),
  },
];

type Heads = readonly { head: string; targets: Float32Array }[];
const targetsOf = (heads: Heads, where: string) => heads.find(({ head }) => head === where)!.targets;
const least = (heads: Heads, where: string) => targetsOf(heads, where).reduce((a, b) => Math.min(a, b));
const most = (heads: Heads, where: string) => targetsOf(heads, where).reduce((a, b) => Math.max(a, b));
