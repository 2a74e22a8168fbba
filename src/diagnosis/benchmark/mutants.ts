import { Random, type TF, tf } from '../../core';
import { train } from '../../programs';
import { fit } from '../../training';
import { diagnose, type Verdict } from '../diagnose';
import type { LayersProgram as Program } from '../evidence/program';
import { outcomesOf } from '../outcome';
import type { Blueprint } from './blueprints';
import type { Mutation, Severity } from './mutations';

/** Which half of the benchmark something belongs to: rules are developed on one and reported on the other. */
export type Half = 'development' | 'reporting';

/** What became of one mutant, or of one healthy program. */
export interface MutantRow {
  program: string;
  family: string;
  /** `''` for a healthy program. */
  operator: string;
  severity: Severity | '';
  seed: number;
  half: Half;
  /** The operator took no part in the development of the rules. */
  unseen: boolean;
  /** The score fell below the least of the original's ten seeds, in one head at least: the mutant counts. */
  worse: boolean;
  /** The fault is in the data: it is to be named, and no setting mends it. */
  ofData: boolean;
  scores: Record<string, number>;
  least: Record<string, number>;
  /** Causes named, primary ones first, with their probabilities. */
  verdicts: { cause: string; where: string; probability: number }[];
  notes: string[];
  /** The first verdict names the operator's fault. */
  right: boolean;
  /** The change of the first verdict brought every head back to the spread of the original's seeds; absent if it was not tried. */
  mended?: boolean;
  /** The causes that were tried until every head was back. */
  tried?: string[];
  /** Seconds of training, and of the diagnosis after it. */
  trainingSeconds: number;
  diagnosisSeconds: number;
}

/** How {@link runMutants} goes. */
export interface MutantOptions {
  halves?: readonly Half[];
  /** Operators per blueprint and seed, drawn at random; default all. */
  operators?: number;
  /** Seeds of the mutants; the originals always have ten. */
  seeds?: readonly number[];
  /** Whether the named changes are made and trained again. Default true. */
  mend?: boolean;
  signal?: AbortSignal;
  onRow?: (row: MutantRow) => void;
}

/** FNV-1a of a text (Fowler, Noll and Vo 1991): the rule that splits the benchmark in halves. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}

/** The half of a blueprint: by the hash of its name alone. */
export const halfOf = ({ name }: Blueprint): Half => (hashOf(name) % 2 === 0 ? 'development' : 'reporting');

/** A third of the operators is left out of the development half, so that the other reports on faults no rule has met. */
export const isUnseen = ({ operator }: Mutation): boolean => hashOf(operator) % 3 === 0;

/** Below the least score of the original's seeds by more than this, a mutant is worse; above it, it is mended. */
const MARGIN = 0.02;
const ORIGINAL_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const GRAPH = { mode: 'graph' as const };
/** Causes that are tried in turn. */
const MOST_TRIED = 3;

/**
 * Breaks healthy programs by operators that know no rule, diagnoses each, makes the named change, and counts. Each healthy
 * program is diagnosed on its ten seeds as well.
 *
 * @example
 * (await benchmark.runMutants([], benchmark.MUTATIONS)).length; // 0
 */
export async function runMutants(
  blueprints: readonly Blueprint[],
  mutations: readonly Mutation[],
  options: MutantOptions = {},
): Promise<MutantRow[]> {
  const rows: MutantRow[] = [];
  const add = (row: MutantRow) => {
    rows.push(row);
    options.onRow?.(row);
  };
  for (const blueprint of blueprints) {
    const half = halfOf(blueprint);
    if (options.halves && !options.halves.includes(half)) continue;
    const least: Record<string, number> = {};
    for (const seed of ORIGINAL_SEEDS) {
      if (options.signal?.aborted) return rows;
      const row = await healthyRow(blueprint, seed, half);
      for (const [head, score] of Object.entries(row.scores)) least[head] = Math.min(least[head] ?? Infinity, score);
      add(row);
    }
    const allowed = mutations.filter((mutation) => half === 'reporting' || !isUnseen(mutation));
    for (const seed of options.seeds ?? [1]) {
      const random = new Random(seed).fork(blueprint.name).fork('operators');
      const order = [...random.permutation(allowed.length)].slice(0, options.operators ?? allowed.length);
      for (const place of order) {
        if (options.signal?.aborted) return rows;
        const severity = (['mild', 'middle', 'gross'] as const)[random.integer(0, 2)]!;
        const row = await mutantRow(blueprint, allowed[place]!, severity, seed, half, least, options.mend ?? true);
        if (row) add(row);
      }
    }
  }
  return rows;
}

async function healthyRow(blueprint: Blueprint, seed: number, half: Half): Promise<MutantRow> {
  const program = blueprint.build(seed);
  const seen = await look(program);
  disposeOf(program);
  const verdicts = seen.verdicts.map(named);
  const base = { program: blueprint.name, family: blueprint.family, operator: '', severity: '' as const, seed, half };
  const { scores, notes, trainingSeconds, diagnosisSeconds } = seen;
  return {
    ...base,
    unseen: false,
    worse: false,
    ofData: false,
    scores,
    least: {},
    verdicts,
    notes,
    right: verdicts.length === 0,
    trainingSeconds,
    diagnosisSeconds,
  };
}

async function mutantRow(
  blueprint: Blueprint,
  mutation: Mutation,
  severity: Severity,
  seed: number,
  half: Half,
  least: Record<string, number>,
  isMended: boolean,
): Promise<MutantRow | undefined> {
  const random = new Random(seed).fork(`${blueprint.name} ${mutation.operator}`);
  const original = blueprint.build(seed);
  const program = await mutation.apply(original, severity, random);
  if (!program) {
    disposeOf(original);
    return undefined;
  }
  try {
    const seen = await look(program);
    const isBelow = (scores: Record<string, number>) =>
      Object.entries(least).some(([head, score]) => scores[head]! < score - MARGIN);
    const worse = isBelow(seen.scores);
    const row: MutantRow = {
      program: blueprint.name,
      family: blueprint.family,
      operator: mutation.operator,
      severity,
      seed,
      half,
      unseen: isUnseen(mutation),
      worse,
      ofData: mutation.ofData ?? false,
      scores: seen.scores,
      least,
      verdicts: seen.verdicts.map(named),
      notes: seen.notes,
      right: mutation.accepts.includes(seen.verdicts[0]?.cause ?? ''),
      trainingSeconds: seen.trainingSeconds,
      diagnosisSeconds: seen.diagnosisSeconds,
    };
    if (!isMended || !worse || mutation.ofData) return row;
    const tried: string[] = [];
    for (const verdict of seen.ranked.slice(0, MOST_TRIED)) {
      tried.push(verdict.cause);
      const isBack = await isMendedBy(verdict, program, (scores) => !isBelow(scores));
      if (verdict === seen.ranked[0]) row.mended = isBack;
      row.tried = tried;
      if (isBack) break;
      if (verdict === seen.ranked[Math.min(MOST_TRIED, seen.ranked.length) - 1]) row.tried = [...tried, 'none'];
    }
    return row;
  } finally {
    disposeOf(program);
    disposeOf(original);
  }
}

async function isMendedBy(
  { cause, change }: Verdict,
  program: Program,
  isBack: (scores: Record<string, number>) => boolean,
): Promise<boolean> {
  if (!change.apply) return false;
  try {
    const changed = await change.apply(program);
    const model = await changed.model();
    await fit(model, changed.data, { ...changed.options, mode: 'graph' });
    const scores = scoresOf(model, changed);
    model.dispose();
    if (changed.data !== program.data) disposeOf(changed, program);
    return isBack(scores);
  } catch (error) {
    // A change that does not fit the program mends nothing; the rest of the benchmark goes on.
    console.warn(`the change for ${cause} failed: ${(error as Error).message}`);
    return false;
  }
}

async function look(program: Program) {
  const run = await train(program, GRAPH);
  const start = performance.now();
  const diagnosis = diagnose(run);
  const diagnosisSeconds = (performance.now() - start) / 1000;
  const scores = scoresOf(run.model, program);
  run.model.dispose();
  return {
    scores,
    verdicts: diagnosis.verdicts,
    ranked: diagnosis.ranked,
    notes: diagnosis.notes.map(({ cause }) => cause),
    trainingSeconds: run.seconds,
    diagnosisSeconds,
  };
}

const scoresOf = (model: TF.LayersModel, { data }: Program): Record<string, number> =>
  Object.fromEntries(outcomesOf(model, data).map(({ head, score }) => [head, score]));

const named = ({ cause, where, probability }: Verdict) => ({ cause, where, probability });

/** Tensors of a program's data, but for those of `except`. */
function disposeOf({ data }: Program, except?: Program): void {
  const tensors = (given: Program['data'] | undefined): TF.Tensor[] =>
    given
      ? [given, given.validation].flatMap((part) =>
          part
            ? [part.inputs, part.targets].flatMap((one) => (one instanceof tf.Tensor ? [one] : Object.values(one)))
            : [],
        )
      : [];
  const kept = new Set(tensors(except?.data));
  for (const tensor of tensors(data)) if (!kept.has(tensor) && !tensor.isDisposed) tensor.dispose();
}
