import { formatNumber, formatShare } from '../../tables';
import {
  withBestEpoch,
  withClassesMoved,
  withEvenClasses,
  withFreshRecurrence,
  withNarrowerLayers,
} from '../mends/mends';
import { type Cause, each, together } from './cause';

/** Causes in classes and their order, in how many rows there are for how many weights, and in what a recurrence remembers. */
export const classes: readonly Cause[] = [
  {
    id: 'class-order-moved',
    title: 'Classes stand in another order in the training rows than in the validation rows',
    tier: 3,
    needs: 'nothing',
    find: (seen, { heads }) =>
      each(seen.of('class-order'), ({ where, evidence: [now, moved] }) => {
        const { moved: order } = heads.find(({ head }) => head === where)!.classOf!.order!;
        const says = order.flatMap((to, from) => (to === from ? [] : [`${from} is ${to}`])).join(', ');
        return {
          says: `what is learnt from the training rows names ${formatShare(now!.value)} of the validation rows of "${where}" rightly, and ${formatShare(moved!.value)} if classes are taken for others: ${says}`,
          severity: 0.99,
          isHarmful: true,
          change: {
            says: 'put the classes of the training targets into the order of the validation targets',
            apply: withClassesMoved(where, order),
          },
          wrongIf: 'the classes meant the same in both parts',
        };
      }),
  },
  {
    id: 'classes-imbalanced',
    title: 'A rare class is given up',
    tier: 4,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('rare-class'), ({ where, evidence: [c, share, recall, reached] }) => ({
        says: `class ${c!.value} of "${where}" is ${formatShare(share!.value)} of the training rows and is named in ${formatShare(recall!.value)} of its validation rows; trees that learn from as many rows of each class find ${formatShare(reached!.value)} of them and get no fewer of all rows right`,
        severity: 0.9,
        isHarmful: true,
        change: {
          says: 'let the rows of each class count as much together as those of any other (class weights)',
          apply: withEvenClasses(where),
        },
        wrongIf: 'class weights left the share of right rows where it is',
      })),
  },
  {
    id: 'too-few-rows',
    title: 'There are too few rows to learn from',
    tier: 4,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('few-rows'), ({ evidence: [rows, own, held, gained] }) => ({
        says: `${formatNumber(rows!.value)} training rows: ${formatShare(own!.value)} of them is learnt and ${formatShare(held!.value)} holds on validation rows; going from half of the rows to all brought ${formatShare(gained!.value)}`,
        severity: 0.99,
        isHarmful: true,
        change: { says: 'gather more rows; until then a smaller model, a penalty, or averages over several fits' },
        wrongIf: 'twice as many rows gave the same skill on validation rows',
      })),
  },
  {
    id: 'network-too-large',
    title: 'Far more weights than rows, and the training rows are learnt by heart',
    tier: 5,
    needs: 'validation',
    find: (seen) =>
      together(seen.of('large-network'), () => {
        const [ratio, own, held] = seen.of('large-network')[0]!.evidence;
        return {
          says: `${formatNumber(ratio!.value, 3)} weights for every training row: ${formatShare(own!.value)} of the training rows is learnt and ${formatShare(held!.value)} holds on validation rows`,
          severity: 0.5,
          change: {
            says: 'make the hidden layers 32 units wide, and stop at the best epoch',
            apply: (program) => withBestEpoch(withNarrowerLayers(32)(program)),
          },
          wrongIf: 'a smaller network did no better on validation rows',
        };
      }),
  },
  {
    id: 'vanishing-through-time',
    title: 'The recurrence forgets its first steps',
    tier: 5,
    needs: 'training',
    find: (seen) =>
      together(seen.of('gradient-through-time'), () => {
        const [ratio, early] = seen.of('gradient-through-time')[0]!.evidence;
        return {
          says: `the first third of the steps gets ${formatNumber(ratio!.value, 2)} of the gradient of the last third, and explains ${formatShare(early!.value)} by a line alone: what it says is lost on its way through time`,
          severity: 0.94,
          change: {
            says: 'draw the recurrent weights orthogonal, let the gates begin by remembering, use tanh',
            apply: withFreshRecurrence,
          },
          wrongIf: 'the first steps told nothing of the target',
        };
      }),
  },
  {
    id: 'accuracy-of-numbers',
    title: 'Accuracy is reported for numbers',
    tier: 6,
    needs: 'note',
    find: (seen) =>
      each(seen.of('accuracy-of-numbers'), ({ where }) => ({
        says: `"${where}" has numbers for targets, and accuracy counts those that are equal to the last digit: it says nothing of how well they are predicted`,
        severity: 0.1,
        change: { says: 'report mae, mse or r2 instead' },
        wrongIf: 'the targets were classes',
      })),
  },
];
