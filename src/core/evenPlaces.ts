/** Places of `most` rows that are evenly spaced over all of them; of all where there are no more. */
export const evenPlaces = (rows: number, most: number): Int32Array =>
  most >= rows
    ? Int32Array.from({ length: rows }, (_, k) => k)
    : Int32Array.from({ length: most }, (_, k) => Math.floor((k * rows) / most));
