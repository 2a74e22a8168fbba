import { type TF, tf } from '../../core';
import type { RowFacts, Samples } from '../../training';
import { rowsBySymbol, squaredCorrelation } from './rowColumns';

/** Windows whose steps belong to several symbols. */
export interface CrossingWindows {
  input: string;
  /** Share of neighbouring rows of different symbols of which one window is the other moved on by a step. */
  share: number;
  pairs: number;
}

/** Windows whose steps are alike at a distance of several and not from one to the next: series dealt into each other. */
export interface InterleavedWindows {
  input: string;
  /** Steps after which a feature goes on where it was. */
  distance: number;
  /** Median over the features of the correlation at that distance, and from one step to the next. */
  atDistance: number;
  atOne: number;
}

/** Targets computed from the rows that follow, whosever they are. */
export interface CrossingTargets {
  head: string;
  /** Rows ahead. */
  horizon: number;
  /** Share of the rows whose horizon reaches another symbol that are matched by counting rows, and by counting those of the symbol. */
  byRow: number;
  bySymbol: number;
  rows: number;
}

const ROWS = 3000;
const SHORTEST = 4;

/** Compares windows of neighbouring rows of different symbols. */
export function crossingWindows(name: string, input: TF.Tensor, { symbols }: RowFacts): CrossingWindows | undefined {
  if (input.rank !== 3 || input.shape[1]! < SHORTEST || !symbols) return undefined;
  const rows = Math.min(ROWS, input.shape[0]!, symbols.length);
  const [steps, features] = [input.shape[1]!, input.shape[2]!];
  const values = tf.tidy(() => tf.slice(input, 0, rows).dataSync());
  const size = steps * features;
  let [pairs, crossing] = [0, 0];
  for (let row = 1; row < rows; row++) {
    if (symbols[row] === symbols[row - 1]) continue;
    pairs++;
    let isMoved = true;
    let varies = false;
    for (let k = 0; k < size - features && isMoved; k++) {
      isMoved = Math.abs(values[row * size + k]! - values[(row - 1) * size + features + k]!) < 1e-6;
      varies ||= values[row * size + k]! !== values[row * size + (k % features)]!;
    }
    if (isMoved && varies) crossing++;
  }
  return pairs > 0 ? { input: name, share: crossing / pairs, pairs } : undefined;
}

/** Looks for the distance at which the steps of windows are most alike. */
export function interleavedWindows(name: string, input: TF.Tensor): InterleavedWindows | undefined {
  if (input.rank !== 3 || input.shape[1]! < 2 * SHORTEST) return undefined;
  const [all, steps, features] = input.shape as [number, number, number];
  const rows = Math.min(500, all);
  if (rows < 50) return undefined;
  // Rows far apart, so that their windows share nothing.
  const every = Math.floor(all / rows);
  const chosen = Int32Array.from({ length: rows }, (_, k) => k * every);
  const values = tf.tidy(() => tf.gather(input, tf.tensor1d(chosen, 'int32')).dataSync());
  const at = (distance: number): number => {
    const found: number[] = [];
    for (let feature = 0; feature < features; feature++) {
      const [a, b]: [number[], number[]] = [[], []];
      for (let row = 0; row < rows; row++)
        for (let step = steps - 1; step >= distance && step > steps - 4; step--) {
          a.push(values[(row * steps + step) * features + feature]!);
          b.push(values[(row * steps + step - distance) * features + feature]!);
        }
      found.push(Math.sqrt(squaredCorrelation(a, b)));
    }
    return found.sort((p, q) => p - q)[Math.floor(found.length / 2)]!;
  };
  const distances = Array.from({ length: steps - SHORTEST }, (_, k) => k + 2);
  const likeness = distances.map((distance) => ({ distance, value: at(distance) }));
  const best = likeness.reduce((a, b) => (b.value > a.value ? b : a));
  return { input: name, distance: best.distance, atDistance: best.value, atOne: at(1) };
}

/** Forms in which what follows is made a target. */
const FORMS: readonly ((closes: readonly number[]) => number)[] = [
  (closes) => closes.at(-1)! / closes[0]! - 1,
  (closes) => Math.abs(closes.at(-1)! / closes[0]! - 1),
  (closes) => Math.log(closes.at(-1)! / closes[0]!),
  (closes) => Math.abs(Math.log(closes.at(-1)! / closes[0]!)),
  (closes) => deviation(closes.slice(1).map((close, k) => close / closes[k]! - 1)),
  (closes) => deviation(closes.slice(1).map((close, k) => Math.log(close / closes[k]!))),
];

function deviation(values: readonly number[]): number {
  const center = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

const LONGEST = 20;

/** Computes targets anew from the closes, by counting rows and by counting rows of the symbol, and sees which fits. */
export function crossingTargets(head: string, samples: Samples, target: TF.Tensor): CrossingTargets | undefined {
  const { symbols, closes } = samples.facts ?? {};
  const isColumn = target.rank === 1 || (target.rank === 2 && target.shape[1] === 1);
  if (!symbols || !closes || !isColumn) return undefined;
  const rows = Math.min(ROWS, target.shape[0]!, symbols.length, closes.length);
  const values = tf.tidy(() => tf.slice(target, 0, rows).dataSync());
  const bySymbol = rowsBySymbol(symbols, rows);
  const place = new Map([...bySymbol.values()].flatMap((own) => own.map((row, k) => [row, { own, k }] as const)));
  let best: CrossingTargets | undefined;
  for (let horizon = 1; horizon <= LONGEST; horizon++) {
    const reaching: number[] = [];
    for (let row = 0; row + horizon < rows; row++) if (symbols[row] !== symbols[row + horizon]) reaching.push(row);
    if (reaching.length < 10) continue;
    for (const form of FORMS) {
      const matches = (path: (row: number) => readonly number[] | undefined) =>
        reaching.filter((row) => {
          const closesAhead = path(row)?.map((k) => closes[k]!);
          if (!closesAhead) return false;
          const told = form(closesAhead);
          return Math.abs(values[row]! - told) <= 1e-4 * Math.max(Math.abs(told), 1e-2);
        }).length / reaching.length;
      const byRow = matches((row) => Array.from({ length: horizon + 1 }, (_, k) => row + k));
      if (byRow < 0.05 || byRow <= (best?.byRow ?? 0)) continue;
      const ofSymbol = matches((row) => {
        const { own, k } = place.get(row)!;
        return k + horizon < own.length ? own.slice(k, k + horizon + 1) : undefined;
      });
      best = { head, horizon, byRow, bySymbol: ofSymbol, rows: reaching.length };
    }
  }
  return best;
}
