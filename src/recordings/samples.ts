import { checkNames, layerName, ReluctantError, type TF, tf } from '../core';
import { load } from '../data';
import { tensors } from '../inspection';
import type { Samples } from '../training';

type Shape = readonly (number | null)[];

/** Inputs and heads of a model by name, each with its shape. */
export interface Ends {
  inputs: Readonly<Record<string, Shape>>;
  heads: Readonly<Record<string, Shape>>;
}

/** Where the rows of a model are in a file: an array or columns for each input and each head. */
export interface RowNames {
  /** `name` of the only input, or `input=name`; several names are columns of it. */
  inputs?: readonly string[];
  targets?: readonly string[];
}

/** Values of one array: its rows along the first axis. */
export interface NamedArray {
  shape: readonly number[];
  values(): ArrayLike<number>;
}

/**
 * The rows of a model from a file: `.npz` with an array per input and head, or a table (CSV, Parquet, Arrow, JSON, Excel) with a
 * column per feature and target. Arrays and columns of the names of inputs and heads need not be named again.
 *
 * @throws ReluctantError `rows-not-named`, `array-not-found`, `array-shape`, and those of `data.load`.
 */
export async function readSamples(file: string, ends: Ends, names: RowNames): Promise<Samples> {
  const isArchive = /\.npz$/i.test(file);
  const arrays = isArchive ? await arraysOf(file) : undefined;
  const table = isArchive ? undefined : await load(file);
  const known = arrays ? [...arrays.keys()] : table!.names;
  const find = (list: readonly string[], end: string): NamedArray => {
    checkNames('diagnose', Object.fromEntries(list.map((name) => [name, true])), known, {
      code: 'array-not-found',
      kind: arrays ? 'array' : 'column',
      where: { file, for: end },
    });
    if (arrays) {
      if (list.length > 1) throw severalArrays(file, end, list);
      return arrays.get(list[0]!)!;
    }
    const columns = list.map((name) => table!.numbers(name));
    const values = () =>
      Float32Array.from(
        { length: table!.rows * list.length },
        (_, k) => columns[k % list.length]![Math.floor(k / list.length)]!,
      );
    return { shape: [table!.rows, list.length], values };
  };
  const given = {
    inputs: byEnd(names.inputs, ends.inputs, 'inputs'),
    heads: byEnd(names.targets, ends.heads, 'targets'),
  };
  const part = (kind: 'inputs' | 'heads') =>
    Object.fromEntries(
      Object.entries(ends[kind]).map(([end, shape]) => {
        const own = known.find((name) => name === end) ?? known.find((name) => layerName(name) === end);
        const list = given[kind][end] ?? (own === undefined ? undefined : [own]);
        if (!list) throw notNamed(file, kind, end, known);
        return [end, tensorOf(find(list, end), shape, { file, [kind === 'inputs' ? 'input' : 'head']: end })];
      }),
    );
  const inputs = part('inputs');
  try {
    return { inputs, targets: part('heads') };
  } catch (error) {
    tf.dispose(inputs);
    throw error;
  }
}

/** `a b` for the only end, `end=a end=b` for several. */
function byEnd(
  names: readonly string[] | undefined,
  ends: Readonly<Record<string, Shape>>,
  option: string,
): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const text of names ?? []) {
    const [before, ...after] = text.split('=');
    const only = Object.keys(ends).length === 1 ? Object.keys(ends)[0] : undefined;
    const isNamed = after.length > 0 && before! in ends;
    const end = isNamed ? before! : only;
    if (end === undefined) {
      throw new ReluctantError({
        code: 'rows-not-named',
        operation: 'diagnose',
        problem: `"${text}" does not say which of the model's ${option} it is for`,
        received: text,
        expected: Object.keys(ends)
          .map((one) => `${one}=NAME`)
          .join(' '),
      });
    }
    result[end] = [...(result[end] ?? []), isNamed ? after.join('=') : text];
  }
  return result;
}

/** The arrays of an archive, by name. */
export async function arraysOf(file: string): Promise<Map<string, NamedArray>> {
  return new Map((await tensors(file)).map((one) => [one.name, one]));
}

/** An array as the tensor that an input or head takes: [rows] becomes [rows, 1] where that is what is wanted. */
export function tensorOf(array: NamedArray, wanted: Shape, where: Readonly<Record<string, string>>): TF.Tensor {
  const values = array.values();
  const size = wanted.slice(1);
  const shape = array.shape.length === 1 ? [array.shape[0]!, 1] : [...array.shape];
  const fits = shape.length === wanted.length && size.every((length, k) => length === null || length === shape[k + 1]);
  // Labels stand for one-hot rows: one number a row, whatever the width of the head.
  const isOneNumber = where['head'] !== undefined && shape.length === 2 && shape[1] === 1;
  if (!fits && !isOneNumber) {
    throw new ReluctantError({
      code: 'array-shape',
      operation: 'diagnose',
      problem: 'the rows do not fit the model',
      where,
      received: `shape [${array.shape.join(', ')}]`,
      expected: `shape [rows, ${size.map((length) => length ?? 'any').join(', ')}]`,
    });
  }
  return tf.tensor(values instanceof Float32Array ? values : Float32Array.from(values), shape, 'float32');
}

const severalArrays = (file: string, end: string, names: readonly string[]) =>
  new ReluctantError({
    code: 'rows-not-named',
    operation: 'diagnose',
    problem: `several arrays are named for "${end}"`,
    where: { file },
    received: names,
    expected: 'one array; in a table, a column per feature',
    fix: 'join them in Python: numpy.stack([a, b], axis=-1)',
  });

const notNamed = (file: string, kind: 'inputs' | 'heads', end: string, known: readonly string[]) =>
  new ReluctantError({
    code: 'rows-not-named',
    operation: 'diagnose',
    problem:
      kind === 'inputs' ? `nothing says what the input "${end}" is` : `nothing says what the targets of "${end}" are`,
    where: { file },
    received: known,
    expected: kind === 'inputs' ? 'names of columns or arrays as inputs' : 'names of columns or arrays as targets',
    fix:
      kind === 'inputs'
        ? `say it: --inputs NAME ..., or --inputs ${end}=NAME where there are several inputs`
        : `say it: --targets NAME, or --targets ${end}=NAME where there are several heads`,
  });
