import type * as TypeScript from '@tslab/typescript-for-tslab';
import type * as Tslab from 'tslab/dist/converter';

export type { TypeScript };

/** The parts of the compiler that a notebook needs in another way than tslab calls them. */
export type Replacements = (typescript: typeof TypeScript) => Partial<Record<string, unknown>>;

/**
 * Loads tslab's converter on top of a TypeScript whose named functions are replaced. tslab itself stays as it was
 * published: it is handed another module in the place of its compiler, as a test would hand it a double.
 */
export function loadEngine(replacements: Replacements): typeof Tslab {
  const file = require.resolve('@tslab/typescript-for-tslab');
  const typescript = require(file) as typeof TypeScript;
  const module = require.cache[file]!;
  module.exports = Object.assign({}, typescript, replacements(typescript));
  return require('tslab/dist/converter') as typeof Tslab;
}
