import { Explorer } from '../../explorer/explorer';
import type { ExploreOptions } from '../../explorer/options';
import { comms } from '../comms';
import { currentHost } from '../host';
import { LiveExplorer } from './live';

/**
 * Finds out what the weights of a model's losses do: trains it under named settings, records each run so that it can be made
 * again, and compares them. For any model, heads and data. Where somebody looks at the notebook, sliders for every weight
 * appear as well: each move trains anew.
 *
 * @param options the model to build, data with validation rows, losses; and settings to run at once (`presets`).
 * @returns the explorer, after the presets have been run.
 * @throws ReluctantError on options that do not fit, before anything is trained.
 *
 * @example
 * const inputs = tf.randomNormal([64, 2], 0, 1, 'float32', 1);
 * const targets = inputs.sum(1, true);
 * const explorer = await explore({
 *   model: ({ seed }) =>
 *     tf.sequential({ layers: [tf.layers.dense({ name: 'sum', inputShape: [2], units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed }) })] }),
 *   data: { inputs, targets, validation: { inputs, targets } },
 *   losses: 'meanSquaredError',
 *   epochs: 2,
 *   presets: { slow: { learningRate: 0.001 }, fast: { learningRate: 0.1 } },
 * });
 * explorer.runs.length; // 2
 */
export async function explore(options: ExploreOptions): Promise<Explorer> {
  const explorer = new Explorer(options);
  if (Object.keys(explorer.presets).length > 0) await explorer.runAll();
  if (comms.connected && currentHost()?.headless === false) new LiveExplorer(explorer).show();
  return explorer;
}
