import type * as TypeScript from '@tslab/typescript-for-tslab';
import type * as Tslab from 'tslab/dist/converter';

export type { TypeScript };

/** The parts of the compiler that a notebook needs in another way than tslab calls them. */
export type Replacements = (typescript: typeof TypeScript) => Partial<Record<string, unknown>>;

/** The compiler as it was published. */
let original: typeof TypeScript | undefined;

/**
 * Loads tslab's converter on top of a TypeScript whose named functions are replaced. tslab itself stays as it was
 * published: it is handed another module in the place of its compiler, as a test would hand it a double.
 */
export function loadEngine(replacements: Replacements): typeof Tslab {
  const file = require.resolve('@tslab/typescript-for-tslab');
  original ??= require(file) as typeof TypeScript;
  const module = require.cache[file]!;
  module.exports = Object.assign({}, original, replacements(original));
  // Each engine has replacements of its own: the converter must not remember those of an earlier one.
  delete require.cache[require.resolve('tslab/dist/converter')];
  return require('tslab/dist/converter') as typeof Tslab;
}
