import { type TF, tf } from '../../core';
import { defineLayer, layerWithOptions, only } from '../define';

/** Along one axis: a single place, which takes the axis away, or places from `start` to before `stop`. Negative: from the end. */
export type Place = number | { start: number | null; stop: number | null };

/** Options of {@link selection}. */
export interface SelectionOptions {
  /** One place for each axis after the samples; axes that are left out are kept whole. */
  places: readonly Place[];
  name?: string;
}

/** A part of a tensor, as `x[:, -1, :]` in Keras selects it. All samples are kept; no weights. */
export const selection: (options: SelectionOptions) => TF.layers.Layer = defineLayer(() => {
  class Selection extends layerWithOptions<SelectionOptions>() {
    static override className = 'Selection';

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const [samples, ...rest] = shape as number[];
      const { size, kept } = this.partOf(rest);
      return [samples!, ...kept.map((axis) => size[axis]!)];
    }

    override call(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return tf.tidy(() => {
        const x = only(inputs);
        const [samples, ...rest] = x.shape as [number, ...number[]];
        const { begin, size, kept } = this.partOf(rest);
        return tf.slice(x, [0, ...begin], [samples, ...size]).reshape([samples, ...kept.map((axis) => size[axis]!)]);
      });
    }

    private partOf(shape: readonly number[]): { begin: number[]; size: number[]; kept: number[] } {
      const bound = (value: number, length: number) =>
        Math.min(length, Math.max(0, value < 0 ? length + value : value));
      const { places } = this.options;
      const ranges = shape.map((length, axis): [number, number] => {
        const place = places[axis] ?? { start: null, stop: null };
        if (typeof place === 'number') return [place < 0 ? length + place : place, 1];
        const from = bound(place.start ?? 0, length);
        return [from, Math.max(0, bound(place.stop ?? length, length) - from)];
      });
      return {
        begin: ranges.map(([from]) => from),
        size: ranges.map(([, count]) => count),
        kept: shape.flatMap((_, axis) => (typeof places[axis] === 'number' ? [] : [axis])),
      };
    }
  }
  return Selection;
});
