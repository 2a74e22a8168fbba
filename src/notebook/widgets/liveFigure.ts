import type { Figure, FigureJSON } from '../../plots';
import { mimeBundle } from '../bundle';
import { comms } from '../comms';
import { currentHost } from '../host';
import { AnyWidget } from './anyWidget';
import { LIVE_FIGURE_PAGE } from './liveFigurePage';
import type { WidgetOptions } from './widget';

/** How long the page may take to say that it has drawn before the next figure is sent all the same, in milliseconds. */
const PATIENCE = 1000;

/** A point of a figure that was clicked. */
export interface FigurePoint {
  /** Index of the trace in the figure's data. */
  trace: number;
  /** Index of the point in its trace; row and column for a heat map. */
  index: number | [number, number];
  x: unknown;
  y: unknown;
  /** Of heat maps and surfaces. */
  z?: unknown;
}

interface LiveState extends Record<string, unknown> {
  figure: FigureJSON;
  frame: number;
  picture: string;
  text: string;
}

/** A figure that moves; made by {@link liveFigure}. */
export class LiveFigure extends AnyWidget<LiveState> {
  private present: Figure;
  private frame = 0;
  private sentAt = -Infinity;
  private waiting = false;
  private dirty = false;
  private timer: NodeJS.Timeout | undefined;
  private drawnAfter = Number.NaN;
  private wantsPicture = false;
  private readonly clickListeners = new Map<symbol, (point: FigurePoint) => unknown>();

  constructor(figure: Figure, options: WidgetOptions = {}) {
    const state = { figure: jsonOf(figure), frame: 0, picture: '', text: figure.toString() };
    super({ esm: LIVE_FIGURE_PAGE, state, name: 'figure', ...options });
    this.present = figure;
    this.onMessage((content) => this.heard(content));
  }

  /** The figure that was shown last, or is about to be. */
  get figure(): Figure {
    return this.present;
  }

  /**
   * Shows another figure in the place of this one. Cheap to call often: the page gets the next figure when it has drawn the one
   * before, and only the latest. What the user has zoomed into stays.
   */
  update(figure: Figure): void {
    this.present = figure;
    if (this.closed) return;
    if (!this.connected) {
      this.take();
      return;
    }
    const since = performance.now() - this.sentAt;
    if (this.waiting && since < PATIENCE) {
      this.dirty = true;
      this.timer ??= setTimeout(() => this.drawn(), PATIENCE - since).unref();
    } else this.push();
  }

  /** Milliseconds from sending the last figure to the word of the page that it was drawn; NaN before that. */
  get latency(): number {
    return this.drawnAfter;
  }

  /** Calls `listener` with the point that is clicked (the topmost, where several lie there). @returns a function that stops it */
  onClick(listener: (point: FigurePoint) => unknown): () => void {
    const key = Symbol();
    this.clickListeners.set(key, listener);
    return () => void this.clickListeners.delete(key);
  }

  protected override bundle(): Record<string, unknown> {
    const still = mimeBundle(this.present);
    // Where nobody looks on there is nobody to move it, and the file that is left behind shows the figure as it is.
    if (currentHost()?.headless) return still;
    return { ...still, ...super.bundle() };
  }

  override toString(): string {
    return this.present.toString();
  }

  private push(): void {
    this.dirty = false;
    this.waiting = true;
    this.sentAt = performance.now();
    this.take();
  }

  private take(): void {
    const picture = this.wantsPicture ? this.present.toSVG() : '';
    this.frame += 1;
    this.write({ figure: jsonOf(this.present), frame: this.frame, picture, text: this.present.toString() });
  }

  private heard({ event, frame, points }: Record<string, unknown>): void {
    if (event === 'drawn' && frame === this.frame) {
      this.drawnAfter = performance.now() - this.sentAt;
      this.drawn();
    } else if (event === 'picture wanted' && !this.wantsPicture) {
      this.wantsPicture = true;
      this.take();
    } else if (event === 'click' && Array.isArray(points) && isPoint(points[0])) {
      const point = points[0];
      for (const listener of [...this.clickListeners.values()]) comms.call(() => listener(point));
    }
  }

  private drawn(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = false;
    if (this.dirty) this.push();
  }

  protected override accept(name: string, value: unknown): unknown {
    // Nothing that is shown is for the page to change.
    return name === '_view_count' ? super.accept(name, value) : this.state[name];
  }

  protected override disposed(): void {
    clearTimeout(this.timer);
    this.clickListeners.clear();
  }
}

/**
 * A figure that moves: shown once, and given other figures as a slider is dragged or a run goes on. It is drawn by the
 * plotly.js of the page, in place. Unattended runs and plain scripts show it as an ordinary figure, as it is when it is
 * displayed.
 *
 * @example
 * const curve = (weight: number) => new Figure([{ type: 'scatter', x: [0, 1, 2], y: [1, weight, weight ** 2] }]);
 * const live = liveFigure(curve(0.5));
 * const weight = slider({ label: 'weight', value: 0.5, onChange: (value) => live.update(curve(value)) });
 * vbox([weight, live]);
 */
export function liveFigure(figure: Figure, options: WidgetOptions = {}): LiveFigure {
  return new LiveFigure(figure, options);
}

function jsonOf(figure: Figure): FigureJSON {
  const { layout, ...rest } = figure.toJSON();
  // As long as this stays the same, plotly.js keeps what the user has zoomed into.
  return { ...rest, layout: { uirevision: 'live', ...layout } };
}

function isPoint(value: unknown): value is FigurePoint {
  const point = value as Partial<FigurePoint> | null;
  return typeof point === 'object' && point !== null && Number.isInteger(point.trace) && point.index !== undefined;
}
