import { type TF, tf } from '../core';

/** An initialiser of tfjs, as `tf.initializers.glorotUniform({ seed })` makes it. */
export type Initializer = ReturnType<typeof TF.initializers.glorotUniform>;

/** What a layer is handed: an initialiser, its name, or, in a model read from JSON, its name and settings. */
export type InitializerSource = Initializer | string | { className: string; config: object };

/** The initialiser that is meant. */
export function toInitializer(initializer: InitializerSource): Initializer {
  if (typeof initializer === 'object' && 'apply' in initializer) return initializer as Initializer;
  if (typeof initializer === 'string') {
    const known = tf.initializers as unknown as Record<string, (args: object) => Initializer>;
    return known[initializer]!({});
  }
  const { className, config } = initializer as { className: string; config: object };
  const name = className.charAt(0).toLowerCase() + className.slice(1);
  const known = tf.initializers as unknown as Record<string, (args: object) => Initializer>;
  return (known[name] ?? known['varianceScaling']!)(config);
}
