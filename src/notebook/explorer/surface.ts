import { ReluctantError } from '../../core';
import type { ExploredRun } from '../../explorer/exploredRun';
import type { Explorer } from '../../explorer/explorer';
import type { Measure } from '../../explorer/measures';
import { type Figure, metricSurface } from '../../plots';
import type { Table } from '../../tables';
import { mimeBundle } from '../bundle';
import { comms } from '../comms';
import { currentHost } from '../host';
import * as widgets from '../widgets';
import { LiveExplorer } from './live';

/** What a surface was made of. */
export interface SurfaceDetails {
  /** Heads whose weights are its axes. */
  x: string;
  y: string;
  /** One run per cell. */
  runs: readonly ExploredRun[];
  /** Which of the explorer's measures is drawn first. */
  measure: Measure;
  /** How the runs were trained, in words. */
  how: string;
}

/**
 * A measure over a grid of two heads' weights, with the run behind every cell; made by {@link Explorer.surface}. Where somebody
 * looks at the notebook its cells can be clicked: the setting is loaded into the explorer's sliders and trained there.
 */
export class Surface {
  readonly runs: readonly ExploredRun[];
  readonly how: string;
  private measure: Measure;
  private chosen: ExploredRun | undefined;
  private live: widgets.LiveFigure | undefined;
  private place: widgets.Box | undefined;

  constructor(
    private readonly explorer: Explorer,
    private readonly details: SurfaceDetails,
  ) {
    this.runs = details.runs;
    this.how = details.how;
    this.measure = details.measure;
  }

  /** The heat map of a measure; the best cell is framed, the one loaded last has a dotted frame. */
  figure(measure: Measure = this.measure): Figure {
    const { x, y } = this.details;
    const weights = (run: ExploredRun) => run.record.setting.lossWeights;
    const points = this.runs.map((run) => ({
      x: weights(run)[x]!,
      y: weights(run)[y]!,
      value: run.last?.[measure.key] ?? Number.NaN,
    }));
    return metricSurface(points, {
      xName: `weight of ${x}`,
      yName: `weight of ${y}`,
      valueName: measure.key,
      best: measure.best,
      subtitle: this.how,
      ...(this.chosen && { chosen: { x: weights(this.chosen)[x]!, y: weights(this.chosen)[y]! } }),
    });
  }

  /**
   * The run of a cell.
   *
   * @param x weight along the x axis. @param y weight along the y axis.
   * @throws `cell-not-found` with the weights that the grid has.
   */
  at(x: number, y: number): ExploredRun {
    const names = this.details;
    const found = this.runs.find(
      ({ record: { setting } }) => setting.lossWeights[names.x] === x && setting.lossWeights[names.y] === y,
    );
    if (found) return found;
    const own = (head: string) =>
      [...new Set(this.runs.map(({ record }) => record.setting.lossWeights[head]))].join(', ');
    throw new ReluctantError({
      code: 'cell-not-found',
      operation: 'surface.at',
      problem: 'the grid has no such cell',
      received: { [names.x]: x, [names.y]: y },
      expected: `${names.x} among ${own(names.x)}; ${names.y} among ${own(names.y)}`,
    });
  }

  /** Moves the explorer's sliders to a cell's setting and trains it there. Without sliders on the screen they appear below. */
  load(run: ExploredRun): void {
    this.chosen = run;
    this.live?.update(this.figure());
    if (!this.explorer.screen) {
      const made = new LiveExplorer(this.explorer);
      if (this.place) this.place.children = [...this.place.children, made.panel];
    }
    this.explorer.screen!.apply(run.record.setting);
  }

  /** One row per cell, as {@link Explorer.table}. */
  table(): Table {
    return this.explorer.table(this.runs);
  }

  /** The heat map as a widget whose cells can be clicked, with a list of measures to choose from. */
  widget(): widgets.Box {
    // A measure of the caller's own comes first.
    const measures = [this.measure, ...this.explorer.measures.filter(({ key }) => key !== this.measure.key)];
    this.live = widgets.liveFigure(this.figure());
    const choice = widgets.dropdown({
      label: 'measure',
      options: Object.fromEntries(measures.map((measure) => [measure.key, measure])),
      value: this.measure,
      layout: { width: '24em' },
      onChange: (measure) => {
        this.measure = measure;
        this.live?.update(this.figure());
      },
    });
    const hint = widgets.label('click a cell to load its weights into the sliders');
    this.live.onClick(({ index }) => {
      const run = Array.isArray(index) ? this.inCell(index) : undefined;
      if (run) this.load(run);
    });
    this.place = widgets.vbox([widgets.hbox([choice, hint]), this.live]);
    return this.place;
  }

  /** The run at a row and column of the heat map, whose axes are sorted. */
  private inCell([row, column]: [number, number]): ExploredRun | undefined {
    const { x, y } = this.details;
    const sorted = (head: string) =>
      [...new Set(this.runs.map(({ record }) => record.setting.lossWeights[head]!))].sort((a, b) => a - b);
    const [wx, wy] = [sorted(x)[column], sorted(y)[row]];
    return this.runs.find(({ record: { setting } }) => setting.lossWeights[x] === wx && setting.lossWeights[y] === wy);
  }

  toString(): string {
    return this.figure().toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const still = mimeBundle(this.figure());
    if (!comms.connected || currentHost()?.headless !== false) return still;
    return { ...still, ...mimeBundle(this.widget()) };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
