import { checkChoice, checkInteger, checkNumber, ReluctantError } from '../../core';
import type { HistoryRow } from '../history';
import type { Best } from '../metrics';
import type { EarlyStopping } from '../options';

/** Follows one number of the history and says when it last improved. */
export class Monitor {
  readonly key: string;
  readonly mode: 'min' | 'max';
  readonly patience: number;
  private readonly minDelta: number;
  private best = Number.NaN;
  private wait = 0;

  /**
   * @param fallback the key to follow if the options name none.
   * @param directions which direction is better of the losses and metrics; of any other number, lower is.
   */
  constructor(
    options: Pick<EarlyStopping, 'monitor' | 'mode' | 'patience' | 'minDelta'>,
    fallback: string,
    directions: ReadonlyMap<string, Best>,
  ) {
    this.key = options.monitor ?? fallback;
    const mode = directions.get(this.key) === 'highest' ? 'max' : 'min';
    this.mode = options.mode ? checkChoice('fit', 'mode', options.mode, ['min', 'max']) : mode;
    this.patience = checkInteger('fit', 'patience', options.patience ?? 10, 0);
    this.minDelta = checkNumber('fit', 'minDelta', options.minDelta ?? 0, 0);
  }

  /** Takes an epoch's numbers; true if they are the best so far. */
  observe(row: HistoryRow): boolean {
    const value = row[this.key];
    if (value === undefined) {
      throw new ReluctantError({
        code: 'unknown-monitor',
        operation: 'fit',
        problem: `there is no "${this.key}" to monitor`,
        received: this.key,
        expected: `one of ${Object.keys(row).join(', ')}`,
      });
    }
    const gain = this.mode === 'min' ? this.best - value : value - this.best;
    const improved = !Number.isNaN(value) && (Number.isNaN(this.best) || gain > this.minDelta);
    if (improved) {
      this.best = value;
      this.wait = 0;
    } else this.wait++;
    return improved;
  }

  /** Whether `patience` epochs have passed without improvement. As in Keras, the last improvement starts the count. */
  get exhausted(): boolean {
    return this.wait > 0 && this.wait >= this.patience;
  }

  /** Starts the count again. */
  restart(): void {
    this.wait = 0;
  }
}
