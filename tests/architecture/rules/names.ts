import * as path from 'node:path';
import * as ts from 'typescript';
import type { Complaint } from './rules';

/** Names of two functions that compute one formula, of numbers here and of tensors there; a test compares the two. */
export const ONE_FORMULA: readonly string[] = ['meanAbsoluteError', 'meanSquaredError'];

/**
 * Names that stand in the public surface for two declarations, wherever: `rl.Samples` and `rl.data.Samples` are one name, and a
 * reader takes them for one thing. The same declaration under two paths is one thing.
 */
export function doubleNames(root: string): Complaint[] {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(fileNames, { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(path.join(root, 'src', 'index.ts'))!;
  const meanings = new Map<string, Map<ts.Symbol, string>>();
  const walked = new Set<ts.Symbol>();

  const walk = (module: ts.Symbol, prefix: string): void => {
    walked.add(module);
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const declaration = symbol.getDeclarations()?.[0];
      const file = declaration && path.relative(root, declaration.getSourceFile().fileName);
      if (!file?.startsWith(`src${path.sep}`)) continue; // the names of TensorFlow.js are its own
      if (ts.isSourceFile(declaration!)) {
        if (!walked.has(symbol)) walk(symbol, `${prefix}.${exported.name}`);
        continue;
      }
      const places = meanings.get(exported.name) ?? new Map<ts.Symbol, string>();
      if (!places.has(symbol)) places.set(symbol, `${prefix}.${exported.name} (${file})`);
      meanings.set(exported.name, places);
    }
  };
  walk(checker.getSymbolAtLocation(index)!, 'rl');

  return [...meanings]
    .filter(([name, places]) => places.size > 1 && !ONE_FORMULA.includes(name))
    .map(([name, places]) => ({
      subject: name,
      text: `the public name ${name} has two meanings: ${[...places.values()].join(', ')}`,
    }));
}
