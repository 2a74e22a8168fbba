import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError, type TF, tf } from '../core';
import { EventFile } from '../runs/eventFile';
import { type WeightHistogram, weightHistograms } from '../runs/histograms';
import { type Row, Table } from '../tables';
import type { FitOptions, RunOutcome, TrainingData } from '../training';
import type { Diagnosis } from './diagnose';

/** What is kept of a run, beside its history. */
export interface RunRecord {
  name: string;
  /** ISO time of writing. */
  written: string;
  /** Options of `fit` as far as JSON holds them; functions by name. */
  options: Record<string, unknown>;
  seed: number;
  /** Versions of this library, Node and TensorFlow. */
  versions: Record<string, string>;
  /** SHA-256 of the shapes and values of all inputs and targets. */
  dataHash: string;
  stopReason: string;
  stopNote?: string;
  mode: string;
  seconds: number;
  bestEpoch: number;
  /** Causes named, most likely first. */
  verdicts: { cause: string; where: string; says: string }[];
  /** Last value of every number of the history. */
  last: Record<string, number>;
}

/** What {@link writeRun} is given. */
export interface RunToWrite {
  run: RunOutcome;
  data: TrainingData;
  options: FitOptions;
  model?: TF.LayersModel;
  diagnosis?: Diagnosis;
  /** Weights statistics and whatever else was taken per epoch, a row each. */
  statistics?: readonly Row[];
  /** Histograms of the weights taken on the way; those of the last epoch come from the model. */
  histograms?: readonly WeightHistogram[];
}

const NAME = /^[\w][\w.-]{0,99}$/;

/**
 * Writes a run to `folder/name`: `run.json` (configuration, seed, versions, hash of the data, verdicts), `history.json`,
 * `statistics.json`, and a TensorBoard event file with the curves and the histograms of the weights: at the end, and at the
 * epochs of which there are any. The folder appears whole
 * or not at all.
 *
 * @param name letters, digits, `.`, `-` and `_`; must not exist yet.
 * @returns the folder written.
 * @throws ReluctantError `name-not-usable`, `run-exists`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'sum' })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const data = { inputs, targets: inputs.sum(1, true) };
 * const options = { losses: 'meanSquaredError', epochs: 3 };
 * runs.write('runs', 'sum-1', { run: await rl.fit(model, data, options), data, options }).endsWith('sum-1'); // true
 */
export function writeRun(folder: string, name: string, given: RunToWrite): string {
  const target = checkRunName(folder, name);
  const draft = `${target}.draft-${process.pid}`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { recursive: true });
  try {
    const write = (file: string, content: unknown) =>
      fs.writeFileSync(path.join(draft, file), `${JSON.stringify(content, plain, 1)}\n`);
    write('run.json', recordOf(name, given));
    write('history.json', given.run.history);
    if (given.statistics) write('statistics.json', given.statistics);
    if (given.diagnosis) write('diagnosis.json', given.diagnosis);
    writeEvents(path.join(draft, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${name}`), given);
    fs.renameSync(draft, target);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return target;
}

/** The folder of a run to be written; throws `name-not-usable` and `run-exists`. */
export function checkRunName(folder: string, name: string): string {
  const target = placeOf(folder, name);
  if (fs.existsSync(target)) throw refusal('run-exists', 'there is a run of this name already', { folder: target });
  return target;
}

/** A name that no run of the folder has yet: when it was made, and of which seed. */
export function freeRunName(folder: string, seed: number): string {
  const stem = `${new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')}-seed${seed}`;
  let name = stem;
  for (let k = 2; fs.existsSync(path.join(folder, name)); k++) name = `${stem}-${k}`;
  return name;
}

/**
 * One run of a folder as it was written.
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'sum' })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const data = { inputs, targets: inputs.sum(1, true) };
 * const options = { losses: 'meanSquaredError', epochs: 3 };
 * runs.write('runs', 'sum-2', { run: await rl.fit(model, data, options), data, options });
 * runs.read('runs', 'sum-2').history.length; // 3
 */
export function readRun(folder: string, name: string): RunRecord & { history: Record<string, number>[] } {
  const place = placeOf(folder, name);
  const read = (file: string): unknown => {
    try {
      return JSON.parse(
        fs.readFileSync(path.join(place, file), 'utf8'),
        (_, value: unknown) => NUMBERS.get(value as string) ?? value,
      );
    } catch (cause) {
      throw refusal('run-not-readable', 'the record of a run cannot be read', { folder: place, file }, cause);
    }
  };
  return { ...(read('run.json') as RunRecord), history: read('history.json') as Record<string, number>[] };
}

/** The runs of a folder, newest first; folders without a record are left out.
 *
 * @example
 * runs.list('no-such-folder').rows.length; // 0
 */
export function listRuns(folder: string): Table<Row> {
  const names = fs.existsSync(folder)
    ? fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, 'run.json')))
    : [];
  const records = names
    .filter((name) => NAME.test(name) && !name.includes('.draft-'))
    .map((name) => readRun(folder, name));
  records.sort((a, b) => b.written.localeCompare(a.written));
  const rows = records.map(({ name, written, seed, history, seconds, stopReason, last, verdicts }) => ({
    run: name,
    written,
    seed,
    epochs: history.length,
    seconds,
    end: stopReason,
    loss: last['loss'] ?? Number.NaN,
    val_loss: last['val_loss'] ?? Number.NaN,
    verdict: verdicts[0] ? `${verdicts[0].cause} ${verdicts[0].where}`.trim() : '',
  }));
  return new Table<Row>(rows, { title: `Runs in ${folder}` });
}

/** Two runs side by side: what differs in their configuration, and the last value of every number of both.
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'sum' })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const data = { inputs, targets: inputs.sum(1, true) };
 * const options = { losses: 'meanSquaredError', epochs: 3 };
 * for (const name of ['slow-1', 'slow-2']) runs.write('runs', name, { run: await rl.fit(model, data, options), data, options });
 * runs.compare('runs', 'slow-1', 'slow-2').rows.length > 0; // true
 */
export function compareRuns(folder: string, first: string, second: string): Table<Row> {
  const [a, b] = [readRun(folder, first), readRun(folder, second)];
  const verdicts = ({ verdicts: own }: RunRecord) =>
    own.map(({ cause, where }) => `${cause} ${where}`.trim()).join(', ');
  const settings = ({ options, seed, dataHash, mode, stopReason }: RunRecord): Record<string, unknown> => ({
    ...options,
    seed,
    data: dataHash.slice(0, 12),
    mode,
    end: stopReason,
  });
  const text = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  const [x, y] = [settings(a), settings(b)];
  const differing = [...new Set([...Object.keys(x), ...Object.keys(y)])].filter((key) => text(x[key]) !== text(y[key]));
  const numbers = [...new Set([...Object.keys(a.last), ...Object.keys(b.last)])].filter((key) => key !== 'epoch');
  const rows: Row[] = [
    ...differing.map((key) => ({ what: key, [first]: text(x[key]), [second]: text(y[key]) })),
    { what: 'verdicts', [first]: verdicts(a), [second]: verdicts(b) },
    { what: 'epochs', [first]: a.history.length, [second]: b.history.length },
    ...numbers.map((key) => ({ what: key, [first]: a.last[key] ?? Number.NaN, [second]: b.last[key] ?? Number.NaN })),
  ];
  return new Table<Row>(rows, { title: `${first} and ${second}`, maxRows: 200 });
}

function recordOf(name: string, { run, data, options, diagnosis }: RunToWrite): RunRecord {
  const { version } = require('../../package.json') as { version: string };
  const { stopReason, stopNote, mode, seconds, bestEpoch } = run;
  return {
    name,
    written: new Date().toISOString(),
    options: settingsOf(options),
    seed: options.seed ?? 0,
    versions: {
      reluctant: version,
      node: process.versions.node,
      tensorflow: tensorflowVersion(),
      tfjs: tf.version_core,
    },
    dataHash: hashOf(data),
    stopReason,
    ...(stopNote !== undefined && { stopNote }),
    mode,
    seconds,
    bestEpoch,
    verdicts: (diagnosis?.verdicts ?? []).map(({ cause, where, says }) => ({ cause, where, says })),
    last: { ...run.history.at(-1) },
  };
}

/** Callbacks and signals are no settings; losses given as functions are kept by name. */
function settingsOf(options: FitOptions): Record<string, unknown> {
  const left = ['onEpoch', 'onProgress', 'signal', 'watch', 'verbose'];
  return JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(options).filter(([key]) => !left.includes(key))), plain),
  ) as Record<string, unknown>;
}

/** JSON has no NaN, infinity or functions; they are kept as texts. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** The texts that {@link plain} writes for numbers, read back. */
const NUMBERS = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** SHA-256 of shapes and values, names in order, so that equal data has an equal hash. */
function hashOf({ inputs, targets, validation }: TrainingData): string {
  const hash = createHash('sha256');
  const add = (label: string, given: TF.Tensor | Readonly<Record<string, TF.Tensor>>) => {
    const parts: [string, TF.Tensor][] =
      given instanceof tf.Tensor ? [['', given]] : Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, tensor] of parts) {
      hash.update(`${label} ${name} ${tensor.dtype} ${tensor.shape}\n`);
      const values = tensor.dataSync();
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  };
  add('inputs', inputs);
  add('targets', targets);
  if (validation) {
    add('validation inputs', validation.inputs);
    add('validation targets', validation.targets);
  }
  return hash.digest('hex');
}

function tensorflowVersion(): string {
  return (tf.backend() as unknown as { binding?: { TF_Version?: string } }).binding?.TF_Version ?? 'unknown';
}

function writeEvents(file: string, { run, model, histograms = [] }: RunToWrite): void {
  const events = new EventFile();
  for (const row of run.history)
    for (const [key, value] of Object.entries(row)) {
      // Keras's own boards keep training and validation apart by the tag's first part.
      if (key !== 'epoch')
        events.scalar(key.startsWith('val_') ? `validation/${key.slice(4)}` : `training/${key}`, value, row.epoch);
    }
  const last = Math.max(0, run.history.length - 1);
  const before = histograms.filter(({ epoch }) => epoch < last || !model);
  for (const { epoch, weight, histogram } of [...before, ...(model ? weightHistograms(model, last) : [])])
    events.histogram(`weights/${weight}`, histogram, epoch);
  fs.writeFileSync(file, events.bytes());
}

function placeOf(folder: string, name: string): string {
  if (NAME.test(name)) return path.join(folder, name);
  throw refusal(
    'name-not-usable',
    'the name of a run becomes a folder',
    { name },
    undefined,
    'letters, digits, ".", "-" and "_", not first a dot',
  );
}

function refusal(
  code: string,
  problem: string,
  where: Record<string, string>,
  cause?: unknown,
  expected?: string,
): ReluctantError {
  return new ReluctantError({
    code,
    operation: 'runs',
    problem,
    where,
    ...(expected && { expected }),
    ...(cause !== undefined && { cause }),
  });
}
