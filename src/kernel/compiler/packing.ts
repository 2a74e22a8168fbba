import { CellCompiler } from './cells';

/**
 * Makes the pack of declarations of an installation; the build calls this last, because the pack holds for one build and
 * for one set of packages.
 *
 * @param installation the folder whose `dist` and `node_modules` are packed
 * @returns how many files were packed
 */
export function packDeclarations(installation: string): number {
  const compiler = new CellCompiler(installation, installation, { packed: false });
  for (const _ of compiler.warmUp());
  return compiler.pack();
}
