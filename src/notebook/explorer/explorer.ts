import { checkInteger, interruptSignal, ReluctantError, tf } from '../../core';
import { diagnose } from '../../diagnosis';
import { comparison, type Figure, isOnParetoFront, metricSurface, paretoFront, runCurves } from '../../plots';
import { formatNumber, type Row, Table } from '../../tables';
import { type EpochEvent, type FitOptions, fit, type Trainable, type TrainingData } from '../../training';
import { progress } from '../progress';
import { ExploredRun, type RunRecord } from './exploredRun';
import { defaultMeasures, type Measure, type SeedRow, spreadOver } from './measures';
import { disposeModel, headNames, headsOf, predictHeads } from './models';
import { completeSetting, nameSetting, type PartialSetting, type Setting, type SettingRules } from './setting';

/** What to explore. Only `model`, `data` and `losses` have no default. */
export interface ExploreOptions {
  /** Builds an untrained model for a setting; its first weights must follow from `setting.seed` alone. */
  model: (setting: Setting) => Trainable;
  /** With validation rows: they are what runs are compared by. */
  data: TrainingData;
  losses: FitOptions['losses'];
  metrics?: FitOptions['metrics'];
  /** Default 30. */
  epochs?: number;
  /** Default 32. */
  batchSize?: number;
  /** Default `graph`: it starts at once, where XLA would first compile for seconds. */
  mode?: FitOptions['mode'];
  /** Where the sliders stand first: weights 1, rate 0.001, seed 1, `static` unless given. */
  start?: PartialSetting;
  /** Named settings, to be chosen from a list and run one after the other without a screen. */
  presets?: Readonly<Record<string, PartialSetting>>;
  /** Further things to choose, e.g. `{ headActivation: ['softplus', 'relu'] }`; the first of each is the start. */
  choices?: Readonly<Record<string, readonly string[]>>;
  /** Default: of each head the first metric, or else its loss. */
  measures?: readonly Measure[];
  /** Whether the rules of `diagnose` look at every finished run. Default true, for layered models. */
  verdicts?: boolean;
}

/** Of so many runs the predictions are kept; older ones keep their numbers. */
const KEPT_PREDICTIONS = 12;

/**
 * Trains one model under many settings of its loss weights, records every run, and compares them. Made by {@link explore}.
 */
export class Explorer {
  readonly rules: SettingRules;
  readonly measures: readonly Measure[];
  /** Every finished run, in order. */
  readonly runs: ExploredRun[] = [];
  readonly epochs: number;

  constructor(readonly options: ExploreOptions) {
    if (!options.data.validation) {
      throw new ReluctantError({
        code: 'validation-missing',
        operation: 'explore',
        problem: 'there are no validation rows, so that runs could only be compared on what they were trained on',
        expected: 'data with validation: { inputs, targets }',
      });
    }
    this.epochs = checkInteger('explore', 'epochs', options.epochs ?? 30, 1, 100_000);
    const choices = options.choices ?? {};
    const first: Setting = {
      lossWeights: {},
      learningRate: 0.001,
      seed: 1,
      balancer: 'static',
      choices: Object.fromEntries(Object.entries(choices).map(([name, values]) => [name, values[0] ?? ''])),
      ...options.start,
    };
    const heads = headsOf(options.model(first));
    first.lossWeights = { ...Object.fromEntries(heads.map((head) => [head, 1])), ...options.start?.lossWeights };
    this.rules = { heads, choices, start: first };
    completeSetting({}, this.rules);
    this.measures = options.measures ?? defaultMeasures(heads, options.metrics);
  }

  /** The presets, complete. */
  get presets(): Record<string, Setting> {
    const entries = Object.entries(this.options.presets ?? {});
    return Object.fromEntries(entries.map(([name, given]) => [name, completeSetting(given, this.rules)]));
  }

  /**
   * Trains under one setting and records the run. A run that was aborted is not recorded.
   *
   * @param given what differs from the start.
   * @param control `name`, `signal`, and `onEpoch` as in `fit`.
   * @returns the run; undefined when it was aborted.
   */
  async run(
    given: PartialSetting,
    control: { name?: string; signal?: AbortSignal; onEpoch?: (event: EpochEvent) => unknown } = {},
  ): Promise<ExploredRun | undefined> {
    const setting = completeSetting(given, this.rules);
    const { data, losses, metrics, batchSize = 32, mode = 'graph' } = this.options;
    const { heads } = this.rules;
    const model = this.options.model(setting);
    const options: FitOptions = {
      losses,
      metrics,
      batchSize,
      mode,
      epochs: this.epochs,
      // By place: a layer without a name of its own is numbered anew in every build.
      lossWeights: Object.fromEntries(headNames(model).map((head, k) => [head, setting.lossWeights[heads[k]!]!])),
      balancer: setting.balancer,
      gradientShares: this.rules.heads.length > 1,
      optimizer: { kind: 'adam', learningRate: setting.learningRate },
      seed: setting.seed,
      signal: control.signal ?? interruptSignal(),
      onEpoch: async (event) => void (await control.onEpoch?.(event)),
    };
    try {
      const run = await fit(model, data, options);
      if (run.stopReason === 'aborted') return undefined;
      const judged = this.options.verdicts !== false && model instanceof tf.LayersModel;
      const verdicts = judged
        ? diagnose(run, { model, data, options }).verdicts.map(({ cause, where }) =>
            where ? `${cause} (${where})` : cause,
          )
        : undefined;
      const record: RunRecord = {
        number: this.runs.length + 1,
        name: control.name ?? nameSetting(setting, this.rules),
        setting,
        epochs: this.epochs,
        history: run.history,
        stopReason: run.stopReason,
        seconds: run.seconds,
        verdicts,
      };
      const explored = new ExploredRun(record, predictHeads(model, data.validation!, this.rules.heads));
      this.runs.push(explored);
      const old = this.runs.at(-1 - KEPT_PREDICTIONS);
      if (old) old.predictions = [];
      return explored;
    } finally {
      disposeModel(model);
    }
  }

  /** Trains under each of the named settings (the presets by default), one after the other, with progress. */
  async runAll(settings: Readonly<Record<string, PartialSetting>> = this.presets): Promise<ExploredRun[]> {
    const entries = Object.entries(settings);
    const bar = progress(entries.length, 'settings');
    const done: ExploredRun[] = [];
    try {
      for (const [name, setting] of entries) {
        const run = await this.run(setting, { name });
        if (!run) break;
        done.push(run);
        bar.step(name);
      }
    } finally {
      bar.close();
    }
    return done;
  }

  /** Makes a recorded run again, from its number or its record as JSON. The same machine gives the same numbers. */
  async reproduce(run: number | RunRecord): Promise<ExploredRun | undefined> {
    const record = typeof run === 'number' ? this.runs[run - 1]?.record : run;
    if (!record?.setting) {
      throw new ReluctantError({
        code: 'run-not-found',
        operation: 'explore.reproduce',
        problem: 'there is no such run',
        received: run,
        expected: `a number from 1 to ${this.runs.length}, or a record with its setting`,
      });
    }
    if (record.epochs !== this.epochs) {
      throw new ReluctantError({
        code: 'run-of-other-length',
        operation: 'explore.reproduce',
        problem: 'the run was made with another number of epochs',
        received: record.epochs,
        expected: String(this.epochs),
        fix: 'make the explorer with the epochs of the record',
      });
    }
    return this.run(record.setting, { name: `${record.name} (again)` });
  }

  /** The runs so far: setting, measures, gradient share of each head, verdicts, and whether it is on the Pareto front. */
  table(runs: readonly ExploredRun[] = this.runs): Table {
    const front = this.front(runs);
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
      { title: 'Runs', formats: { seconds: (value) => formatNumber(value as number, 3) } },
    );
  }

  /** Per run, whether no other is as good in every measure and better in one. */
  front(runs: readonly ExploredRun[] = this.runs): boolean[] {
    return isOnParetoFront(
      runs.map(({ last }) => this.measures.map(({ key }) => last?.[key] ?? Number.NaN)),
      this.measures.map(({ best }) => best),
    );
  }

  /** Two measures of all runs with their front; the first two measures by default. */
  frontFigure(x = this.measures[0]!, y = this.measures[1] ?? this.measures[0]!): Figure {
    const points = this.runs.map(({ name, last }) => ({
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

  /**
   * Trains over a grid of two heads' weights and draws a measure over it. Every cell is a recorded run; all share one compiled
   * graph, since weights are its inputs.
   *
   * @param x head along the x axis. @param y head along the y axis.
   * @param options `weights` (default eight from 0.01 to 30), `measure` (default the first), and what else differs from the start.
   */
  async surface(
    x: string,
    y: string,
    options: { weights?: readonly number[]; measure?: Measure; setting?: PartialSetting } = {},
  ): Promise<{ figure: Figure; runs: ExploredRun[] }> {
    const { weights = GRID, measure = this.measures[0]!, setting = {} } = options;
    const cells = weights.flatMap((wx) => weights.map((wy) => ({ [x]: wx, [y]: wy })));
    const settings = Object.fromEntries(
      cells.map((cell) => [
        `${x} ${cell[x]}, ${y} ${cell[y]}`,
        { ...setting, lossWeights: { ...setting.lossWeights, ...cell } },
      ]),
    );
    const runs = await this.runAll(settings);
    const points = runs.map(({ record, last }) => ({
      x: record.setting.lossWeights[x]!,
      y: record.setting.lossWeights[y]!,
      value: last?.[measure.key] ?? Number.NaN,
    }));
    const names = { xName: `weight of ${x}`, yName: `weight of ${y}`, valueName: measure.key };
    return { figure: metricSurface(points, { ...names, best: measure.best }), runs };
  }

  /**
   * Trains named settings over several seeds and says how far their measures spread: differences within the spread are none.
   *
   * @param settings by name. @param seeds at least two.
   * @returns one row per setting and measure: mean and standard deviation over the seeds (n - 1), and the runs.
   */
  async overSeeds(
    settings: Readonly<Record<string, PartialSetting>>,
    seeds: readonly number[],
  ): Promise<{ table: Table<SeedRow>; runs: ExploredRun[] }> {
    checkInteger('explore.overSeeds', 'the number of seeds', seeds.length, 2);
    const all = Object.fromEntries(
      Object.entries(settings).flatMap(([name, setting]) =>
        seeds.map((seed) => [`${name}, seed ${seed}`, { ...setting, seed }]),
      ),
    );
    const runs = await this.runAll(all);
    const rows = Object.keys(settings).flatMap((name, k) =>
      spreadOver(name, runs.slice(k * seeds.length, (k + 1) * seeds.length), this.measures),
    );
    return { table: new Table(rows, { title: `Over ${seeds.length} seeds`, headings: { spread: 'std' } }), runs };
  }

  /** The records as plain data, to be saved. */
  toJSON(): RunRecord[] {
    return this.runs.map(({ record }) => record);
  }

  toString(): string {
    return this.table().toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

const GRID = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] as const;

/** The history with epochs counted from 1, as people count. */
function oneBased({ history }: RunRecord): Record<string, number>[] {
  return history.map((row) => ({ ...row, epoch: row.epoch + 1 }));
}
