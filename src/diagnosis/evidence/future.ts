import type { TF } from '../../core';
import type { Samples } from '../../training';
import type { Matrix } from './references';
import { columnOf, lastSteps, rowsBySymbol, squaredCorrelation } from './rowColumns';

/** A column of the inputs that is known only later. */
export interface FutureColumn {
  column: number;
  name: string;
  /** Rows ahead of the return it holds; 0 for a target itself. */
  horizon: number;
  /** The target it equals. */
  head?: string;
  /** Squared correlation with what it is, on training rows, and on validation rows for a target. */
  training: number;
  validation?: number;
}

/** A column whose first values are filled with a later one. */
export interface FilledColumn {
  column: number;
  name: string;
  /** Rows at the beginning of a symbol that have one value. */
  rows: number;
  symbols: number;
}

const LONGEST = 20;

/** Columns that are the return of the rows that follow, of the symbol's own. */
export function futureReturns({ facts }: Samples, input: TF.Tensor): FutureColumn[] {
  const table = lastSteps(input);
  const { symbols, closes } = facts ?? {};
  if (!table || !symbols || !closes) return [];
  const rows = Math.min(table.rows, closes.length);
  const groups = rowsBySymbol(symbols, rows);
  const ahead = Array.from({ length: LONGEST }, (_, k) => {
    const returns = new Float64Array(table.rows).fill(Number.NaN);
    for (const own of groups.values())
      own.forEach((row, place) => {
        const later = own[place + k + 1];
        if (later !== undefined) returns[row] = closes[later]! / closes[row]! - 1;
      });
    return returns;
  });
  return Array.from({ length: table.columns }, (_, column) => {
    const values = columnOf(table, column);
    const likeness = ahead.map((returns, k) => ({ horizon: k + 1, training: squaredCorrelation(values, returns) }));
    const best = likeness.reduce((a, b) => (b.training > a.training ? b : a));
    return { column, name: nameOf(facts?.features, column), ...best };
  });
}

/** The column that is most like a target, on training and on validation rows. */
export function targetColumn(
  head: string,
  training: { inputs: Matrix; targets: Matrix },
  validation: { inputs: Matrix; targets: Matrix },
  names: readonly string[] | undefined,
): FutureColumn | undefined {
  if (training.targets.columns !== 1 || training.inputs.columns < 3) return undefined;
  const [target, later] = [columnOf(training.targets, 0), columnOf(validation.targets, 0)];
  let best: FutureColumn | undefined;
  for (let column = 0; column < training.inputs.columns; column++) {
    const own = squaredCorrelation(columnOf(training.inputs, column), target);
    if (own <= (best?.training ?? 0)) continue;
    const other = squaredCorrelation(columnOf(validation.inputs, column), later);
    best = { column, name: nameOf(names, column), horizon: 0, head, training: own, validation: other };
  }
  return best;
}

/** How long the first rows of most symbols have one value, in columns that hardly ever repeat one otherwise. */
export function filledColumns({ facts }: Samples, input: TF.Tensor): FilledColumn[] {
  const table = lastSteps(input);
  const { symbols } = facts ?? {};
  if (!table || !symbols) return [];
  const groups = [...rowsBySymbol(symbols, table.rows).values()].filter(({ length }) => length >= 30);
  return Array.from({ length: table.columns }, (_, column) => {
    const values = columnOf(table, column);
    const runs = groups.map((own) => {
      let first = 1;
      while (first < own.length && values[own[first]!] === values[own[0]!]) first++;
      let repeated = 0;
      for (let k = first + 1; k < own.length; k++) if (values[own[k]!] === values[own[k - 1]!]) repeated++;
      return { first, isVaried: first < own.length / 2 && repeated < 0.02 * own.length };
    });
    const filled = runs.filter(({ first, isVaried }) => isVaried && first >= 5);
    const rows = filled.length > 0 ? Math.min(...filled.map(({ first }) => first)) : 0;
    return { column, name: nameOf(facts?.features, column), rows, symbols: filled.length / Math.max(1, groups.length) };
  });
}

const nameOf = (names: readonly string[] | undefined, column: number): string => names?.[column] ?? `column ${column}`;
