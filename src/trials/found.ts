import type { Figure } from '../plots';
import type { Setting } from '../programs';
import { formatNumber, Table } from '../tables';
import { coordinatesOf, type Drawn, surfaceOf } from './pictures';
import type { TrialResult } from './trial';

/** A finished trial with its objective. */
export interface RankedTrial extends TrialResult {
  objective: number;
}

/** What {@link search} ends with: every trial, best first. It shows itself as a table. */
export class Search {
  constructor(
    readonly objective: string,
    readonly maximize: boolean,
    /** Best first; failed ones last. */
    readonly trials: readonly RankedTrial[],
    /** Settings that were not reached, because it was stopped. */
    readonly left: number,
    /** Objectives of the best setting on seeds that it was not chosen by. */
    readonly fresh: readonly number[],
  ) {}

  /** The best setting; undefined where all failed. */
  get best(): RankedTrial | undefined {
    return this.trials.find(({ error }) => error === undefined);
  }

  /**
   * What the best setting is worth: its mean on fresh seeds. The best of many is chosen for its luck as well, and what it showed is
   * too good by `optimism`.
   */
  get deflated(): { value: number; optimism: number } | undefined {
    if (this.fresh.length === 0 || !this.best) return undefined;
    const value = this.fresh.reduce((sum, one) => sum + one, 0) / this.fresh.length;
    return { value, optimism: this.maximize ? this.best.objective - value : value - this.best.objective };
  }

  /** A row per trial, best first: its setting, its objective, and why it failed where it did. */
  table(): Table<Record<string, string | number>> {
    const rows = this.trials.map(({ id, changes, objective, epochs, seconds, error }, k) => ({
      rank: k + 1,
      trial: id,
      ...flat(changes),
      [this.objective]: error === undefined ? objective : Number.NaN,
      epochs,
      seconds,
      failed: error ?? '',
    }));
    return new Table(rows, { title: `${rows.length} trials, best first`, maxRows: 40 });
  }

  /**
   * All trials as parallel coordinates: an axis per setting, the best tenth in colour. Where coloured lines meet on an axis, the setting matters.
   *
   * @throws ReluctantError `rows-empty` without trials.
   */
  coordinates(): Figure {
    return coordinatesOf(this.drawn(), this);
  }

  /**
   * The objective over two settings as a heat map: by each value where there are few, else by parts with as many trials each.
   *
   * @param x, @param y names of settings that are numbers, parts with a point: `lossWeights.volatility`.
   * @throws ReluctantError `unknown-setting` for one that was not varied, `setting-not-numeric`, `surface-of-one-setting`.
   */
  surface(x: string, y: string): Figure {
    return surfaceOf(this.drawn(), x, y, this);
  }

  private drawn(): Drawn[] {
    return this.trials.map(({ id, changes, objective }) => ({ name: id, settings: flat(changes), objective }));
  }

  toString(): string {
    const { deflated, left } = this;
    return [
      this.table().toString(),
      ...(deflated
        ? [
            `The best setting on ${this.fresh.length} seeds that it was not chosen by: ${this.objective} ${formatNumber(deflated.value)}; the best of the sweep was too good by ${formatNumber(deflated.optimism)}.`,
          ]
        : []),
      ...(left > 0 ? [`${left} settings are left: the same call goes on.`] : []),
    ].join('\n');
  }

  toJSON(): object {
    const { objective, maximize, trials, left, fresh, deflated } = this;
    return { objective, maximize, trials, left, fresh, deflated };
  }

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { 'text/plain': this.toString(), 'text/html': this.table().toHTML() };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function flat(changes: Setting, prefix = ''): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(changes).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flat(value as Setting, `${prefix}${name}.`))
        : [[`${prefix}${name}`, typeof value === 'number' ? value : JSON.stringify(value)] as const],
    ),
  );
}
