import * as fs from 'node:fs';
import * as path from 'node:path';
import { nearest, ReluctantError } from '../../core';
import type { Trainable } from '../../training';
import { runModule } from '../module';
import { Program, program } from '../program';
import type { Setting } from '../setting';
import { financialWaveNetRecipe } from './financialWaveNet';
import { robustRecipe } from './robust';

/** The recipes by the name under which {@link loadProgram} and the command line find them. A new one is a file here and a line. */
export const RECIPES: Readonly<Record<string, () => Program>> = {
  robust: () => robustRecipe() as unknown as Program,
  financialWaveNet: () => financialWaveNetRecipe() as unknown as Program,
};

/**
 * The program of a module on disk, at a setting: with the same module and setting, every process trains to the same weights.
 *
 * @param module path of a file in TypeScript or JavaScript whose default export is a program, or that exports `model`, `data`
 *   and `options`; or the name of a recipe, such as `robust`.
 * @param setting what differs from its defaults.
 * @throws ReluctantError `module-not-found`, `module-not-readable`, `not-a-program`, and those of `Program.with`.
 * @example
 * const source = { synthetic: { symbols: 2, days: 200, seed: 7 } };
 * const robust = await loadProgram('robust', { source, epochs: 2, mode: 'graph' });
 * (await rl.train(robust)).history.length; // 2
 */
export async function loadProgram(module: string, setting: Setting = {}): Promise<Program> {
  if (Object.hasOwn(RECIPES, module)) return RECIPES[module]!().with(setting);
  const file = path.resolve(module);
  const meant = fs.existsSync(file) ? undefined : nearest(module, Object.keys(RECIPES));
  if (meant !== undefined) {
    throw new ReluctantError({
      code: 'module-not-found',
      operation: 'programs.loadProgram',
      problem: 'there is no such recipe, and no such file',
      received: module,
      expected: `one of ${Object.keys(RECIPES).join(', ')}, or the path of a module`,
      fix: `did you mean "${meant}"?`,
    });
  }
  return programIn(runModule(file), file).from(file).with(setting);
}

/** The program that a module exports; throws `not-a-program` naming the file. */
export function programIn(exported: Record<string, unknown>, file: string): Program {
  const { default: main } = exported;
  if (main instanceof Program) return main;
  const { __esModule: _, ...named } = exported;
  const definition = typeof main === 'object' && main !== null ? main : named;
  try {
    return program({ name: path.basename(file), ...definition } as never) as unknown as Program<Setting, Trainable>;
  } catch (error) {
    if (!(error instanceof ReluctantError) || error.code !== 'not-a-program') throw error;
    throw new ReluctantError({ ...error.details, operation: 'programs.loadProgram', where: { file }, cause: error });
  }
}
