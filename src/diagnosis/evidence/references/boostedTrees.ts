import { Random } from '../../../core';
import type { Matrix } from './matrix';

/** What a boosted ensemble is fitted to: squared error of numbers, log loss of each column, or of one class of many. */
export type Link = 'identity' | 'logistic' | 'softmax';

/** Bins per column, trees, their depth, and the share of each tree that is kept. */
const BINS = 24;
const ROUNDS = 60;
const DEPTH = 3;
const SHRINKAGE = 0.2;
/** Added to a leaf's weight: leaves of a few rows say little. */
const LEAF_PENALTY = 1;
/** Columns that a tree may split on, drawn anew for every tree. */
const COLUMNS_PER_TREE = 32;

/**
 * Gradient boosting of regression trees on binned columns (Friedman 2001; second-order steps and the leaf penalty of Chen
 * and Guestrin 2016): small, seeded, and good at tables without any setting.
 *
 * @param training inputs of the rows to learn from. @param targets `[rows, outputs]`. @param others inputs to predict for.
 * @returns predictions for each of `others`, `[rows, outputs]`, after the link.
 */
export function boostedTrees(training: Matrix, targets: Matrix, others: readonly Matrix[], link: Link): Matrix[] {
  const edges = Array.from({ length: training.columns }, (_, c) => edgesOf(training, c));
  const [own, ...rest] = [training, ...others].map((matrix) => binned(matrix, edges));
  const outputs = targets.columns;
  const random = new Random(1).fork('boosted trees');
  const start = startOf(targets, link);
  const scores = [training, ...others].map(({ rows }) =>
    Float64Array.from({ length: rows * outputs }, (_, k) => start[k % outputs]!),
  );
  const slope = new Float64Array(training.rows);
  const curvature = new Float64Array(training.rows);
  for (let round = 0; round < ROUNDS; round++) {
    const fitted = linked(scores[0]!, outputs, link);
    for (let output = 0; output < outputs; output++) {
      for (let row = 0; row < training.rows; row++) {
        const p = fitted[row * outputs + output]!;
        slope[row] = targets.values[row * outputs + output]! - p;
        curvature[row] = link === 'identity' ? 1 : Math.max(1e-3, p * (1 - p));
      }
      const grow = growTree(own!, training, slope, curvature, columnsToTry(training.columns, random));
      [own!, ...rest].forEach((bins, part) => {
        const into = scores[part]!;
        const { columns, rows } = [training, ...others][part]!;
        for (let row = 0; row < rows; row++)
          into[row * outputs + output]! += SHRINKAGE * leafOf(grow, bins, row * columns);
      });
    }
  }
  return others.map(({ rows }, k) => ({ values: linked(scores[k + 1]!, outputs, link), rows, columns: outputs }));
}

interface Node {
  column: number;
  bin: number;
  value: number;
}

function columnsToTry(columns: number, random: Random): number[] {
  if (columns <= COLUMNS_PER_TREE) return Array.from({ length: columns }, (_, c) => c);
  return [...random.permutation(columns).subarray(0, COLUMNS_PER_TREE)];
}

/** A tree as a heap: node k has the children 2k + 1 and 2k + 2; a node without a split has column -1. */
function growTree(
  bins: Uint8Array,
  { rows, columns }: Matrix,
  slope: Float64Array,
  curvature: Float64Array,
  tried: readonly number[],
): Node[] {
  const nodes: Node[] = [];
  const place = new Uint8Array(rows);
  for (let depth = 0; depth <= DEPTH; depth++) {
    const first = 2 ** depth - 1;
    const count = 2 ** depth;
    const total = new Float64Array(count * 2);
    for (let row = 0; row < rows; row++) {
      const node = place[row]! - first;
      if (node < 0) continue;
      total[node * 2]! += slope[row]!;
      total[node * 2 + 1]! += curvature[row]!;
    }
    for (let node = 0; node < count; node++)
      nodes[first + node] = {
        column: -1,
        bin: 0,
        value: total[node * 2]! / (total[node * 2 + 1]! + LEAF_PENALTY),
      };
    if (depth === DEPTH) break;
    const best = bestSplits(bins, { rows, columns }, slope, curvature, tried, place, first, total);
    best.forEach((split, node) => {
      if (split.gain > 1e-9) Object.assign(nodes[first + node]!, { column: split.column, bin: split.bin });
    });
    for (let row = 0; row < rows; row++) {
      const node = nodes[place[row]!];
      if (place[row]! < first || !node || node.column < 0) continue;
      place[row] = 2 * place[row]! + (bins[row * columns + node.column]! <= node.bin ? 1 : 2);
    }
  }
  return nodes;
}

function bestSplits(
  bins: Uint8Array,
  { rows, columns }: { rows: number; columns: number },
  slope: Float64Array,
  curvature: Float64Array,
  tried: readonly number[],
  place: Uint8Array,
  first: number,
  total: Float64Array,
): { gain: number; column: number; bin: number }[] {
  const count = total.length / 2;
  const best = Array.from({ length: count }, () => ({ gain: 0, column: -1, bin: 0 }));
  const sums = new Float64Array(count * BINS * 2);
  // Rows that are still in play, with the place of their node among the sums.
  const [inPlay, base] = [new Int32Array(rows), new Int32Array(rows)];
  let playing = 0;
  for (let row = 0; row < rows; row++) {
    const node = place[row]! - first;
    if (node < 0) continue;
    inPlay[playing] = row;
    base[playing++] = node * BINS * 2;
  }
  for (const column of tried) {
    sums.fill(0);
    for (let k = 0; k < playing; k++) {
      const row = inPlay[k]!;
      const at = base[k]! + bins[row * columns + column]! * 2;
      sums[at]! += slope[row]!;
      sums[at + 1]! += curvature[row]!;
    }
    for (let node = 0; node < count; node++) {
      const [g, h] = [total[node * 2]!, total[node * 2 + 1]!];
      const whole = g ** 2 / (h + LEAF_PENALTY);
      let [left, weight] = [0, 0];
      for (let bin = 0; bin < BINS - 1; bin++) {
        left += sums[(node * BINS + bin) * 2]!;
        weight += sums[(node * BINS + bin) * 2 + 1]!;
        if (weight <= 0 || weight >= h) continue;
        const gain = left ** 2 / (weight + LEAF_PENALTY) + (g - left) ** 2 / (h - weight + LEAF_PENALTY) - whole;
        if (gain > best[node]!.gain) best[node] = { gain, column, bin };
      }
    }
  }
  return best;
}

function leafOf(nodes: readonly Node[], bins: Uint8Array, offset: number): number {
  let place = 0;
  for (let node = nodes[0]!; node.column >= 0; node = nodes[place]!)
    place = 2 * place + (bins[offset + node.column]! <= node.bin ? 1 : 2);
  return nodes[place]!.value;
}

/** Edges between bins: distinct quantiles of the column. */
function edgesOf({ values, rows, columns }: Matrix, column: number): Float64Array {
  const sorted = Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!).sort();
  const edges = Array.from({ length: BINS - 1 }, (_, k) => sorted[Math.floor(((k + 1) * rows) / BINS)]!);
  return Float64Array.from([...new Set(edges)]);
}

function binned({ values, columns }: Matrix, edges: readonly Float64Array[]): Uint8Array {
  const bins = new Uint8Array(values.length);
  for (let c = 0; c < columns; c++) {
    const own = edges[c]!;
    for (let k = c; k < values.length; k += columns) {
      let low = 0;
      let high = own.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (own[middle]! < values[k]!) low = middle + 1;
        else high = middle;
      }
      bins[k] = low;
    }
  }
  return bins;
}

function startOf({ values, rows, columns }: Matrix, link: Link): Float64Array {
  const mean = new Float64Array(columns);
  values.forEach((value, k) => {
    mean[k % columns]! += value / rows;
  });
  if (link === 'identity') return mean;
  const inside = mean.map((p) => Math.max(1e-4, Math.min(1 - 1e-4, p)));
  return inside.map((p) => (link === 'softmax' ? Math.log(p) : Math.log(p / (1 - p))));
}

function linked(scores: Float64Array, outputs: number, link: Link): Float64Array {
  if (link === 'identity') return scores.slice();
  if (link === 'logistic') return scores.map((score) => 1 / (1 + Math.exp(-score)));
  const shares = new Float64Array(scores.length);
  for (let k = 0; k < scores.length; k += outputs) {
    let [largest, sum] = [-Infinity, 0];
    for (let c = 0; c < outputs; c++) largest = Math.max(largest, scores[k + c]!);
    for (let c = 0; c < outputs; c++) sum += Math.exp(scores[k + c]! - largest);
    for (let c = 0; c < outputs; c++) shares[k + c] = Math.exp(scores[k + c]! - largest) / sum;
  }
  return shares;
}
