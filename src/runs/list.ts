import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError, visible } from '../core';
import { type Row, Table } from '../tables';
import { DRAFT, placeOf } from './names';
import { type RecordedRun, readRun } from './read';
import type { RecordedVerdict } from './record';
import { readWeights, WEIGHT_FILE } from './weightFile';

/** What a folder has that is, or was, a run. */
const SIGNS =
  /^(run\.json|history\.(json|csv)|checkpoints|weights\.safetensors|model\.json|events\.out\.tfevents\..*)$/;

/** A folder that could not be read as a run, and why. */
export interface SkippedRun {
  folder: string;
  reason: string;
}

/** The runs of a folder: what {@link listRuns} gives. */
export class RunTable extends Table<Row> {
  constructor(
    rows: readonly Row[],
    folder: string,
    /** Folders that look like runs and cannot be read. */
    readonly skipped: readonly SkippedRun[],
  ) {
    super(rows, { title: `Runs in ${folder}` });
  }

  override toString(): string {
    const skipped = this.skipped.map(({ folder, reason }) => visible(`not listed: ${folder}: ${reason}`));
    return [super.toString(), ...skipped].join('\n');
  }
}

/**
 * Lists the runs of a folder, the newest first, whatever wrote them. Folders that cannot be read are named in `skipped`.
 *
 * @example
 * listRuns('no-such-folder').rows.length; // 0
 */
export function listRuns(folder: string): RunTable {
  const skipped: SkippedRun[] = [];
  const runs = runFolders(folder).flatMap((name): RecordedRun[] => {
    try {
      return [readRun(folder, name)];
    } catch (error) {
      if (!(error instanceof ReluctantError)) throw error;
      const { problem, where } = error.details;
      const file = where?.['file'];
      skipped.push({ folder: name, reason: file === undefined ? problem : `${problem} (${file})` });
      return [];
    }
  });
  runs.sort((a, b) => b.begun.localeCompare(a.begun));
  return new RunTable(runs.map(rowOf), folder, skipped);
}

function runFolders(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  return names.filter((name) => {
    if (name.startsWith('.') || name.includes(DRAFT)) return false;
    try {
      return fs.readdirSync(path.join(folder, name)).some((file) => SIGNS.test(file));
    } catch (error) {
      // A link to a file is no run; a folder that may not be opened could be one.
      return (error as NodeJS.ErrnoException).code === 'EACCES';
    }
  });
}

function rowOf(run: RecordedRun): Row {
  const { name, begun, program, seed, history, seconds, last, verdicts = [] } = run;
  return {
    run: name,
    begun,
    program: program?.name ?? '',
    seed,
    epochs: history.length,
    seconds: seconds ?? Number.NaN,
    end: endOf(run),
    loss: last['loss'] ?? history.at(-1)?.['loss'] ?? Number.NaN,
    val_loss: last['val_loss'] ?? history.at(-1)?.['val_loss'] ?? Number.NaN,
    verdict: verdicts[0] ? textOf(verdicts[0]) : '',
  };
}

const endOf = ({ stopReason, status }: RecordedRun): string => stopReason ?? status;
const textOf = ({ cause, where }: RecordedVerdict): string => `${cause} ${where}`.trim();

/**
 * Compares two runs of a folder: what differs in program, setting, options and data, and in the shapes of the model's weights where they
 * were kept, and the last value of every number of both with its `difference`, the second less the first. Rows that differ come first.
 *
 * @throws ReluctantError as {@link readRun}.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'sum' })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * for (const name of ['slow-1', 'slow-2'])
 *   await rl.fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'huber', epochs: 3, watch: [rl.runs.recordRun('runs', { name })] });
 * compareRuns('runs', 'slow-1', 'slow-2').find({ what: 'epochs' })['slow-2']; // 3
 */
export function compareRuns(folder: string, first: string, second: string): Table<Row> {
  const [a, b] = [readRun(folder, first), readRun(folder, second)];
  // The same run beside itself still needs two columns.
  const [left, right] = first === second ? [first, `${second} (again)`] : [first, second];
  const row = (what: string, x: Row[string], y: Row[string]): Row => ({
    what,
    [left]: x,
    [right]: y,
    ...(typeof x === 'number' && typeof y === 'number' && { difference: y - x }),
  });
  const [x, y] = [settingsOf(a), settingsOf(b)];
  const differing = keysOf(x, y).filter((key) => text(x[key]) !== text(y[key]));
  const verdicts = ({ verdicts: all }: RecordedRun) => all?.map(textOf).join(', ') ?? 'not asked for';
  const [lastOfA, lastOfB] = [lastRow(a), lastRow(b)];
  const [shapesOfA, shapesOfB] = [first, second].map((name) => shapesOf(placeOf(folder, name))) as [Shapes, Shapes];
  const rows: Row[] = [
    ...differing.map((key) => row(key, text(x[key]), text(y[key]))),
    ...keysOf(shapesOfA, shapesOfB)
      .filter((name) => shapesOfA[name] !== shapesOfB[name])
      .map((name) => row(`weights ${name}`, shapesOfA[name] ?? 'none', shapesOfB[name] ?? 'none')),
    row('verdicts', verdicts(a), verdicts(b)),
    row('epochs', a.history.length, b.history.length),
    ...keysOf(lastOfA, lastOfB)
      .filter((key) => key !== 'epoch')
      .map((key) => row(key, lastOfA[key] ?? Number.NaN, lastOfB[key] ?? Number.NaN)),
  ];
  return new Table<Row>(rows, { title: `${left} and ${right}`, maxRows: 200 });
}

/** Shapes by name of weight tensor. */
type Shapes = Readonly<Record<string, string>>;

/** Of the weights that are kept in a run's folder, if they are. */
function shapesOf(place: string): Shapes {
  if (!fs.existsSync(path.join(place, WEIGHT_FILE))) return {};
  return Object.fromEntries(readWeights(place).map(({ name, shape }) => [name, `[${shape.join(', ')}]`]));
}

const keysOf = (x: object, y: object): string[] => [...new Set([...Object.keys(x), ...Object.keys(y)])];
const lastRow = ({ last, history }: RecordedRun): Readonly<Record<string, number>> =>
  Object.keys(last).length > 0 ? last : (history.at(-1) ?? {});
const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Everything that may make two runs differ; what the options say is not said again as a setting. */
function settingsOf(run: RecordedRun): Record<string, unknown> {
  const { program, options, seed, dataHash, mode } = run;
  const { epochs, ...rest } = options;
  const setting = Object.entries(program?.setting ?? {}).filter(([key, value]) => text(options[key]) !== text(value));
  return {
    program: program?.name,
    changes: program?.changes?.join('; '),
    ...Object.fromEntries(setting),
    ...rest,
    // Beside the number of epochs that were trained.
    'epochs wanted': epochs,
    seed,
    data: dataHash?.slice(0, 12),
    mode,
    end: endOf(run),
  };
}
