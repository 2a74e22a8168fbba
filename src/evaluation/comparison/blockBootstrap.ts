import { checkChoice, checkInteger, checkNumber, Random, ReluctantError } from '../../core';
import { quantiles } from '../statistics/distributions';
import { standardDeviation } from '../statistics/moments';
import { checkOptions } from '../statistics/options';

/** How {@link resampleBlocks} draws rows. */
export interface BlockOptions {
  /** Length of a block; of `stationary`, its mean length. Default: the cube root of the rows, rounded, and at least twice the horizon. */
  block?: number;
  /** Rows that one outcome spans. Default 1. */
  horizon?: number;
  /**
   * `stationary` (default): blocks of random length (Politis and Romano 1994). `circular`: blocks of one length, the end joined to the beginning
   * (Politis and Romano 1992).
   */
  kind?: 'stationary' | 'circular';
  /** Default 1. */
  seed?: number;
}

/**
 * Rows drawn with replacement in blocks, so that neighbours stay together: what the bootstrap of dependent rows resamples.
 *
 * @param rows in the data, at least 2.
 * @param draws resamples.
 * @returns per draw, `rows` positions.
 * @example
 * resampleBlocks(100, 3, { block: 10 }).map((resample) => resample.length); // [100, 100, 100]
 */
export function resampleBlocks(rows: number, draws: number, options: BlockOptions = {}): Int32Array[] {
  const operation = 'resampleBlocks';
  checkOptions(operation, options, ['block', 'horizon', 'kind', 'seed']);
  checkInteger(operation, 'rows', rows, 2);
  checkInteger(operation, 'draws', draws, 1);
  const horizon = checkInteger(operation, 'horizon', options.horizon ?? 1, 1);
  const block = checkNumber(
    operation,
    'block',
    options.block ?? Math.max(Math.round(Math.cbrt(rows)), 2 * horizon),
    1,
    rows,
  );
  const kind = checkChoice(operation, 'kind', options.kind ?? 'stationary', ['stationary', 'circular']);
  const random = new Random(options.seed ?? 1);
  return Array.from({ length: draws }, () => {
    const places = new Int32Array(rows);
    let place = 0;
    for (let t = 0; t < rows; t++) {
      const fresh = kind === 'stationary' ? random.uniform() < 1 / block : t % Math.round(block) === 0;
      place = t === 0 || fresh ? random.integer(0, rows - 1) : (place + 1) % rows;
      places[t] = place;
    }
    return places;
  });
}

/** A statistic with its error by bootstrap. */
export interface Bootstrapped {
  /** Of the data themselves. */
  value: number;
  standardError: number;
  /** From the quantiles of the resamples (Efron 1981). */
  interval: [number, number];
}

/**
 * The error of any statistic of dependent rows, by resampling blocks of them.
 *
 * @param rows in the data.
 * @param statistic of the rows at the given positions; must be finite.
 * @param options `draws` (default 999), `level` (default 0.05, an interval of 95 %), and those of {@link resampleBlocks}.
 * @throws ReluctantError `not-finite` when the statistic of the data or of a resample is not a number.
 * @example
 * const returns = Array.from({ length: 200 }, (_, t) => Math.sin(t * t));
 * const { interval } = blockBootstrap(200, (places) => mean(Array.from(places, (t) => returns[t])));
 * interval[0] < 0 && 0 < interval[1]; // true
 */
export function blockBootstrap(
  rows: number,
  statistic: (places: Int32Array) => number,
  options: BlockOptions & { draws?: number; level?: number } = {},
): Bootstrapped {
  const operation = 'blockBootstrap';
  const { draws = 999, level = 0.05, ...blocks } = options;
  checkInteger(operation, 'draws', draws, 19);
  checkNumber(operation, 'level', level, 1e-12, 1);
  const measure = (places: Int32Array, draw: number) => {
    const value = statistic(places);
    if (Number.isFinite(value)) return value;
    throw new ReluctantError({
      code: 'not-finite',
      operation,
      problem: `the statistic of ${draw < 0 ? 'the data' : 'a resample'} is not a finite number`,
      ...(draw < 0 ? {} : { where: { draw } }),
      received: value,
      expected: 'a statistic that is defined whichever rows are drawn',
    });
  };
  const value = measure(
    Int32Array.from({ length: checkInteger(operation, 'rows', rows, 2) }, (_, t) => t),
    -1,
  );
  const values = resampleBlocks(rows, draws, blocks).map(measure);
  const [low, high] = quantiles(values, [level / 2, 1 - level / 2]);
  return { value, standardError: standardDeviation(values, 1), interval: [low!, high!] };
}
