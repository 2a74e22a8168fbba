import { type ExploreOptions, Explorer, type Presenter } from '../../explorer';
import type { ProgramLike } from '../../programs';
import { comms } from '../comms';
import { currentHost } from '../host';
import { progress } from '../progress';
import { LiveExplorer } from './live';
import { surfacePicture } from './surfaceWidget';

/** Whether somebody looks at the notebook, so that controls make sense. */
const isWatched = (): boolean => comms.connected && currentHost()?.headless === false;

/** Bars and clickable surfaces where somebody looks. */
const IN_NOTEBOOK: Presenter = {
  progress,
  surface: (surface) => (isWatched() ? surfacePicture(surface) : undefined),
};

/**
 * Finds out what the weights of a program's losses do: trains it under named settings, records each run so that it can be made
 * again, and compares them. For any model, heads and data. Where somebody looks at the notebook, sliders for every weight
 * appear as well: each move trains anew.
 *
 * @param program with validation rows; its presets and choices are offered.
 * @param options `presets` to run at once in place of the program's, `measures`, `verdicts`, and a `folder` for records.
 * @returns the explorer, after the presets have been run.
 * @throws ReluctantError on programs that do not fit, before anything is trained.
 *
 * @example
 * const inputs = tf.randomNormal([64, 2], 0, 1, 'float32', 1);
 * const targets = inputs.sum(1, true);
 * const sum = rl.program({
 *   data: { inputs, targets, validation: { inputs, targets } },
 *   model: ({ seed }) => {
 *     const kernelInitializer = tf.initializers.glorotUniform({ seed: seed + 1 });
 *     return tf.sequential({ layers: [tf.layers.dense({ name: 'sum', inputShape: [2], units: 1, kernelInitializer })] });
 *   },
 *   options: { losses: 'meanSquaredError', epochs: 2 },
 *   presets: { slow: { learningRate: 0.001 }, fast: { learningRate: 0.1 } },
 * });
 * (await explore(sum)).runs.length; // 2
 */
export async function explore(program: ProgramLike, options: ExploreOptions = {}): Promise<Explorer> {
  const explorer = await Explorer.open(program, { presenter: IN_NOTEBOOK, ...options });
  if (Object.keys(explorer.presets).length > 0) await explorer.runAll();
  if (isWatched()) new LiveExplorer(explorer).show();
  return explorer;
}
