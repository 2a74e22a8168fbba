import Module, { createRequire, isBuiltin } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as vm from 'node:vm';
import type { Compiled } from './compiler/cells';
import { IMPORT_META } from './compiler/transpile';
import { importedFile } from './packages';

/** How a name is resolved to a file of the user's own sources, as the compiler has done it. */
export type Find = (name: string, importer?: string) => string | undefined;

/** Runs a function and returns what it returns. */
export type Shield = <T>(body: () => T) => T;

const PACKAGE = /[\\/]node_modules[\\/]/;
/** The JavaScript of a source goes by its name, with this behind it. */
const COMPILED = '.js';

/** `import.meta` of code that lies in `file`. */
export function metaOf(file: string, resolve: NodeJS.RequireResolve): object {
  return {
    __proto__: null,
    url: pathToFileURL(file).href,
    filename: file,
    dirname: path.dirname(file),
    resolve: (name: string) =>
      isBuiltin(name) ? `node:${name.replace(/^node:/, '')}` : pathToFileURL(resolve(name)).href,
  };
}

/**
 * `require` for cells: the user's own TypeScript modules as they were last compiled, then packages of the notebook's
 * folder and its parents, then those of this installation.
 */
export class CellModules {
  readonly require: NodeJS.Require;
  private readonly compiled = new Map<string, Compiled>();
  private readonly loaded = new Map<string, NodeModule>();
  /** For each module of the user, the modules that have required it. */
  private readonly users = new Map<string, Set<string>>();
  private readonly fallback: NodeJS.Require;

  /**
   * @param installation the folder of this installation
   * @param special modules that are not loaded from a file, by name
   * @param shield runs code that an interruption must not cut off: a package cut off half-way would stay so
   */
  constructor(
    notebook: string,
    installation: string,
    private readonly find: Find,
    private readonly special: Readonly<Record<string, () => unknown>>,
    private readonly shield: Shield = (body) => body(),
  ) {
    this.fallback = createRequire(path.join(installation, 'package.json'));
    this.require = this.requireFrom(createRequire(path.join(notebook, 'cell.js')), undefined);
  }

  /** Takes newly compiled sources; they and all modules that use them are run anew when next required. */
  update(modules: ReadonlyMap<string, Compiled>): void {
    for (const [file, code] of modules) {
      this.compiled.set(file, code);
      this.unload(file);
    }
  }

  /** The trail of the module whose JavaScript goes by `file`, for stack traces. */
  compiledAt(file: string): Compiled | undefined {
    return this.compiled.get(file.replaceAll('\\', '/'));
  }

  private unload(file: string): void {
    if (!this.loaded.delete(file)) return;
    const users = this.users.get(file) ?? [];
    this.users.delete(file);
    for (const user of users) this.unload(user);
  }

  private requireFrom(base: NodeJS.Require, importer: string | undefined): NodeJS.Require {
    const load = (name: string): unknown => {
      const special = this.special[name];
      if (special) return this.shield(special);
      const source = this.find(name, importer);
      if (source !== undefined && this.compiled.has(source + COMPILED)) return this.own(source, importer);
      // A name that the project's tsconfig maps to a file of its own.
      const isMapped = source !== undefined && !/^\.{0,2}\//.test(name) && !PACKAGE.test(source) && !isBuiltin(name);
      if (isMapped && !source.endsWith('.d.ts')) return this.shield(() => base(source));
      try {
        return this.shield(() => base(name));
      } catch (error) {
        return this.shield(() => this.elsewhere(name, base, error as NodeJS.ErrnoException));
      }
    };
    return Object.assign(load, base);
  }

  /** A package that is not there for `require`: one of this installation, or one that shows itself to `import` only. */
  private elsewhere(name: string, base: NodeJS.Require, error: NodeJS.ErrnoException): unknown {
    if (name.startsWith('.') || path.isAbsolute(name)) throw error;
    if (error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
      const file = importedFile(name, base.resolve.paths(name) ?? []);
      if (file) return base(file);
    }
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    try {
      this.fallback.resolve(name);
    } catch {
      throw error;
    }
    return this.fallback(name);
  }

  private own(source: string, importer: string | undefined): unknown {
    const file = source + COMPILED;
    if (importer !== undefined) {
      const users = this.users.get(file) ?? new Set<string>();
      this.users.set(file, users.add(importer + COMPILED));
    }
    const known = this.loaded.get(file);
    if (known) return known.exports;
    const module = new Module(source);
    module.filename = source;
    module.paths = (Module as unknown as { _nodeModulePaths(folder: string): string[] })._nodeModulePaths(
      path.dirname(source),
    );
    const run = functionOf(this.compiled.get(file)!.code, source);
    // Known before it has run, to modules that it uses and that use it.
    this.loaded.set(file, module);
    try {
      const load = this.requireFrom(createRequire(source), source);
      const meta = metaOf(source, load.resolve);
      run.call(module.exports, module.exports, load, module, source, path.dirname(source), meta);
    } catch (error) {
      this.loaded.delete(file);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  }
}

/** The JavaScript of a module as a function. @throws Error in words where it waits at its top: what runs is CommonJS, which cannot. */
function functionOf(code: string, source: string): (...given: unknown[]) => void {
  try {
    return vm.compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname', IMPORT_META], {
      filename: source + COMPILED,
    }) as (...given: unknown[]) => void;
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/await is only valid/.test(error.message)) throw error;
    throw new Error(
      `${source} waits at its top (an await outside of functions), which modules that cells import cannot; export a function that waits, and call it: await load()`,
    );
  }
}
