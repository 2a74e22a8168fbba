import * as path from 'node:path';
import { formFault, lazy, parseJSON, ReluctantError, readPlainText, z } from '../core';
import { census, mean, meanAbsoluteError, meanSquaredError, rocAUCOneVsRest } from '../evaluation';
import { formatNumber, Table } from '../tables';
import { type PredictionFile, predictionFile } from './predictionFile';
import { type PredictionRow, predictions } from './predictions';

/** Statistics of predictions alone. */
const ALONE = {
  mean: (values: Float64Array) => census(values).mean,
  std: (values: Float64Array) => census(values).std,
  min: (values: Float64Array) => extreme(values, Math.min),
  max: (values: Float64Array) => extreme(values, Math.max),
  zeroShare: (values: Float64Array) => mean(values.map((value) => Number(value === 0))),
  negativeShare: (values: Float64Array) => mean(values.map((value) => Number(value < 0))),
  nanShare: (values: Float64Array) => mean(values.map((value) => Number(!Number.isFinite(value)))),
};

/** Statistics of predictions against their targets, from `inspect.predictions`. */
const AGAINST = ['scaleRatio', 'slope', 'ic', 'rankIC', 'skill', 'skillAbsolute', 'ks', 'wasserstein'] as const;

const STATISTICS = [
  ...Object.keys(ALONE),
  ...AGAINST,
  'auc',
  'meanAbsoluteError',
  'meanSquaredError',
  'shareAbove',
] as const;

/** One criterion: a statistic of a head, a number of the run's history, or a number given by hand, with its bounds. */
export interface Criterion {
  name: string;
  /** Head and statistic, with the bound of `shareAbove`. */
  head?: string;
  statistic?: string;
  bound?: number;
  /** Key of the history, e.g. `val_direction_auc`; its last value, or its `best` one. */
  metric?: string;
  best?: 'min' | 'max';
  /** Name of a number given by hand, e.g. `pbo`. */
  value?: string;
  atLeast?: number;
  atMost?: number;
  above?: number;
  below?: number;
}

/** Requirements on a run, as data. */
export interface Criteria {
  name: string;
  must: Criterion[];
  nice?: Criterion[];
  /** What to do when a must fails. */
  rollback?: string[];
}

const shape = lazy(() => {
  const bounds = {
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    above: z.number().optional(),
    below: z.number().optional(),
  };
  const criterion = z
    .strictObject({
      name: z.string().min(1),
      head: z.string().optional(),
      statistic: z.enum(STATISTICS as unknown as [string, ...string[]]).optional(),
      bound: z.number().optional(),
      metric: z.string().optional(),
      best: z.enum(['min', 'max']).optional(),
      value: z.string().optional(),
      ...bounds,
    })
    .refine(
      (one) => Object.keys(bounds).some((key) => one[key as 'atLeast'] !== undefined),
      'a criterion needs atLeast, atMost, above or below',
    )
    .refine((one) => (one.statistic !== undefined) === (one.head !== undefined), 'head and statistic go together')
    .refine(
      (one) => [one.statistic, one.metric, one.value].filter((x) => x !== undefined).length === 1,
      'a criterion needs one of statistic, metric and value',
    )
    .refine((one) => one.statistic !== 'shareAbove' || one.bound !== undefined, 'shareAbove needs a bound');
  return z.strictObject({
    name: z.string(),
    must: z.array(criterion).min(1),
    nice: z.array(criterion).optional(),
    rollback: z.array(z.string()).optional(),
  });
});

/** A criterion with its outcome. */
export interface CriterionRow {
  kind: 'must' | 'nice';
  criterion: string;
  /** NaN when it is not known. */
  value: number;
  wanted: string;
  outcome: 'pass' | 'FAIL' | 'not given';
}

/** Result of {@link checkCriteria}: the outcome of every criterion. */
export class CriteriaTable extends Table<CriterionRow> {
  /** Every must is fulfilled. */
  readonly passed: boolean;
  /** What to do, when it is not. */
  readonly rollback: readonly string[];

  constructor(name: string, rows: CriterionRow[], rollback: readonly string[]) {
    super(rows, { title: name });
    this.passed = rows.every(({ kind, outcome }) => kind === 'nice' || outcome === 'pass');
    this.rollback = this.passed ? [] : rollback;
  }
}

/** Further values to check besides the predictions. */
export interface CriteriaContext {
  /** Rows of a run's history, for criteria on a `metric`. */
  history?: readonly Readonly<Record<string, number>>[];
  /** Numbers by name, for criteria on a `value`. */
  values?: Readonly<Record<string, number>>;
}

/**
 * Reads criteria from a JSON file and refuses what is not one, naming the place.
 *
 * @throws ReluctantError `criteria-not-readable`.
 * @example
 * readCriteria('data/criteria/run-3.json').must.length > 0; // true
 */
export function readCriteria(file: string): Criteria {
  const refuse = (problem: string, more: object = {}) =>
    new ReluctantError({
      code: 'criteria-not-readable',
      operation: 'inspect.readCriteria',
      problem,
      where: { file },
      ...more,
    });
  let content: unknown;
  try {
    content = parseJSON(readPlainText('inspect.readCriteria', file));
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw refuse(
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'the file is not JSON',
      { cause },
    );
  }
  const parsed = shape.safeParse(content);
  if (parsed.success) return parsed.data as Criteria;
  throw refuse(formFault(parsed.error), {
    where: { file },
    expected: `statistics: ${STATISTICS.join(', ')}`,
  });
}

/**
 * Checks predictions (a file, or what `predictionFile` read from one) against criteria.
 *
 * @returns a row per criterion; `.passed` when every must is fulfilled. A number that is NaN fulfils nothing.
 * @throws ReluctantError `head-without-predictions`, `head-without-targets`, `metric-not-found`, naming the criterion.
 * @example
 * const criteria = { name: 'range', must: [{ name: 'not saturated', head: 'v', statistic: 'max', atMost: 0.15 }] };
 * (await inspect.checkCriteria(criteria, { predictions: { v: [[0.02], [0.99]] }, targets: {}, rows: 2 })).passed; // false
 */
export async function checkCriteria(
  criteria: Criteria,
  source: string | PredictionFile,
  context: CriteriaContext = {},
): Promise<CriteriaTable> {
  const file = typeof source === 'string' ? await predictionFile(source) : source;
  const rows = (['must', 'nice'] as const).flatMap((kind) =>
    (criteria[kind] ?? []).map((criterion): CriterionRow => {
      const value = numberOf(criterion, file, context);
      const outcome = value === undefined ? 'not given' : fulfils(criterion, value) ? 'pass' : 'FAIL';
      return { kind, criterion: criterion.name, value: value ?? Number.NaN, wanted: wanted(criterion), outcome };
    }),
  );
  // Criteria bear the name of the run they were written for, which need not be the one that is checked.
  const title = typeof source === 'string' ? `${path.basename(source)}, by "${criteria.name}"` : criteria.name;
  return new CriteriaTable(title, rows, criteria.rollback ?? []);
}

function numberOf(
  criterion: Criterion,
  file: PredictionFile,
  { history, values = {} }: CriteriaContext,
): number | undefined {
  const complain = (code: string, problem: string, received: unknown) =>
    new ReluctantError({
      code,
      operation: 'inspect.checkCriteria',
      problem,
      where: { criterion: criterion.name },
      received,
    });
  if (criterion.value !== undefined) return values[criterion.value];
  if (criterion.metric !== undefined) {
    if (!history) return undefined;
    const values = history.map((row) => row[criterion.metric!]).filter((value): value is number => value !== undefined);
    if (values.length === 0)
      throw complain('metric-not-found', `the history has no "${criterion.metric}"`, Object.keys(history[0] ?? {}));
    return criterion.best ? values.reduce((a, b) => Math[criterion.best!](a, b)) : values.at(-1);
  }
  const head = criterion.head!;
  const rows = file.predictions[head];
  if (!rows)
    throw complain('head-without-predictions', `there are no predictions of "${head}"`, Object.keys(file.predictions));
  const statistic = criterion.statistic!;
  const flat = Float64Array.from(rows.flat());
  if (statistic in ALONE) return ALONE[statistic as keyof typeof ALONE](flat);
  if (statistic === 'shareAbove') return mean(flat.map((value) => Number(value > criterion.bound!)));
  const truth = file.targets[head];
  if (!truth)
    throw complain(
      'head-without-targets',
      `"${statistic}" of "${head}" needs its targets; name their column ${head}_target`,
      Object.keys(file.targets),
    );
  return against(statistic, truth, rows, head);
}

function against(statistic: string, truth: number[][], predicted: number[][], head: string): number {
  // inspect.predictions refuses columns that are all NaN and shapes that do not fit.
  const table = predictions({ [head]: truth }, { [head]: predicted });
  const [t, p] = [truth.flat(), predicted.flat()];
  const classes = predicted[0]!.length;
  if (statistic === 'meanAbsoluteError') return meanAbsoluteError(t, p);
  if (statistic === 'meanSquaredError') return meanSquaredError(t, p);
  if (statistic === 'auc' && classes > 1) return rocAUCOneVsRest(t, p, classes);
  return mean(table.column(statistic as keyof PredictionRow & string) as number[]);
}

const fulfils = ({ atLeast = -Infinity, atMost = Infinity, above, below }: Criterion, value: number): boolean =>
  value >= atLeast &&
  value <= atMost &&
  (above === undefined || value > above) &&
  (below === undefined || value < below);

const wanted = ({ atLeast, atMost, above, below }: Criterion): string =>
  [
    atLeast === undefined ? '' : `≥ ${formatNumber(atLeast)}`,
    above === undefined ? '' : `> ${formatNumber(above)}`,
    atMost === undefined ? '' : `≤ ${formatNumber(atMost)}`,
    below === undefined ? '' : `< ${formatNumber(below)}`,
  ]
    .filter(Boolean)
    .join(' and ');

/** NaN when any value is: an extreme of the rest would hide it. */
const extreme = (values: Float64Array, pick: (a: number, b: number) => number): number =>
  values.reduce((a, b) => pick(a, b));
