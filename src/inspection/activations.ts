import { checkNumber, type TF, tf } from '../core';
import { quantiles } from '../evaluation';
import { activationFacts } from '../layers/activations';
import { deadUnits, type Figure, type QuantileRange, quantileRanges } from '../plots';
import { formatShare, Table } from '../tables';
import { DrawnTable } from './drawnTable';
import { evenPlaces, forEachPass, type LayerPass, type ModelInputs, orderedInputs, unitsOf } from './layers';
import { Tally } from './tally';

/** Activations of one layer over the rows it was shown. Shares are fractions of 1; NaN where a notion does not apply. */
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
  /** Share of values where a sigmoid, tanh, softsign or hard form of these has a slope under 1 % of its steepest. */
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
  /** Quantiles of the pre-activation, from about 20,000 evenly spaced values; the extremes are exact. */
  preMin: number;
  preP01: number;
  preP05: number;
  preP50: number;
  preP95: number;
  preP99: number;
  preMax: number;
}

/** Activations of one unit of a layer. */
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

/** Options of {@link activations}. */
export interface ActivationOptions {
  /**
   * Rows looked at, evenly spaced over those given. Default 4,096, and fewer (down to 256) where windows and channels make
   * 4,096 rows more than 8 million values.
   */
  rows?: number;
  /** A rectified unit above zero on a smaller share of values is dead. Default 0.01 (Amazon SageMaker Debugger, DeadRelu). */
  deadBelow?: number;
}

/** Rows per layer, and per unit in `units`: what {@link activations} gives. */
export class ActivationTable extends DrawnTable<LayerActivation> {
  /** Every unit of every layer. */
  readonly units: Table<UnitActivation>;

  constructor(
    layers: LayerActivation[],
    units: UnitActivation[],
    private readonly deadBelow = 0.01,
  ) {
    const share = (value: unknown) => formatShare(Number(value));
    super(layers, {
      title: 'Activations',
      formats: { deadShare: share, saturatedShare: share, constantShare: share, zeroShare: share },
    });
    this.units = new Table(units, { title: 'Units', formats: { activeShare: share, saturatedShare: share } });
  }

  /** The pre-activations of every layer, and how often the units of rectified layers are on. */
  figures(): Figure[] {
    const ranges = quantileRanges(this.rows.map(rangeOf), {
      title: 'Pre-activations by layer',
      subtitle: 'what each layer computes before its activation',
      axis: 'pre-activation',
    });
    const rectified = this.rows.filter((row) => !Number.isNaN(row.deadShare)).slice(0, 24);
    const layers = rectified.map(({ layer }) => ({
      layer,
      activeShare: this.units.rows.filter((unit) => unit.layer === layer).map((unit) => unit.activeShare),
    }));
    return layers.length ? [ranges, deadUnits(layers, { deadBelow: this.deadBelow })] : [ranges];
  }
}

function rangeOf(row: LayerActivation): QuantileRange {
  const { layer, activation, nan, infinite, deadShare, saturatedShare, constantShare } = row;
  const troubles: [number, string][] = [
    [nan + infinite > 0 ? 1 : 0, `${nan + infinite} not finite`],
    [deadShare, `dead ${formatShare(deadShare)}`],
    [saturatedShare, `saturated ${formatShare(saturatedShare)}`],
    [constantShare === 1 ? 1 : 0, 'constant'],
  ];
  const trouble = troubles.find(([size]) => size > 0.5);
  return {
    name: layer,
    min: row.preMin,
    p05: row.preP05,
    p50: row.preP50,
    p95: row.preP95,
    max: row.preMax,
    note: trouble ? trouble[1] : activation,
    isBad: trouble !== undefined,
  };
}

/**
 * Inspects the activations of every layer for the rows `x`: dead units, saturation, constancy, quantiles of pre-activations, also
 * of activations fused into a layer. The model runs in inference mode and is not changed.
 *
 * @param model any layers model; nested models are opened, shared layers appear once per call (`name#2` ...).
 * @param x its inputs, rows first: a tensor, an array in the model's order, or a record by input name.
 * @returns a row per layer; `.units` has a row per unit, `.figures()` draws both. Nothing is kept on the device.
 * @throws ReluctantError `inputs-mismatch` when the inputs do not fit the model or have 0 rows.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, activation: 'relu', inputShape: [3] })] });
 * inspect.activations(model, tf.zeros([4, 3])).rows[0].deadShare; // 1: nothing is above zero
 */
export function activations(model: TF.LayersModel, x: ModelInputs, options: ActivationOptions = {}): ActivationTable {
  const rows = checkNumber('inspect.activations', 'rows', options.rows ?? 4096, 1);
  const deadBelow = checkNumber('inspect.activations', 'deadBelow', options.deadBelow ?? 0.01, 0, 1);
  const inputs = orderedInputs('inspect.activations', model, x);
  const given = inputs[0]!.shape[0]!;
  const perRow = valuesPerRow(model, inputs);
  const affordable = Math.max(LEAST_ROWS, Math.min(4096, Math.floor(MOST_VALUES / perRow)));
  const looked = Math.min(given, options.rows === undefined ? affordable : Math.floor(rows));
  const places = evenPlaces(given, looked);
  const piece = Math.max(1, Math.floor(PIECE_VALUES / perRow));
  const tallies = new Map<TF.layers.Layer, LayerTally[]>();
  for (let start = 0; start < looked; start += piece)
    tf.tidy(() => {
      const part = tf.tensor1d(places.subarray(start, start + piece), 'int32');
      const rowsOfPart = inputs.map((input) => tf.gather(input, part));
      forEachPass(model, rowsOfPart, (pass) => note(tallies, pass, looked));
    });
  const all = [...tallies.values()].flat();
  return new ActivationTable(
    all.map((layer) => layerRow(layer, deadBelow)),
    all.flatMap((layer) => unitRows(layer, deadBelow)),
    deadBelow,
  );
}

/** Values of all layers together: looked at by default at most, and held at a time. */
const MOST_VALUES = 2 ** 23;
const PIECE_VALUES = 2 ** 21;
const LEAST_ROWS = 256;
/** Values of a layer that the quantiles of its pre-activations are taken from. */
const SAMPLED = 20_000;

/** How many values all layers together give for a row. */
function valuesPerRow(model: TF.LayersModel, inputs: TF.Tensor[]): number {
  const few = Math.min(4, inputs[0]!.shape[0]!);
  let values = 0;
  tf.tidy(() => {
    const start = inputs.map((input) => tf.slice(input, 0, few));
    forEachPass(model, start, ({ after }) => {
      values += after.size;
    });
  });
  return Math.max(1, values / few);
}

/** What one call of one layer does with the rows, gathered piece by piece. */
interface LayerTally {
  label: string;
  kind: string;
  activation: string;
  after: Tally;
  /** The same object as `after` for layers without an activation. */
  before: Tally;
  /** Every `stride`-th pre-activation. */
  sampled: number[];
  stride: number;
  /** Pre-activations so far, to keep the stride from piece to piece. */
  passed: number;
}

/** Distance from 0 beyond which a saturating activation is flat; all of them are symmetric. */
function saturationOf(activation: string): number | undefined {
  const facts = activationFacts(activation);
  return facts?.kind === 'saturating' ? facts.flat[1] : undefined;
}

function note(tallies: Map<TF.layers.Layer, LayerTally[]>, pass: LayerPass, rows: number): void {
  const { layer, call, activation, before, after } = pass;
  const calls = tallies.get(layer) ?? [];
  tallies.set(layer, calls);
  const rowsNow = after.shape[0] ?? 1;
  calls[call] ??= startOf(pass, Math.ceil((after.size / rowsNow) * rows));
  const tally = calls[call];
  const bound = saturationOf(activation);
  const values = after.dataSync();
  const pre = before === after ? values : before.dataSync();
  tally.after.add(values, tally.before === tally.after ? bound : undefined);
  if (tally.before !== tally.after) tally.before.add(pre, bound);
  const { stride } = tally;
  for (let k = (stride - (tally.passed % stride)) % stride; k < pre.length; k += stride)
    if (Number.isFinite(pre[k]!)) tally.sampled.push(pre[k]!);
  tally.passed += pre.length;
}

function startOf({ layer, call, activation, before, after }: LayerPass, expected: number): LayerTally {
  const tally = new Tally(unitsOf(after));
  const separate = before !== after && before.size === after.size;
  return {
    label: call === 0 ? layer.name : `${layer.name}#${call + 1}`,
    kind: layer.getClassName(),
    activation,
    after: tally,
    before: separate ? new Tally(unitsOf(before)) : tally,
    sampled: [],
    stride: Math.max(1, Math.ceil(expected / SAMPLED)),
    passed: 0,
  };
}

function unitRows({ label, activation, after, before }: LayerTally, deadBelow: number): UnitActivation[] {
  const saturates = saturationOf(activation) !== undefined;
  const rectifies = activationFacts(activation)?.kind === 'rectified';
  return Array.from({ length: after.units }, (_, unit) => {
    const { count, active, mean, std, min, max } = after.of(unit);
    const pre = before.of(unit);
    const activeShare = active / count;
    return {
      layer: label,
      unit,
      activeShare,
      dead: rectifies && activeShare < deadBelow,
      saturatedShare: saturates ? before.beyondShare(unit) : Number.NaN,
      mean,
      std,
      min,
      max,
      preMean: pre.mean,
      preMin: pre.min,
      preMax: pre.max,
    };
  });
}

function layerRow(tally: LayerTally, deadBelow: number): LayerActivation {
  const { label, kind, activation, after, before, sampled } = tally;
  const units = unitRows(tally, deadBelow);
  const shape = activationFacts(activation)?.kind;
  const { count, nan, infinite, zeros, mean, std, min, max } = after.total();
  const pre = before.total();
  const [p01, p05, p50, p95, p99] = sampled.length
    ? quantiles(sampled, [0.01, 0.05, 0.5, 0.95, 0.99])
    : new Array<number>(5).fill(Number.NaN);
  const share = (test: (unit: UnitActivation) => boolean) => units.filter(test).length / units.length;
  return {
    layer: label,
    kind,
    activation,
    units: units.length,
    values: count,
    deadShare: shape === 'rectified' ? share((unit) => unit.dead) : Number.NaN,
    saturatedShare: shape === 'saturating' ? average(units.map((unit) => unit.saturatedShare)) : Number.NaN,
    constantShare: share((unit) => unit.min === unit.max),
    zeroShare: zeros / count,
    nan,
    infinite,
    mean,
    std,
    min,
    max,
    preMin: pre.min,
    preP01: p01!,
    preP05: p05!,
    preP50: p50!,
    preP95: p95!,
    preP99: p99!,
    preMax: pre.max,
  };
}

const average = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
