import { checkInteger } from '../core';
import { escapeHTML, formatDuration, formatShare } from '../tables';
import { display, type Shown } from './display';
import { currentHost } from './host';

/** How often a bar is drawn anew, and how often a line is printed when nobody looks, in milliseconds. */
const REDRAW = 100;
const REPRINT = 10_000;

/**
 * Shows how far long work has come and when it will end: a bar in a notebook, a plain line every ten seconds in unattended
 * runs, one changing line on a terminal.
 *
 * @example
 * const bar = new ProgressBar(3, 'epochs');
 * for (let epoch = 0; epoch < 3; epoch++) bar.step(`loss ${1 / (epoch + 1)}`);
 * bar.close();
 */
export class ProgressBar {
  private done = 0;
  private note = '';
  private readonly started = performance.now();
  private drawn = 0;
  private closed = false;
  private shown: Shown | undefined;

  /**
   * @param total number of steps; a whole number, 0 for work that turns out to be empty
   * @param label what is being counted
   */
  constructor(
    readonly total: number,
    readonly label: string,
  ) {
    checkInteger('progress', 'total', total, 0);
    this.drawn = -Infinity;
    this.draw(false);
  }

  /** Notes that one more step is done; `note` stands beside the bar. */
  step(note = ''): void {
    this.advance(1, note);
  }

  /** Notes that `steps` more are done. */
  advance(steps: number, note = ''): void {
    this.done = Math.min(this.total, this.done + checkInteger('progress.advance', 'steps', steps, 0));
    this.note = note;
    this.draw(false);
  }

  /** Notes that `done` steps are done in all; never fewer than before. */
  to(done: number, note = ''): void {
    this.advance(Math.max(0, checkInteger('progress.to', 'done', done, 0) - this.done), note);
  }

  /** Draws the last state. The bar stays, so that one can see later how long the work took. */
  close(note = this.note): void {
    if (this.closed) return;
    this.note = note;
    this.closed = true;
    this.draw(true);
  }

  private draw(final: boolean): void {
    const now = performance.now();
    const host = currentHost();
    const lines = host ? host.headless : !process.stderr.isTTY;
    if (!final && now - this.drawn < (lines ? REPRINT : REDRAW)) return;
    const first = this.drawn === -Infinity;
    this.drawn = now;
    // Short work needs no line in a log.
    if (lines && first && !final) return;
    if (!lines && host) {
      if (this.shown) this.shown.update(this.bundle());
      else this.shown = display(this.bundle());
    } else if (lines) process.stderr.write(`${this.text()}\n`);
    else process.stderr.write(`\r\x1b[2K${this.text()}${final ? '\n' : ''}`);
  }

  private seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  private text(): string {
    const share = this.total === 0 ? 1 : this.done / this.total;
    const seconds = this.seconds();
    const left = this.done === 0 ? NaN : (seconds / this.done) * (this.total - this.done);
    const time = this.closed
      ? `in ${formatDuration(seconds)}`
      : Number.isNaN(left)
        ? 'starting'
        : `about ${formatDuration(left)} left`;
    const note = this.note ? `  ${this.note}` : '';
    return `${this.label}: ${this.done}/${this.total} (${formatShare(share)}), ${time}${note}`;
  }

  private bundle() {
    const share = this.total === 0 ? 1 : this.done / this.total;
    const text = this.text();
    const html = `<div><progress max="1" value="${share}" style="width: 16em"></progress> ${escapeHTML(text)}</div>`;
    return { [Symbol.for('Jupyter.display')]: () => ({ 'text/html': html, 'text/plain': text }) };
  }
}

/**
 * A new {@link ProgressBar}; see there.
 *
 * @example
 * const bar = progress(2, 'Seeds');
 * for (const seed of [1, 2]) bar.step(`seed ${seed}`);
 */
export function progress(total: number, label: string): ProgressBar {
  return new ProgressBar(total, label);
}
