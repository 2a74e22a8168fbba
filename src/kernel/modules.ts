import * as fs from 'node:fs';
import Module, { isBuiltin } from 'node:module';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Compiled } from './compiler/cells';
import { namespaceOf, nativeImport, Packages } from './packages';
import { guard } from './scope';
import { EarlyError, functionOf } from './surroundings';

/** How a name is resolved to a file of the user's own sources, as the compiler has done it. */
export type Find = (name: string, importer?: string) => string | undefined;

/** Compiles a source of the user, and what it imports. */
export type Compile = (file: string) => ReadonlyMap<string, Compiled>;

/** Runs a function and returns what it returns. */
export type Shield = <T>(body: () => T) => T;

/** What has to be waited for before those that import it can run. */
type Waiting = () => Promise<unknown>;

const PACKAGE = /[\\/]node_modules[\\/]/;
/** Sources that Node alone does not run. */
const SOURCE = /(?<!\.d)\.(?:[cm]?tsx?|mjs|jsx)$/;
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
 * What `require` and `import` give to cells: the user's own TypeScript modules as they were last compiled, then packages of the
 * notebook's folder and its parents, then those of this installation.
 */
export class CellModules {
  readonly require: NodeJS.Require;
  private readonly compiled = new Map<string, Compiled>();
  /** When the sources were written that were compiled, by file. */
  private readonly written = new Map<string, number>();
  private readonly loaded = new Map<string, NodeModule>();
  /** For each module of the user, the modules that have required it. */
  private readonly users = new Map<string, Set<string>>();
  /** Modules of the user that have begun, and wait. */
  private readonly starting = new Map<string, Promise<void>>();
  private readonly packages: Packages;

  /**
   * @param installation the folder of this installation
   * @param special modules that are not loaded from a file, by name
   * @param shield runs code that an interruption must not cut off: a package cut off half-way would stay so
   */
  constructor(
    private readonly notebook: string,
    installation: string,
    private readonly sources: { find: Find; compile: Compile },
    private readonly special: Readonly<Record<string, () => unknown>>,
    private readonly shield: Shield = (body) => body(),
  ) {
    this.packages = new Packages(installation);
    this.require = this.requireFrom(undefined);
  }

  /** Takes newly compiled sources; they and all modules that use them are run anew when next required. */
  update(modules: ReadonlyMap<string, Compiled>): void {
    for (const [file, code] of modules) {
      this.compiled.set(file, code);
      this.written.set(file, writtenAt(file));
      this.unload(file);
    }
  }

  /** The trail of the module whose JavaScript goes by `file`, for stack traces. */
  compiledAt(file: string): Compiled | undefined {
    return this.compiled.get(file.replaceAll('\\', '/'));
  }

  /**
   * What has to be waited for before code that imports `names` can run; nothing where all of it can be had at once.
   * @param importer the module of the user whose code it is; nothing for a cell
   */
  preparing(names: readonly string[], importer?: string): (() => Promise<void>) | undefined {
    const waiting = this.waitingFor(names, importer, new Set());
    if (waiting.length === 0) return undefined;
    return async () => {
      for (const wait of waiting) await guard.wait(wait());
    };
  }

  /** What `import()` gives. */
  async import(given: unknown, importer?: string): Promise<unknown> {
    const name = importedName(given);
    // The code behind the call runs first.
    await guard.wait(Promise.resolve());
    if (/^(?:data|https?):/.test(name)) return nativeImport(name);
    await guard.wait(this.preparing([name], importer)?.());
    return this.packages.imported(name, this.folderOf(importer)) ?? namespaceOf(this.load(name, importer));
  }

  /** Forgets modules that wait, because those who wait for them were interrupted. */
  forgetStarting(): void {
    this.starting.clear();
  }

  private unload(file: string): void {
    this.starting.delete(file);
    if (!this.loaded.delete(file)) return;
    const users = this.users.get(file) ?? [];
    this.users.delete(file);
    for (const user of users) this.unload(user);
  }

  private folderOf(importer: string | undefined): string {
    return importer === undefined ? this.notebook : path.dirname(importer);
  }

  private requireFrom(importer: string | undefined): NodeJS.Require {
    const base = this.packages.requireIn(this.folderOf(importer));
    return Object.assign((name: string): unknown => this.load(name, importer), base);
  }

  private load(name: string, importer: string | undefined): unknown {
    if (Object.hasOwn(this.special, name)) return this.shield(this.special[name]!);
    const source = this.sourceOf(name, importer);
    if (source !== undefined && this.compiled.has(source + COMPILED)) return this.own(source, importer);
    const folder = this.folderOf(importer);
    // A name that the project's tsconfig maps to a file of its own.
    const isMapped = source !== undefined && !/^\.{0,2}\//.test(name) && !PACKAGE.test(source) && !isBuiltin(name);
    const isFile = isMapped && !source.endsWith('.d.ts');
    return this.shield(() => this.packages.require(isFile ? source : name, folder));
  }

  /** The file that `name` means; where it is a source of the user, it is there in its present form. */
  private sourceOf(name: string, importer: string | undefined): string | undefined {
    if (isBuiltin(name)) return undefined;
    const source = this.sources.find(name, importer);
    if (source === undefined || !SOURCE.test(source) || PACKAGE.test(source)) return source;
    const isThere = this.compiled.has(source + COMPILED);
    // A name that is made by a running cell was not seen when the cell was compiled.
    if (!isThere || (importer === undefined && this.isOld(source, new Set())))
      this.update(this.shield(() => this.sources.compile(source)));
    return source;
  }

  /** Whether a source, or one that it imports, was written since it was compiled. */
  private isOld(source: string, seen: Set<string>): boolean {
    const file = source + COMPILED;
    const compiled = this.compiled.get(file);
    if (!compiled || seen.has(file)) return false;
    seen.add(file);
    if (this.written.get(file) !== writtenAt(file)) return true;
    return compiled.imports.some((name) => {
      const next = this.sources.find(name, source);
      return next !== undefined && this.isOld(next, seen);
    });
  }

  private waitingFor(names: readonly string[], importer: string | undefined, seen: Set<string>): Waiting[] {
    return names.flatMap((name): Waiting[] => {
      if (Object.hasOwn(this.special, name)) return [];
      const source = this.sourceOf(name, importer);
      const file = source + COMPILED;
      const compiled = this.compiled.get(file);
      if (source === undefined || !compiled) {
        const folder = this.folderOf(importer);
        return this.shield(() => this.packages.needsImport(name, folder))
          ? [() => this.packages.import(name, folder)]
          : [];
      }
      this.noteUse(file, importer);
      if (seen.has(file) || this.loaded.has(file)) return [];
      seen.add(file);
      const below = this.waitingFor(compiled.imports, source, seen);
      return compiled.waits ? [...below, () => this.start(source)] : below;
    });
  }

  private noteUse(file: string, importer: string | undefined): void {
    if (importer === undefined) return;
    const users = this.users.get(file) ?? new Set<string>();
    this.users.set(file, users.add(importer + COMPILED));
  }

  private own(source: string, importer: string | undefined): unknown {
    const file = source + COMPILED;
    this.noteUse(file, importer);
    const known = this.loaded.get(file);
    if (known) return known.exports;
    if (this.compiled.get(file)!.waits) {
      const name = path.basename(source);
      throw new Error(
        `${source} waits at its top (an await outside of functions), which require cannot; use await import('./${name}'), or break the circle of modules that import each other`,
      );
    }
    const { module, run } = this.begin(source);
    // Known before it has run, to modules that it uses and that use it.
    this.loaded.set(file, module);
    try {
      run();
    } catch (error) {
      this.loaded.delete(file);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  }

  /** Runs a module that waits at its top; those that it imports have run. */
  private start(source: string): Promise<void> {
    const file = source + COMPILED;
    const running = this.starting.get(file);
    if (running) return running;
    const { module, run } = this.begin(source);
    const start = async (): Promise<void> => {
      try {
        await run();
        this.loaded.set(file, module);
        module.loaded = true;
      } finally {
        this.starting.delete(file);
      }
    };
    const started = start();
    if (!this.loaded.has(file)) this.starting.set(file, started);
    return started;
  }

  private begin(source: string): { module: NodeModule; run: () => unknown } {
    const file = source + COMPILED;
    const compiled = this.compiled.get(file)!;
    const module = new Module(source);
    module.filename = source;
    module.paths = (Module as unknown as { _nodeModulePaths(folder: string): string[] })._nodeModulePaths(
      path.dirname(source),
    );
    const require = this.requireFrom(source);
    const around = {
      exports: module.exports,
      require,
      module,
      file: source,
      meta: metaOf(source, require.resolve),
      import: (name: unknown) => this.import(name, source),
    };
    try {
      const run = functionOf(compiled, file, compiled.waits)(around);
      return { module, run: () => run.call(module.exports) };
    } catch (error) {
      if (!(error instanceof EarlyError)) throw error;
      const { line, column } = error.place ?? {};
      throw new SyntaxError(`${source}${line === undefined ? '' : `:${line}:${column}`} - ${error.message}`);
    }
  }
}

/** When the source was written whose JavaScript goes by `file`; 0 for one that is in memory only. */
const writtenAt = (file: string): number =>
  fs.statSync(file.slice(0, -COMPILED.length), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** What `import()` was given, as a name: the address of a file is its path. */
function importedName(given: unknown): string {
  const name = String(given);
  return name.startsWith('file:') ? fileURLToPath(name) : name;
}
