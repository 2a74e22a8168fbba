import Module, { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import type { Compiled } from './compiler/cells';

/** How a name is resolved to a file of the user's own sources, as the compiler has done it. */
export type Find = (name: string, importer?: string) => string | undefined;

/** Runs a function and returns what it returns. */
export type Shield = <T>(body: () => T) => T;

const SOURCE = /(?<!\.d)\.[cm]?[jt]sx?$/;

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
      const source = this.find(name, importer)?.replace(SOURCE, '.js');
      if (source !== undefined && this.compiled.has(source)) return this.own(source, importer);
      try {
        return this.shield(() => base(name));
      } catch (error) {
        const missing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
        if (!missing || name.startsWith('.') || path.isAbsolute(name)) throw error;
        try {
          this.fallback.resolve(name);
        } catch {
          throw error;
        }
        return this.shield(() => this.fallback(name));
      }
    };
    return Object.assign(load, base);
  }

  private own(file: string, importer: string | undefined): unknown {
    if (importer !== undefined) {
      const users = this.users.get(file) ?? new Set<string>();
      this.users.set(file, users.add(importer.replace(SOURCE, '.js')));
    }
    const known = this.loaded.get(file);
    if (known) return known.exports;
    const module = new Module(file);
    module.filename = file;
    module.paths = (Module as unknown as { _nodeModulePaths(folder: string): string[] })._nodeModulePaths(
      path.dirname(file),
    );
    this.loaded.set(file, module);
    const run = vm.compileFunction(
      this.compiled.get(file)!.code,
      ['exports', 'require', 'module', '__filename', '__dirname'],
      { filename: file },
    );
    try {
      const own = this.requireFrom(createRequire(file), file);
      run.call(module.exports, module.exports, own, module, file, path.dirname(file));
    } catch (error) {
      this.loaded.delete(file);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  }
}
