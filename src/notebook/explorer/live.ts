import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { collectIfGrown, ReluctantError } from '../../core';
import { type ExploredRun, type ExploredSetting, type Explorer, mendable, type Screen, tryMend } from '../../explorer';
import { nameSetting } from '../../explorer/setting';
import { formatDuration } from '../../tables';
import { display } from '../display';
import * as widgets from '../widgets';
import { Controls } from './controls';
import { type Drawing, liveView } from './liveView';

/** Milliseconds between two pictures of a running training: alive to the eye, and time left for the training. */
const REDRAW = 100;
/** Milliseconds without a move after which a finished run is judged. */
const PAUSE = 500;
/** Megabytes that the garbage of pictures and cancelled runs may take: between two runs, and once nobody moves. */
const GARBAGE = { moving: 100, resting: 5 };

const PIN = 'pin as baseline';
const MEND = 'apply the mend';

/**
 * The explorer under sliders: every move trains anew, and what was training is given up. Works without a screen as well:
 * moving a control by program does what moving it by hand does. Made by {@link explore} where somebody looks.
 */
export class LiveExplorer implements Screen {
  readonly controls: Controls;
  /** What is being done, or why nothing is. */
  readonly status = widgets.label('move a slider to train');
  /** Which head, and which of its columns, is drawn over its targets. */
  readonly head: widgets.Selection<string>;
  readonly figure: widgets.LiveFigure;
  readonly table = widgets.output();
  /** Keeps the run on the screen as what all later ones are drawn beside, until it is clicked again. */
  readonly pin = widgets.button({ label: PIN, disabled: true, onClick: () => this.pinOrLetGo() });
  /** Makes the change of the first verdict, trains again, and shows whether it was the cause. */
  readonly mend = widgets.button({ label: MEND, disabled: true, onClick: () => this.tryMend() });
  /** All of it, as one widget. */
  readonly panel: widgets.Box;
  /** What was drawn last. */
  drawing: Drawing;
  private title = 'as the sliders stand';
  private finished: ExploredRun | undefined;
  private pinned: ExploredRun | undefined;
  private wanted: ExploredSetting | undefined;
  private training: Promise<void> | undefined;
  private abort = new AbortController();

  /** @param onDraw told of every picture, after it was drawn. */
  constructor(
    readonly explorer: Explorer,
    private readonly onDraw: (drawing: Drawing) => unknown = () => {},
  ) {
    const { rules, presets } = explorer;
    this.controls = new Controls(
      rules,
      presets,
      () => this.changed(),
      (preset) => this.go(preset),
    );
    this.finished = explorer.runs.at(-1);
    const predictions = this.finished?.predictions ?? [];
    this.drawing = {
      setting: undefined,
      history: [],
      run: undefined,
      before: this.finished,
      isPinned: false,
      predictions: [],
    };
    this.head = widgets.dropdown({
      label: 'predictions of',
      options: predictions.length > 0 ? predictions.map(({ head }) => head) : [...rules.heads],
      layout: { width: '28em' },
      labelWidth: '11em',
      onChange: () => this.redraw(),
    });
    this.figure = widgets.liveFigure(liveView(explorer, this.drawing, this.head.value, this.title));
    if (explorer.runs.length > 0) this.table.show(explorer.shortTable());
    const buttons = widgets.hbox([this.pin, this.mend]);
    this.panel = widgets.vbox([this.controls.box, this.head, buttons, this.status, this.figure, this.table]);
    this.offer();
    explorer.screen = this;
  }

  /** Shows controls, figure and the table of runs below the running cell. */
  show(): this {
    display(this.panel);
    return this;
  }

  /** The setting that the controls stand at. Throws as settings do that mean nothing. */
  get setting(): ExploredSetting {
    return this.controls.setting;
  }

  /** Moves the controls to a setting, as from a record or a cell of a surface, and trains it. */
  apply(setting: ExploredSetting): void {
    this.controls.leavePreset();
    this.go(setting);
  }

  /** Resolves when nothing is training and nothing waits to be. */
  async settled(): Promise<void> {
    while (this.training) await this.training;
  }

  /** Gives up what is training and takes everything off the screen. */
  close(): void {
    this.wanted = undefined;
    this.abort.abort();
    this.panel.close();
    if (this.explorer.screen === this) this.explorer.screen = undefined;
  }

  private go(setting: ExploredSetting): void {
    this.controls.apply(setting);
    this.changed();
  }

  private changed(): void {
    this.abort.abort();
    this.wanted = undefined;
    const nothing = { history: [], predictions: [], run: undefined, ...this.beside(this.finished) };
    try {
      const { setting } = this.controls;
      this.wanted = setting;
      this.draw({ setting, ...nothing }, this.controls.presetName ?? nameSetting(setting, this.explorer.rules));
      this.status.value = `training ${this.title}`;
    } catch (error) {
      // A setting without a meaning: nothing trains, and the screen says why instead of keeping the last result.
      if (!(error instanceof ReluctantError)) throw error;
      this.draw({ setting: undefined, ...nothing }, 'nothing trains');
      this.status.value = error.message;
      return;
    }
    this.training ??= this.trainWanted().finally(() => {
      this.training = undefined;
    });
  }

  /** Trains the newest setting until none is newer; one training at a time. */
  private async trainWanted(): Promise<void> {
    // The controls may still be moving within this turn.
    await nextTurn();
    while (this.wanted) {
      collectIfGrown(GARBAGE.moving);
      const setting = this.wanted;
      this.wanted = undefined;
      this.abort = new AbortController();
      const { signal } = this.abort;
      try {
        await this.train(setting, signal);
      } catch (error) {
        // Whatever a model of the user's own throws: the sliders stay alive, and it is said where one looks.
        if (!signal.aborted) this.status.value = error instanceof Error ? error.message : String(error);
      }
    }
  }

  private async train(setting: ExploredSetting, signal: AbortSignal): Promise<void> {
    const before = this.finished;
    let drawn = -Infinity;
    const run = await this.explorer.run(setting, {
      signal,
      onEpoch: async ({ history, epoch, epochs, predictions }) => {
        // An epoch that ends after the sliders have moved on is nobody's any more.
        if (!signal.aborted && (performance.now() - drawn >= REDRAW || epoch === epochs - 1)) {
          this.draw({
            setting,
            history: [...history],
            predictions: predictions(),
            run: undefined,
            ...this.beside(before),
          });
          drawn = performance.now();
        }
        // Moves of the sliders come in here.
        await nextTurn();
      },
      onTrained: (done) => this.trained(done, before, signal),
    });
    if (!run || signal.aborted) return;
    this.report(run);
    collectIfGrown(GARBAGE.resting);
  }

  /** The finished run; the rules look at it when nobody has moved on for a moment. */
  private async trained(run: ExploredRun, before: ExploredRun | undefined, signal: AbortSignal): Promise<boolean> {
    this.finished = run;
    const { setting, history } = run;
    if (signal.aborted) return false;
    this.draw({ setting, history, predictions: run.predictions, run, ...this.beside(before) });
    this.report(run);
    await pause(PAUSE, undefined, { signal }).catch(() => {});
    return !signal.aborted;
  }

  private report({ verdicts, record: { stopReason, seconds = 0 } }: ExploredRun): void {
    const judged = verdicts && (verdicts.length > 0 ? `; ${verdicts.join(', ')}` : '; no verdict');
    this.status.value = `${this.title}: ${stopReason} in ${formatDuration(seconds)}${judged ?? ''}`;
    this.table.show(this.explorer.shortTable());
    this.offer();
  }

  /** What a run is drawn beside: the pinned one, else the one before it. */
  private beside(before: ExploredRun | undefined): Pick<Drawing, 'before' | 'isPinned'> {
    return { before: this.pinned ?? before, isPinned: this.pinned !== undefined };
  }

  private pinOrLetGo(): void {
    this.pinned = this.pinned ? undefined : this.finished;
    this.pin.label = this.pinned ? `let go of ${this.pinned.name}` : PIN;
    this.draw({ ...this.drawing, ...this.beside(this.drawing.before) });
  }

  /** The buttons, as the finished run allows them. */
  private offer(): void {
    const verdict = mendable(this.finished);
    this.pin.disabled = this.finished === undefined;
    this.mend.disabled = verdict === undefined;
    this.mend.label = verdict ? `${MEND}: ${verdict.change.says}` : MEND;
  }

  private async tryMend(): Promise<void> {
    const run = this.finished;
    if (!run || !mendable(run)) return;
    await this.settled();
    this.mend.disabled = true;
    this.status.value = `training again with the change: ${mendable(run)!.change.says}`;
    try {
      const confirmation = await tryMend(this.explorer, run);
      if (!confirmation) return;
      this.table.append(confirmation);
      this.status.value = confirmation.confirmed
        ? 'the mend worked: the model is better'
        : `the mend did not work: ${confirmation.outcome}`;
    } catch (error) {
      this.status.value = error instanceof Error ? error.message : String(error);
    } finally {
      this.offer();
    }
  }

  private draw(drawing: Drawing, title = this.title): void {
    this.drawing = drawing;
    this.title = title;
    const columns = drawing.predictions.map(({ head }) => head);
    const known = this.head.options.map(([name]) => name);
    if (columns.length > 0 && columns.join() !== known.join()) this.head.options = columns;
    this.redraw();
    this.onDraw(drawing);
  }

  private redraw(): void {
    this.figure.update(liveView(this.explorer, this.drawing, this.head.value, this.title));
  }
}
