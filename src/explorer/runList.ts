import { comparison, type Figure, type HeadPredictions, isOnParetoFront, paretoFront, runCurves } from '../plots';
import type { RecordedRun } from '../runs';
import { formatNumber, type Row, Table } from '../tables';
import { ExploredRun } from './exploredRun';
import type { Measure } from './measures';
import { pictureOf } from './picture';
import { type ExploredSetting, nameSetting, type SettingRules } from './setting';

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

  /** The name of a run: as given, or else its setting on one line. */
  protected nameOf(name: string | undefined, setting: ExploredSetting): string {
    return name ?? nameSetting(setting, this.rules);
  }

  /** Takes up a run. Predictions of older ones are let go of. */
  protected keep(name: string, record: RecordedRun, predictions: readonly HeadPredictions[]): ExploredRun {
    const run = new ExploredRun(this.runs.length + 1, name, record, predictions);
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
    const { heads } = this.rules;
    return new Table(
      runs.map((run, k): Row => {
        const { stopReason, seconds } = run.record;
        const shares = heads.map((head) => [`share of ${head}`, run.last[`${head}_gradient_share`]]);
        return {
          run: run.number,
          setting: run.name,
          ...Object.fromEntries(this.measures.map(({ key }) => [key, run.value(key)])),
          ...(heads.length > 1 ? Object.fromEntries(shares) : {}),
          verdicts: run.verdicts?.join(', ') || (stopReason === 'finished' ? '' : stopReason),
          'on the front': front[k],
          seconds,
        };
      }),
      { title, formats: { seconds: (value) => formatNumber(value as number, 3) } },
    );
  }

  /** Per run, whether no other is as good in every measure and better in one. */
  front(runs: readonly ExploredRun[] = this.runs): boolean[] {
    return isOnParetoFront(
      runs.map((run) => this.measures.map(({ key }) => run.value(key))),
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
    const points = runs.map((run) => ({ name: run.name, x: run.value(x.key), y: run.value(y.key) }));
    return paretoFront(points, { xName: x.key, yName: y.key, xBest: x.best, yBest: y.best });
  }

  /** The measures by epoch, one colour per run. */
  curves(runs: readonly ExploredRun[] = this.runs.slice(-6)): Figure {
    const keys = this.measures.map(({ key }) => key);
    return runCurves(runs, keys, { title: 'Measures by epoch' });
  }

  /** The last numbers side by side. */
  bars(runs: readonly ExploredRun[] = this.runs.slice(-6)): Figure {
    const rows = runs.flatMap((run) =>
      this.measures.map(({ key }) => ({ run: run.name, measure: key, value: run.value(key) })),
    );
    return comparison(rows, { title: 'Last epoch of each run' });
  }

  /** The records as plain data, to be saved. */
  toJSON(): RecordedRun[] {
    return this.runs.map(({ record }) => record);
  }

  toString(): string {
    return this.table().toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return pictureOf(this.table());
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
