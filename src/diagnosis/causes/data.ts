import { formatNumber, formatShare } from '../../tables';
import type { Evidence } from '../evidence/evidence';
import { drawnIn, standardised, withTargetsDivided } from '../mends/changes';
import { withoutColumn, withShuffling, withWindowsTurned } from '../mends/mends';
import { type Cause, each, together } from './cause';

/** True when the model normalises its inputs itself. */
function normalisesInside({ model }: Evidence): boolean {
  const first = model.layers.find((layer) => !['InputLayer', 'Reshape', 'Flatten'].includes(layer.getClassName()));
  return first !== undefined && /normalization|normalisation/i.test(first.getClassName());
}

/** Causes in the data that no setting mends: they are named first. */
export const brokenData: readonly Cause[] = [
  {
    id: 'data-not-finite',
    title: 'The data hold values that are no numbers',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('data-not-finite'), ({ where, kind, evidence: [row, column, count] }) => ({
        says: `${formatNumber(count!.value)} values of the ${where} are ${kind === 'nan' ? 'NaN' : 'infinite or NaN'}, the first in row ${row!.value}, column ${column!.value} (from 0): one such row makes every weight NaN`,
        severity: where.startsWith('training') ? 1 : 0.9,
        change: { says: 'leave these rows out, or fill the values by a rule of the training rows' },
        wrongIf: 'every value of the data were a finite number',
      })),
  },
  {
    id: 'targets-constant',
    title: 'The targets have one value and no other',
    tier: 1,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('constant-data', 'targets'), ({ where, evidence: [value] }) => ({
        says: `every target of "${where}" is ${formatNumber(value!.value)}: there is nothing to learn, and no loss or setting can mend it`,
        severity: 0.95,
        change: {
          says: 'look at where the targets come from: the wrong column, a join that failed, a scaler of one value',
        },
        wrongIf: 'two rows had different targets',
      })),
  },
  {
    id: 'constant-inputs',
    title: 'Input columns never vary',
    tier: 6,
    needs: 'note',
    find: (seen) =>
      together(seen.of('constant-data', 'inputs'), () => ({
        says: `${seen.of('constant-data', 'inputs').length} input columns have one value in every row`,
        severity: 0.1,
        change: { says: 'leave them out, or look at where they come from' },
        wrongIf: 'the columns varied',
      })),
  },
];

/** Skill that is had on training rows and not on validation rows of another law. */
const LOST_ON_OTHER_ROWS = 0.2;

/** Causes in the data. */
export const data: readonly Cause[] = [
  {
    id: 'leaking-input',
    title: 'A column tells the target on the training rows alone',
    tier: 3,
    needs: 'validation',
    find: (seen) =>
      each(seen.of('leaking-input'), ({ where, evidence: [column, training, validation] }) => ({
        says: `column ${column!.value} explains ${formatShare(training!.value)} of "${where}" on training rows and ${formatShare(validation!.value)} on validation rows: it was made from the target, and the model reads nothing else`,
        severity: 1,
        change: { says: `leave column ${column!.value} out`, apply: withoutColumn(column!.value) },
        wrongIf: 'the column correlated with the target as much on other rows',
      })),
  },
  {
    id: 'rows-sorted',
    title: 'Rows are sorted by class and not shuffled',
    tier: 3,
    needs: 'training',
    find: (seen) =>
      each(seen.of('sorted-rows'), ({ where, evidence: [alike, chance] }) => ({
        says: `${formatShare(alike!.value)} of neighbouring rows have one class of "${where}" (${formatShare(chance!.value)} in a random order): every step pulls towards the class at hand, and the last one wins`,
        severity: 0.95,
        change: { says: 'shuffle the rows in every epoch', apply: withShuffling },
        wrongIf: 'shuffling changed nothing',
      })),
  },
  {
    id: 'window-reversed',
    title: 'Windows run backwards in time',
    tier: 3,
    needs: 'harm',
    find: (seen) =>
      each(seen.of('window-order', 'reversed'), ({ where }) => ({
        says: `the windows of "${where}" hold the newest step first: what comes last, and counts most, is the oldest`,
        severity: 0.9,
        change: { says: 'turn the windows round: oldest step first', apply: withWindowsTurned },
        wrongIf: 'turned windows gave the same skill',
      })),
  },
  {
    id: 'window-too-short',
    title: 'A window of one step leaves out what matters',
    tier: 3,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('window-order', 'one-step'), ({ where, evidence: [now, before] }) => ({
        says: `with one step ${formatShare(now!.value)} of "${where}" is within reach, with the rows before ${formatShare(before!.value)}`,
        severity: 0.8,
        change: { says: 'cut windows of several steps, so that the recurrent layer has something to remember' },
        wrongIf: 'the rows before added nothing',
      })),
  },
  {
    id: 'inputs-not-normalised',
    title: 'Inputs are far from unit scale',
    tier: 3,
    needs: 'training',
    find: (seen, evidence) =>
      normalisesInside(evidence)
        ? []
        : together(seen.of('unscaled-input', 'wide'), () => ({
            says: `${seen.of('unscaled-input', 'wide').length} features are centred or spread beyond ten times unit scale, so they drown the rest and tilt the loss`,
            severity: 0.9,
            change: { says: 'standardise every feature by its training rows', apply: standardised },
            wrongIf: 'standardising changed neither the loss nor the skill',
          })),
  },
  {
    id: 'inputs-normalised-twice',
    title: 'Inputs are squeezed into a sliver: normalised twice',
    tier: 3,
    needs: 'training',
    find: (seen, evidence) =>
      normalisesInside(evidence)
        ? []
        : together(seen.of('unscaled-input', 'narrow'), () => ({
            says: 'most features vary by less than a tenth of unit scale, as after a second normalisation; their differences hardly reach the first layer',
            severity: 0.9,
            change: { says: 'normalise once: standardise every feature by its training rows', apply: standardised },
            wrongIf: 'standardising changed neither the loss nor the skill',
          })),
  },
  {
    id: 'heavy-tailed-inputs',
    title: 'A few rows lie so far out that they drive the weights',
    tier: 3,
    needs: 'harm',
    find: (seen, { final }) => {
      const symptoms = seen.of('heavy-tailed-input');
      const hit = final.activations.rows.filter((row) => row.deadShare > 0.25 || row.saturatedShare > 0.25);
      return together(symptoms, () => ({
        says: `${symptoms.length} features reach ${formatNumber(Math.max(...symptoms.map((s) => s.evidence[0]!.value)), 3)} robust standard deviations; squared, one such row outweighs thousands${hit.length ? `; layers with units dead or saturated: ${hit.map(({ layer }) => layer).join(', ')}` : ''}`,
        severity: 0.95,
        change: {
          says: 'draw the tails in: clip, rank or log-transform these features by training rows',
          apply: drawnIn,
        },
        wrongIf: 'training without the outermost 1 % of rows gave the same curve',
      }));
    },
  },
  {
    id: 'validation-inputs-out-of-range',
    title: 'Validation inputs are unlike those trained on',
    tier: 3,
    needs: 'validation',
    find: (seen, { heads }) => {
      const symptoms = seen.of('validation-range');
      // References fail on such rows as well: what the training rows taught is lost there, whoever learnt it.
      const isHarmful = heads.some(
        ({ skill, validationSkill }) =>
          skill - validationSkill > LOST_ON_OTHER_ROWS || (skill > 0.2 && !Number.isFinite(validationSkill)),
      );
      return together(symptoms, () => ({
        isHarmful: isHarmful && symptoms.length > 0 && heads.some(({ validationRows }) => validationRows > 0),
        says: `${symptoms.length} features of the validation rows have another law than those trained on${seen.has('flat-validation-loss') ? '; there the model gives a constant: hence the flat validation loss' : ''}`,
        severity: 0.9,
        change: {
          says: 'apply the training rows’ scaling to the validation rows, and check that both come from the same source',
        },
        wrongIf: 'validation rows drawn from the training period gave the same validation loss',
      }));
    },
  },
  {
    id: 'targets-not-scaled',
    title: 'Targets are far from unit scale',
    tier: 3,
    needs: 'training',
    find: (seen) =>
      each(seen.of('unscaled-target'), ({ where, evidence }) => ({
        says: `targets of "${where}" have a root mean square of ${formatNumber(evidence[0]!.value, 3)}: outputs that start near 0 need many steps to get there, and the squared loss starts ${formatNumber(evidence[0]!.value ** 2, 3)} times too large`,
        severity: 0.7,
        change: {
          says: 'divide the targets by their root mean square and multiply predictions back',
          apply: withTargetsDivided(where, evidence[0]!.value),
        },
        wrongIf: 'scaled targets gave the same skill after the same epochs',
      })),
  },
  {
    id: 'labels-wrong',
    title: 'Some of the training targets are wrong',
    tier: 4,
    needs: 'harm',
    find: (seen) =>
      each(seen.of('wrong-labels'), ({ where, evidence: [training, validation] }) => ({
        says: `a reference that smooths over noise reaches ${formatShare(training!.value)} of "${where}" on training rows left out of its fit and ${formatShare(validation!.value)} on validation rows: some training targets do not belong to their rows`,
        severity: 0.95,
        change: { says: 'look at the training rows that the reference misses most, and correct or drop them' },
        wrongIf: 'training rows left out were predicted as well as validation rows',
      })),
  },
  {
    id: 'inputs-unrelated-to-targets',
    title: 'Inputs and targets do not belong together row by row',
    tier: 3,
    needs: 'nothing',
    find: (seen) =>
      each(seen.of('unrelated-targets'), ({ where, kind, evidence }) => ({
        says:
          kind === 'moved'
            ? `the inputs tell nothing of "${where}" in their own row, and much of it ${formatNumber(Math.abs(evidence[4]!.value))} rows ${evidence[4]!.value > 0 ? 'later' : 'before'}: the two were joined that far off`
            : `neither tests of dependence nor a line, neighbours or trees find anything of "${where}" in the inputs (skill ${formatShare(evidence[1]!.value)} at best on rows left out): rows shuffled or misaligned, or there is no signal`,
        severity: 0.6,
        change: { says: 'join inputs and targets again by date and symbol, and check one row by hand' },
        wrongIf: 'another model of the same inputs had skill on validation rows',
      })),
  },
];
