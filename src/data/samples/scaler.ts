import { checkChoice, ReluctantError } from '../../core';
import { mean, quantiles, standardDeviation } from '../../evaluation';
import { Table } from '../../tables';

/** Interquartile range of a normal variable of standard deviation 1. */
const INTERQUARTILE_OF_NORMAL = 1.3489795003921634;

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
    const [lower, median, upper] = quantiles(values, [0.25, 0.5, 0.75]) as [number, number, number];
    const spread = (upper - lower) / INTERQUARTILE_OF_NORMAL;
    return [median, spread > 0 ? spread : 1];
  }
  const center = mean(values);
  const deviation = standardDeviation(values);
  // A constant column has a deviation of rounding errors only, which must not be blown up to one.
  return [center, deviation > 1e-12 * Math.abs(center) ? deviation : 1];
}
