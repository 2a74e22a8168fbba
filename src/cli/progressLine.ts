import { formatDuration } from '../tables';

const WIDTH = 30;

/** One line of a terminal that shows how far a long work is; where there is no terminal, nothing. */
export class ProgressLine {
  private shown = false;
  private last = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  /** Draws the bar, at most ten times a second. `left` in seconds, undefined while unknown. */
  show(fraction: number, text: string, left: number | undefined): void {
    if (!this.stream.isTTY || performance.now() - this.last < 100) return;
    this.last = performance.now();
    const full = Math.round(Math.min(1, fraction) * WIDTH);
    const eta = left === undefined ? '' : `  ${formatDuration(left)} left`;
    const line = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${(100 * fraction).toFixed(0).padStart(3)} %  ${text}${eta}`;
    this.stream.write(`\r\x1b[2K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
    this.shown = true;
  }

  /** Wipes the bar, so that a line can be printed in its place. */
  clear(): void {
    if (this.shown) this.stream.write('\r\x1b[2K');
    this.shown = false;
    this.last = 0;
  }
}
