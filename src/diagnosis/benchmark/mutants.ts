import { Random } from '../../core';
import type { Blueprint } from './blueprints';
import type { Half, MutantRow } from './mutantRow';
import { MARGIN, studyHealthy, studyMutant } from './mutantStudy';
import type { Mutation, Severity } from './mutations';

/** How {@link runMutants} goes. */
export interface MutantOptions {
  halves?: readonly Half[];
  /** Operators per blueprint and seed, drawn at random; default all. */
  operators?: number;
  /** Mutants of two operators at once, per blueprint and seed. Default 0. */
  doubles?: number;
  /** Seeds of the mutants. */
  seeds?: readonly number[];
  /** Seeds of the originals, from 1. Default 10; fewer are for development alone. */
  originals?: number;
  /** Whether the named changes are made and trained again. Default true. */
  mend?: boolean;
  /** Rows of an earlier, interrupted run: what they hold is not done again. */
  done?: readonly MutantRow[];
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

/** One of `shards` parts of the programs, counted from 1: what one run of a few minutes does. */
export const shardOf = (blueprints: readonly Blueprint[], shard: number, shards: number): Blueprint[] =>
  blueprints.filter((_, k) => k % shards === shard - 1);

/** Seeds of every original: what its mutants are compared with. */
const ORIGINAL_SEEDS = 10;
const SEVERITIES: readonly Severity[] = ['mild', 'middle', 'gross'];

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
  const { mend = true, signal } = options;
  const once = async (
    key: Pick<MutantRow, 'program' | 'operator' | 'severity' | 'seed'>,
    study: () => Promise<MutantRow | undefined>,
  ) => {
    const earlier = options.done?.find(
      (row) =>
        row.program === key.program &&
        row.operator === key.operator &&
        row.severity === key.severity &&
        row.seed === key.seed,
    );
    const row = earlier ?? (await study());
    if (!row) return undefined;
    rows.push(row);
    if (!earlier) options.onRow?.(row);
    return row;
  };
  for (const blueprint of blueprints) {
    const half = halfOf(blueprint);
    if (options.halves && !options.halves.includes(half)) continue;
    const program = blueprint.name;
    const least: Record<string, number> = {};
    for (let seed = 1; seed <= (options.originals ?? ORIGINAL_SEEDS); seed++) {
      if (signal?.aborted) return rows;
      const key = { program, operator: '', severity: '', seed } as const;
      const row = await once(key, () => studyHealthy(blueprint, seed, half, mend));
      for (const [head, score] of Object.entries(row!.scores)) least[head] = Math.min(least[head] ?? Infinity, score);
    }
    const bounds = Object.fromEntries(Object.entries(least).map(([head, score]) => [head, score - MARGIN]));
    const allowed = mutations.filter((mutation) => half === 'reporting' || !isUnseen(mutation));
    for (const seed of options.seeds ?? [1])
      for (const { applied, severity } of drawn(allowed, new Random(seed).fork(program), options)) {
        if (signal?.aborted) return rows;
        const key = { program, operator: applied.map(({ operator }) => operator).join(' + '), severity, seed };
        await once(key, () =>
          studyMutant({
            blueprint,
            applied,
            severity,
            seed,
            half,
            least,
            bounds,
            mend,
            unseen: applied.some(isUnseen),
          }),
        );
      }
  }
  return rows;
}

/** The mutants of one blueprint and seed: single operators, then pairs of them. */
function drawn(
  allowed: readonly Mutation[],
  random: Random,
  { operators = allowed.length, doubles = 0 }: MutantOptions,
): { applied: Mutation[]; severity: Severity }[] {
  const stream = random.fork('operators');
  const order = [...stream.permutation(allowed.length)].map((place) => allowed[place]!);
  const severity = () => SEVERITIES[stream.integer(0, 2)]!;
  const singles = order.slice(0, operators).map((one) => ({ applied: [one], severity: severity() }));
  const pairs = random.fork('pairs');
  const menders = allowed.filter(({ ofData }) => !ofData);
  return [
    ...singles,
    ...Array.from({ length: doubles }, () => {
      const [first, second] = [...pairs.permutation(menders.length)].map((place) => menders[place]!);
      return { applied: [first!, second!], severity: SEVERITIES[pairs.integer(0, 1)]! };
    }),
  ];
}
