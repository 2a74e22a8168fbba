import { type TF, tf } from '../core';
import { type OrthogonalRegularizerOptions, orthogonalRegularizer, type Regularizer } from './orthogonalRegularizer';

/** What a layer is handed: a penalty, or, in a model read from JSON, its name and settings. */
export type RegularizerSource = Regularizer | { className: string; config: Settings } | null;

type Settings = { l1?: number; l2?: number } & OrthogonalRegularizerOptions;

/** The penalty that is meant, if any. */
export function toRegularizer(source: RegularizerSource | undefined): Regularizer | undefined {
  if (!source) return undefined;
  if ('apply' in source) return source;
  if (source.className === 'OrthogonalRegularizer') return orthogonalRegularizer(source.config);
  return tf.regularizers.l1l2(source.config);
}

/** The penalties among a layer's options as its configuration keeps them. */
export function writtenRegularizers<Key extends string>(
  options: Partial<Record<Key, RegularizerSource>>,
  keys: readonly Key[],
): Record<string, { className: string; config: TF.serialization.ConfigDict } | null> {
  return Object.fromEntries(
    keys.map((key) => {
      const penalty = toRegularizer(options[key]);
      return [key, penalty ? { className: penalty.getClassName(), config: penalty.getConfig() } : null];
    }),
  );
}
