import { checkNumber, type TF, tf } from '../core';
import { census, quantiles } from '../evaluation';
import { formatShare, Table } from '../tables';
import { evenRows, forEachPass, type LayerPass, type ModelInputs, orderedInputs, unitsOf } from './layers';

/** What one layer does with the rows it was shown. Shares are fractions of 1; NaN where a notion does not apply. */
export interface LayerActivation {
  layer: string;
  /** Class of the layer, e.g. `Dense`. */
  kind: string;
  /** Name of the activation, `''` when the layer has none. */
  activation: string;
  units: number;
  /** Values seen: rows x positions x units. */
  values: number;
  /** Share of units that are dead: rectified (ReLU, ReLU6) and above zero on fewer than `deadBelow` of the values. */
  deadShare: number;
  /** Share of values where the activation is saturated (sigmoid, tanh, hard sigmoid): see {@link SATURATION}. */
  saturatedShare: number;
  /** Share of units that give the same value for every row. */
  constantShare: number;
  /** Share of values that are exactly 0, after the activation. */
  zeroShare: number;
  nan: number;
  infinite: number;
  mean: number;
  std: number;
  min: number;
  max: number;
  /** Quantiles of the pre-activation, from at most 100,000 evenly spaced values; the extremes are exact. */
  preMin: number;
  preP01: number;
  preP05: number;
  preP50: number;
  preP95: number;
  preP99: number;
  preMax: number;
}

/** What one unit of a layer does. */
export interface UnitActivation {
  layer: string;
  unit: number;
  /** Share of values above zero, after the activation. */
  activeShare: number;
  /** True when the unit is rectified and `activeShare` is below `deadBelow`. */
  dead: boolean;
  saturatedShare: number;
  mean: number;
  std: number;
  min: number;
  max: number;
  preMean: number;
  preMin: number;
  preMax: number;
}

/** How {@link activations} looks. */
export interface ActivationOptions {
  /** Rows looked at, evenly spaced over those given. Default 4,096. */
  rows?: number;
  /** A rectified unit above zero on a smaller share of values is dead. Default 0.01 (Amazon SageMaker Debugger, DeadRelu). */
  deadBelow?: number;
}

/**
 * Pre-activation beyond which an activation is saturated: its slope is below 1 % of its steepest. For the sigmoid
 * s(1-s) < 0.0025 at |z| > 5.9866, for tanh 1-t^2 < 0.01 at |z| > 2.9932; the hard sigmoid is flat beyond 2.5.
 */
export const SATURATION: Readonly<Record<string, number>> = { sigmoid: 5.9866, tanh: 2.9932, hardSigmoid: 2.5 };

const RECTIFIED = new Set(['relu', 'relu6']);

/** Rows per layer, and per unit in `units`: what {@link activations} gives. */
export class ActivationTable extends Table<LayerActivation> {
  /** Every unit of every layer. */
  readonly units: Table<UnitActivation>;

  constructor(layers: LayerActivation[], units: UnitActivation[]) {
    const share = (value: unknown) => formatShare(Number(value));
    super(layers, {
      title: 'Activations',
      formats: { deadShare: share, saturatedShare: share, constantShare: share, zeroShare: share },
    });
    this.units = new Table(units, { title: 'Units', formats: { activeShare: share, saturatedShare: share } });
  }
}

/**
 * What every layer does with the rows `x`: dead units, saturation, constancy, and the quantiles of the pre-activations, also
 * of activations fused into a layer. The model runs in inference mode and is not changed.
 *
 * @param model any layers model; nested models are opened, shared layers appear once per call (`name#2` ...).
 * @param x its inputs, rows first: a tensor, an array in the model's order, or a record by input name.
 * @returns a row per layer; `.units` has a row per unit. Nothing is kept on the device.
 * @throws ReluctantError `inputs-mismatch` when the inputs do not fit the model or have 0 rows.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, activation: 'relu', inputShape: [3] })] });
 * inspect.activations(model, tf.zeros([4, 3])).rows[0].deadShare; // 1: nothing is above zero
 */
export function activations(model: TF.LayersModel, x: ModelInputs, options: ActivationOptions = {}): ActivationTable {
  const rows = checkNumber('inspect.activations', 'rows', options.rows ?? 4096, 1);
  const deadBelow = checkNumber('inspect.activations', 'deadBelow', options.deadBelow ?? 0.01, 0, 1);
  const inputs = orderedInputs('inspect.activations', model, x);
  const layers: LayerActivation[] = [];
  const units: UnitActivation[] = [];
  tf.tidy(() => {
    forEachPass(model, evenRows(inputs, Math.floor(rows)), (pass) => {
      const seen = unitRows(pass, deadBelow);
      units.push(...seen);
      layers.push(layerRow(pass, seen));
    });
  });
  return new ActivationTable(layers, units);
}

const labelOf = ({ layer, call }: LayerPass): string => (call === 0 ? layer.name : `${layer.name}#${call + 1}`);

function unitRows(pass: LayerPass, deadBelow: number): UnitActivation[] {
  const { activation, before, after } = pass;
  const units = unitsOf(after);
  const label = labelOf(pass);
  const [post, pre] = [after.dataSync(), before === after ? undefined : before.dataSync()];
  const bound = SATURATION[activation];
  return Array.from({ length: units }, (_, unit) => {
    const own = column(post, unit, units);
    const ownPre = pre && pre.length === post.length ? column(pre, unit, units) : own;
    let [active, beyond] = [0, 0];
    for (const value of own) if (value > 0) active++;
    if (bound !== undefined) for (const value of ownPre) if (Math.abs(value) > bound) beyond++;
    const [stats, preStats] = [census(own), census(ownPre)];
    const activeShare = active / own.length;
    return {
      layer: label,
      unit,
      activeShare,
      dead: RECTIFIED.has(activation) && activeShare < deadBelow,
      saturatedShare: bound === undefined ? Number.NaN : beyond / own.length,
      mean: stats.mean,
      std: stats.std,
      min: stats.min,
      max: stats.max,
      preMean: preStats.mean,
      preMin: preStats.min,
      preMax: preStats.max,
    };
  });
}

function layerRow(pass: LayerPass, units: UnitActivation[]): LayerActivation {
  const { layer, activation, before, after } = pass;
  const values = after.dataSync();
  const { nan, infinite, zeros, mean, std, min, max, count } = census(values);
  const pre = before === after ? values : before.dataSync();
  const finite = spread(pre, 100_000).filter(Number.isFinite);
  const [p01, p05, p50, p95, p99] = finite.length
    ? quantiles(finite, [0.01, 0.05, 0.5, 0.95, 0.99])
    : new Array<number>(5).fill(Number.NaN);
  const share = (test: (unit: UnitActivation) => boolean) => units.filter(test).length / units.length;
  return {
    layer: labelOf(pass),
    kind: layer.getClassName(),
    activation,
    units: units.length,
    values: count,
    deadShare: RECTIFIED.has(activation) ? share((unit) => unit.dead) : Number.NaN,
    saturatedShare: activation in SATURATION ? average(units.map((unit) => unit.saturatedShare)) : Number.NaN,
    constantShare: share((unit) => unit.min === unit.max),
    zeroShare: zeros / count,
    nan,
    infinite,
    mean,
    std,
    min,
    max,
    preMin: extreme(units, 'preMin', Math.min),
    preP01: p01!,
    preP05: p05!,
    preP50: p50!,
    preP95: p95!,
    preP99: p99!,
    preMax: extreme(units, 'preMax', Math.max),
  };
}

const average = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The extreme of the units that have a finite value at all. */
function extreme(units: UnitActivation[], key: 'preMin' | 'preMax', pick: (a: number, b: number) => number): number {
  const known = units.map((unit) => unit[key]).filter((value) => !Number.isNaN(value));
  return known.length ? known.reduce((a, b) => pick(a, b)) : Number.NaN;
}

type Values = Float32Array | Int32Array | Uint8Array;

function column(values: Values, unit: number, units: number): Float32Array {
  const own = new Float32Array(values.length / units);
  for (let k = 0; k < own.length; k++) own[k] = values[k * units + unit]!;
  return own;
}

function spread(values: Values, limit: number): Float32Array {
  const n = Math.min(limit, values.length);
  return Float32Array.from({ length: n }, (_, k) => values[Math.floor((k * values.length) / n)]!);
}
