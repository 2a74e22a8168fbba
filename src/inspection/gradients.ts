import { checkNumber, ReluctantError, type TF, tf } from '../core';
import { census } from '../evaluation';
import { penaltiesOf } from '../layers/penalties';
import { type Loss, type LossName, lossOf } from '../losses';
import { type GradientRow, GradientTable } from './gradientTable';
import { evenRows, leafLayers, type ModelInputs, orderedInputs, outputNames } from './layers';

/** Rows of data for {@link gradients}: a single head's target may stand alone. */
export interface GradientBatch {
  inputs: ModelInputs;
  targets: TF.Tensor | Record<string, TF.Tensor>;
}

/** Options of {@link gradients}. */
export interface GradientOptions {
  /** The loss of each head by its output name, or the one loss of a model with one head. */
  losses: LossName | Loss | Readonly<Record<string, LossName | Loss>>;
  /** Factor of each head's loss in the total. Default 1. A head of weight 0 is left out. */
  lossWeights?: Readonly<Record<string, number>>;
  /** Rows looked at, evenly spaced over those given. Default 1,024. */
  rows?: number;
}

/**
 * Gradients of the loss for a batch, in inference mode: per layer and tensor for the weighted total, and per loss term on the
 * weights that heads share, with share and angle. A head whose share is near 1 drowns the others; one whose gradient is
 * exactly 0 cannot learn.
 *
 * @returns a row per layer with trainable weights; `.tensors`, `.terms` and `.cosines` beside. Nothing is kept on the device.
 * @throws ReluctantError `inputs-mismatch`, `head-without-loss`, `head-without-targets`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'head' })] });
 * const batch = { inputs: tf.ones([4, 2]), targets: tf.ones([4, 1]) };
 * inspect.gradients(model, batch, { losses: 'meanSquaredError' }).rows[0].layer; // 'head'
 */
export function gradients(model: TF.LayersModel, batch: GradientBatch, options: GradientOptions): GradientTable {
  const operation = 'inspect.gradients';
  const limit = checkNumber(operation, 'rows', options.rows ?? 1024, 1);
  const inputs = orderedInputs(operation, model, batch.inputs);
  const heads = headTerms(operation, model, batch, options);
  const variables = trainable(model);
  const shared = sharedBy(model, heads);
  tf.engine().startScope();
  try {
    const sampled = evenRows([...inputs, ...heads.map((head) => head.target)], Math.floor(limit));
    const x = sampled.slice(0, inputs.length);
    heads.forEach((head, k) => {
      head.target = sampled[inputs.length + k]!;
    });
    const terms = [
      ...heads.map((head) => headGradient(model, x, head, variables)),
      ...regularization(model, variables),
    ];
    return report(variables, terms, shared);
  } finally {
    tf.engine().endScope();
  }
}

interface Head {
  name: string;
  index: number;
  target: TF.Tensor;
  loss: Loss;
  weight: number;
}

interface Owned {
  layer: string;
  name: string;
  variable: TF.Variable;
}

interface Term {
  name: string;
  weight: number;
  loss: number;
  /** Gradient of the weighted term, by variable name; absent where the term does not depend on it. */
  gradient: ReadonlyMap<string, Float32Array>;
}

function headTerms(operation: string, model: TF.LayersModel, batch: GradientBatch, options: GradientOptions): Head[] {
  const names = outputNames(model);
  return names.flatMap((name, index) => {
    const weight = options.lossWeights?.[name] ?? 1;
    if (weight === 0) return [];
    const loss = typeof options.losses === 'object' ? options.losses[name] : options.losses;
    const lone = batch.targets instanceof tf.Tensor ? batch.targets : undefined;
    const target = lone && names.length === 1 ? lone : (batch.targets as Record<string, TF.Tensor>)[name];
    const missing = (code: string, problem: string, received: object) =>
      new ReluctantError({
        code,
        operation,
        problem,
        where: { head: name },
        received: Object.keys(received),
        expected: `one for each of ${names.map((n) => `"${n}"`).join(', ')}`,
        fix: 'name it by the output, or give the head a loss weight of 0',
      });
    if (!loss) throw missing('head-without-loss', 'a head has no loss', Object(options.losses));
    if (!(target instanceof tf.Tensor)) throw missing('head-without-targets', 'a head has no targets', batch.targets);
    return [{ name, index, target, loss: lossOf(loss, operation), weight }];
  });
}

function trainable(model: TF.LayersModel): Owned[] {
  const visited = new Set<unknown>();
  return leafLayers(model).flatMap((layer) =>
    layer.trainableWeights.flatMap((weight) => {
      if (visited.has(weight)) return [];
      visited.add(weight);
      const name = weight.originalName.replace(/_\d+$/, '');
      return [{ layer: layer.name, name, variable: weight.read() as TF.Variable }];
    }),
  );
}

/** Names of the variables that at least two of the heads depend on, by the model's graph. */
function sharedBy(model: TF.LayersModel, heads: Head[]): Set<string> {
  const counts = new Map<string, number>();
  for (const head of heads) {
    const layers = new Set<TF.layers.Layer>();
    const open = [model.outputs[head.index]!];
    const visited = new Set<TF.SymbolicTensor>(open);
    for (let tensor = open.pop(); tensor; tensor = open.pop()) {
      layers.add(tensor.sourceLayer);
      for (const input of tensor.inputs ?? []) {
        if (!visited.has(input)) open.push(input);
        visited.add(input);
      }
    }
    const names = new Set(
      [...layers].flatMap((layer) => layer.trainableWeights.map((w) => (w.read() as TF.Variable).name)),
    );
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const common = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
  return new Set(common.length ? common : counts.keys());
}

function headGradient(model: TF.LayersModel, x: TF.Tensor[], head: Head, variables: Owned[]): Term {
  let loss: TF.Tensor | undefined;
  const { grads } = tf.variableGrads(
    () => {
      const outputs = model.apply(x.length === 1 ? x[0]! : x, { training: false });
      const predictions = (Array.isArray(outputs) ? outputs[head.index]! : outputs) as TF.Tensor;
      loss = tf.keep(tf.mean(head.loss(head.target, predictions)));
      return tf.mul(loss, head.weight) as TF.Scalar;
    },
    variables.map(({ variable }) => variable),
  );
  const value = loss!.dataSync()[0]!;
  loss!.dispose();
  return { name: head.name, weight: head.weight, loss: value, gradient: read(grads) };
}

/** Gradients as numbers; the tensors are freed, so that those of one term at a time take up room. */
function read(gradients: Record<string, TF.Tensor>): ReadonlyMap<string, Float32Array> {
  const values = Object.entries(gradients).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array] as const);
  tf.dispose(gradients);
  return new Map(values);
}

/** The term of the layers' own penalties, if there are any. */
function regularization(model: TF.LayersModel, variables: Owned[]): Term[] {
  const penalties = penaltiesOf(model);
  if (penalties.length === 0) return [];
  const { value, grads } = tf.variableGrads(
    () => tf.addN(penalties.map((penalty) => penalty())) as TF.Scalar,
    variables.map(({ variable }) => variable),
  );
  const loss = value.dataSync()[0]!;
  return [{ name: 'regularization', weight: 1, loss, gradient: read(grads) }];
}

function report(variables: Owned[], terms: Term[], shared: Set<string>): GradientTable {
  const totals = variables.map((owned) => ({
    ...owned,
    gradient: total(owned, terms),
    weights: owned.variable.dataSync(),
  }));
  const tensors = totals.map(({ layer, name, gradient, weights }) => gradientRow(layer, name, [gradient], [weights]));
  const layers = [...new Set(variables.map(({ layer }) => layer))].map((layer) => {
    const entries = totals.filter((entry) => entry.layer === layer);
    return gradientRow(
      layer,
      '',
      entries.map(({ gradient }) => gradient),
      entries.map(({ weights }) => weights),
    );
  });
  const sharedOnes = totals.filter(({ variable }) => shared.has(variable.name));
  const parts = terms.map((term) =>
    sharedOnes.map(({ variable }) => term.gradient.get(variable.name) ?? new Float32Array(variable.size)),
  );
  const whole = sharedOnes.map(({ gradient }) => gradient);
  const norms = parts.map(norm);
  const wholeNorm = norm(whole);
  const sum = norms.reduce((a, b) => a + b, 0);
  const worth = terms.map((term) => Math.abs(term.weight * term.loss));
  const rows = terms.map(({ name, weight, loss }, k) => ({
    term: name,
    weight,
    loss,
    lossShare: worth[k]! / worth.reduce((a, b) => a + b, 0),
    norm: norms[k]!,
    share: norms[k]! / sum,
    cosineWithTotal: cosine(parts[k]!, whole, norms[k]! * wholeNorm),
  }));
  const cosines = terms.flatMap((term, a) =>
    terms.slice(a + 1).map((other, b) => ({
      term: term.name,
      other: other.name,
      cosine: cosine(parts[a]!, parts[a + 1 + b]!, norms[a]! * norms[a + 1 + b]!),
    })),
  );
  return new GradientTable(
    layers,
    tensors,
    rows,
    cosines,
    sharedOnes.map(({ name }) => name),
  );
}

function total({ variable }: Owned, terms: Term[]): Float32Array {
  const sum = new Float32Array(variable.size);
  for (const term of terms) {
    const values = term.gradient.get(variable.name);
    if (values) for (let k = 0; k < sum.length; k++) sum[k]! += values[k]!;
  }
  return sum;
}

function gradientRow(
  layer: string,
  weight: string,
  gradient: ArrayLike<number>[],
  weights: ArrayLike<number>[],
): GradientRow {
  const values = join(gradient);
  const stats = census(values);
  let absolute = 0;
  for (let k = 0; k < values.length; k++) if (Number.isFinite(values[k]!)) absolute += Math.abs(values[k]!);
  const weightNorm = norm(weights);
  return {
    layer,
    weight,
    parameters: values.length,
    norm: stats.norm,
    meanAbsolute: absolute / (values.length - stats.nan - stats.infinite),
    maxAbsolute: Math.max(Math.abs(stats.min), Math.abs(stats.max)),
    zeroShare: stats.zeros / values.length,
    nan: stats.nan,
    infinite: stats.infinite,
    weightNorm,
    ratio: weightNorm > 0 ? stats.norm / weightNorm : Number.NaN,
  };
}

function join(parts: ArrayLike<number>[]): ArrayLike<number> {
  if (parts.length === 1) return parts[0]!;
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function norm(parts: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const values of parts) for (let k = 0; k < values.length; k++) sum += values[k]! ** 2;
  return Math.sqrt(sum);
}

/** Of two vectors the product of whose norms is `size`; NaN when it is 0, since one of them has no direction. */
function cosine(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[], size: number): number {
  let dot = 0;
  a.forEach((values, part) => {
    const others = b[part]!;
    for (let k = 0; k < values.length; k++) dot += values[k]! * others[k]!;
  });
  return size > 0 ? Math.max(-1, Math.min(1, dot / size)) : Number.NaN;
}
