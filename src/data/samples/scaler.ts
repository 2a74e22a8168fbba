import { checkChoice, ReluctantError } from '../../core';
import { Table } from '../../tables';

/** How a feature is brought to a common scale. */
export type Scaling = 'standard' | 'robust' | 'none';

/** The plain form of a {@link Scaler}, as it is saved beside a model. */
export interface ScalerState {
  scaling: Scaling;
  features: readonly string[];
  centers: readonly number[];
  scales: readonly number[];
}

/**
 * Centre and scale per feature, fitted on the training part and used on all: x -> (x - center) / scale. `standard` is
 * mean and standard deviation; `robust` is median and interquartile range / 1.349 (equal to the standard deviation for a
 * normal feature, and unmoved by outliers). A feature that never changes is only centred.
 *
 * @example
 * const scaler = Scaler.fit('standard', ['x'], [Float64Array.of(1, 3)]);
 * scaler.transform(0, 3); // 1
 */
export class Scaler {
  private constructor(private readonly state: ScalerState) {}

  /** The features it was fitted on, in order. */
  get features(): readonly string[] {
    return this.state.features;
  }

  /**
   * Learns centres and scales.
   * @param features names, one per column.
   * @param columns the training values of each; NaN is skipped.
   */
  static fit(scaling: Scaling, features: readonly string[], columns: readonly ArrayLike<number>[]): Scaler {
    checkChoice('data.Scaler.fit', 'scaling', scaling, ['standard', 'robust', 'none'] as const);
    const fitted = columns.map((column) => fitOne(scaling, column));
    return new Scaler({
      scaling,
      features: [...features],
      centers: fitted.map(([center]) => center),
      scales: fitted.map(([, scale]) => scale),
    });
  }

  /** A scaler from what {@link toJSON} gave. */
  static from(state: ScalerState): Scaler {
    const { scaling, features, centers, scales } = state;
    const whole =
      Array.isArray(features) &&
      centers?.length === features.length &&
      scales?.length === features.length &&
      [...centers, ...scales].every((value) => Number.isFinite(value)) &&
      scales.every((value) => value > 0);
    if (whole) return new Scaler({ scaling, features, centers, scales });
    throw new ReluctantError({
      code: 'scaler-damaged',
      operation: 'data.Scaler.from',
      problem: 'the saved scaler is not usable',
      received: state,
      expected: 'as many finite centers and positive scales as features',
    });
  }

  /** The scaled value of feature number `feature`. */
  transform(feature: number, value: number): number {
    return (value - this.state.centers[feature]!) / this.state.scales[feature]!;
  }

  /** Centre and scale of each feature, to look at. */
  describe(): Table<{ feature: string; center: number; scale: number }> {
    const { features, centers, scales, scaling } = this.state;
    return new Table(
      features.map((feature, k) => ({ feature, center: centers[k]!, scale: scales[k]! })),
      { title: `Scaling: ${scaling}` },
    );
  }

  /** Its plain form, to save beside a model. */
  toJSON(): ScalerState {
    return this.state;
  }
}

function fitOne(scaling: Scaling, column: ArrayLike<number>): [number, number] {
  if (scaling === 'none') return [0, 1];
  const values = Float64Array.from(column).filter((value) => Number.isFinite(value));
  if (values.length === 0) return [0, 1];
  if (scaling === 'robust') {
    values.sort();
    const quartiles = (quantile(values, 0.75) - quantile(values, 0.25)) / 1.3489795003921634;
    return [quantile(values, 0.5), quartiles > 0 ? quartiles : 1];
  }
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / values.length;
  // A constant column has a variance of rounding errors only, which must not be blown up to one.
  return [mean, variance > (1e-12 * mean) ** 2 && variance > 0 ? Math.sqrt(variance) : 1];
}

/** Quantile of sorted values with linear interpolation (type 7 of Hyndman and Fan 1996, the default of NumPy and R). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
