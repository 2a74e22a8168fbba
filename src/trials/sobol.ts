import { ReluctantError } from '../core';

/**
 * Primitive polynomials and initial direction numbers of Joe and Kuo (2008, "new-joe-kuo-6"), dimensions 2 to 21: degree,
 * coefficients, numbers.
 */
const DIRECTIONS: readonly (readonly [degree: number, coefficients: number, numbers: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
];
const BITS = 30;

/** Settings that the sequence covers at once. */
export const MOST_DIMENSIONS = DIRECTIONS.length + 1;

/**
 * Points of the Sobol sequence (Sobol 1967), in Gray-code order (Antonov and Saleev 1979), the origin first: they fill the unit cube more
 * evenly than random ones, best in numbers that are powers of 2.
 *
 * @throws ReluctantError `too-many-dimensions`.
 * @example
 * sobol(3, 2); // [[0, 0], [0.5, 0.5], [0.75, 0.25]]
 */
export function sobol(count: number, dimensions: number): number[][] {
  if (dimensions > MOST_DIMENSIONS) {
    throw new ReluctantError({
      code: 'too-many-dimensions',
      operation: 'sweep',
      problem: 'the Sobol sequence has direction numbers for fewer settings',
      received: dimensions,
      expected: `at most ${MOST_DIMENSIONS} settings`,
      fix: 'choose the method random, or vary fewer settings',
    });
  }
  const directions = Array.from({ length: dimensions }, (_, k) => directionsOf(k));
  const state = new Array<number>(dimensions).fill(0);
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) {
      const bit = trailingOnes(index - 1);
      state.forEach((value, k) => {
        state[k] = value ^ directions[k]![bit]!;
      });
    }
    return state.map((value) => value / 2 ** BITS);
  });
}

function directionsOf(dimension: number): number[] {
  if (dimension === 0) return Array.from({ length: BITS }, (_, k) => 2 ** (BITS - 1 - k));
  const [degree, coefficients, numbers] = DIRECTIONS[dimension - 1]!;
  const directions = numbers.map((number, k) => number * 2 ** (BITS - 1 - k));
  for (let k = degree; k < BITS; k++) {
    let value = directions[k - degree]! ^ (directions[k - degree]! >> degree);
    for (let j = 1; j < degree; j++) if ((coefficients >> (degree - 1 - j)) & 1) value ^= directions[k - j]!;
    directions.push(value);
  }
  return directions;
}

function trailingOnes(value: number): number {
  let bits = 0;
  for (let rest = value; rest & 1; rest >>= 1) bits++;
  return bits;
}
