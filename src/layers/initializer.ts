import { type TF, tf } from '../core';

/** An initialiser of tfjs, as `tf.initializers.glorotUniform({ seed })` makes it. */
export type Initializer = ReturnType<typeof TF.initializers.glorotUniform>;

/** What a layer is handed: an initialiser, its name, or, in a model read from JSON, its name and settings. */
export type InitializerSource = Initializer | string | { className: string; config: object };

/** The initialiser that is meant. */
export function toInitializer(initializer: InitializerSource): Initializer {
  if (typeof initializer === 'object' && 'apply' in initializer) return initializer;
  const known = tf.initializers as unknown as Record<string, (args: object) => Initializer>;
  if (typeof initializer === 'string') return known[initializer]!({});
  const { className, config } = initializer;
  const name = className.charAt(0).toLowerCase() + className.slice(1);
  return (known[name] ?? known['varianceScaling']!)(config);
}

/** An initialiser as a layer's configuration keeps it. */
export function writtenInitializer(initializer: Initializer): {
  className: string;
  config: TF.serialization.ConfigDict;
} {
  return { className: initializer.getClassName(), config: initializer.getConfig() };
}
