import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkChoice, checkInteger, checkNames, ReluctantError } from '../core';
import { loadProgram, type Setting } from '../programs';
import { readJSON, writeJSON } from '../runs';
import { directionOf } from '../training';
import { type RankedTrial, Search } from './found';
import { PLACE_OPTIONS, type Placed, type Places, placed, trainAt } from './places';
import { idOf, METHODS, type Method, type PlannedTrial, plan } from './plan';
import { checkSpace, type Space } from './space';
import { Suggestions } from './suggestions';
import { resultOf, type TrialResult, writeFailure } from './trial';

/** Options of {@link search}. */
export interface SearchOptions extends Places {
  /** Default `random`. `halving` trains all settings a little, and the better third of them three times as long, again and again;
   * `bayesian` chooses settings by what it has seen (Optuna, an extra of set-up). */
  method?: Method;
  /** Settings that are drawn; a grid has as many as it has. Default 16. */
  trials?: number;
  /** Of what is drawn. Default 0. */
  seed?: number;
  /** Folder of the sweep. What is finished there is not trained again. */
  folder: string;
  /** Number of the history by which settings are compared, at its best epoch. Default `val_loss`, or `loss` without validation. */
  objective?: string;
  /** Whether more of it is better. Default: yes for scores (auc, accuracy, ic ...). */
  maximize?: boolean;
  /** What differs from the program's setting in every trial. */
  setting?: Setting;
  /** Seeds on which the best setting is trained again, to say what it is worth without having been chosen for it. Default 3; 0 for none. */
  freshSeeds?: number;
  signal?: AbortSignal;
  onProgress?: (progress: SearchProgress) => void;
}

/** How far a sweep is. */
export interface SearchProgress {
  done: number;
  trials: number;
  /** Finished before this call. */
  before: number;
  /** Seconds left, once something is finished. */
  secondsLeft: number | undefined;
  /** The best objective so far. */
  best: number | undefined;
}

const OPTIONS: readonly (keyof SearchOptions)[] = [
  ...(['method', 'trials', 'seed', 'folder', 'objective', 'maximize', 'setting', 'freshSeeds'] as const),
  ...PLACE_OPTIONS,
  ...(['signal', 'onProgress'] as const),
];

/**
 * Trains a program at many settings, in processes side by side or on a cluster, and ranks them. Every setting is a run in a folder of its own and a trial
 * of the ledger; one that fails, fails alone. It may be stopped or killed at any time: the same call goes on where it was, and
 * what comes out is the same, bit for bit, however many processes there are and however often it was killed.
 *
 * @param module path of the program's module, or the name of a recipe: processes load it themselves.
 * @param space what is varied: `{ learningRate: { log: [1e-4, 1e-1] }, batchSize: [16, 32], 'lossWeights.volatility': [0.1, 0.3] }`.
 * @throws ReluctantError `space-not-usable`, `unknown-setting` and the others of `program.with`, `sweep-of-another`, `unknown-option`, `objective-missing`,
 *   `worker-did-not-start`, `trial-not-trainable`; on a cluster `python-package-missing`, `cluster-not-reached`, `cluster-lost`.
 * @example
 * const source = { synthetic: { symbols: 2, days: 200, seed: 7 } };
 * const options = { folder: 'sweep', trials: 2, workers: 1, freshSeeds: 0, setting: { source, epochs: 2, mode: 'graph' } };
 * const found = await search('robust', { learningRate: { log: [1e-4, 1e-2] } }, options);
 * found.trials.length; // 2
 */
export async function search(module: string, space: Space, options: SearchOptions): Promise<Search> {
  checkNames('sweep', options, OPTIONS);
  const { method = 'random', trials = 16, seed = 0, folder, setting = {} } = options;
  checkChoice('sweep', 'method', method, METHODS);
  const places = placed(options);
  const freshSeeds = checkInteger('sweep', 'freshSeeds', options.freshSeeds ?? 3, 0, 100);
  const planned = plan(checkSpace(space), { method, trials, seed });
  const base = await baseOf(module, setting, planned);
  claimFolder(folder, { module, setting: base, space, method, seed, trials: planned.length });
  const where = { module, base, folder, places };
  const { results: all, left } =
    method === 'bayesian'
      ? await trainSuggested(space, { trials, seed }, where, options)
      : await trainInRounds(planned, where, options);
  if (options.signal?.aborted) return searchOf(all, options, left, []);
  const best = rank(all, options).find(({ error }) => error === undefined);
  const fresh = best && freshSeeds > 0 ? await onFreshSeeds(best, freshSeeds, where, options) : [];
  return searchOf(all, options, 0, fresh);
}

/** What was trained, and how many settings were not reached. */
interface Trained {
  results: TrialResult[];
  left: number;
}

/** All settings to the end; by halving, the better third of each round for longer. */
async function trainInRounds(planned: readonly PlannedTrial[], where: Where, options: SearchOptions): Promise<Trained> {
  const rounds = options.method === 'halving' ? await halvingRounds(where.module, where.base) : [undefined];
  let field = planned;
  const results = new Map<string, TrialResult>();
  for (const [k, epochs] of rounds.entries()) {
    const found = await trainAll(field, { ...where, epochs }, options);
    for (const result of found) results.set(result.id, result);
    if (options.signal?.aborted) return { results: [...results.values()], left: field.length - found.length };
    if (k + 1 === rounds.length) break;
    const kept = rank(found, options)
      .filter(({ error }) => error === undefined)
      .slice(0, Math.max(1, Math.ceil(field.length / 3)));
    field = kept.map(({ id, changes }) => ({ id, changes }));
  }
  return { results: [...results.values()], left: 0 };
}

/** Batch after batch as Optuna suggests them; how large a batch is does not depend on who trains it, so that neither does what is suggested. */
async function trainSuggested(
  space: Space,
  { trials, seed }: { trials: number; seed: number },
  where: Where,
  options: SearchOptions,
): Promise<Trained> {
  const suggestions = new Suggestions(space, seed);
  const results = new Map<string, TrialResult>();
  const batch = Math.max(8, Math.ceil(trials / 10));
  try {
    for (let asked = 0; asked < trials; asked += batch) {
      const suggested = await suggestions.ask(Math.min(batch, trials - asked));
      const { onProgress } = options;
      const before = results.size;
      const inAll = onProgress && {
        onProgress: (progress: SearchProgress) => onProgress({ ...progress, done: before + progress.done, trials }),
      };
      const fresh = new Map(suggested.filter(({ id }) => !results.has(id)).map((trial) => [trial.id, trial]));
      for (const result of await trainAll([...fresh.values()], where, { ...options, ...inAll }))
        results.set(result.id, result);
      const found = [...results.values()];
      if (options.signal?.aborted) return { results: found, left: trials - results.size };
      const { objective, maximize } = aimOf(found, options);
      const costs = suggested.map(({ id }) => objectiveIn(results.get(id)!, objective, maximize));
      suggestions.tell(costs.map((value) => (maximize ? -value : value)));
    }
  } finally {
    suggestions.close();
  }
  return { results: [...results.values()], left: 0 };
}

interface Where {
  module: string;
  base: Setting;
  folder: string;
  places: Placed;
  epochs?: number | undefined;
}

/** Results of all trials, those of before included; fewer where it was stopped. */
async function trainAll(
  trials: readonly PlannedTrial[],
  { epochs, places, ...where }: Where,
  options: SearchOptions,
): Promise<TrialResult[]> {
  const results = new Map<string, TrialResult>();
  for (const { id } of trials) {
    const before = resultOf(where.folder, id, epochs);
    if (before) results.set(id, before);
  }
  const before = results.size;
  let best: number | undefined;
  const weigh = (result: TrialResult) => {
    const { objective, maximize } = aimOf([result], options);
    const value = objectiveIn(result, objective, maximize);
    if (Number.isFinite(value) && (best === undefined || (maximize ? value > best : value < best))) best = value;
  };
  for (const result of results.values()) weigh(result);
  const started = performance.now();
  const tell = () => {
    const done = results.size;
    const seconds = (performance.now() - started) / 1000;
    const secondsLeft = done > before ? (seconds / (done - before)) * (trials.length - done) : undefined;
    options.onProgress?.({ done, trials: trials.length, before, secondsLeft, best });
  };
  tell();
  await trainAt(
    trials.filter(({ id }) => !results.has(id)),
    {
      ...where,
      ...(epochs !== undefined && { epochs }),
      ...(options.signal && { signal: options.signal }),
      onLost: (trial, why) => writeFailure(where.folder, trial, `the process that trained it was lost: ${why}`),
      onResult: (result) => {
        results.set(result.id, result);
        weigh(result);
        tell();
      },
    },
    places,
  );
  return trials.flatMap(({ id }) => results.get(id) ?? []);
}

/** The best setting on seeds that no trial had. */
async function onFreshSeeds(best: RankedTrial, count: number, where: Where, options: SearchOptions): Promise<number[]> {
  const first = Number(best.changes['seed'] ?? where.base['seed'] ?? 0) + 1_000_003;
  const trials = Array.from({ length: count }, (_, k) => {
    const changes = { ...best.changes, seed: first + k };
    return { id: idOf(changes), changes };
  });
  return rank(await trainAll(trials, where, options), options)
    .filter(({ error }) => error === undefined)
    .map(({ objective }) => objective);
}

/** Epochs of each round: a third of the next. */
async function halvingRounds(module: string, base: Setting): Promise<number[]> {
  const program = await loadProgram(module, base);
  const most = program.options().epochs ?? 1;
  await program.dispose();
  const rounds = [most];
  while (rounds[0]! >= 3 && rounds.length < 4) rounds.unshift(Math.max(1, Math.floor(rounds[0]! / 3)));
  return rounds;
}

/** Checks every setting against the program before anything is trained. */
async function baseOf(module: string, setting: Setting, planned: readonly PlannedTrial[]): Promise<Setting> {
  const program = await loadProgram(module, setting);
  for (const { changes } of planned) program.with(changes as never);
  // What the clock would choose is not the same in every process.
  const isOpen = (program.setting['mode'] ?? 'auto') === 'auto';
  await program.dispose();
  return isOpen ? { ...setting, mode: 'graph' } : setting;
}

const FILE = 'sweep.json';

function claimFolder(folder: string, sweep: object): void {
  fs.mkdirSync(folder, { recursive: true });
  const before = fs.existsSync(path.join(folder, FILE)) ? Object(readJSON(folder, FILE)) : undefined;
  const now = JSON.parse(JSON.stringify({ formatVersion: 1, ...sweep })) as Record<string, unknown>;
  const differs =
    before && ['module', 'setting'].find((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
  if (differs) {
    throw new ReluctantError({
      code: 'sweep-of-another',
      operation: 'sweep',
      problem: 'the folder holds a sweep of another program or setting',
      where: { folder },
      received: now[differs],
      expected: JSON.stringify(before[differs]),
      fix: 'choose another folder',
    });
  }
  writeJSON(folder, FILE, now);
}

function searchOf(
  results: readonly TrialResult[],
  options: SearchOptions,
  left: number,
  fresh: readonly number[],
): Search {
  const { objective, maximize } = aimOf(results, options);
  return new Search(objective, maximize, rank(results, options), left, fresh);
}

/** What settings are compared by, and whether more of it is better. */
function aimOf(
  results: readonly TrialResult[],
  options: SearchOptions,
): Required<Pick<SearchOptions, 'objective' | 'maximize'>> {
  const keys = results.find(({ error }) => error === undefined)?.lowest ?? {};
  const objective = options.objective ?? ('val_loss' in keys ? 'val_loss' : 'loss');
  return { objective, maximize: options.maximize ?? directionOf(objective) === 'highest' };
}

/** The objective of a trial at its best epoch. */
const objectiveIn = ({ error, lowest, highest }: TrialResult, objective: string, maximize: boolean): number =>
  error === undefined ? ((maximize ? highest : lowest)[objective] ?? Number.NaN) : Number.NaN;

function rank(results: readonly TrialResult[], options: SearchOptions): RankedTrial[] {
  const { objective, maximize } = aimOf(results, options);
  const first = results.find(({ error }) => error === undefined);
  if (first && !(objective in first.lowest)) {
    throw new ReluctantError({
      code: 'objective-missing',
      operation: 'sweep',
      problem: `the histories have no "${objective}"`,
      received: objective,
      expected: `one of ${Object.keys(first.lowest).join(', ')}`,
    });
  }
  const value = (result: TrialResult) => objectiveIn(result, objective, maximize);
  const order = (result: TrialResult) => {
    const number = value(result);
    return Number.isFinite(number) ? (maximize ? -number : number) : Number.POSITIVE_INFINITY;
  };
  // What was given up early is not compared with what went on.
  const longer = (a: TrialResult, b: TrialResult) => (options.method === 'halving' ? b.epochs - a.epochs : 0);
  return results
    .map((result) => ({ ...result, objective: value(result) }))
    .sort((a, b) => longer(a, b) || order(a) - order(b) || (a.id < b.id ? -1 : 1));
}
