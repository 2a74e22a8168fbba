import { checkInteger, checkNames, checkNumber, ReluctantError } from '../../core';

/** How {@link StockPanel.split} cuts. */
export interface PanelSplitOptions {
  /** Days a model looks back on, the present one included: earlier days have no whole window. Default 1. */
  window?: number;
  /** The longest horizon of the labels, in days. Default 1. */
  horizon?: number;
  /** Share of the days that is for validation, the last ones. Default 0.3. */
  validation?: number;
  /** Days left out before validation beside what purging drops. Default 0. */
  embargo?: number;
}

/** Places of the days of each part, ascending. Every label of `training` is known before the first day of `validation`. */
export interface PanelSplit {
  training: Int32Array;
  validation: Int32Array;
  /** Between the two: days whose labels reach into validation, and those of the embargo. */
  purged: Int32Array;
}

/** Cuts days by time: a training day's label, `horizon` days later, lies before the first validation day, and every validation day has its label. */
export function splitDays(days: number, options: PanelSplitOptions): PanelSplit {
  const operation = 'data.StockPanel.split';
  checkNames(operation, options, ['window', 'horizon', 'validation', 'embargo']);
  const window = checkInteger(operation, 'window', options.window ?? 1, 1);
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1);
  const share = checkNumber(operation, 'validation', options.validation ?? 0.3, 0, 1);
  const embargo = checkInteger(operation, 'embargo', options.embargo ?? 0, 0);
  const first = window - 1;
  const end = days - horizon;
  const cut = Math.round(days * (1 - share));
  const last = cut - horizon - embargo;
  if (last <= first || end <= cut) {
    throw new ReluctantError({
      code: 'split-empty',
      operation,
      problem: `${last <= first ? 'training' : 'validation'} would have no day`,
      received: { days, window, horizon, validation: share, embargo },
      expected: `more than ${window + 2 * horizon + embargo} days, some for each part`,
    });
  }
  const range = (from: number, until: number) => Int32Array.from({ length: until - from }, (_, k) => from + k);
  return { training: range(first, last), validation: range(cut, end), purged: range(last, cut) };
}
