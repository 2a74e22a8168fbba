import { Random, ReluctantError, type TF } from '../../core';
import { type Program, type Setting, train } from '../../programs';
import { toProgram } from '../../programs/program';
import { type ConfirmOptions, changedBy, confirmBy } from '../confirm';
import type { Confirmation } from '../confirmation';
import type { Verdict } from '../diagnose';
import type { LayersProgram } from '../evidence/program';
import { disposeNew, type Looked, type Looking, lookAt, tensorsOf } from '../looking';
import { outcomesOf } from '../outcome';
import { repairBy } from '../repair';
import type { Blueprint } from './blueprints';
import type { Confirmed, Half, MutantRow, Repaired } from './mutantRow';
import type { Mutation, Severity } from './mutations';

/** Below the least score of the original's seeds by more than this, a mutant is worse; above it, it is mended. */
export const MARGIN = 0.02;
const GRAPH = { mode: 'graph' as const };
/** Trainings that `repair` may make. */
const BUDGET = 6;
/** A gain on validation rows beyond this is no chance: it needs no fresh rows. */
const CERTAIN = 0.1;

type Layers = Program<Setting, TF.LayersModel>;
type Scores = Readonly<Record<string, number>>;

/** One mutant to study. */
interface Case {
  blueprint: Blueprint;
  applied: readonly Mutation[];
  severity: Severity;
  seed: number;
  half: Half;
  unseen: boolean;
  /** Least score of the original's seeds by head, and what a mutant has to stay above. */
  least: Record<string, number>;
  bounds: Scores;
  mend: boolean;
}

/** A healthy program: it should get no verdict, and `repair` should change nothing. */
export async function studyHealthy(blueprint: Blueprint, seed: number, half: Half, mend: boolean): Promise<MutantRow> {
  const program = toProgram<TF.LayersModel>(blueprint.build(seed));
  try {
    const look = remembering();
    const seen = await look(program, GRAPH);
    const row = { ...rowOf(blueprint, seen), seed, half };
    // Without a verdict there is nothing for `repair` to do.
    if (!mend || row.verdicts.length === 0) return row;
    return { ...row, repair: await repaired(look, program, boundsOf(seen)) };
  } finally {
    await release(program);
  }
}

const boundsOf = ({ outcomes }: Looked): Scores =>
  Object.fromEntries(outcomes.map(({ head, score }) => [head, score - MARGIN]));

/** A mutant: what is named, what `confirm` says of it, and where `repair` ends. Nothing where an operator does not apply. */
export async function studyMutant(asked: Case): Promise<MutantRow | undefined> {
  const { blueprint, applied, severity, seed, half, unseen, least, bounds } = asked;
  const parts = await mutated(asked);
  if (!parts) return undefined;
  const program = toProgram<TF.LayersModel>(parts);
  try {
    const look = remembering();
    const seen = await look(program, GRAPH);
    const [first] = seen.diagnosis.verdicts;
    const row: MutantRow = {
      ...rowOf(blueprint, seen),
      operator: applied.map(({ operator }) => operator).join(' + '),
      severity,
      seed,
      half,
      unseen,
      least,
      worse: !isBack(seen, bounds),
      ofData: applied.some(({ ofData }) => ofData),
      right: applied.some(({ accepts }) => accepts.includes(first?.cause ?? '')),
    };
    if (!asked.mend || !row.worse || row.ofData) return row;
    return {
      ...row,
      ...(first && (await confirmed(look, first, program, asked))),
      repair: await repaired(look, program, bounds),
    };
  } finally {
    await release(program);
  }
}

/** The program with its faults; with `fresh`, its validation rows are others that nothing has seen. */
async function mutated(
  { blueprint, applied, severity, seed }: Case,
  rows: 'validation' | 'fresh' = 'validation',
): Promise<LayersProgram | undefined> {
  let program: LayersProgram | undefined = blueprint.build(seed, rows);
  for (const mutation of applied) {
    const before: LayersProgram = program;
    const random = new Random(seed).fork(`${blueprint.name} ${mutation.operator}`);
    program = await mutation.apply(before, severity, random);
    if (program) disposeNew(before, program);
    else {
      disposeNew(before, NOTHING);
      return undefined;
    }
  }
  return program;
}

const NOTHING = { data: { inputs: {}, targets: {} } } as const;

const release = async (program: Layers): Promise<void> => disposeNew(await program.parts(), NOTHING);

/** Looks at every program once: the same changes at the same seed are not trained twice. */
function remembering(): Looking {
  const seen = new Map<string, Promise<Looked>>();
  const numbers = new Map<unknown, number>();
  return (program, options, part) => {
    const changes = program.changes.map(({ apply }) => {
      if (!numbers.has(apply)) numbers.set(apply, numbers.size);
      return numbers.get(apply);
    });
    const key = `${changes.join()} ${options.seed ?? ''}`;
    const looked = seen.get(key) ?? lookAt(program, options, part);
    seen.set(key, looked);
    return looked;
  };
}

function rowOf(
  { name, family }: Blueprint,
  { diagnosis, outcomes, seconds }: Looked,
): Omit<MutantRow, 'seed' | 'half'> {
  const verdicts = diagnosis.verdicts.map(({ cause, where, probability }) => ({ cause, where, probability }));
  return {
    program: name,
    family,
    operator: '',
    severity: '',
    unseen: false,
    worse: false,
    ofData: false,
    scores: Object.fromEntries(outcomes.map(({ head, score }) => [head, score])),
    least: {},
    verdicts,
    notes: diagnosis.notes.map(({ cause }) => cause),
    right: verdicts.length === 0,
    trainingSeconds: seconds.training,
    diagnosisSeconds: seconds.diagnosis,
  };
}

const isBack = ({ outcomes }: Pick<Looked, 'outcomes'>, bounds: Scores): boolean =>
  outcomes.every(({ head, score }) => score >= (bounds[head] ?? -Infinity));

/** What `confirm` says of a verdict, whether the score is back, and whether the mended program gets a verdict. */
async function confirmed(
  look: Looking,
  verdict: Verdict,
  program: Layers,
  asked: Case,
): Promise<Pick<MutantRow, 'mended' | 'confirmation' | 'mendedVerdicts'>> {
  try {
    const confirmation = await confirmBy(look, verdict, program, GRAPH);
    const after = await look(await changedBy(verdict, program), GRAPH);
    const mended = isBack(after, asked.bounds);
    const mendedVerdicts = confirmation.after.verdicts.map(({ cause }) => cause);
    const told = await judged(confirmation, asked);
    return { mended, confirmation: told, ...(mended && { mendedVerdicts }) };
  } catch (error) {
    // A cause without a change of its own, or one that does not fit the program, mends nothing; the rest goes on.
    if (!(error instanceof ReluctantError)) throw error;
    return { mended: false };
  }
}

async function judged(confirmation: Confirmation, asked: Case): Promise<Confirmed> {
  const { heads, outcome, verdict } = confirmation;
  const below = heads.filter(({ head, before }) => before < (asked.bounds[head] ?? -Infinity));
  const meant = (below.length > 0 ? below : heads).map(({ head }) => head);
  const gainOf = (all: readonly { head: string; gain: number }[]) =>
    Math.max(...all.filter(({ head }) => meant.includes(head)).map(({ gain }) => gain));
  const gain = gainOf(heads.map(({ head, before, after }) => ({ head, gain: after - before })));
  if (outcome !== 'confirmed') return { outcome, gain, isWrong: false };
  if (gain > CERTAIN) return { outcome, gain, isWrong: false };
  const fresh = gainOf(await gainsOnFreshRows(verdict, asked));
  return { outcome, gain: fresh, isWrong: !(fresh > 0) };
}

/** Both programs trained once more, scored on rows that neither training nor diagnosis has seen. */
async function gainsOnFreshRows({ change }: Verdict, asked: Case): Promise<{ head: string; gain: number }[]> {
  const program = toProgram<TF.LayersModel>((await mutated(asked, 'fresh'))!);
  const changed = program.changed({ says: change.says, apply: change.apply! });
  const scores = async (one: Layers) => {
    const run = await train(one, GRAPH);
    const outcomes = outcomesOf(run.model, run.origin!.data);
    run.model.dispose();
    const shared = new Set(tensorsOf(await program.parts()));
    for (const tensor of tensorsOf(run.origin!)) if (!shared.has(tensor)) tensor.dispose();
    return outcomes;
  };
  try {
    const [before, after] = [await scores(program), await scores(changed)];
    return before.map(({ head, score }, k) => ({ head, gain: after[k]!.score - score }));
  } finally {
    await release(program);
  }
}

async function repaired(look: Looking, program: Layers, bounds: Scores): Promise<Repaired> {
  const {
    steps,
    learns,
    trainings,
    program: last,
  } = await repairBy(look, program, { ...(GRAPH as ConfirmOptions), budget: BUDGET });
  return {
    kept: steps.filter(({ kept }) => kept).map(({ cause }) => cause),
    trainings,
    learns,
    isBack: isBack(await look(last, GRAPH), bounds),
  };
}
