import type { TypeScript } from './engine';

/** The flags of a user's tsconfig that say how strictly types are checked; a notebook obeys them. */
const STRICTNESS = [
  'strict',
  'noImplicitAny',
  'strictNullChecks',
  'strictFunctionTypes',
  'strictBindCallApply',
  'strictPropertyInitialization',
  'noImplicitThis',
  'useUnknownInCatchVariables',
  'noUncheckedIndexedAccess',
  'exactOptionalPropertyTypes',
  'noPropertyAccessFromIndexSignature',
] as const;

/** The strictness that the nearest tsconfig.json above `folder` asks for; nothing when there is none. */
export function strictnessOf(ts: typeof TypeScript, folder: string): TypeScript.CompilerOptions {
  const file = ts.findConfigFile(folder, ts.sys.fileExists);
  if (!file) return {};
  const host: TypeScript.ParseConfigFileHost = {
    useCaseSensitiveFileNames: true,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    getCurrentDirectory: () => folder,
    // Only the options are wanted; reading a whole project's folders would cost seconds.
    readDirectory: () => [],
    onUnRecoverableConfigFileDiagnostic: () => {},
  };
  const found = ts.getParsedCommandLineOfConfigFile(file, {}, host)?.options ?? {};
  const strictness: TypeScript.CompilerOptions = {};
  for (const flag of STRICTNESS) if (found[flag] !== undefined) strictness[flag] = found[flag];
  return strictness;
}
