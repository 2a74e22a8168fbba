import { type TF, tf } from '../core';

/**
 * The same architecture with new weights, drawn by the initialisers of its layers from fixed seeds, so that they are the same every
 * time: a training begins there whose own beginning is not known.
 */
export async function freshModel(model: TF.LayersModel): Promise<TF.LayersModel> {
  const json = JSON.parse(model.toJSON(undefined, true) as unknown as string) as unknown;
  let seed = 1;
  const seeded = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(seeded);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, seeded(inner)] as const);
    const made = Object.fromEntries(entries) as { class_name?: unknown; config?: Record<string, unknown> };
    const isDrawn = typeof made.class_name === 'string' && made.config && 'seed' in made.config;
    return isDrawn ? { ...made, config: { ...made.config, seed: seed++ } } : made;
  };
  return tf.models.modelFromJSON(seeded(json) as never);
}
