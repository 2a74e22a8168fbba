import { attribute, type GraphFunction } from './graph';
import { type Spec, typeNumber } from './traced';

const ofIntegers = () => ({ T: attribute.type(3) });

/** Rows of tensors in a graph, read and written at places that the graph computes: what loops are made of. */
export class GraphSlices {
  constructor(private readonly graph: GraphFunction) {}

  /** The `count` rows of a tensor from `index` on. */
  read(reference: string, { dtype, shape }: Spec, index: string, count: number): string {
    const size = this.graph.integers([count, ...shape.slice(1)]);
    const attributes = { T: attribute.type(typeNumber(dtype, 'compile')), Index: attribute.type(3) };
    return this.graph.single('Slice', [reference, this.startsAt(index, shape.length), size], attributes);
  }

  /** One row of a tensor, without its first axis. */
  row(reference: string, spec: Spec, index: string): string {
    return this.reshape(this.read(reference, spec, index, 1), spec.shape.slice(1), spec);
  }

  /** The tensor with the `count` rows from `index` on replaced. */
  write(reference: string, { dtype, shape }: Spec, index: string, value: string, count: number): string {
    const { graph } = this;
    const type = { T: attribute.type(typeNumber(dtype, 'compile')), Tindices: attribute.type(3) };
    if (graph.isCompiledByXLA) {
      return graph.single('XlaDynamicUpdateSlice', [reference, value, this.startsAt(index, shape.length)], type);
    }
    const first = this.reshape(index, [1, 1], { dtype: 'int32', shape: [] });
    const rows =
      count === 1
        ? first
        : graph.single('AddV2', [first, graph.integers([...Array(count).keys()], [count, 1])], ofIntegers());
    return graph.single('TensorScatterUpdate', [reference, rows, value], type);
  }

  /** The tensor with one row replaced by a value without the first axis. */
  writeRow(reference: string, spec: Spec, index: string, value: string): string {
    return this.write(reference, spec, index, this.reshape(value, [1, ...spec.shape.slice(1)], spec), 1);
  }

  reshape(reference: string, shape: readonly number[], { dtype }: Spec): string {
    return this.graph.single('Reshape', [reference, this.graph.integers(shape)], {
      T: attribute.type(typeNumber(dtype, 'compile')),
      Tshape: attribute.type(3),
    });
  }

  private startsAt(index: string, rank: number): string {
    const { graph } = this;
    const first = this.reshape(index, [1], { dtype: 'int32', shape: [] });
    if (rank === 1) return first;
    return graph.single('ConcatV2', [first, graph.integers(Array(rank - 1).fill(0)), graph.integers([0], [])], {
      ...ofIntegers(),
      N: attribute.integer(2),
      Tidx: attribute.type(3),
    });
  }
}
