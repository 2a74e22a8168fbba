import type { TF } from '../../core';
import { train } from '../../programs';
import { toProgram } from '../../programs/program';
import type { Blueprint } from './blueprints';

/** Seeds by which lengths are found: none of those that are diagnosed. */
const SEEDS = [101, 102, 103];
/** A rise of the validation loss above its least that calls for fewer epochs, and the fewest epochs. */
const RISE = 0.05;
const LEAST_EPOCHS = 3;

/**
 * Epochs after which a program's mean validation loss is least, each seed's over its own least; nothing where it does not rise
 * by more than a twentieth until the end. No rule is asked.
 */
export async function lengthOf(blueprint: Blueprint): Promise<number | undefined> {
  const curves: number[][] = [];
  for (const seed of SEEDS) {
    const run = await train(toProgram<TF.LayersModel>(blueprint.build(seed)), { mode: 'graph' });
    const losses = run.history.map((row) => Number((row as Record<string, unknown>)['val_loss']));
    const least = losses.reduce((a, b) => Math.min(a, b));
    curves.push(losses.map((loss) => loss / least));
    run.model.dispose();
  }
  const means = curves[0]!.map((_, epoch) => curves.reduce((sum, curve) => sum + curve[epoch]!, 0) / curves.length);
  const least = means.reduce((a, b) => Math.min(a, b));
  const at = means.indexOf(least) + 1;
  return at < means.length && means[means.length - 1]! > (1 + RISE) * least ? Math.max(LEAST_EPOCHS, at) : undefined;
}
