import { ReluctantError, type TF, tf } from '../core';
import type { Program, ProgramLike, ProgramParts, Setting } from '../programs';
import { toProgram } from '../programs/program';
import { Table } from '../tables';
import { Confirmation, type ConfirmationRow, type HeadOutcome, type Outcome } from './confirmation';
import type { Verdict } from './diagnose';
import { type ConfirmOptions, disposeNew, isHarmed, type Looked, type Looking, lookAt, tensorsOf } from './looking';
import { valueText } from './record';

export type { ConfirmOptions } from './looking';

/** A score that moves by less is the same: a fiftieth of the rows or of the variance. */
const MARGIN = 0.02;
/** A gain beyond this needs no further seeds: runs of healthy programs differ by less. */
const LARGE = 0.1;
/** A head that loses more than this, and more than its spread, is worse. */
const WORSE = 0.05;

/**
 * Makes the change a verdict proposes and nothing else, trains again from the same seed, and says whether that was the cause:
 * the symptom must go, and the model must get better on rows it was not trained on, in units that the change does not move,
 * with no head worse. A small gain is trained again from further seeds, before and after, and must exceed their spread.
 *
 * @param verdict one of `diagnosis.verdicts`, or of their consequences.
 * @param program of the run that was diagnosed.
 * @throws ReluctantError `no-automatic-change` when only the reader can make the change, `change-touched-nothing` when the
 *   changed program is the one it was.
 * @example
 * const program = benchmark.TWINS[5].build(1, true); // a softmax of one unit
 * const diagnosis = diagnose(await rl.train(program));
 * (await confirm(diagnosis.verdicts[0], program)).confirmed; // true
 */
export async function confirm(
  verdict: Verdict,
  program: ProgramLike<TF.LayersModel>,
  options: ConfirmOptions = {},
): Promise<Confirmation> {
  return confirmBy(lookAt, verdict, program, options);
}

/** {@link confirm} with another way of looking: a benchmark that has trained the program before need not do so again. */
export async function confirmBy(
  look: Looking,
  verdict: Verdict,
  program: ProgramLike<TF.LayersModel>,
  options: ConfirmOptions = {},
): Promise<Confirmation> {
  const given = toProgram(program);
  const changed = await changedBy(verdict, given);
  const before = await look(given, options, 'before');
  const after = await look(changed, options, 'after');
  const heads = await outcomes(given, changed, before, after, { ...options, verdict, look });
  return new Confirmation(
    verdict,
    outcomeOf(verdict, before, after, heads),
    before.diagnosis,
    after.diagnosis,
    heads,
    tableOf(verdict, before, after, heads),
  );
}

/** The program with the verdict's change. @throws ReluctantError `no-automatic-change`, `change-touched-nothing`. */
export async function changedBy(
  verdict: Verdict,
  given: Program<Setting, TF.LayersModel>,
): Promise<Program<Setting, TF.LayersModel>> {
  const { says, apply } = verdict.change;
  if (!apply) {
    throw new ReluctantError({
      code: 'no-automatic-change',
      operation: 'confirm',
      problem: `the change for "${verdict.cause}" cannot be made by a program`,
      where: { cause: verdict.cause },
      fix: `${says}; then train again and compare`,
    });
  }
  const changed = given.changed({ says, apply });
  const [was, is] = [await given.parts(), await changed.parts()];
  const same = await isSame(was, is);
  disposeNew(is, was);
  if (same) {
    throw new ReluctantError({
      code: 'change-touched-nothing',
      operation: 'confirm',
      problem: `the change for "${verdict.cause}" touched nothing of the program`,
      where: { cause: verdict.cause, place: verdict.where },
      received: says,
      expected: 'another model, other options or other data than before',
      fix: 'name the layers of the model, so that the change finds them, or make the change by hand',
    });
  }
  return changed;
}

/** Whether two programs come to the same: options, data, layers and initial weights. */
async function isSame(a: ProgramParts<TF.LayersModel>, b: ProgramParts<TF.LayersModel>): Promise<boolean> {
  const plain = ({ program: _, ...options }: object & { program?: unknown }) =>
    JSON.stringify(options, (__, value: unknown) => (typeof value === 'function' ? identityOf(value) : value));
  if (plain(a.options) !== plain(b.options)) return false;
  const [x, y] = [tensorsOf(a), tensorsOf(b)];
  const differs = (one: TF.Tensor, k: number) =>
    one !== y[k] && tf.tidy(() => !tf.all(tf.equal(one, y[k]!)).dataSync()[0]);
  if (x.length !== y.length || x.some(differs)) return false;
  const [first, second] = [await a.model(), await b.model()];
  try {
    const config = (model: TF.LayersModel) =>
      // Names that tfjs numbers anew are no difference.
      (model.toJSON(undefined, true) as unknown as string).replace(/([A-Za-z_]\w*?)\d+"/g, '$1"');
    if (config(first) !== config(second)) return false;
    const [w, v] = [first.getWeights(), second.getWeights()];
    return w.every((one, k) => tf.tidy(() => tf.all(tf.equal(one, v[k]!)).dataSync()[0] === 1));
  } finally {
    first.dispose();
    second.dispose();
  }
}

const identities = new WeakMap<object, string>();
let count = 0;

/** A name for a function, the same as long as it is the same one. */
function identityOf(given: object): string {
  const known = identities.get(given) ?? `function ${count++}`;
  identities.set(given, known);
  return known;
}

/** Every head before and after, with the spread over seeds where the first pair does not settle it. */
async function outcomes(
  given: Program<Setting, TF.LayersModel>,
  changed: Program<Setting, TF.LayersModel>,
  before: Looked,
  after: Looked,
  { verdict, look, ...options }: ConfirmOptions & { verdict: Verdict; look: Looking },
): Promise<HeadOutcome[]> {
  const { furtherSeeds = 2 } = options;
  const isMeant = meantBy(verdict, before);
  const first = before.outcomes.map(({ head, score }, k) => ({
    head,
    before: [score],
    after: [after.outcomes[k]!.score],
  }));
  // The heads that the change is for have gained much or nothing at all, and the others have plainly lost or not.
  const isSettled = first.every(({ before: [b], after: [a] }, k) => {
    const gain = a! - b!;
    return Math.abs(gain) > LARGE || Math.abs(gain) < 1e-6 || (!isMeant(k) && gain > -WORSE);
  });
  const seed = Number(given.setting['seed'] ?? 0);
  for (let k = 1; k <= furtherSeeds && !isSettled; k++) {
    const { record: _, ...rest } = options;
    const again = { ...rest, seed: (seed + 7919 * k) % 2 ** 32 };
    const [one, other] = [await look(given, again, 'again'), await look(changed, again, 'again')];
    first.forEach((head, place) => {
      head.before.push(one.outcomes[place]!.score);
      head.after.push(other.outcomes[place]!.score);
    });
  }
  return first.map(({ head, before: b, after: a }) => ({
    head,
    before: mean(b),
    after: mean(a),
    spread: spreadOf(b, a),
  }));
}

/** Where a verdict stands: a head by its place, since tfjs numbers names anew in every model it makes; else by its name. */
function placeOf(where: string, { outcomes: heads }: Looked): number | string {
  const place = heads.findIndex(({ head }) => head === where);
  return place < 0 ? where : place;
}

/** Whether the head at a place is one that the change is for: the verdict's own, or else those that do badly. */
function meantBy(verdict: Verdict, before: Looked): (place: number) => boolean {
  const place = placeOf(verdict.where, before);
  if (typeof place === 'number') return (k) => k === place;
  const harmed = before.outcomes.map((_, k) => isHarmed(before, k));
  return harmed.some(Boolean) ? (k) => harmed[k] === true : () => true;
}

function outcomeOf(verdict: Verdict, before: Looked, after: Looked, heads: readonly HeadOutcome[]): Outcome {
  const harmed = before.outcomes.map((_, k) => isHarmed(before, k));
  const isMeant = meantBy(verdict, before);
  const gain = ({ before: b, after: a }: HeadOutcome) => a - b;
  const better = heads.some((head, k) => isMeant(k) && gain(head) > Math.max(MARGIN, 2 * head.spread));
  // A head trained by a loss of its own may be mended without a smaller error: then it is no longer harmed by that loss.
  const relieved = heads.some((head, k) => isMeant(k) && harmed[k] && !isHarmed(after, k) && gain(head) > -MARGIN);
  const worse = heads.some((head) => gain(head) < -Math.max(WORSE, 2 * head.spread));
  if ((better || relieved) && !worse) return 'confirmed';
  const still = after.diagnosis.verdicts.some(
    ({ cause, where }) => cause === verdict.cause && placeOf(where, after) === placeOf(verdict.where, before),
  );
  if (worse) return 'worse';
  return still ? 'no effect' : 'symptom gone, model no better';
}

function tableOf(
  verdict: Verdict,
  before: Looked,
  after: Looked,
  heads: readonly HeadOutcome[],
): Table<ConfirmationRow> {
  const symptoms = verdict.symptoms.flatMap((symptom) => {
    const later = after.diagnosis.symptoms.find(
      (one) =>
        one.rule === symptom.rule && one.kind === symptom.kind && (one.where === symptom.where || heads.length === 1),
    );
    return symptom.evidence.map(({ quantity, value }, k) => ({
      what: quantity,
      where: symptom.where,
      before: value,
      after: later?.evidence[k]?.value ?? Number.NaN,
    }));
  });
  const skills = before.diagnosis.heads.flatMap(({ head, skill, validationSkill }, k) => {
    const later = after.diagnosis.heads[k];
    return [
      { what: 'skill on training rows', where: head, before: skill, after: later?.skill ?? Number.NaN },
      ...(Number.isNaN(validationSkill)
        ? []
        : [
            {
              what: 'skill on validation rows',
              where: head,
              before: validationSkill,
              after: later?.validationSkill ?? Number.NaN,
            },
          ]),
    ];
  });
  const scores = heads.map((one) => ({
    what: 'share that is right or explained, in units the change does not move',
    where: one.head,
    before: one.before,
    after: one.after,
  }));
  // As in the evidence: shares as percentages, counts with what they count.
  const units = new Map<object, string>([
    ...verdict.symptoms
      .flatMap(({ evidence }) => evidence.map(({ unit }) => unit))
      .map((unit, k) => [symptoms[k]!, unit] as const),
    ...[...skills, ...scores].map((row) => [row, 'share'] as const),
  ]);
  const format = (value: unknown, row: object) =>
    Number.isNaN(value) ? 'gone' : valueText(Number(value), units.get(row) ?? '');
  return new Table<ConfirmationRow>([...symptoms, ...skills, ...scores], {
    title: 'Before and after the change',
    formats: { before: format, after: format },
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Standard error of the difference of the means; 0 for one seed. */
function spreadOf(a: readonly number[], b: readonly number[]): number {
  const square = (values: readonly number[]) => {
    const center = mean(values);
    return values.length > 1
      ? values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1) / values.length
      : 0;
  };
  return Math.sqrt(square(a) + square(b));
}
