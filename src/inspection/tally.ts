/** What one unit of a layer did, as far as it was seen. */
export interface UnitTally {
  /** Values seen, finite or not. */
  count: number;
  /** Values above zero. */
  active: number;
  nan: number;
  infinite: number;
  zeros: number;
  /** Of the finite values; NaN when there are none. */
  mean: number;
  std: number;
  min: number;
  max: number;
}

/**
 * Counts and moments of every unit of a layer, gathered piece by piece: memory does not grow with the rows that are seen.
 * Moments are sums of distances from the first value of each unit, so that a large mean costs no digits (Chan, Golub and
 * LeVeque 1983, shifted data).
 */
export class Tally {
  private readonly counts: Float64Array;
  private readonly actives: Float64Array;
  private readonly nans: Float64Array;
  private readonly infinities: Float64Array;
  private readonly zeros: Float64Array;
  private readonly shifts: Float64Array;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  private readonly least: Float64Array;
  private readonly most: Float64Array;
  private readonly beyond: Float64Array;

  constructor(readonly units: number) {
    const zeros = () => new Float64Array(units);
    [this.counts, this.actives, this.nans, this.infinities, this.zeros] = [zeros(), zeros(), zeros(), zeros(), zeros()];
    [this.sums, this.squares, this.beyond] = [zeros(), zeros(), zeros()];
    this.shifts = zeros().fill(Number.NaN);
    this.least = zeros().fill(Infinity);
    this.most = zeros().fill(-Infinity);
  }

  /** Adds values whose last axis is the units; those further than `bound` from zero are counted as well. */
  add(values: ArrayLike<number>, bound = Infinity): void {
    const { units } = this;
    for (let k = 0, unit = 0; k < values.length; k++, unit = unit + 1 === units ? 0 : unit + 1) {
      const value = values[k]!;
      this.counts[unit]!++;
      if (value > 0) this.actives[unit]!++;
      if (Math.abs(value) > bound) this.beyond[unit]!++;
      if (!Number.isFinite(value)) {
        if (Number.isNaN(value)) this.nans[unit]!++;
        else this.infinities[unit]!++;
        continue;
      }
      if (value === 0) this.zeros[unit]!++;
      if (value < this.least[unit]!) this.least[unit] = value;
      if (value > this.most[unit]!) this.most[unit] = value;
      if (Number.isNaN(this.shifts[unit]!)) this.shifts[unit] = value;
      const distance = value - this.shifts[unit]!;
      this.sums[unit]! += distance;
      this.squares[unit]! += distance * distance;
    }
  }

  /** Share of a unit's values further from zero than the bound. */
  beyondShare(unit: number): number {
    return this.beyond[unit]! / this.counts[unit]!;
  }

  of(unit: number): UnitTally {
    const [count, nan, infinite] = [this.counts[unit]!, this.nans[unit]!, this.infinities[unit]!];
    const finite = count - nan - infinite;
    const offset = this.sums[unit]! / finite;
    const none = finite === 0;
    return {
      count,
      active: this.actives[unit]!,
      nan,
      infinite,
      zeros: this.zeros[unit]!,
      mean: none ? Number.NaN : this.shifts[unit]! + offset,
      std: none ? Number.NaN : Math.sqrt(Math.max(0, this.squares[unit]! / finite - offset * offset)),
      min: none ? Number.NaN : this.least[unit]!,
      max: none ? Number.NaN : this.most[unit]!,
    };
  }

  /** All units as if they were one. */
  total(): UnitTally {
    const all = Array.from({ length: this.units }, (_, unit) => this.of(unit));
    const sum = (pick: (unit: UnitTally) => number) => all.reduce((total, unit) => total + pick(unit), 0);
    const finiteUnits = all.filter(({ mean }) => !Number.isNaN(mean));
    const finite = ({ count, nan, infinite }: UnitTally) => count - nan - infinite;
    const weight = finiteUnits.reduce((total, unit) => total + finite(unit), 0);
    const mean = finiteUnits.reduce((total, unit) => total + finite(unit) * unit.mean, 0) / weight;
    const variance =
      finiteUnits.reduce((total, unit) => total + finite(unit) * (unit.std ** 2 + (unit.mean - mean) ** 2), 0) / weight;
    return {
      count: sum(({ count }) => count),
      active: sum(({ active }) => active),
      nan: sum(({ nan }) => nan),
      infinite: sum(({ infinite }) => infinite),
      zeros: sum(({ zeros }) => zeros),
      mean,
      std: Math.sqrt(variance),
      min: finiteUnits.length ? finiteUnits.reduce((least, unit) => Math.min(least, unit.min), Infinity) : Number.NaN,
      max: finiteUnits.length ? finiteUnits.reduce((most, unit) => Math.max(most, unit.max), -Infinity) : Number.NaN,
    };
  }
}
