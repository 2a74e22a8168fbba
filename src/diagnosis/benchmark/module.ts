import * as path from 'node:path';
import { ReluctantError, type TF } from '../../core';
import type { Program, Setting } from '../../programs';
import { runModule } from '../../programs/module';
import { programIn } from '../../programs/recipes/load';
import { CAUSES } from '../causes';
import type { BenchmarkProgram } from './benchmark';

/**
 * A program of one's own for the benchmark: a module whose default export is a program, and that exports as `cause` what
 * should be named first; without it the program is a healthy one.
 *
 * @param file path of the module, in TypeScript or JavaScript.
 * @throws ReluctantError `not-a-program`, `unknown-choice` for a cause that no diagnosis names, and those of `programs.load`.
 * @example
 * require('node:fs').writeFileSync('mine.ts', `
 *   import * as rl from 'reluctant';
 *   const inputs = rl.tf.ones([8, 2]);
 *   const model = () => rl.tf.sequential({ layers: [rl.tf.layers.dense({ units: 1, inputShape: [2] })] });
 *   export default rl.program({ name: 'mine', data: { inputs, targets: inputs.sum(1, true) }, model, options: { losses: 'huber' } });`);
 * programOfModule('mine.ts').cause; // ''
 */
export function programOfModule(file: string): BenchmarkProgram {
  const exported = runModule(file);
  const program = programIn(exported, path.resolve(file)) as Program<Setting, TF.LayersModel>;
  const { cause = '' } = exported as { cause?: string };
  const causes = CAUSES.map(({ id }) => id);
  if (cause !== '' && !causes.includes(cause)) {
    throw new ReluctantError({
      code: 'unknown-choice',
      operation: 'benchmark',
      problem: 'no diagnosis names this cause',
      where: { file },
      received: cause,
      expected: `one of ${causes.join(', ')}`,
    });
  }
  return { name: program.name, cause, build: (seed) => program.with({ seed }) };
}
