import { checkInteger, interruptSignal, ReluctantError, tf } from '../core';
import { diagnose } from '../diagnosis';
import type { Program, ProgramLike, Setting, SettingChanges } from '../programs';
import { toProgram } from '../programs/program';
import { dataHash, type RecordedRun, type RunExtras, recordOf, unusedName, writeRun } from '../runs';
import { formatDuration, Table } from '../tables';
import { type FitOptions, fit, givenOptimizer, type RunOutcome, type TrainingData } from '../training';
import type { ExploredRun } from './exploredRun';
import { defaultMeasures, type Measure, type SeedRow, spreadOver } from './measures';
import { disposeModel, headNames, headsOf } from './models';
import type { ExploreOptions, RunControl } from './options';
import { predictHeads } from './predictions';
import { type Presenter, SILENT } from './presenter';
import { RunList } from './runList';
import { type ExploredSetting, programAt, type SettingRules } from './setting';
import { Surface } from './surface';
import { groupsOf, trainTogether } from './together';

/** Rows that are predicted while a setting trains: enough to see, and quick. */
const LIVE_ROWS = 600;
const GRID = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] as const;

/** Where settings can be loaded to: the sliders on the screen. */
export interface Screen {
  apply(setting: ExploredSetting): void;
}

type Changes = SettingChanges<Setting>;

/** What an explorer is made of, once the program's model has been seen. */
interface Explored {
  rules: SettingRules;
  options: FitOptions;
}

/**
 * Trains one program under many settings, records every run, and compares them. Made by {@link explore}, or by `Explorer.open`
 * without a screen.
 */
export class Explorer extends RunList {
  /** The sliders of this explorer, once they are made. */
  screen: Screen | undefined;
  readonly presenter: Presenter;
  /** Hashes of the data, which are made once for each. */
  private readonly hashes = new WeakMap<TrainingData, string>();

  private constructor(
    explored: Explored,
    readonly options: ExploreOptions,
  ) {
    const { rules, options: of } = explored;
    const epochs = checkInteger('explore', 'epochs', of.epochs ?? 10, 1, 100_000);
    super(rules, options.measures ?? defaultMeasures(rules.heads, of.metrics), epochs);
    this.presenter = options.presenter ?? SILENT;
  }

  /**
   * An explorer of a program, before any run.
   *
   * @throws ReluctantError `validation-missing`, and whatever is wrong with the program's start.
   */
  static async open(program: ProgramLike, options: ExploreOptions = {}): Promise<Explorer> {
    return new Explorer(await exploredOf(toProgram(program)), options);
  }

  /** The presets, complete. */
  get presets(): Record<string, ExploredSetting> {
    const presets = this.options.presets ?? this.rules.start.presets;
    const entries = Object.entries(presets).map(([name, changes]) => [name, this.settingAt(changes as Changes)]);
    return Object.fromEntries(entries) as Record<string, ExploredSetting>;
  }

  /** The setting of which only what differs from the start is given, complete and checked. */
  settingAt(changes: Changes): ExploredSetting {
    return programAt(changes, this.rules).setting as ExploredSetting;
  }

  /**
   * Trains under one setting and records the run. A run that was aborted is not recorded.
   *
   * @param changes what differs from the start.
   * @returns the run; undefined when it was aborted.
   */
  async run(changes: Changes, control: RunControl = {}): Promise<ExploredRun | undefined> {
    const program = programAt(changes, this.rules);
    const setting = program.setting as ExploredSetting;
    const { heads } = this.rules;
    const { data, ...parts } = await program.parts();
    const { validation } = data;
    const model = await parts.model();
    const options: FitOptions = {
      ...parts.options,
      mode: parts.options.mode ?? 'graph',
      // By place: a layer without a name of its own is numbered anew in every build.
      lossWeights: Object.fromEntries(headNames(model).map((head, k) => [head, setting.lossWeights[heads[k]!]!])),
      gradientShares: heads.length > 1,
      signal: control.signal ?? interruptSignal(),
      onEpoch: async (event) => {
        await parts.options.onEpoch?.(event);
        await control.onEpoch?.({ ...event, predictions: () => predictHeads(model, validation!, heads, LIVE_ROWS) });
      },
    };
    try {
      const run = await fit(model, data, options);
      if (run.stopReason === 'aborted' || control.signal?.aborted) return undefined;
      const name = this.nameOf(control.name, setting);
      const given = { data, options, together: 1 };
      const explored = this.keep(name, this.recordOf(name, run, given), predictHeads(model, validation!, heads));
      const isWanted = (await control.onTrained?.(explored)) ?? true;
      if (isWanted && this.options.verdicts !== false && model instanceof tf.LayersModel) {
        explored.found = diagnose(run).verdicts;
        explored.record = this.recordOf(name, run, { ...given, verdicts: explored.found });
      }
      this.write(explored, run, { ...given, model });
      return explored;
    } finally {
      disposeModel(model);
    }
  }

  /** Trains under each of the named settings (the presets by default), one after the other, with progress. */
  async runAll(settings: Readonly<Record<string, Changes>> = this.presets): Promise<ExploredRun[]> {
    const entries = Object.entries(settings);
    const bar = this.presenter.progress(entries.length, 'settings');
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
    settings: Readonly<Record<string, Changes>>,
    { signal }: Pick<RunControl, 'signal'> = {},
  ): Promise<{ runs: ExploredRun[]; how: string }> {
    const { rules, epochs } = this;
    const all = Object.entries(settings).map(([name, changes]) => ({ name, program: programAt(changes, rules) }));
    const groups = groupsOf(all);
    const bar = this.presenter.progress(groups.length * epochs, 'epochs');
    const done = new Map<string, ExploredRun>();
    const ways = new Set<string>();
    try {
      for (const [k, group] of groups.entries()) {
        if (group.length === 1) {
          const { name, program } = group[0]!;
          const run = await this.run(program.setting, { name, signal, onEpoch: () => bar.step(name) });
          if (!run) break;
          done.set(name, run);
          continue;
        }
        const way = await this.runGroup(group, done, signal, (epoch) => bar.to(k * epochs + epoch + 1));
        if (way === undefined) break;
        ways.add(way);
        bar.to((k + 1) * epochs, `${group.length} settings ${way}`);
      }
    } finally {
      bar.close();
    }
    const runs = all.flatMap(({ name }) => done.get(name) ?? []);
    const seconds = runs.reduce((sum, { record }) => sum + (record.seconds ?? 0), 0);
    const how = [...ways].join('; ') || 'one by one';
    return { runs, how: `${runs.length} settings in ${formatDuration(seconds)}: ${how}` };
  }

  /** Trains one group at once and records its runs; in words how, or undefined when it was given up. */
  private async runGroup(
    group: readonly { name: string; program: Program }[],
    done: Map<string, ExploredRun>,
    signal: AbortSignal | undefined,
    onEpoch: (epoch: number) => void,
  ): Promise<string | undefined> {
    const programs = group.map(({ program }) => program);
    const { heads } = this.rules;
    const trained = await trainTogether(programs, { heads, signal, onProgress: ({ epoch }) => onEpoch(epoch) });
    if (!trained) return undefined;
    const together = trained.atOnce ? group.length : 1;
    for (const [at, { name, program }] of group.entries()) {
      const { history, weights } = trained.runs[at]!;
      const run = {
        history,
        stopReason: Number.isFinite(history.at(-1)!.loss) ? 'finished' : 'not-finite',
        stopNote: undefined,
        mode: 'graph',
        seconds: trained.seconds / group.length,
        bestEpoch: history.length - 1,
      } as const;
      const { data, options } = await program.parts();
      const extras = { data, options, weights, together };
      const explored = this.keep(name, this.recordOf(name, run, extras), []);
      this.write(explored, run, extras);
      done.set(name, explored);
    }
    return trained.reason;
  }

  /**
   * Makes a recorded run again, from its number or its record as JSON. The same machine gives the same numbers; up to rounding
   * if the run was trained together with others.
   */
  async reproduce(run: number | Pick<RecordedRun, 'name' | 'program' | 'options'>): Promise<ExploredRun | undefined> {
    const record = typeof run === 'number' ? this.runs[run - 1]?.record : run;
    if (!record?.program) {
      throw new ReluctantError({
        code: 'run-not-found',
        operation: 'explore.reproduce',
        problem: 'there is no such run',
        received: run,
        expected: `a number from 1 to ${this.runs.length}, or a record with its setting`,
      });
    }
    if (record.options['epochs'] !== this.epochs) {
      throw new ReluctantError({
        code: 'run-of-other-length',
        operation: 'explore.reproduce',
        problem: 'the run was made with another number of epochs',
        received: record.options['epochs'],
        expected: String(this.epochs),
        fix: 'make the explorer with the epochs of the record',
      });
    }
    return this.run(record.program.setting as Changes, { name: `${record.name} (again)` });
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
    options: { weights?: readonly number[]; measure?: Measure; setting?: Changes; signal?: AbortSignal } = {},
  ): Promise<Surface> {
    const { weights = GRID, measure = this.measures[0]!, setting = {}, signal } = options;
    checkInteger('explore.surface', 'the number of weights', weights.length, 1, 64);
    const cells = weights.flatMap((wx) => weights.map((wy) => ({ [x]: wx, [y]: wy })));
    const settings = Object.fromEntries(
      cells.map((cell) => {
        const lossWeights = { ...(setting['lossWeights'] as object | undefined), ...cell };
        return [`${x} ${cell[x]}, ${y} ${cell[y]}`, { ...setting, lossWeights }];
      }),
    );
    const { runs, how } = await this.runTogether(settings, { signal });
    if (runs.length === Object.keys(settings).length) {
      const clickable = (surface: Surface) => this.presenter.surface?.(surface);
      return new Surface(this, { x, y, runs, measure, how }, clickable);
    }
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
    settings: Readonly<Record<string, Changes>>,
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

  private recordOf(name: string, run: Finished, extras: Extras): RecordedRun {
    const hash = this.hashes.get(extras.data) ?? dataHash(extras.data);
    this.hashes.set(extras.data, hash);
    return { ...recordOf(name, run, { ...extras, dataHash: hash }), history: run.history };
  }

  /** Writes a run to the folder, if there is one. */
  private write({ name, record }: ExploredRun, run: Finished, extras: Extras): void {
    const { folder } = this.options;
    if (folder === undefined) return;
    const { verdicts, dataHash: hash } = record;
    writeRun(folder, unusedName(folder, name), run, {
      ...extras,
      ...(hash !== undefined && { dataHash: hash }),
      ...(verdicts && { verdicts }),
    });
  }
}

type Extras = RunExtras & { data: TrainingData };
type Finished = Pick<RunOutcome, 'history' | 'stopReason' | 'stopNote' | 'mode' | 'seconds' | 'bestEpoch'>;

/** The start spelled out, with the heads of the model; all of it checked. */
async function exploredOf(program: Program): Promise<Explored> {
  const { data, options, ...parts } = await program.parts();
  if (!data.validation) {
    throw new ReluctantError({
      code: 'validation-missing',
      operation: 'explore',
      problem: 'there are no validation rows, so that runs could only be compared on what they were trained on',
      expected: 'data with validation: { inputs, targets }',
    });
  }
  const heads = headsOf(await parts.model());
  const start = program.with({
    lossWeights: { ...Object.fromEntries(heads.map((head) => [head, 1])), ...options.lossWeights },
    learningRate: givenOptimizer(options.optimizer).learningRate ?? 0.001,
    balancer: options.balancer ?? 'static',
  });
  const rules = { heads, choices: program.choices, start };
  programAt({}, rules);
  return { rules, options };
}
