import { Figure } from '../../plots';
import { comms } from '../comms';
import { Box, hbox } from './boxes';
import { type LiveFigure, liveFigure } from './liveFigure';
import { type Output, output } from './output';
import type { Widget } from './widget';

/** A control that can be read and listened to, whatever its value is. */
export type Source = Widget & { readonly value: unknown; onChange(listener: () => unknown): () => void };

/** The values of controls, by their names. */
export type ValuesOf<C extends Readonly<Record<string, Source>>> = { [K in keyof C]: C[K]['value'] };

/** Draws something from values; `signal` is aborted when the values have changed meanwhile. */
export type Draw<V> = (values: V, signal: AbortSignal) => unknown;

/** Controls above what they draw; made by {@link interact}. */
export class Interaction<C extends Readonly<Record<string, Source>>> extends Box {
  private readonly controls: C;
  private readonly draw: Draw<ValuesOf<C>>;
  private shown: LiveFigure | Output | undefined;
  private working = Promise.resolve();
  private busy = false;
  private present = new AbortController();

  constructor(controls: C, draw: Draw<ValuesOf<C>>) {
    const row = hbox(Object.values(controls), { layout: { flexFlow: 'row wrap' } });
    super('VBox', [row], {});
    this.controls = controls;
    this.draw = draw;
    for (const control of Object.values(controls)) control.onChange(() => this.redraw());
    void this.redraw();
  }

  /** Draws again with the values as they are now. @returns when what was drawn belongs to the values of that moment */
  redraw(): Promise<void> {
    this.present.abort();
    this.present = new AbortController();
    if (!this.busy) this.working = this.work().catch((error) => comms.report(error));
    return this.working;
  }

  /** One drawing at a time, and another one as long as the values have changed meanwhile; only the last is shown. */
  private async work(): Promise<void> {
    this.busy = true;
    try {
      for (;;) {
        const { signal } = this.present;
        let drawn: unknown;
        try {
          const result = this.draw(this.values(), signal);
          // What is drawn at once is shown at once, with the cell that made it.
          drawn = isThenable(result) ? await result : result;
        } catch (error) {
          // What was given up because newer values came has not failed.
          if (!signal.aborted) throw error;
        }
        if (this.closed) return;
        if (!signal.aborted) {
          this.put(drawn);
          return;
        }
      }
    } finally {
      this.busy = false;
    }
  }

  private values(): ValuesOf<C> {
    const values = Object.entries(this.controls).map(([name, { value }]) => [name, value]);
    return Object.fromEntries(values) as ValuesOf<C>;
  }

  private put(drawn: unknown): void {
    const before = this.shown;
    if (drawn instanceof Figure && before && 'update' in before) before.update(drawn);
    else if (!(drawn instanceof Figure) && before && 'show' in before) before.show(drawn);
    else {
      this.shown = drawn instanceof Figure ? liveFigure(drawn) : output();
      if ('show' in this.shown) this.shown.show(drawn);
      this.children = [this.children[0]!, this.shown];
      before?.close();
    }
  }

  protected override disposed(): void {
    this.present.abort();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

/**
 * Draws something from the values of controls, and again whenever one of them moves. While a drawing is being made, further
 * moves are gathered into one, its signal is aborted, and its result is not shown. Figures are redrawn in place.
 *
 * @param controls by the names under which `draw` gets their values
 * @param draw makes what is shown: a figure, a table, a value; it may be asynchronous
 * @example
 * const squares = interact({ n: slider({ min: 1, max: 9, step: 1, value: 3 }) }, ({ n }) => n * n);
 * squares.toString().endsWith('9'); // true
 */
export function interact<C extends Readonly<Record<string, Source>>>(
  controls: C,
  draw: Draw<ValuesOf<C>>,
): Interaction<C> {
  return new Interaction(controls, draw);
}
