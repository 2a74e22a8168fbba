import { formatNumber, formatShare } from '../../tables';
import { withHeadActivation } from '../mends/changes';
import { withoutColumn } from '../mends/mends';
import { type Cause, each, together } from './cause';

/** Causes in how the rows were put together. Each is certain from the numbers themselves, however well the run does. */
export const rowFacts: readonly Cause[] = [
  {
    id: 'targets-cross-symbols',
    title: 'Targets are computed across symbols',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('crossing-symbols', 'targets'), ({ where, evidence: [horizon, byRow] }) => ({
        says: `targets of "${where}" compare the price of a row with that ${formatNumber(horizon!.value)} rows further down, whosever it is: ${formatShare(byRow!.value)} of those that reach another symbol equal its prices`,
        severity: 1,
        change: { says: 'compute targets symbol by symbol: data.makeSamples and data.addTargets do' },
        wrongIf: 'the targets were those of the symbol’s own prices',
      })),
  },
  {
    id: 'windows-cross-symbols',
    title: 'Windows hold rows of several symbols',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('crossing-symbols', 'windows'), ({ where, evidence: [share] }) => ({
        says: `in ${formatShare(share!.value)} of the places where the symbol changes, the window of "${where}" goes on from the other symbol's`,
        severity: 0.99,
        change: { says: 'cut windows symbol by symbol: data.makeSamples does' },
        wrongIf: 'neighbouring rows of two symbols had windows of their own',
      })),
  },
  {
    id: 'series-interleaved',
    title: 'Windows hold several series dealt into each other',
    // A season looks the same, and does no harm: a guess, unlike the other facts of rows.
    tier: 3,
    needs: 'harm',
    find: (seen) =>
      each(seen.of('crossing-symbols', 'interleaved'), ({ where, evidence: [distance, at, one] }) => ({
        says: `steps of "${where}" are alike at a distance of ${formatNumber(distance!.value)} (correlation ${formatNumber(at!.value)}) and not from one to the next (${formatNumber(one!.value)}): about as many series are dealt into each other`,
        severity: 0.98,
        change: { says: 'cut windows series by series: data.makeSamples does' },
        wrongIf: 'the steps of a window were of one series, and it repeats itself at that distance',
      })),
  },
  {
    id: 'future-in-inputs',
    title: 'The inputs hold what is known only later',
    tier: 1,
    needs: 'nothing',
    find: (seen) => [
      ...each(seen.of('future-inputs', 'return'), ({ where, evidence: [column, horizon] }) => ({
        says: `"${where}" is the return over the ${formatNumber(horizon!.value)} rows that follow`,
        severity: 0.97,
        change: { says: 'leave it out', apply: withoutColumn(column!.value) },
        wrongIf: 'it could be computed from rows up to the present one',
      })),
      ...each(seen.of('future-inputs', 'target'), ({ where, evidence: [column] }) => ({
        says: `"${where}" equals the target on training and validation rows alike`,
        severity: 0.96,
        change: { says: 'leave it out', apply: withoutColumn(column!.value) },
        wrongIf: 'it were known at the moment of prediction',
      })),
      ...together(seen.of('future-inputs', 'filled'), () => ({
        says: 'the first rows of every symbol have the first value that was computed later: warm-up filled backwards',
        severity: 0.5,
        change: { says: 'leave out the rows for which a feature is not known yet: data.makeSamples does' },
        wrongIf: 'the column stood still at the beginning of each symbol for a reason of its own',
      })),
    ],
  },
  {
    id: 'fitted-on-validation',
    title: 'A scaler or ranks are fitted to validation rows as well',
    tier: 1,
    needs: 'nothing',
    find: (seen) => [
      ...each(seen.of('fitted-on-validation', 'scaler'), ({ where, evidence: [columns, of] }) => ({
        says: `${formatNumber(columns!.value)} of ${formatNumber(of!.value)} columns of "${where}" are centred and scaled by all rows, and not by those of training: what is validated has been seen`,
        severity: 0.6,
        change: { says: 'fit the scaler to training rows alone: data.makeSamples and data.makeRows do' },
        wrongIf: 'the training rows by themselves had center 0 and spread 1',
      })),
      ...each(seen.of('fitted-on-validation', 'ranks'), ({ where }) => ({
        says: `targets of "${where}" are ranks among training and validation rows together: they tell what the later rows will be`,
        severity: 0.6,
        change: { says: 'rank training rows alone, and place validation rows among them: data.makeRows does' },
        wrongIf: 'the ranks of the training rows alone were even',
      })),
    ],
  },
  {
    id: 'classes-moved',
    title: 'Classes are not in the order of their names',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('moved-classes'), ({ where, evidence: [lower, higher] }) => ({
        says: `the ${lower!.quantity} of "${where}" is ${formatNumber(lower!.value)}, the ${higher!.quantity} ${formatNumber(higher!.value)}: columns and names do not belong together`,
        severity: 0.95,
        change: {
          says: 'give labels the columns of their names; a label of -1 counts from the end where it is used as an index',
        },
        wrongIf: 'returns rose in the order of the names',
      })),
  },
  {
    id: 'second-sigmoid',
    title: 'The loss applies a sigmoid to a head that has one',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('second-sigmoid'), ({ where }) => ({
        says: `"${where}" gives shares of 1, and its loss squashes them once more: of 0 to 1 it sees 0.5 to 0.73`,
        severity: 0.97,
        change: { says: 'leave the head without an activation', apply: withHeadActivation(where, 'linear') },
        wrongIf: 'the loss took probabilities as they are',
      })),
  },
  {
    id: 'features-do-not-arrive',
    title: 'The inputs have another number of columns than features are named',
    tier: 1,
    needs: 'nothing',
    find: (seen, { model }) =>
      each(seen.of('unused-parts', 'features'), ({ evidence: [named, columns] }) => ({
        says: `${formatNumber(named!.value)} features are named and ${formatNumber(columns!.value)} columns arrive: the model of ${formatNumber(model.countParams())} weights is built for these`,
        severity: 0.9,
        change: { says: 'look at which features were left out on the way, and name those that there are' },
        wrongIf: 'there were as many columns as names',
      })),
  },
  {
    id: 'setting-not-used',
    title: 'A setting was given and nothing reads it',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      together(seen.of('unused-parts', 'setting'), () => ({
        says: `the program has not read ${seen
          .of('unused-parts', 'setting')
          .map(({ where }) => `"${where}"`)
          .join(', ')}: the run is that without`,
        severity: 0.4,
        change: { says: 'read it in data, model or options, or do not give it' },
        wrongIf: 'a run at another value of the setting gave other numbers',
      })),
  },
];
