import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkInteger, Random, ReluctantError } from '../../core';
import { lookBackOf, ROBUST_FEATURES } from '../market/features';
import { marketNames } from '../market/panel';
import { addTargets } from '../market/targets';
import { loadBatches } from '../read/batches';
import type { LoadOptions } from '../read/options';
import { writeSorted } from '../read/sortedFile';
import { MILLISECONDS_PER_DAY } from '../table/column';
import { concat } from '../table/concat';
import type { Dataset } from '../table/dataset';
import { FORM_OPTIONS, type FormOptions } from '../table/form';
import type { MarketColumn } from '../table/roles';
import { DateSample } from './dateSample';
import { type RowShards, ShardWriter } from './rowShards';
import { type RowSet, withRowFeatures } from './rows';
import { Scaler } from './scaler';
import { RankMap } from './transforms';

/** How {@link streamRows} makes rows. */
export interface StreamOptions extends FormOptions, Pick<LoadOptions, 'threads'> {
  /** As in `makeRows`. */
  features?: readonly string[];
  /** Rows ahead that the target return is over. Default 1. */
  horizon?: number;
  columns?: Partial<Record<MarketColumn, string>>;
  /** Bytes of memory for data, at least 64 MB: DuckDB's, batches, one shard, the validation rows. */
  memory: number;
  /** Folder for the rows on disk; removed by `remove()`. */
  folder: string;
  /** Default 0. */
  seed?: number;
  /** Told how many rows have been read. */
  onRows?: (rows: number) => void;
}

/** What {@link streamRows} returns. */
export interface StreamedRows {
  /** Rows of the features and then the target, on disk. */
  training: RowShards;
  /** Evenly drawn from the validation period, as many as the memory allows. */
  validation: Omit<RowSet, 'rows'>;
  /** Rows of the files, and rows of the validation period. */
  rows: number;
  validationRows: number;
  features: readonly string[];
  scaler: Scaler;
  /** Of at most a million training returns, evenly drawn. */
  ranks: RankMap;
  /** As in `makeRows`; nothing comes before the training, or after the validation. */
  until: { training: number; validation: number };
}

/** Rows that the longest feature looks back on, with room to spare. */
const LOOK_BACK = 128;
const MOST_RANKED = 1_000_000;
const TRAINING_SHARE = 0.8;

/**
 * What `makeRows` makes, for files larger than memory: read piece by piece, the training rows kept on disk in random
 * shards. Scales are exact; ranks are among a million returns drawn evenly when there are more. Files that are not in the
 * order of symbol and date are sorted on disk first. Time is cut at 0.8 of all dates of the files, where `makeRows` counts
 * those of complete rows only.
 *
 * @param source path, glob or list of CSV, Parquet or JSON files.
 * @throws ReluctantError `rows-empty`, `memory-too-small`, and those of `loadBatches` and `makeRows`.
 */
export async function streamRows(source: string | readonly string[], options: StreamOptions): Promise<StreamedRows> {
  const operation = 'data.streamRows';
  const { memory, folder, seed = 0, horizon = 1, features = ROBUST_FEATURES } = options;
  checkInteger(operation, 'horizon', horizon, 1);
  checkLookBack(features);
  const limits = limitsOf(operation, memory, options.threads);
  const reading: LoadOptions = { ...limits, ...formOf(options) };
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const { names, roles } = await columnsToRead(source, features, options.columns ?? {}, reading);
  const survey = await surveyOrder(source, roles, reading);
  let ordered = source;
  if (!survey.sorted) {
    ordered = path.join(folder, 'sorted.parquet');
    await writeSorted(source, names, roles.symbol ? [roles.symbol, roles.date] : [roles.date], ordered, reading);
  }
  const cut = survey.dates.quantile(TRAINING_SHARE);
  const width = features.length + 1;
  const shards = Math.max(1, Math.ceil((survey.rows * width * 4) / (memory / 16)));
  const writer = new ShardWriter(path.join(folder, 'shards'), width, shards, seed, memory / 8);
  const moments = features.map(() => new Moments());
  const returns = new Reservoir(Math.min(MOST_RANKED, Math.floor(memory / 64)), 1, seed, 'ranks');
  const validation = new Reservoir(Math.floor(memory / 8 / 4 / width), width, seed, 'validation');
  const batchRows = Math.max(4096, Math.floor(memory / 32 / (8 * (width + 24))));
  for await (const { part, from, until } of overlapping(
    ordered,
    names,
    roles.symbol,
    batchRows,
    horizon,
    ordered === source ? reading : limits,
  )) {
    const { complete } = withRowFeatures(part, { features, ...(options.columns ? { columns: options.columns } : {}) });
    const data = addTargets(complete, { horizon, volatility: 'realised' });
    const columns = features.map((name) => data.numbers(name));
    const [target, dates, ends] = ['forwardReturn', 'date', 'labelEnd'].map((name) => data.numbers(name));
    for (let row = from; row < until; row++) {
      const isTraining = dates![row]! < cut;
      if (!Number.isFinite(target![row]!) || (isTraining && !(ends![row]! < cut))) continue;
      if (!columns.every((values) => Number.isFinite(values[row]!))) continue;
      const into = isTraining ? writer.next() : validation.next();
      if (isTraining) {
        returns.next()?.set([target![row]!]);
        columns.forEach((values, k) => {
          moments[k]!.add(values[row]!);
        });
      }
      if (!into) continue;
      columns.forEach((values, k) => {
        into[k] = values[row]!;
      });
      into[width - 1] = target![row]!;
    }
    options.onRows?.(until - from);
  }
  checkParts({ training: returns.count, validation: validation.count }, survey.rows, features);
  const scaler = Scaler.from({
    scaling: 'standard',
    features: [...features],
    centers: moments.map(({ mean }) => mean),
    scales: moments.map((moment) => moment.deviation),
  });
  const ranks = RankMap.fit(returns.values());
  const scaled = (row: Float32Array) => {
    for (let k = 0; k < width - 1; k++) row[k] = scaler.transform(k, row[k]!);
    row[width - 1] = ranks.rank(row[width - 1]!);
  };
  const training = writer.finish(scaled);
  const sample = sampleOf(validation.values(), width, scaled);
  if (ordered !== source) fs.rmSync(ordered as string, { force: true });
  const until = { training: (cut - 1) * survey.day, validation: Number.MAX_SAFE_INTEGER };
  const counts = { rows: survey.rows, validationRows: validation.count };
  return { training, validation: sample, ...counts, features, scaler, ranks, until };
}

/** Memory and threads of DuckDB; half of the memory is for what is made of the rows. */
function limitsOf(operation: string, memory: number, threads = 1): LoadOptions {
  if (memory >= 64e6) return { memoryLimit: `${Math.floor(memory / 2 / 1e6)}MB`, threads };
  const problem = 'too little memory to work in';
  throw new ReluctantError({
    code: 'memory-too-small',
    operation,
    problem,
    received: memory,
    expected: 'at least 64 MB',
  });
}

/** How the files are written, of all that is asked for. */
const formOf = (options: FormOptions): FormOptions =>
  Object.fromEntries(FORM_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));

/** The validation rows: `width` values each, the return last; scaled in place. */
function sampleOf(
  values: Float32Array,
  width: number,
  scaled: (row: Float32Array) => void,
): StreamedRows['validation'] {
  const count = values.length / width;
  const inputs = new Float32Array(count * (width - 1));
  const sample = { inputs, targets: new Float32Array(count), returns: new Float64Array(count) };
  for (let row = 0; row < count; row++) {
    const cells = values.subarray(row * width, (row + 1) * width);
    sample.returns[row] = cells[width - 1]!;
    scaled(cells);
    inputs.set(cells.subarray(0, width - 1), row * (width - 1));
    sample.targets[row] = cells[width - 1]!;
  }
  return sample;
}

/** Throws `rows-empty` for a part of the data that has no rows. */
/** Pieces overlap by so many rows; a feature that reaches further would be another in each piece. */
function checkLookBack(features: readonly string[]): void {
  const far = features.filter((name) => lookBackOf(name) > LOOK_BACK);
  if (far.length === 0) return;
  throw new ReluctantError({
    code: 'look-back-too-long',
    operation: 'data.streamRows',
    problem: `features look back further than the rows that pieces of a file have in common: ${far.join(', ')}`,
    received: Math.max(...far.map(lookBackOf)),
    expected: `at most ${LOOK_BACK} rows`,
    fix: 'leave memory out of the setting, so that the files are read whole, or leave these features out',
  });
}

function checkParts(parts: Record<'training' | 'validation', number>, rows: number, features: readonly string[]): void {
  const part = parts.training === 0 ? 'training' : 'validation';
  if (parts[part] > 0) return;
  throw new ReluctantError({
    code: 'rows-empty',
    operation: 'data.streamRows',
    problem: `no row of the ${part} period has all features and a known target`,
    received: { rows, features },
    fix: 'check the data: reluctant check-data --data FILE',
  });
}

/** The columns of the files that features and targets need, and how symbol and date are called there. */
async function columnsToRead(
  source: string | readonly string[],
  features: readonly string[],
  given: Partial<Record<MarketColumn, string>>,
  reading: LoadOptions,
): Promise<{ names: string[]; roles: { symbol: string | undefined; date: string } }> {
  for await (const first of loadBatches(source, { ...reading, batchRows: 1 })) {
    const market = marketNames(first, given);
    const called = (role: MarketColumn) => [...market].find(([, other]) => other === role)?.[0];
    const own = features.filter((name) => first.has(name) && !market.has(name));
    return { names: [...market.keys(), ...own], roles: { symbol: called('symbol'), date: called('date')! } };
  }
  throw new ReluctantError({ code: 'rows-empty', operation: 'data.streamRows', problem: 'the files hold no rows' });
}

/** A first look: how many rows, which dates, and whether each symbol is in one piece and in order of time. */
async function surveyOrder(
  source: string | readonly string[],
  { symbol, date }: { symbol: string | undefined; date: string },
  reading: LoadOptions,
): Promise<{ rows: number; sorted: boolean; dates: DateSample; day: number }> {
  const dates = new DateSample();
  let [rows, sorted, lastCode, lastDate] = [0, true, -1, -Infinity];
  const columns = symbol === undefined ? [date] : [symbol, date];
  let day = 1;
  for await (const batch of loadBatches(source, { ...reading, columns, batchRows: 65_536 })) {
    // Codes are given in the order in which symbols are met, so a code that falls is a symbol that comes back. Numbers are
    // symbols in some files; there the number itself must not fall.
    const codes = symbol === undefined ? undefined : batch.column(symbol).values;
    const times = batch.numbers(date);
    day = batch.column(date).kind === 'date' ? MILLISECONDS_PER_DAY : 1;
    for (let row = 0; row < batch.rows; row++) {
      const code = codes?.[row] ?? 0;
      const time = times[row]!;
      if (code < lastCode || (code === lastCode && time < lastDate)) sorted = false;
      [lastCode, lastDate] = [code, time];
      dates.add(time);
    }
    rows += batch.rows;
  }
  return { rows, sorted, dates, day };
}

/**
 * Batches in which every row has its past and its future: the end of one is put before the next. Rows `from` to `until`
 * of a part are new. Of the last symbol, the rows whose target is not known yet wait for the next part.
 */
async function* overlapping(
  source: string | readonly string[],
  names: readonly string[],
  symbol: string | undefined,
  batchRows: number,
  horizon: number,
  reading: LoadOptions,
): AsyncGenerator<{ part: Dataset; from: number; until: number }> {
  let carried: Dataset | undefined;
  let waiting = 0;
  for await (const batch of loadBatches(source, { ...reading, columns: names, batchRows })) {
    const part: Dataset = carried ? concat([carried, batch]) : batch;
    const from = part.rows - batch.rows - waiting;
    const start = symbol === undefined ? 0 : startOfLast(part.column(symbol).values);
    waiting = Math.min(horizon, part.rows - start);
    yield { part, from, until: part.rows - waiting };
    const kept = Math.min(part.rows - start, LOOK_BACK + horizon);
    carried = part.take(Int32Array.from({ length: kept }, (_, k) => part.rows - kept + k));
  }
  if (carried && waiting > 0) yield { part: carried, from: carried.rows - waiting, until: carried.rows };
}

function startOfLast(codes: ArrayLike<number>): number {
  let start = codes.length - 1;
  while (start > 0 && codes[start - 1] === codes[codes.length - 1]) start -= 1;
  return start;
}

/**
 * Mean and standard deviation of numbers that come one by one (Welford 1962): those of `evaluation` need them all at once,
 * and here they are more than the memory.
 */
class Moments {
  mean = 0;
  private count = 0;
  private squares = 0;

  add(value: number): void {
    this.count += 1;
    const distance = value - this.mean;
    this.mean += distance / this.count;
    this.squares += distance * (value - this.mean);
  }

  /** 1 for a column that never changes, as in `Scaler.fit`. */
  get deviation(): number {
    const variance = this.squares / this.count;
    return variance > (1e-12 * this.mean) ** 2 && variance > 0 ? Math.sqrt(variance) : 1;
  }
}

/** Rows drawn evenly out of a stream of unknown length (Vitter 1985, algorithm R). */
class Reservoir {
  /** Rows that came by. */
  count = 0;
  private held = new Float32Array(0);
  private readonly random: Random;

  constructor(
    private readonly capacity: number,
    private readonly width: number,
    seed: number,
    name: string,
  ) {
    this.random = new Random(seed).fork(name);
  }

  /** Room for one more row, or nothing if it is not drawn. */
  next(): Float32Array | undefined {
    const place = this.count++;
    const chosen = place < this.capacity ? place : Math.floor(this.random.uniform() * this.count);
    if (chosen >= this.capacity) return undefined;
    if ((chosen + 1) * this.width > this.held.length) {
      const larger = new Float32Array(Math.min(this.capacity, Math.max(1024, 2 * (chosen + 1))) * this.width);
      larger.set(this.held);
      this.held = larger;
    }
    return this.held.subarray(chosen * this.width, (chosen + 1) * this.width);
  }

  values(): Float32Array {
    return this.held.subarray(0, Math.min(this.count, this.capacity) * this.width);
  }
}
