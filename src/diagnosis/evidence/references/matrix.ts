/** Numbers row by row: what the reference predictors read. */
export interface Matrix {
  /** Row-major, `rows * columns` values. */
  values: Float64Array;
  rows: number;
  columns: number;
}

/** Some rows of a matrix, in the order asked for. */
export function rowsOf({ values, columns }: Matrix, places: ArrayLike<number>): Matrix {
  const taken = new Float64Array(places.length * columns);
  for (let k = 0; k < places.length; k++)
    taken.set(values.subarray(places[k]! * columns, (places[k]! + 1) * columns), k * columns);
  return { values: taken, rows: places.length, columns };
}

/** One column of a matrix. */
export const columnOf = ({ values, rows, columns }: Matrix, column: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!);

/** Both matrices with every column centred and scaled by the first one's rows; columns that do not vary there become 0. */
export function standardizedTogether(training: Matrix, others: readonly Matrix[]): Matrix[] {
  const scale = standardizer(training);
  return [training, ...others].map(scale);
}

/** Centres and scales the columns of any matrix as those of the training rows are; columns that do not vary there become 0. */
export function standardizer({ values, rows, columns }: Matrix): (matrix: Matrix) => Matrix {
  const center = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let row = 0, k = 0; row < rows; row++) for (let c = 0; c < columns; c++, k++) center[c]! += values[k]! / rows;
  for (let row = 0, k = 0; row < rows; row++)
    for (let c = 0; c < columns; c++, k++) {
      const away = values[k]! - center[c]!;
      scale[c]! += (away * away) / rows;
    }
  for (let c = 0; c < columns; c++) {
    const std = Math.sqrt(scale[c]!);
    scale[c] = std > 1e-9 * Math.abs(center[c]!) && std > 0 ? 1 / std : 0;
  }
  return (matrix) => {
    const scaled = new Float64Array(matrix.values.length);
    for (let row = 0, k = 0; row < matrix.rows; row++)
      for (let c = 0; c < columns; c++, k++) {
        const z = (matrix.values[k]! - center[c]!) * scale[c]!;
        // Ten spreads away a row says "far" and no more: squared distances and slopes stay usable.
        scaled[k] = z > 10 ? 10 : z < -10 ? -10 : z;
      }
    return { ...matrix, values: scaled };
  };
}
