import * as fs from 'node:fs';
import * as path from 'node:path';

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
