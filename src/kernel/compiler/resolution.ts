import * as path from 'node:path';
import type { DeclarationPack, Made } from './declarationPack';
import type { TypeScript } from './engine';

type Resolved = TypeScript.ResolvedModuleWithFailedLookupLocations;

/** Where things are looked for. All paths use forward slashes, as the compiler's do. */
export interface Places {
  /** The folder of the notebook; cells import from here. */
  notebook: string;
  /** The folder that cells are compiled in, the root of the file system. */
  cells: string;
  /** The folder of this installation, whose packages every notebook may use. */
  installation: string;
}

/**
 * Packages that the library uses inside and never shows: their hundreds of declaration files would be read for nothing.
 * Cells that import them find them as usual.
 */
const HIDDEN = /^(@duckdb\/|zod(\/|$))/;
/** Parts of TensorFlow.js for browsers, which its index shows beside the rest. */
const OF_BROWSERS = /^@tensorflow\/tfjs-backend-(?:cpu|webgl)$/;
const INDEX = /\/@tensorflow\/tfjs\/dist\/index\.d\.ts$/;
const NOTHING = { resolvedModule: undefined } as Resolved;

/**
 * Finds what an `import` means: local files as seen from the notebook's folder, packages of the notebook's folders and
 * their parents, and last the packages of this installation. `reluctant` is always the installation's own, because the
 * library and the kernel it runs in are one piece.
 */
export class Resolution {
  private readonly found = new Map<string, Resolved>();
  private readonly missing = new Set<string>();
  /** What was found in folders on the way, manifests of packages among it. */
  readonly cache: TypeScript.ModuleResolutionCache;

  constructor(
    private readonly ts: typeof TypeScript,
    private readonly places: Places,
    private readonly options: TypeScript.CompilerOptions,
    private readonly host: TypeScript.ModuleResolutionHost,
    private readonly pack: DeclarationPack | undefined,
  ) {
    this.cache = ts.createModuleResolutionCache(places.cells, (file) => file, options);
  }

  /** Whether `file` has imports that could not be found when they were last looked for. */
  hasMissing(file: string): boolean {
    return this.missing.has(path.posix.dirname(file));
  }

  /** All that was found so far. */
  get made(): Made[] {
    return [...this.found].map(([key, { resolvedModule }]) => {
      const [folder, name] = key.split('\0') as [string, string];
      return { folder, name, module: resolvedModule };
    });
  }

  /** Forgets what was not found, because it may have been written since. */
  forgetMissing(): void {
    if (this.missing.size === 0) return;
    this.missing.clear();
    for (const [key, resolved] of this.found) if (!resolved.resolvedModule) this.found.delete(key);
    this.cache.clear();
  }

  /** The file that `name` means when it is imported by `importer`. */
  resolve(name: string, importer: string): Resolved {
    if (HIDDEN.test(name) && importer.startsWith(`${this.places.installation}/dist/`)) return NOTHING;
    if (OF_BROWSERS.test(name) && INDEX.test(importer)) return NOTHING;
    const folder = path.posix.dirname(importer);
    const key = `${folder}\0${name}`;
    const known = this.found.get(key);
    if (known) return known;
    const packed = this.pack?.resolve(name, folder);
    if (packed !== undefined) {
      const resolved = packed ? ({ resolvedModule: packed } as Resolved) : NOTHING;
      this.found.set(key, resolved);
      return resolved;
    }
    const resolved = asSource(this.search(name, importer, folder));
    if (!resolved.resolvedModule) this.missing.add(folder);
    this.found.set(key, resolved);
    return resolved;
  }

  private search(name: string, importer: string, folder: string): Resolved {
    const { notebook, cells, installation } = this.places;
    const look = (from: string) => this.ts.resolveModuleName(name, from, this.options, this.host, this.cache);
    if (name === 'reluctant') {
      const own = this.ts.resolveModuleName(installation, `${cells}x.ts`, this.options, this.host);
      if (own.resolvedModule) return own;
    }
    // tslab pretends to lie in the folder of the cells; its declarations are read from where it really is.
    if (name === 'tslab') return look(`${installation}/x.ts`);
    const fromCell = folder === path.posix.dirname(`${cells}x.ts`);
    const first = look(fromCell ? `${notebook}/cell.ts` : importer);
    if (first.resolvedModule) return first;
    // Modules made by cells, and types that the compiler itself names by their place, are found from the cells' folder.
    if (fromCell) {
      const made = look(importer);
      if (made.resolvedModule) return made;
    }
    const relative = name.startsWith('.') || name.startsWith('/');
    return relative ? first : look(`${installation}/x.ts`);
  }
}

/** TypeScript of a package (a workspace that shows its sources, say) is compiled like the user's own. */
function asSource(resolved: Resolved): Resolved {
  const { resolvedModule: module } = resolved;
  if (!module?.isExternalLibraryImport || !/(?<!\.d)\.[cm]?tsx?$/.test(module.resolvedFileName)) return resolved;
  return { ...resolved, resolvedModule: { ...module, isExternalLibraryImport: false } };
}
