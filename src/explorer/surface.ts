import { ReluctantError } from '../core';
import { type Figure, metricSurface } from '../plots';
import type { Table } from '../tables';
import type { ExploredRun } from './exploredRun';
import type { Measure } from './measures';
import { pictureOf } from './picture';

/** What a surface was made of. */
export interface SurfaceDetails {
  /** Heads whose weights are its axes. */
  x: string;
  y: string;
  /** One run per cell. */
  runs: readonly ExploredRun[];
  /** Which of the measures is drawn first. */
  measure: Measure;
  /** How the runs were trained, in words. */
  how: string;
}

/** What a {@link Surface} asks of the explorer that made it. */
interface Explored {
  readonly measures: readonly Measure[];
  table(runs: readonly ExploredRun[]): Table;
}

/**
 * A measure over a grid of two heads' weights, with the run behind every cell; made by {@link Explorer.surface}. Where somebody
 * looks at the notebook its cells can be clicked: the setting is loaded into the explorer's sliders and trained there.
 */
export class Surface {
  readonly runs: readonly ExploredRun[];
  readonly how: string;
  /** The measure that is drawn. */
  measure: Measure;
  /** The run that was loaded last, in a dotted frame. */
  chosen: ExploredRun | undefined;

  constructor(
    readonly explorer: Explored,
    private readonly details: SurfaceDetails,
    /** What it looks like where its cells can be clicked; undefined where nobody looks. */
    private readonly clickable: (surface: Surface) => Record<string, unknown> | undefined = () => undefined,
  ) {
    this.runs = details.runs;
    this.how = details.how;
    this.measure = details.measure;
  }

  /** The heat map of a measure; the best cell is framed, the one loaded last has a dotted frame. */
  figure(measure: Measure = this.measure): Figure {
    const { x, y } = this.details;
    const place = ({ setting: { lossWeights } }: ExploredRun) => ({ x: lossWeights[x]!, y: lossWeights[y]! });
    const points = this.runs.map((run) => ({ ...place(run), value: run.value(measure.key) }));
    return metricSurface(points, {
      xName: `weight of ${x}`,
      yName: `weight of ${y}`,
      valueName: measure.key,
      best: measure.best,
      subtitle: this.how,
      ...(this.chosen && { chosen: place(this.chosen) }),
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
    const cell = this.find(x, y);
    if (cell) return cell;
    throw new ReluctantError({
      code: 'cell-not-found',
      operation: 'surface.at',
      problem: 'the grid has no such cell',
      received: { [names.x]: x, [names.y]: y },
      expected: `${names.x} among ${this.weightsOf(names.x).join(', ')}; ${names.y} among ${this.weightsOf(names.y).join(', ')}`,
    });
  }

  /** The run at a row and column of the heat map, whose axes are sorted; undefined outside of it. */
  inCell(row: number, column: number): ExploredRun | undefined {
    const { x, y } = this.details;
    const sorted = (head: string) => this.weightsOf(head).sort((a, b) => a - b);
    return this.find(sorted(x)[column], sorted(y)[row]);
  }

  /** One row per cell, as {@link Explorer.table}. */
  table(): Table {
    return this.explorer.table(this.runs);
  }

  private find(x: number | undefined, y: number | undefined): ExploredRun | undefined {
    const names = this.details;
    return this.runs.find(({ setting: { lossWeights } }) => lossWeights[names.x] === x && lossWeights[names.y] === y);
  }

  private weightsOf(head: string): number[] {
    return [...new Set(this.runs.map(({ setting }) => setting.lossWeights[head]!))];
  }

  toString(): string {
    return this.figure().toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { ...pictureOf(this.figure()), ...this.clickable(this) };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
