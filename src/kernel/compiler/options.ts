import * as path from 'node:path';
import type { TypeScript } from './engine';
import { librariesOf } from './libraries';

/**
 * What a notebook takes over of a project's tsconfig: how strictly types are checked, what imports mean, and how the
 * language is read. The rest (targets, modules, folders of the output) is the kernel's business.
 */
const OBEYED = [
  'strict',
  'noImplicitAny',
  'strictNullChecks',
  'strictFunctionTypes',
  'strictBindCallApply',
  'strictPropertyInitialization',
  'strictBuiltinIteratorReturn',
  'noImplicitThis',
  'useUnknownInCatchVariables',
  'noUncheckedIndexedAccess',
  'exactOptionalPropertyTypes',
  'noPropertyAccessFromIndexSignature',
  'baseUrl',
  'paths',
  'pathsBasePath',
  'moduleSuffixes',
  'customConditions',
  'experimentalDecorators',
  'emitDecoratorMetadata',
  'useDefineForClassFields',
  'jsx',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
] as const;

/** The options of the nearest tsconfig.json above `folder` that a notebook obeys; nothing when there is none. */
function projectOptions(ts: typeof TypeScript, folder: string): TypeScript.CompilerOptions {
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
  const options = ts.getParsedCommandLineOfConfigFile(file, {}, host)?.options ?? {};
  return Object.fromEntries(OBEYED.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}

/**
 * The options that cells and local modules are checked and emitted with.
 *
 * @param notebook the folder of the notebook, whose tsconfig is obeyed
 * @param installation the folder whose declarations of Node are used
 */
export function cellOptions(ts: typeof TypeScript, notebook: string, installation: string): TypeScript.CompilerOptions {
  const project = projectOptions(ts, notebook);
  return {
    // The highest that every Node from 20 on runs; decorators and `using` are written out.
    target: ts.ScriptTarget.ES2024,
    // Lets `import` and `import x = require()` stand side by side, and packages show what they show to each.
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    lib: librariesOf(ts),
    experimentalDecorators: false,
    // A file of JavaScript is run as it is.
    checkJs: false,
    types: ['node'],
    typeRoots: [path.join(installation, 'node_modules', '@types').replaceAll('\\', '/')],
    inlineSourceMap: true,
    skipDefaultLibCheck: true,
    ...project,
    customConditions: ['node', ...(project.customConditions ?? [])],
  };
}
