import { type RandomGenerator, unsafeUniformIntDistribution, xoroshiro128plus } from 'pure-rand';
import { ReluctantError } from './errors';

/**
 * A seeded stream of random numbers: the same seed gives the same numbers on every machine. Everything random in this
 * project draws from one of these; `fork` gives each part its own stream, so that adding a draw in one place does not
 * move the numbers of another.
 *
 * @example
 * const random = new Random(7);
 * random.uniform() < 1; // true
 */
export class Random {
  readonly seed: number;
  private readonly generator: RandomGenerator;
  private spareNormal: number | undefined;

  /** @param seed a whole number in [0, 2^32). */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new ReluctantError({
        code: 'seed-out-of-range',
        operation: 'Random',
        problem: 'the seed is not usable',
        received: seed,
        expected: 'a whole number from 0 to 4294967295',
      });
    }
    this.seed = seed;
    this.generator = xoroshiro128plus(mix(seed));
  }

  /** An independent stream named by `label`; it does not advance this one. */
  fork(label: string | number): Random {
    let hash = mix(this.seed ^ 0x9e3779b9);
    for (const character of String(label)) hash = mix(hash ^ character.codePointAt(0)!);
    return new Random(hash >>> 0);
  }

  /** Uniform on [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.generator.unsafeNext() >>> 5;
    const low = this.generator.unsafeNext() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return unsafeUniformIntDistribution(low, high, this.generator);
  }

  /** Standard normal (Marsaglia and Bray 1964, the polar method). */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal;
      this.spareNormal = undefined;
      return spare;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    this.spareNormal = v * scale;
    return u * scale;
  }

  /** Chi-squared with a whole number of degrees of freedom, as a sum of squared normals. */
  chiSquared(degrees: number): number {
    let sum = 0;
    for (let k = 0; k < degrees; k++) sum += this.normal() ** 2;
    return sum;
  }

  /** Student's t with `degrees` (a whole number > 2) degrees of freedom, scaled to unit variance. */
  standardizedT(degrees: number): number {
    const t = this.normal() / Math.sqrt(this.chiSquared(degrees) / degrees);
    return t * Math.sqrt((degrees - 2) / degrees);
  }

  /** The numbers 0 .. n-1 in random order (Durstenfeld 1964). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, k) => k);
    for (let k = n - 1; k > 0; k--) {
      const j = this.integer(0, k);
      const kept = order[k]!;
      order[k] = order[j]!;
      order[j] = kept;
    }
    return order;
  }
}

/** The 32-bit finaliser of MurmurHash3 (Appleby 2011): neighbouring seeds become unrelated states. */
function mix(seed: number): number {
  let h = seed | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
