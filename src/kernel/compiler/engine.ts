import Module from 'node:module';
import type * as Tslab from 'tslab/dist/converter';
import type * as TypeScript from 'typescript';

export type { TypeScript };

/** The parts of the compiler that a notebook needs in another way than tslab calls them. */
export type Replacements = (typescript: typeof TypeScript) => Partial<Record<string, unknown>>;

/** Internal functions of the compiler that its declaration file leaves out. */
interface Internals {
  nullTransformationContext: unknown;
}

/** The compiler as it was published. */
let original: typeof TypeScript | undefined;

/**
 * Loads tslab's converter on top of the TypeScript of this installation, with some functions replaced. tslab itself stays as
 * it was published: it is handed another module in the place of its own compiler, a changed TypeScript 5.0, as a test would
 * hand it a double.
 */
export function loadEngine(replacements: Replacements): typeof Tslab {
  original ??= require('typescript') as typeof TypeScript;
  const file = require.resolve('@tslab/typescript-for-tslab');
  const module = new Module(file);
  const { nullTransformationContext } = original as unknown as Internals;
  module.exports = Object.assign(
    // What tslab's own compiler has beside, or under another name.
    { getNullTransformationContext: () => nullTransformationContext, getDefaultTypeRoots: () => [] },
    original,
    replacements(original),
  );
  module.loaded = true;
  require.cache[file] = module;
  // Each engine has replacements of its own: the converter must not remember those of an earlier one.
  delete require.cache[require.resolve('tslab/dist/converter')];
  return require('tslab/dist/converter') as typeof Tslab;
}
