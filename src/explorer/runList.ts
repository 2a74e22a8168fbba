import { mimeBundle } from '../notebook/bundle';
import { comparison, type Figure, type HeadPredictions, isOnParetoFront, paretoFront, runCurves } from '../plots';
import { formatNumber, type Row, Table } from '../tables';
import { ExploredRun, type RunRecord } from './exploredRun';
import type { Measure } from './measures';
import { nameSetting, type SettingRules } from './setting';

/** Numbers of predictions that are kept, those of the latest runs first (16 MB); older runs keep their other numbers. */
const KEPT_NUMBERS = 4e6;
/** Runs of one model under several settings, compared by the same measures. What {@link Explorer} has made so far. */
export class RunList {
  /** Every finished run, in order. */
  readonly runs: ExploredRun[] = [];

  constructor(
    readonly rules: SettingRules,
    readonly measures: readonly Measure[],
    /** Of every run. */
    readonly epochs: number,
  ) {}

  /** Records a run. Predictions of older ones are let go of. */
  protected keep(
    { name, ...record }: Omit<RunRecord, 'number' | 'name' | 'epochs'> & { name: string | undefined },
    predictions: readonly HeadPredictions[],
  ): ExploredRun {
    const run = new ExploredRun(
      {
        number: this.runs.length + 1,
        name: name ?? nameSetting(record.setting, this.rules),
        epochs: this.epochs,
        ...record,
      },
      predictions,
    );
    this.runs.push(run);
    const size = predictions.reduce((sum, { targets }) => sum + 2 * targets.length, 0);
    const old = this.runs.at(-1 - Math.max(1, Math.min(12, Math.floor(KEPT_NUMBERS / Math.max(1, size)))));
    if (old) old.predictions = [];
    return run;
  }

  /**
   * The runs so far: setting, measures, gradient share of each head, verdicts, and whether it is on the Pareto front.
   *
   * @param runs those that are listed, and that the front is drawn of. Default all.
   */
  table(runs: readonly ExploredRun[] = this.runs): Table {
    return this.listing(runs, this.front(runs));
  }

  /** The latest runs, and the latest of the others on the front of all: what fits on a screen. */
  shortTable(latest = 6): Table {
    const front = this.front();
    const numbers = this.runs.map((_, k) => k);
    const older = numbers.slice(0, -latest).filter((k) => front[k]);
    const chosen = [...older.slice(-latest), ...numbers.slice(-latest)];
    return this.listing(
      chosen.map((k) => this.runs[k]!),
      chosen.map((k) => front[k]!),
      `The latest of ${this.runs.length} runs, and the latest on the front of all`,
    );
  }

  private listing(runs: readonly ExploredRun[], front: readonly boolean[], title = 'Runs'): Table {
    return new Table(
      runs.map(({ record, last }, k): Row => {
        const shares = this.rules.heads.map((head) => [`share of ${head}`, last?.[`${head}_gradient_share`]]);
        return {
          run: record.number,
          setting: record.name,
          ...Object.fromEntries(this.measures.map(({ key }) => [key, last?.[key] ?? Number.NaN])),
          ...(this.rules.heads.length > 1 ? Object.fromEntries(shares) : {}),
          verdicts: record.verdicts?.join(', ') || (record.stopReason === 'finished' ? '' : record.stopReason),
          'on the front': front[k],
          seconds: record.seconds,
        };
      }),
      { title, formats: { seconds: (value) => formatNumber(value as number, 3) } },
    );
  }

  /** Per run, whether no other is as good in every measure and better in one. */
  front(runs: readonly ExploredRun[] = this.runs): boolean[] {
    return isOnParetoFront(
      runs.map(({ last }) => this.measures.map(({ key }) => last?.[key] ?? Number.NaN)),
      this.measures.map(({ best }) => best),
    );
  }

  /**
   * Two measures of runs with their front.
   *
   * @param options `x` and `y`, default the first two measures; `runs`, default all.
   */
  frontFigure(options: { x?: Measure; y?: Measure; runs?: readonly ExploredRun[] } = {}): Figure {
    const { x = this.measures[0]!, y = this.measures[1] ?? this.measures[0]!, runs = this.runs } = options;
    const points = runs.map(({ name, last }) => ({
      name,
      x: last?.[x.key] ?? Number.NaN,
      y: last?.[y.key] ?? Number.NaN,
    }));
    return paretoFront(points, { xName: x.key, yName: y.key, xBest: x.best, yBest: y.best });
  }

  /** The measures by epoch, one colour per run. */
  curves(runs: readonly ExploredRun[] = this.runs.slice(-6)): Figure {
    const named = runs.map(({ name, record }) => ({ name, history: oneBased(record) }));
    return runCurves(
      named,
      this.measures.map(({ key }) => key),
      { title: 'Measures by epoch' },
    );
  }

  /** The last numbers side by side. */
  bars(runs: readonly ExploredRun[] = this.runs.slice(-6)): Figure {
    const rows = runs.flatMap(({ name, last }) =>
      this.measures.map(({ key }) => ({ run: name, measure: key, value: last?.[key] ?? Number.NaN })),
    );
    return comparison(rows, { title: 'Last epoch of each run' });
  }

  /** The records as plain data, to be saved. */
  toJSON(): RunRecord[] {
    return this.runs.map(({ record }) => record);
  }

  toString(): string {
    return this.table().toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return mimeBundle(this.table());
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** The history with epochs counted from 1, as people count. */
function oneBased({ history }: RunRecord): Record<string, number>[] {
  return history.map((row) => ({ ...row, epoch: row.epoch + 1 }));
}
