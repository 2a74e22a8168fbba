import { ReluctantError, type TF, tf, visible } from '../core';
import { outputNames } from '../inspection';
import type { Framework } from '../recordings';
import { formatNumber, formatShare, Table } from '../tables';
import type { RunOrigin, TrainingData } from '../training';
import { isDisposedOf, isLayersModel } from '../training/trainable';
import { Seen } from './causes/cause';
import { type Evidence, gather, type Known } from './evidence/evidence';
import type { RunLike, TrainingOptions } from './evidence/program';
import { type MendFacts, mendDiff } from './mends/mendCode';
import { allRules, checkThresholds, type OwnRules } from './ownRules';
import { checkParts } from './partChecks';
import { harmedHeads, type Note, rank, type Verdict } from './ranking';
import {
  DIAGNOSIS_MIME,
  type DiagnosisRecord,
  diagnosisStory,
  known,
  type VerdictRecord,
  valueText,
  withoutVerdict,
} from './record';
import type { Measurement, Symptom, Thresholds } from './rules/rule';
import { checkContext, checkHistory, type RunGiven, runOf } from './runGiven';

export type { Note, Verdict } from './ranking';

/** How much of a head's loss is removed against the best constant: by the model, and by a straight line through the inputs. */
export interface HeadSkill {
  head: string;
  /** On training rows; at most 1, 0 for a constant, negative when worse. */
  skill: number;
  /** On validation rows; NaN without them. */
  validationSkill: number;
  /** What a straight line through the inputs reaches on training rows it was not fitted to. */
  lineSkill: number;
  /** What is easily reached: the best of a constant, a line, nearest neighbours and small boosted trees. */
  reachable: number;
  /** The same on validation rows; NaN without them. */
  validationReachable: number;
  /** The head does worse than that, beyond chance and a margin. */
  harmed: boolean;
}

/** Context of a run for {@link diagnose}. A run just made by `fit` remembers its own; each of these takes its place. */
export interface DiagnosisContext extends OwnRules {
  /** What the run is called where it is shown beside others, e.g. `ReLU heads`. */
  name?: string;
  /** The trained model. */
  model?: TF.LayersModel;
  /** The data it was trained on. */
  data?: TrainingData;
  /** The options the run was made with. */
  options?: TrainingOptions;
  /** Thresholds to use instead of the defaults, e.g. `{ 'dead-relu': { deadUnits: 0.7 } }`. */
  thresholds?: Thresholds;
}

/**
 * Names the causes of a run's trouble, most likely first: inspects the model, its gradients, its predictions and the data,
 * applies every rule, and traces symptoms to causes. A healthy run has no verdict.
 *
 * @param given what `fit` returned; or a history from elsewhere: rows of epochs, numbers by name (Keras's `history.history`), tfjs's
 *   `History`, or `{ history, initialWeights }`.
 * @param context model, data and options of a run that does not remember them, and thresholds.
 * @throws ReluctantError `arguments-in-another-order`, `promise-not-awaited`, `history-not-understood`; `run-without-origin` for a run that does not remember what the context leaves out,
 *   `origin-disposed` where it was disposed of since; `not-a-layers-model`, `head-without-targets`, `head-without-loss`, `inputs-mismatch`, `unknown-choice` for thresholds.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], activation: 'softmax', name: 'head' })] });
 * const data = { inputs: tf.randomNormal([64, 2]), targets: tf.randomNormal([64, 1]) };
 * const diagnosis = diagnose({ history: [] }, { model, data, options: { losses: 'meanSquaredError' } });
 * diagnosis.verdicts[0].cause; // 'one-unit-softmax'
 */
export function diagnose(given: RunGiven, context: DiagnosisContext = {}): Diagnosis {
  const run = runOf(given);
  checkContext(context);
  const { model, data, options } = contextOf(run, context);
  checkParts(model, data, options);
  checkHistory(run.history, outputNames(model));
  return judge(gather(run, model, data, options), context.thresholds, context);
}

/** What the run was made from: as given, else as the run remembers it. */
function contextOf({ origin }: { origin?: RunOrigin | undefined }, given: DiagnosisContext) {
  const context = { model: origin?.model, data: origin?.data, options: origin?.options, ...withoutUndefined(given) };
  const { model, data, options } = context;
  if (!model || !data || !options) {
    const missing = Object.entries({ model, data, options }).flatMap(([name, value]) => (value ? [] : [name]));
    throw new ReluctantError({
      code: 'run-without-origin',
      operation: 'diagnose',
      problem: `the run does not remember ${missing.join(', ')}`,
      expected: 'a run that fit returned in this process, or all three of model, data and options',
      fix: 'pass { model, data, options: { losses, lossWeights, optimizer } }',
    });
  }
  if (!isLayersModel(model)) {
    throw new ReluctantError({
      code: 'not-a-layers-model',
      operation: 'diagnose',
      problem: 'the rules look into the layers of a model, and this one is a function',
      received: model,
      expected: 'a tf.LayersModel',
    });
  }
  checkAlive(model, data);
  return { model, data, options };
}

const withoutUndefined = ({ model, data, options }: DiagnosisContext) =>
  Object.fromEntries(Object.entries({ model, data, options }).filter(([, value]) => value !== undefined));

function checkAlive(model: TF.LayersModel, data: TrainingData): void {
  const gone = (given: TrainingData['inputs'] | undefined) =>
    given instanceof tf.Tensor ? given.isDisposed : Object.values(given ?? {}).some((tensor) => tensor.isDisposed);
  const parts: [string, boolean][] = [
    ['model', isDisposedOf(model)],
    ['inputs', gone(data.inputs)],
    ['targets', gone(data.targets)],
    ['validation inputs', gone(data.validation?.inputs)],
    ['validation targets', gone(data.validation?.targets)],
  ];
  const disposed = parts.flatMap(([name, isGone]) => (isGone ? [name] : []));
  if (disposed.length === 0) return;
  throw new ReluctantError({
    code: 'origin-disposed',
    operation: 'diagnose',
    problem: `what the run was made from was disposed of since: ${disposed.join(', ')}`,
    expected: 'the model and the tensors, still alive',
    fix: 'diagnose before disposing of them, or pass { model, data, options } anew',
  });
}

/** {@link diagnose} again and again for one run: what does not change from epoch to epoch is looked at once. */
export function diagnoseAgain(
  run: RunLike,
  {
    model,
    data,
    options,
    thresholds,
  }: Required<Pick<DiagnosisContext, 'model' | 'data' | 'options'>> & { thresholds?: Thresholds },
  known: Known,
): Diagnosis {
  return judge(gather(run, model, data, options, known), thresholds);
}

/** Applies rules and causes to gathered evidence. */
export function judge(
  evidence: Evidence,
  thresholds: Thresholds = {},
  own: OwnRules & Pick<DiagnosisContext, 'name'> = {},
): Diagnosis {
  const { rules, causes } = allRules(own);
  checkThresholds(thresholds, rules);
  const used = new Map(
    rules.map(({ id, thresholds: defaults }) => {
      const values = Object.entries(defaults).map(([name, { value }]) => [name, value] as const);
      return [id, { ...Object.fromEntries(values), ...thresholds[id] }] as const;
    }),
  );
  const symptoms = rules.flatMap((rule) => rule.evaluate(evidence, used.get(rule.id)!));
  const seen = new Seen(symptoms);
  const found = causes.flatMap((cause) => cause.find(seen, evidence).map((finding) => ({ cause, finding })));
  const harmed = harmedHeads(evidence);
  const heads = evidence.heads.map(({ head, skill, validationSkill, lineSkill, reachable, validationReachable }) => ({
    head,
    skill,
    validationSkill,
    lineSkill,
    reachable,
    validationReachable,
    harmed: harmed.includes(head),
  }));
  const { verdicts, notes } = rank(found, evidence, used);
  return new Diagnosis(verdicts, symptoms, heads, notes, own.name ?? '', factsOf(evidence));
}

/** What a mend is written with, by head; the entry `''` is of the whole run. */
function factsOf({ heads, options, history }: Evidence): Readonly<Record<string, MendFacts>> {
  const rate = options.optimizer?.learningRate;
  const optimizer = options.optimizer?.kind;
  const run = {
    ...(typeof rate === 'number' && { learningRate: rate }),
    ...(optimizer && { optimizer }),
    epochs: history.length,
  };
  return Object.fromEntries([
    ['', run],
    ...heads.map(({ head, activation, loss }) => [head, { ...run, activation, loss }] as const),
  ]);
}

/** The verdicts on a run, ranked, and every symptom seen: what {@link diagnose} and {@link train} return. */
export class Diagnosis {
  constructor(
    /** Most likely cause first; empty for a healthy run. */
    readonly verdicts: readonly Verdict[],
    /** Everything the rules saw, also what led to no verdict. */
    readonly symptoms: readonly Symptom[],
    /** How well each head does. */
    readonly heads: readonly HeadSkill[] = [],
    /** What looks unusual and does no harm: no verdicts. */
    readonly notes: readonly Note[] = [],
    /** What the run is called where it is shown beside others; may be empty. */
    readonly name = '',
    private readonly facts: Readonly<Record<string, MendFacts>> = {},
  ) {}

  /** Every cause that was found, the consequences of each verdict behind it: the order in which to try them. */
  get ranked(): Verdict[] {
    const firsts = [...this.verdicts];
    return [...firsts, ...firsts.flatMap(({ consequences }) => consequences)];
  }

  /** One row per verdict. */
  table(): Table<{ rank: number; cause: string; probability: string; where: string; says: string; change: string }> {
    const rows = this.verdicts.map(({ cause, where, says, change, probability }, k) => ({
      rank: k + 1,
      cause,
      probability: formatShare(probability),
      where,
      says,
      change: change.says,
    }));
    return new Table(rows, { title: 'Verdicts' });
  }

  /** One row per number of the evidence of a verdict, the first by default. */
  evidence(rank = 1): Table<{ rule: string; where: string; quantity: string; value: string; threshold: string }> {
    const rows = (this.verdicts[rank - 1]?.symptoms ?? []).flatMap((symptom) =>
      symptom.evidence.map((one) => ({
        rule: symptom.rule,
        where: symptom.where,
        quantity: one.quantity + (one.epoch === undefined ? '' : ` (epoch ${one.epoch})`),
        value: valueText(one.value, one.unit),
        threshold: one.threshold === undefined ? '' : valueText(one.threshold, one.unit),
      })),
    );
    return new Table(rows, { title: 'Evidence' });
  }

  toString(): string {
    const notes = this.notes.map(({ cause, where, says }) => `note: ${cause}${where ? ` (${where})` : ''}: ${says}`);
    const head = this.name ? [this.name] : [];
    if (this.verdicts.length === 0) return visible([...head, withoutVerdict(this.record().heads), ...notes].join('\n'));
    const verdicts = this.verdicts.map((verdict, k) =>
      [
        `${k + 1}. ${verdict.title}${verdict.where ? ` (${verdict.where})` : ''}, ${certainty(verdict)}`,
        `   ${verdict.says}`,
        ...verdict.evidence.slice(0, 6).map((one) => `   · ${line(one)}`),
        `   mend: ${verdict.change.says}`,
        `   wrong if: ${verdict.wrongIf}`,
        ...thresholdsOf(verdict),
        ...verdict.consequences.map((one) => `   with it: ${one.title}${one.where ? ` (${one.where})` : ''}`),
      ].join('\n'),
    );
    return visible([...head, ...verdicts, ...notes].join('\n'));
  }

  /** The diagnosis as a story in HTML: cause, evidence, mend as a change of code, and what it explains folded under it; every text is escaped. */
  toHTML(): string {
    return diagnosisStory(this.record());
  }

  /** All that a page says of it, as plain data; code is written in the words of `framework`. */
  record(framework: Framework = 'tfjs'): DiagnosisRecord {
    const own = (verdict: Verdict): VerdictRecord => {
      const { cause, title, where, says, evidence, change, wrongIf } = verdict;
      const facts = this.facts[where] ?? this.facts[''];
      const code = mendDiff(cause, where, framework, { ...facts, to: change.activation, after: change.settings });
      return {
        title,
        where,
        sure: certainty(verdict),
        says,
        evidence: evidence.slice(0, 100).map(({ value, threshold, ...one }) => ({
          ...one,
          value: known(value),
          ...(threshold !== undefined && { threshold: known(threshold) }),
        })),
        mend: { says: change.says, ...code },
        wrongIf,
      };
    };
    return {
      name: this.name,
      verdicts: this.verdicts.map((verdict) => ({ ...own(verdict), explains: verdict.consequences.map(own) })),
      notes: this.notes.map(({ cause, where, says }) => ({ cause, where, says })),
      heads: this.heads.map(({ head, harmed, skill, validationSkill, reachable, validationReachable }) => ({
        head,
        harmed,
        skill: known(skill),
        validationSkill: known(validationSkill),
        reachable: known(reachable),
        validationReachable: known(validationReachable),
      })),
    };
  }

  /** Plain data: what a run record keeps. */
  toJSON(): object {
    return { verdicts: this.verdicts.map(plain), notes: this.notes, symptoms: this.symptoms, heads: this.heads };
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { 'text/plain': this.toString(), 'text/html': this.toHTML(), [DIAGNOSIS_MIME]: this.record() };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** How sure a verdict is; of a cause of one's own that may not be known. */
export const certainty = ({ probability }: Verdict): string =>
  Number.isNaN(probability) ? 'how sure is not known' : `${formatShare(probability)} sure`;

/** The thresholds that led to a verdict, by the keys under which they can be set. */
function thresholdsOf({ thresholds }: Verdict): string[] {
  const keys = Object.entries(thresholds).flatMap(([rule, own]) =>
    Object.entries(own).map(([name, value]) => `${rule}.${name} ${formatNumber(value)}`),
  );
  return keys.length > 0 ? [`   thresholds: ${keys.join(', ')}`] : [];
}

/** A verdict without functions. */
const plain = ({ change, consequences, ...rest }: Verdict): object => ({
  ...rest,
  change: change.says,
  consequences: consequences.map(plain),
});

const line = ({ quantity, value, unit, threshold, epoch }: Measurement): string =>
  `${quantity}: ${valueText(value, unit)}${epoch === undefined ? '' : ` at epoch ${epoch}`}${threshold === undefined ? '' : ` (threshold ${valueText(threshold, unit)})`}`;
