import { Random, type TF, tf } from '../../../core';
import type { FitOptions, TrainingData } from '../../../training';
import type { LayersProgram as Program } from '../../evidence/program';

/** A healthy program of the benchmark that mutations bend: what it learns, and how. */
export interface Blueprint {
  name: string;
  /** Its kind, e.g. `numbers from a table`. */
  family: string;
  /** The program of a seed: data, weights and order are drawn from it. With `fresh`, its validation rows are others, where there are any. */
  build(seed: number, rows?: 'validation' | 'fresh'): Program;
}

/** Rows of numbers for one program: inputs and targets by head. */
export interface Rows {
  inputs: TF.Tensor;
  targets: Record<string, TF.Tensor>;
}

/** Draws one row: its inputs, flat, and its targets by head. */
export type Draw = (random: Random) => { inputs: ArrayLike<number>; targets: Record<string, ArrayLike<number>> };

/** Rows drawn one by one. @param shape of one row's inputs. */
export function drawRows(draw: Draw, rows: number, shape: readonly number[], random: Random): Rows {
  const drawn = Array.from({ length: rows }, () => draw(random));
  const table = (lists: readonly ArrayLike<number>[], width: readonly number[]) =>
    tf.tensor(Float32Array.from(lists.flatMap((list) => Array.from(list))), [rows, ...width]);
  const heads = Object.keys(drawn[0]!.targets);
  return {
    inputs: table(
      drawn.map(({ inputs }) => inputs),
      shape,
    ),
    targets: Object.fromEntries(
      heads.map((head) => [
        head,
        table(
          drawn.map(({ targets }) => targets[head]!),
          [drawn[0]!.targets[head]!.length],
        ),
      ]),
    ),
  };
}

/** How a blueprint is made of a law and a model. */
export interface Recipe {
  name: string;
  family: string;
  /** Draws a row; made anew for every seed, so that a law may have random coefficients. */
  law(random: Random): Draw;
  shape: readonly number[];
  rows: number;
  validationRows?: number;
  model(input: TF.SymbolicTensor, initializer: () => number): TF.SymbolicTensor[];
  options: FitOptions;
}

/** A blueprint from its recipe. */
export const blueprint = ({ name, family, law, shape, rows, validationRows, model, options }: Recipe): Blueprint => ({
  name,
  family,
  build(seed, part = 'validation') {
    const random = new Random(seed).fork(name);
    const draw = law(random.fork('law'));
    const training = drawRows(draw, rows, shape, random.fork('training'));
    const validation = drawRows(draw, validationRows ?? Math.max(200, Math.floor(rows / 2)), shape, random.fork(part));
    const data: TrainingData = { ...training, validation };
    return {
      data,
      options: { ...options, seed },
      model: () => {
        const seeds = new Random(seed).fork('weights');
        const input = tf.input({ shape: [...shape], name: 'x' });
        return tf.model({ inputs: input, outputs: model(input, () => seeds.integer(1, 2 ** 30)) });
      },
    };
  },
});

/** A dense layer with seeded weights. */
export function dense(units: number, activation: string, name: string, seed: number): TF.layers.Layer {
  const kernelInitializer =
    activation === 'relu' ? tf.initializers.heNormal({ seed }) : tf.initializers.glorotUniform({ seed });
  return tf.layers.dense({ units, activation: activation as 'relu', name, kernelInitializer });
}

/** Hidden dense layers one after the other. */
export function stack(
  x: TF.SymbolicTensor,
  units: readonly number[],
  activation: string,
  next: () => number,
): TF.SymbolicTensor {
  return units.reduce(
    (last, width, k) => dense(width, activation, `hidden${k + 1}`, next()).apply(last) as TF.SymbolicTensor,
    x,
  );
}

/** A one-hot row. */
export const oneHot = (place: number, width: number): number[] =>
  Array.from({ length: width }, (_, k) => Number(k === place));

export const normals = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.normal());
