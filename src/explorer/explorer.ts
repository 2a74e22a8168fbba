import { checkInteger, interruptSignal, ReluctantError, tf } from '../core';
import { diagnose } from '../diagnosis';
import { Surface } from '../notebook/explorer/surface';
import { progress } from '../notebook/progress';
import { formatDuration, Table } from '../tables';
import { type FitOptions, fit } from '../training';
import type { ExploredRun, RunRecord } from './exploredRun';
import { defaultMeasures, type Measure, type SeedRow, spreadOver } from './measures';
import { disposeModel, headNames, headsOf } from './models';
import type { ExploreOptions, RunControl } from './options';
import { predictHeads } from './predictions';
import { RunList } from './runList';
import { completeSetting, type PartialSetting, type Setting, type SettingRules } from './setting';
import { groupsOf, trainTogether } from './together';

/** Rows that are predicted while a setting trains: enough to see, and quick. */
const LIVE_ROWS = 600;

/** Where settings can be loaded to: the sliders on the screen. */
export interface Screen {
  apply(setting: Setting): void;
}

/**
 * Trains one model under many settings of its loss weights, records every run, and compares them. Made by {@link explore}.
 */
export class Explorer extends RunList {
  /** The sliders of this explorer, once they are made. */
  screen: Screen | undefined;

  constructor(readonly options: ExploreOptions) {
    if (!options.data.validation) {
      throw new ReluctantError({
        code: 'validation-missing',
        operation: 'explore',
        problem: 'there are no validation rows, so that runs could only be compared on what they were trained on',
        expected: 'data with validation: { inputs, targets }',
      });
    }
    const epochs = checkInteger('explore', 'epochs', options.epochs ?? 30, 1, 100_000);
    const rules = rulesOf(options);
    super(rules, options.measures ?? defaultMeasures(rules.heads, options.metrics), epochs);
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
   * @returns the run; undefined when it was aborted.
   */
  async run(given: PartialSetting, control: RunControl = {}): Promise<ExploredRun | undefined> {
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
      onEpoch: async (event) => {
        const predictions = () => predictHeads(model, data.validation!, heads, LIVE_ROWS);
        await control.onEpoch?.({ ...event, predictions });
      },
    };
    try {
      const run = await fit(model, data, options);
      if (run.stopReason === 'aborted' || control.signal?.aborted) return undefined;
      const predictions = predictHeads(model, data.validation!, heads);
      const { history, stopReason, seconds } = run;
      const record = { name: control.name, setting, history, stopReason, seconds, together: 1, verdicts: undefined };
      const explored = this.keep(record, predictions);
      const wanted = (await control.onTrained?.(explored)) ?? true;
      if (wanted && this.options.verdicts !== false && model instanceof tf.LayersModel) {
        explored.record.verdicts = diagnose(run, { model, data, options }).verdicts.map(({ cause, where }) =>
          where ? `${cause} (${where})` : cause,
        );
      }
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

  /**
   * Trains under named settings, those at once that differ in loss weights and learning rate only: on small models 64 of them
   * take little longer than a few. Their histories are those of single runs; they get neither verdicts nor predictions.
   *
   * @param settings by name.
   * @param control `signal` gives up; what was recorded before stays.
   * @returns the runs in the order of the settings, and in words how they were trained; fewer runs if it was interrupted.
   */
  async runTogether(
    settings: Readonly<Record<string, PartialSetting>>,
    { signal }: Pick<RunControl, 'signal'> = {},
  ): Promise<{ runs: ExploredRun[]; how: string }> {
    const { rules, epochs } = this;
    const all = Object.entries(settings).map(([name, given]) => ({ name, setting: completeSetting(given, rules) }));
    const groups = groupsOf(all);
    const bar = progress(groups.length * epochs, 'epochs');
    const done = new Map<string, ExploredRun>();
    const ways = new Set<string>();
    try {
      for (const [k, group] of groups.entries()) {
        if (group.length === 1) {
          const { name, setting } = group[0]!;
          const run = await this.run(setting, { name, signal, onEpoch: () => bar.step(name) });
          if (!run) break;
          done.set(name, run);
          continue;
        }
        const trained = await trainTogether(
          this.options,
          group.map(({ setting }) => setting),
          { epochs, heads: rules.heads, signal, onProgress: ({ epoch }) => bar.to(k * epochs + epoch + 1) },
        );
        if (!trained) break;
        ways.add(trained.reason);
        const together = trained.atOnce ? group.length : 1;
        group.forEach(({ name, setting }, at) => {
          const history = trained.histories[at]!;
          const stopReason = Number.isFinite(history.at(-1)!.loss) ? 'finished' : 'not-finite';
          const record = {
            name,
            setting,
            history,
            stopReason,
            seconds: trained.seconds / group.length,
            together,
          } as const;
          done.set(name, this.keep({ ...record, verdicts: undefined }, []));
        });
        bar.to((k + 1) * epochs, `${group.length} settings ${trained.reason}`);
      }
    } finally {
      bar.close();
    }
    const runs = all.flatMap(({ name }) => done.get(name) ?? []);
    const seconds = runs.reduce((sum, { record }) => sum + record.seconds, 0);
    return {
      runs,
      how: `${runs.length} settings in ${formatDuration(seconds)}: ${[...ways].join('; ') || 'one by one'}`,
    };
  }

  /**
   * Makes a recorded run again, from its number or its record as JSON. The same machine gives the same numbers; up to rounding
   * if the run was trained together with others.
   */
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

  /**
   * Trains over a grid of two heads' weights, all cells at once, and draws the measures over it. Every cell is a recorded run;
   * in a notebook that somebody looks at, a click on a cell loads its setting into the sliders.
   *
   * @param x head along the x axis. @param y head along the y axis.
   * @param options `weights` of both axes (default eight from 0.01 to 30), `measure` drawn first (default the first), `setting`
   *   for what else differs from the start, and `signal`.
   * @throws `unknown-head`; `surface-interrupted` if it was given up before the end.
   */
  async surface(
    x: string,
    y: string,
    options: { weights?: readonly number[]; measure?: Measure; setting?: PartialSetting; signal?: AbortSignal } = {},
  ): Promise<Surface> {
    const { weights = GRID, measure = this.measures[0]!, setting = {}, signal } = options;
    checkInteger('explore.surface', 'the number of weights', weights.length, 1, 64);
    const cells = weights.flatMap((wx) => weights.map((wy) => ({ [x]: wx, [y]: wy })));
    const settings = Object.fromEntries(
      cells.map((cell) => [
        `${x} ${cell[x]}, ${y} ${cell[y]}`,
        { ...setting, lossWeights: { ...setting.lossWeights, ...cell } },
      ]),
    );
    const { runs, how } = await this.runTogether(settings, { signal });
    if (runs.length === Object.keys(settings).length) return new Surface(this, { x, y, runs, measure, how });
    throw new ReluctantError({
      code: 'surface-interrupted',
      operation: 'explore.surface',
      problem: 'the training was given up before every cell had its run',
      received: `${runs.length} of ${cells.length} cells`,
      fix: 'run the cell again; fewer weights or epochs take less time',
    });
  }

  /**
   * Trains named settings over several seeds and says how far their measures spread: differences within the spread are none.
   * Of each seed the settings with the same balancer train at once.
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
    const { runs } = await this.runTogether(all);
    const rows = Object.keys(settings).flatMap((name, k) =>
      spreadOver(name, runs.slice(k * seeds.length, (k + 1) * seeds.length), this.measures),
    );
    return { table: new Table(rows, { title: `Over ${seeds.length} seeds`, headings: { spread: 'std' } }), runs };
  }
}

const GRID = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] as const;

/** What settings are checked against, by the model and the start; the start is checked too. */
function rulesOf({ model, choices = {}, start }: ExploreOptions): SettingRules {
  const first: Setting = {
    lossWeights: {},
    learningRate: 0.001,
    seed: 1,
    balancer: 'static',
    choices: Object.fromEntries(Object.entries(choices).map(([name, values]) => [name, values[0] ?? ''])),
    ...start,
  };
  const heads = headsOf(model(first));
  first.lossWeights = { ...Object.fromEntries(heads.map((head) => [head, 1])), ...start?.lossWeights };
  const rules = { heads, choices, start: first };
  completeSetting({}, rules);
  return rules;
}
