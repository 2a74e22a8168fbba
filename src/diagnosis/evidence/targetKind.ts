/** What a head's targets are, told from the targets alone. */
export type TargetKind =
  /** One-hot rows: one class of many. */
  | 'one-of-many'
  /** Zeros and ones in several columns, any number of them per row: several labels. */
  | 'several-labels'
  /** Zeros and ones in one column. */
  | 'yes-or-no'
  /** Rows of several numbers from 0 to 1 that sum to 1. */
  | 'probabilities'
  /** One column of 0, 1, 2 ... few of them: class numbers, or counts. */
  | 'class-numbers'
  /** One value and no other. */
  | 'constant'
  | 'numbers';

/** Most different whole numbers that may be class numbers. */
const MOST_CLASSES = 20;

/** Tells what targets are. @param values `[rows, columns]`, row-major; values that are not finite are left out. */
export function targetKind(values: ArrayLike<number>, columns: number): TargetKind {
  const distinct = new Set<number>();
  let [binary, unit, whole] = [true, true, true];
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value)) continue;
    binary &&= value === 0 || value === 1;
    unit &&= value >= 0 && value <= 1;
    whole &&= value >= 0 && Number.isInteger(value);
    if (distinct.size <= MOST_CLASSES) distinct.add(value);
  }
  if (distinct.size <= 1) return 'constant';
  if (columns === 1) {
    if (binary) return 'yes-or-no';
    const most = Math.max(...distinct);
    return whole && distinct.size >= 3 && distinct.size <= MOST_CLASSES && most < distinct.size + 1
      ? 'class-numbers'
      : 'numbers';
  }
  if (!unit) return 'numbers';
  if (sumsToOne(values, columns)) return binary ? 'one-of-many' : 'probabilities';
  return binary ? 'several-labels' : 'numbers';
}

function sumsToOne(values: ArrayLike<number>, columns: number): boolean {
  for (let k = 0; k < values.length; k += columns) {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += values[k + c]!;
    if (Math.abs(sum - 1) > 1e-4) return false;
  }
  return true;
}

/** Targets that are classes, whose outputs are probabilities. */
export const isClasses = (kind: TargetKind): boolean =>
  kind === 'one-of-many' || kind === 'several-labels' || kind === 'yes-or-no' || kind === 'probabilities';
