import { checkChoice, checkInteger, ReluctantError } from '../../core';
import { type MeanTestOptions, meanTest, type TestedMean } from '../inference/meanTest';
import { studentCritical, studentTwoSided } from '../statistics/laws';
import { mean } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { finiteColumns, type Numbers } from '../statistics/rows';

/** Options of {@link dieboldMariano}. */
export interface DieboldMarianoOptions {
  /** Rows that one forecast reaches ahead; errors overlap over horizon - 1 rows. Default 1. */
  horizon?: number;
  /**
   * `cosine` (default): the error of {@link longRunVariance}, which keeps its level for long horizons. `harvey`: autocovariances up to
   * horizon - 1 with equal weights and the correction of Harvey, Leybourne and Newbold (1997), as R's forecast package has it.
   */
  method?: 'cosine' | 'harvey';
  /** Share of equal pairs for which the verdict may be wrong. Default 0.05. */
  level?: number;
}

/**
 * Tests whether two models lose the same (Diebold and Mariano 1995): the mean of first less second, so a negative one says that the
 * first model is better.
 *
 * @param first loss of the first model per row of time, e.g. its squared errors; average over symbols first.
 * @param second of the second.
 * @throws ReluctantError `zero-variance` when both lose the same in every row; `variance-not-positive` (harvey only); `length-mismatch`.
 * @example
 * const rows = Array.from({ length: 100 }, (_, t) => t);
 * dieboldMariano(rows.map((t) => 1 + Math.sin(t * t)), rows.map((t) => 2 + Math.cos(t * t))).significant; // true
 */
export function dieboldMariano(first: Numbers, second: Numbers, options: DieboldMarianoOptions = {}): TestedMean {
  const operation = 'dieboldMariano';
  checkOptions(operation, options, ['horizon', 'method', 'level']);
  const { method, ...test } = options;
  const kind = checkChoice(operation, 'method', method ?? 'cosine', ['cosine', 'harvey']);
  const [a, b] = finiteColumns(operation, 'losses', [first, second], { columns: 2, rows: 3 });
  const differences = a!.map((loss, t) => loss - b![t]!);
  return kind === 'cosine' ? meanTest(differences, test) : harvey(differences, test);
}

function harvey(differences: Float64Array, options: MeanTestOptions): TestedMean {
  const operation = 'dieboldMariano';
  const rows = differences.length;
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1, rows - 1);
  const level = options.level ?? 0.05;
  meanTest(differences, { method: 'independent', level }); // the same refusals
  const center = mean(differences);
  let variance = 0;
  for (let lag = 0; lag < horizon; lag++) {
    let sum = 0;
    for (let t = lag; t < rows; t++) sum += (differences[t]! - center) * (differences[t - lag]! - center);
    variance += ((lag === 0 ? 1 : 2) * sum) / rows;
  }
  if (!(variance > 0)) {
    throw new ReluctantError({
      code: 'variance-not-positive',
      operation,
      problem: 'the variance with equal weights is not positive for this horizon',
      received: variance,
      expected: 'a positive variance',
      fix: 'use method "cosine", whose variance always is',
    });
  }
  const correction = (rows + 1 - 2 * horizon + (horizon * (horizon - 1)) / rows) / rows;
  const standardError = Math.sqrt(variance / rows / correction);
  const pValue = studentTwoSided(center / standardError, rows - 1);
  const reach = studentCritical(level, rows - 1) * standardError;
  return {
    mean: center,
    standardError,
    statistic: center / standardError,
    degrees: rows - 1,
    pValue,
    interval: [center - reach, center + reach],
    significant: pValue <= level,
  };
}
