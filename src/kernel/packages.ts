import * as fs from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as util from 'node:util';

/** What a package's manifest says it shows: a file, or others by condition, or several that are tried in turn. */
type Exported = string | null | Exported[] | { [key: string]: Exported };

const CONDITIONS = new Set(['node', 'import', 'module-sync', 'require', 'default']);

/**
 * The file that `import` would load for a package that shows nothing to `require` (Node's documentation, "Packages").
 * @param folders where packages are looked for, in order
 */
export function importedFile(name: string, folders: readonly string[]): string | undefined {
  const [, root, rest] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(name) ?? [];
  if (root === undefined) return undefined;
  for (const folder of folders) {
    const home = path.join(folder, root);
    const manifest = path.join(home, 'package.json');
    if (!fs.existsSync(manifest)) continue;
    const { exports: shown } = JSON.parse(fs.readFileSync(manifest, 'utf8')) as { exports?: Exported };
    const target = shown === undefined ? undefined : targetOf(shown, `.${rest ?? ''}`);
    return target === undefined ? undefined : path.join(home, target);
  }
  return undefined;
}

function targetOf(shown: Exported, subpath: string): string | undefined {
  const isMap = typeof shown === 'object' && shown !== null && !Array.isArray(shown);
  if (!isMap || !Object.keys(shown).some((key) => key.startsWith('.'))) {
    return subpath === '.' ? choose(shown, '') : undefined;
  }
  if (subpath in shown) return choose(shown[subpath]!, '');
  for (const [pattern, target] of Object.entries(shown)) {
    const [before, after] = pattern.split('*');
    if (after === undefined || !subpath.startsWith(before!) || !subpath.endsWith(after)) continue;
    return choose(target, subpath.slice(before!.length, subpath.length - after.length));
  }
  return undefined;
}

function choose(target: Exported, part: string): string | undefined {
  if (typeof target === 'string') return target.replaceAll('*', part);
  if (target === null) return undefined;
  const options = Array.isArray(target)
    ? target
    : Object.entries(target)
        .filter(([key]) => CONDITIONS.has(key))
        .map(([, value]) => value);
  for (const option of options) {
    const file = choose(option, part);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Codes of Node's errors for modules that `require` does not load. */
const NEEDS_IMPORT = new Set(['ERR_REQUIRE_ASYNC_MODULE', 'ERR_REQUIRE_ESM']);

/** Node's own `import()`, of which the compiler would make a `require`. */
export const nativeImport = new Function('name', 'return import(name)') as (name: string) => Promise<object>;

/** Packages of the notebook's folders, and those of this installation. */
export class Packages {
  private readonly requires = new Map<string, NodeJS.Require>();
  private readonly fallback: NodeJS.Require;
  /** Packages that `require` loads, by folder and name. */
  private readonly plain = new Set<string>();
  /** Packages that only `import()` loads, as it and as `require` gives them. */
  private readonly namespaces = new Map<string, { namespace: object; required: unknown }>();

  constructor(installation: string) {
    this.fallback = createRequire(path.join(installation, 'package.json'));
  }

  /** Node's `require` in a folder. */
  requireIn(folder: string): NodeJS.Require {
    const known = this.requires.get(folder);
    const own = known ?? createRequire(path.join(folder, 'cell.js'));
    if (!known) this.requires.set(folder, own);
    return own;
  }

  /** @throws an error that says from where the package was looked for */
  require(name: string, folder: string): unknown {
    const held = this.namespaces.get(keyOf(name, folder));
    if (held) return held.required;
    const base = this.requireIn(folder);
    try {
      return base(name);
    } catch (error) {
      return this.elsewhere(name, base, folder, error as NodeJS.ErrnoException);
    }
  }

  /** Whether only `import()` loads a package: one that waits at its top, say. */
  needsImport(name: string, folder: string): boolean {
    const key = keyOf(name, folder);
    if (isBuiltin(name) || this.plain.has(key) || this.namespaces.has(key)) return false;
    const base = this.requireIn(folder);
    const file = esModuleOf(name, base);
    try {
      if (file !== undefined) base(file);
    } catch (error) {
      // Any other is told to who uses it.
      return NEEDS_IMPORT.has((error as NodeJS.ErrnoException).code ?? '');
    }
    this.plain.add(key);
    return false;
  }

  /** Loads such a package. */
  async import(name: string, folder: string): Promise<void> {
    const file = esModuleOf(name, this.requireIn(folder))!;
    const namespace = await nativeImport(pathToFileURL(file).href);
    this.namespaces.set(keyOf(name, folder), { namespace, required: asRequired(namespace) });
  }

  /** Such a package as `import()` gives it, once it is loaded. */
  imported(name: string, folder: string): object | undefined {
    return this.namespaces.get(keyOf(name, folder))?.namespace;
  }

  /** A package that is not there for `require`: one of this installation, or one that shows itself to `import` only. */
  private elsewhere(name: string, base: NodeJS.Require, folder: string, error: NodeJS.ErrnoException): unknown {
    if (error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
      const file = importedFile(name, base.resolve.paths(name) ?? []);
      if (file) return base(file);
    }
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    if (!name.startsWith('.') && !path.isAbsolute(name) && isThere(this.fallback, name)) return this.fallback(name);
    // The file that Node takes for the importer is none.
    if (error.message.startsWith(`Cannot find module '${name}'`)) {
      error.message = `Cannot find module '${name}' from ${folder}`;
      delete (error as { requireStack?: unknown }).requireStack;
    }
    throw error;
  }
}

const keyOf = (name: string, folder: string): string => `${folder}\0${name}`;

function isThere(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The file of a package that is an ES module; nothing for others. */
function esModuleOf(name: string, { resolve }: NodeJS.Require): string | undefined {
  let file: string | undefined;
  try {
    file = resolve(name);
  } catch {
    file = importedFile(name, resolve.paths(name) ?? []);
  }
  if (file === undefined || !/\.m?js$/.test(file)) return undefined;
  return file.endsWith('.mjs') || typeAbove(file) === 'module' ? file : undefined;
}

/** What the manifest above a file says of its kind. */
function typeAbove(file: string): string | undefined {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) return (JSON.parse(fs.readFileSync(manifest, 'utf8')) as { type?: string }).type;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** A module as `require` gives it: with the mark that tells that its `default` is its own. */
function asRequired(namespace: object): unknown {
  if (!('default' in namespace) || '__esModule' in namespace) return namespace;
  return Object.defineProperty(withGetters(namespace), '__esModule', { value: true });
}

const namespaces = new WeakMap<object, object>();

/** A module that `require` gives, as `import()` gives it. */
export function namespaceOf(given: unknown): unknown {
  if (typeof given !== 'function' && (typeof given !== 'object' || given === null)) return { default: given };
  if (util.types.isModuleNamespaceObject(given) || (given as { __esModule?: boolean }).__esModule) return given;
  const known = namespaces.get(given);
  const namespace = known ?? Object.defineProperty(withGetters(given), 'default', { value: given, enumerable: true });
  namespaces.set(given, namespace);
  return namespace;
}

function withGetters(given: object): object {
  const getters = Object.keys(given).map((name) => [
    name,
    { get: () => (given as Record<string, unknown>)[name], enumerable: true, configurable: true },
  ]);
  return Object.defineProperties({}, Object.fromEntries(getters));
}
