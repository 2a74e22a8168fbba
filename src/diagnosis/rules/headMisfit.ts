import type { HeadEvidence } from '../evidence/evidence';
import type { TargetKind } from '../evidence/targetKind';
import { measure, rule } from './rule';

/** Activations whose outputs are probabilities, one column at a time. */
const ONE_BY_ONE = new Set(['sigmoid', 'hardSigmoid', 'hardSigmoidSixth']);

/** A head and a loss that do not go with what the targets are, told without training. */
export const headMisfit = rule({
  id: 'head-misfit',
  watches:
    'whether activation and loss of a head go with its targets: numbers, one class of many, several labels, yes or no',
  thresholds: { columns: { value: 1, source: 'a head has as many columns as its targets' } },
  evaluate({ heads }, { columns }) {
    return heads.flatMap((head) => {
      const kind = misfitOf(head);
      if (!kind) return [];
      const width = head.targets.length ? head.columns : columns;
      return [
        {
          rule: 'head-misfit',
          kind,
          where: head.head,
          evidence: [measure('columns of the output', width), measure('rows looked at', head.targets.length / width)],
        },
      ];
    });
  },
});

function misfitOf({ kind, activation, loss, columns, behaviour }: HeadEvidence): string | undefined {
  const logarithmic = behaviour.logarithmic || /crossentropy/i.test(loss);
  const bounded = activation === 'softmax' || ONE_BY_ONE.has(activation);
  if (activation === 'softmax' && columns === 1) return undefined;
  return {
    'one-of-many': () => {
      if (logarithmic && !bounded) return activation === 'linear' ? 'logits-for-probabilities' : 'not-probabilities';
      if (loss === 'categoricalCrossentropy' && ONE_BY_ONE.has(activation)) return 'sigmoid-for-one-of-many';
      if (activation === 'relu' || activation === 'relu6') return 'not-probabilities';
      if (activation === 'softmax' && /Absolute/.test(loss)) return 'slow-loss-for-classes';
      return !logarithmic && bounded && loss !== 'custom' ? 'squared-error-for-classes' : undefined;
    },
    'several-labels': () => {
      if (activation === 'softmax') return 'softmax-for-several-labels';
      if (loss === 'categoricalCrossentropy') return 'one-of-many-loss-for-several-labels';
      return logarithmic && !bounded ? 'logits-for-probabilities' : undefined;
    },
    'yes-or-no': () => {
      if (logarithmic && !bounded) return activation === 'linear' ? 'logits-for-probabilities' : 'not-probabilities';
      if (activation === 'relu' || activation === 'relu6') return 'not-probabilities';
      return !logarithmic && bounded && loss !== 'custom' ? 'squared-error-for-classes' : undefined;
    },
    probabilities: () => (logarithmic && !bounded ? 'logits-for-probabilities' : undefined),
    numbers: () => (activation === 'softmax' ? 'softmax-for-numbers' : undefined),
    'class-numbers': () => (activation === 'softmax' ? 'softmax-for-numbers' : undefined),
    constant: () => undefined,
  }[kind as TargetKind]();
}
