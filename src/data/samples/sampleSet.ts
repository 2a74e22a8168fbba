import { type TF, tf } from '../../core';
import { dayToText, MILLISECONDS_PER_DAY } from '../table/column';

/** The classes of the direction target, in the order of its one-hot columns. */
export const DIRECTIONS = ['down', 'flat', 'up'] as const;

/** Tensors of a {@link SampleSet}, as `fit` takes them. The caller disposes of them. */
export interface SampleTensors {
  /** [samples, window, features] */
  inputs: TF.Tensor3D;
  targets: {
    /** One-hot over down, flat, up: [samples, 3] */
    direction: TF.Tensor2D;
    /** [samples, 1] */
    volatility: TF.Tensor2D;
    /** [samples, 1] */
    magnitude: TF.Tensor2D;
  };
}

/** The values a {@link SampleSet} is made of; sample k is the k-th of each. */
export interface SampleValues {
  /** Scaled features, row-major [samples, window, features]. */
  inputs: Float32Array;
  /** Class of the direction: 0 down, 1 flat, 2 up. */
  directions: Uint8Array;
  /** Volatility per row ahead. */
  volatilities: Float32Array;
  /** |return| over the horizon. */
  magnitudes: Float32Array;
  /** Signed simple return over the horizon. */
  forwardReturns: Float32Array;
  /** Date of the last row of the window, the moment of prediction: days since 1970-01-01 (or milliseconds for instants). */
  dates: Int32Array | Float64Array;
  /** Symbol of each sample. */
  symbols: readonly string[];
  /** Row number of the last row of the window in the data set the samples were made from. */
  rows: Int32Array;
  /** Close of that row. */
  closes?: Float64Array;
}

/** What a diagnosis holds the tensors of samples against: the `facts` of training data. */
export interface SampleFacts {
  symbols: readonly string[];
  closes?: Float64Array;
  returns: Float32Array;
  features: readonly string[];
  /** The classes of the direction in the order of its columns. */
  classes: { direction: readonly string[] };
}

/** Samples of one part of the data, as plain arrays, made by {@link makeSamples}; {@link toTensors} turns them into what a model takes. */
export class SampleSet implements SampleValues {
  readonly inputs: Float32Array;
  readonly directions: Uint8Array;
  readonly volatilities: Float32Array;
  readonly magnitudes: Float32Array;
  readonly forwardReturns: Float32Array;
  readonly dates: Int32Array | Float64Array;
  readonly symbols: readonly string[];
  readonly rows: Int32Array;
  readonly closes?: Float64Array;

  /**
   * @param window rows per sample.
   * @param features their names, in the order of the last axis of the inputs.
   */
  constructor(
    readonly window: number,
    readonly features: readonly string[],
    values: SampleValues,
  ) {
    this.inputs = values.inputs;
    this.directions = values.directions;
    this.volatilities = values.volatilities;
    this.magnitudes = values.magnitudes;
    this.forwardReturns = values.forwardReturns;
    this.dates = values.dates;
    this.symbols = values.symbols;
    this.rows = values.rows;
    if (values.closes) this.closes = values.closes;
  }

  /** Number of samples. */
  get size(): number {
    return this.rows.length;
  }

  /** Shape of the inputs: [samples, window, features]. */
  get shape(): [number, number, number] {
    return [this.size, this.window, this.features.length];
  }

  /** Inputs and targets as new tensors; dispose of them after use (`tf.dispose(tensors)`). */
  toTensors(): SampleTensors {
    const n = this.size;
    const oneHot = new Float32Array(n * DIRECTIONS.length);
    this.directions.forEach((direction, k) => {
      oneHot[k * DIRECTIONS.length + direction] = 1;
    });
    return {
      inputs: tf.tensor3d(this.inputs, this.shape),
      targets: {
        direction: tf.tensor2d(oneHot, [n, DIRECTIONS.length]),
        volatility: tf.tensor2d(this.volatilities, [n, 1]),
        magnitude: tf.tensor2d(this.magnitudes, [n, 1]),
      },
    };
  }

  /** What is known of the samples beyond their tensors: pass it on as `facts`, and `diagnose` compares the two. */
  facts(): SampleFacts {
    const { symbols, closes, forwardReturns, features } = this;
    return {
      symbols,
      ...(closes && { closes }),
      returns: forwardReturns,
      features,
      classes: { direction: DIRECTIONS },
    };
  }

  /** The first samples, or those at the given positions. */
  take(which: number | ArrayLike<number>): SampleSet {
    const at =
      typeof which === 'number'
        ? Int32Array.from({ length: Math.min(which, this.size) }, (_, k) => k)
        : Int32Array.from(which);
    const size = this.window * this.features.length;
    const inputs = new Float32Array(at.length * size);
    at.forEach((from, to) => {
      inputs.set(this.inputs.subarray(from * size, (from + 1) * size), to * size);
    });
    const pick = <A extends Float32Array | Float64Array | Int32Array | Uint8Array>(values: A): A => {
      const picked = new (values.constructor as new (n: number) => A)(at.length);
      at.forEach((from, to) => {
        picked[to] = values[from]!;
      });
      return picked;
    };
    return new SampleSet(this.window, this.features, {
      inputs,
      directions: pick(this.directions),
      volatilities: pick(this.volatilities),
      magnitudes: pick(this.magnitudes),
      forwardReturns: pick(this.forwardReturns),
      dates: pick(this.dates),
      symbols: Array.from(at, (k) => this.symbols[k]!),
      rows: pick(this.rows),
      ...(this.closes && { closes: pick(this.closes) }),
    });
  }

  /** First and last date, as ISO days; empty texts for no samples. */
  get period(): [string, string] {
    let first = Infinity;
    let last = -Infinity;
    for (const date of this.dates) {
      first = Math.min(first, date);
      last = Math.max(last, date);
    }
    if (this.size === 0) return ['', ''];
    const day = (date: number) =>
      dayToText(this.dates instanceof Int32Array ? date : Math.floor(date / MILLISECONDS_PER_DAY));
    return [day(first), day(last)];
  }
}
