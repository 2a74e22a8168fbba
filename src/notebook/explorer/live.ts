import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReluctantError } from '../../core';
import { type BalancerName, balancers } from '../../losses';
import { Figure, type Panel, panels, predictionScatter } from '../../plots';
import { formatDuration } from '../../tables';
import type { HistoryRow } from '../../training';
import { display, type Shown } from '../display';
import * as widgets from '../widgets';
import { type ExploredRun, gradientRows } from './exploredRun';
import type { Explorer } from './explorer';
import { completeSetting, nameSetting, type Setting } from './setting';

/** Milliseconds between two pictures of a running training: alive to the eye, and slow enough for the front end to draw. */
const REDRAW = 250;
const CUSTOM = 'as the sliders stand';

/** What is on the screen: always of the setting that the controls stand at, or of none. */
export interface Drawing {
  setting: Setting;
  history: readonly HistoryRow[];
  /** The finished run; undefined while it trains. */
  run: ExploredRun | undefined;
}

/**
 * The explorer under sliders: every move trains anew, and what was training is given up. Works without a screen as well:
 * moving a control by program does what moving it by hand does. Made by {@link explore} where somebody looks.
 */
export class LiveExplorer {
  readonly weights: Record<string, widgets.Slider>;
  readonly learningRate: widgets.Slider;
  readonly seed: widgets.NumberInput;
  readonly balancer: widgets.Selection<BalancerName>;
  readonly preset: widgets.Selection<string>;
  readonly choices: Record<string, widgets.Selection<string>>;
  readonly status = widgets.label('move a slider to train');
  readonly controls: widgets.Box;
  /** What was drawn last. */
  drawing: Drawing | undefined;
  private wanted: Setting | undefined;
  private training: Promise<void> | undefined;
  private abort = new AbortController();
  private applying = false;
  private figure: Shown | undefined;
  private table: Shown | undefined;

  /** @param onDraw told of every picture, after it was drawn. */
  constructor(
    readonly explorer: Explorer,
    private readonly onDraw: (drawing: Drawing) => unknown = () => {},
  ) {
    const { heads, start, choices } = explorer.rules;
    const change = (): void => this.changed();
    const wide = { layout: { width: '28em' }, labelWidth: '11em', onChange: change };
    this.weights = Object.fromEntries(
      heads.map((head) => {
        const range = { scale: 'logarithmic', min: 0.001, max: 1000, step: 0.1 } as const;
        return [
          head,
          widgets.slider({ label: `weight of ${head}`, ...range, value: clamp(start.lossWeights[head]!), ...wide }),
        ];
      }),
    );
    const rates = { scale: 'logarithmic', min: 1e-5, max: 0.1, step: 0.1 } as const;
    this.learningRate = widgets.slider({ label: 'learning rate', ...rates, value: start.learningRate, ...wide });
    this.seed = widgets.numberInput({ label: 'seed', min: 0, max: 2 ** 31 - 1, step: 1, value: start.seed, ...wide });
    const kind = typeof start.balancer === 'string' ? start.balancer : start.balancer.kind;
    this.balancer = widgets.dropdown({ label: 'balancer', options: [...balancers.BALANCERS], value: kind, ...wide });
    this.choices = Object.fromEntries(
      Object.entries(choices).map(([name, values]) => [
        name,
        widgets.dropdown({ label: name, options: [...values], value: start.choices[name]!, ...wide }),
      ]),
    );
    const presets = [CUSTOM, ...Object.keys(explorer.presets)];
    this.preset = widgets.dropdown({
      label: 'preset',
      options: presets,
      value: CUSTOM,
      ...wide,
      onChange: (name) => this.load(name),
    });
    const left = widgets.vbox(Object.values(this.weights));
    const right = widgets.vbox([
      this.preset,
      this.learningRate,
      this.seed,
      this.balancer,
      ...Object.values(this.choices),
    ]);
    this.controls = widgets.vbox([widgets.hbox([left, right]), this.status]);
  }

  /** Shows controls, figure and the table of runs below the running cell. */
  show(): this {
    // plotly.js takes a second to load; not at the first move of a slider.
    new Figure([]).toSVG();
    display(this.controls);
    this.figure = display(this.status.value);
    this.table = display(this.explorer.table());
    return this;
  }

  /** The setting that the controls stand at. Throws as settings do that mean nothing. */
  get setting(): Setting {
    const values = <T>(of: Record<string, { value: T }>) =>
      Object.fromEntries(Object.entries(of).map(([name, control]) => [name, control.value]));
    const given = {
      lossWeights: values(this.weights),
      learningRate: this.learningRate.value,
      seed: this.seed.value,
      balancer: this.balancer.value,
      choices: values(this.choices),
    };
    return completeSetting(given, this.explorer.rules);
  }

  /** Moves the controls to a setting, as from a preset or a record, and trains it. */
  apply(setting: Setting): void {
    this.applying = true;
    try {
      for (const [head, weight] of Object.entries(setting.lossWeights)) this.weights[head]!.value = clamp(weight);
      for (const [name, value] of Object.entries(setting.choices)) this.choices[name]!.value = value;
      this.learningRate.value = setting.learningRate;
      this.seed.value = setting.seed;
      this.balancer.value = typeof setting.balancer === 'string' ? setting.balancer : setting.balancer.kind;
    } finally {
      this.applying = false;
    }
    this.want(setting);
  }

  /** Resolves when nothing is training and nothing waits to be. */
  async settled(): Promise<void> {
    while (this.training) await this.training;
  }

  /** Gives up what is training and takes the controls off the screen. */
  close(): void {
    this.wanted = undefined;
    this.abort.abort();
    this.controls.close();
  }

  private load(name: string): void {
    const preset = this.explorer.presets[name];
    if (preset) this.apply(preset);
  }

  private changed(): void {
    if (this.applying) return;
    this.preset.value = CUSTOM;
    try {
      this.want(this.setting);
    } catch (error) {
      // A setting without a meaning: nothing trains, and the screen says why instead of keeping the last result.
      this.wanted = undefined;
      this.abort.abort();
      if (!(error instanceof ReluctantError)) throw error;
      this.status.value = error.message;
    }
  }

  private want(setting: Setting): void {
    this.wanted = setting;
    this.abort.abort();
    this.training ??= this.trainWanted().finally(() => {
      this.training = undefined;
    });
  }

  /** Trains the newest setting until none is newer; one training at a time. */
  private async trainWanted(): Promise<void> {
    // The controls may still be moving within this turn.
    await nextTurn();
    while (this.wanted) {
      const setting = this.wanted;
      this.wanted = undefined;
      this.abort = new AbortController();
      const { signal } = this.abort;
      try {
        await this.train(setting, signal);
      } catch (error) {
        if (!(error instanceof ReluctantError)) throw error;
        if (!signal.aborted) this.status.value = error.message;
      }
    }
  }

  private async train(setting: Setting, signal: AbortSignal): Promise<void> {
    const name = nameSetting(setting, this.explorer.rules);
    this.status.value = `training ${name}`;
    let drawn = -Infinity;
    const run = await this.explorer.run(setting, {
      signal,
      onEpoch: async ({ history }) => {
        if (performance.now() - drawn >= REDRAW) {
          this.draw({ setting, history: [...history], run: undefined }, name);
          drawn = performance.now();
        }
        // Moves of the sliders come in here.
        await nextTurn();
      },
    });
    if (!run || signal.aborted) return;
    this.draw({ setting, history: run.record.history, run }, name);
    this.status.value = `${name}: ${run.record.stopReason} in ${formatDuration(run.record.seconds)}; ${run.record.verdicts?.join(', ') || 'no verdict'}`;
    this.table?.update(this.explorer.table());
  }

  private draw(drawing: Drawing, name: string): void {
    this.drawing = drawing;
    this.figure?.update(shownAs(liveFigure(this.explorer, drawing, name), !drawing.run));
    this.onDraw(drawing);
  }
}

/** The curves of every measure, and what each head's loss asks of the shared weights; predictions once the run is done. */
function liveFigure({ measures }: Explorer, { history, run }: Drawing, name: string): Figure {
  const x = history.map(({ epoch }) => epoch + 1);
  const trace = (label: string, y: readonly (number | undefined)[], k: number) => ({
    type: 'scatter',
    mode: 'lines+markers',
    name: label,
    x,
    y,
    line: { color: ['#0072B2', '#D55E00', '#009E73', '#CC79A7'][k % 4] },
  });
  const curves = measures.map(
    ({ key }): Panel => ({
      title: key,
      traces: [
        {
          ...trace(
            key,
            history.map((row) => row[key]),
            0,
          ),
          showlegend: false,
        },
      ],
      xTitle: 'epoch',
      xaxis: { zeroline: false },
    }),
  );
  const rows = gradientRows(history);
  const terms = [...new Set(rows.map(({ term }) => term))];
  const of = (term: string) => rows.filter((row) => row.term === term);
  const gradients: Panel[] = [
    {
      title: 'gradient share',
      traces: terms.map((t, k) =>
        trace(
          t,
          of(t).map(({ norm }) => norm),
          k,
        ),
      ),
      xTitle: 'epoch',
      yaxis: { tickformat: '.0%', range: [0, 1] },
    },
    {
      title: 'gradient cosine',
      traces: terms.map((t, k) =>
        trace(
          t,
          of(t).map(({ cosine }) => cosine),
          k,
        ),
      ),
      xTitle: 'epoch',
      yaxis: { range: [-1.05, 1.05] },
    },
  ];
  const scatter = run?.predictions.slice(0, 1).map((heads): Panel => {
    const [points] = predictionScatter([heads], { maxPoints: 300 }).data;
    return {
      title: `predictions of ${heads.head}`,
      traces: [{ ...points!, name: 'samples' }],
      xTitle: 'target',
      yTitle: 'prediction',
    };
  });
  return panels([...curves, ...(terms.length > 1 ? gradients : []), ...(scatter ?? [])], {
    title: name,
    panelHeight: 150,
  });
}

/**
 * Pictures while it trains, the live figure at the end: JupyterLab's plotly renderer draws an output once and never again,
 * so that only a change of form makes it show what is new.
 */
function shownAs(figure: Figure, running: boolean): object {
  const form = () =>
    running ? { 'image/svg+xml': figure.toSVG() } : { 'application/vnd.plotly.v1+json': figure.toJSON() };
  return { [Symbol.for('Jupyter.display')]: () => ({ ...form(), 'text/plain': figure.title }) };
}

/** Onto the sliders' logarithmic scale, which has no zero. */
const clamp = (weight: number): number => Math.min(1000, Math.max(0.001, weight));
