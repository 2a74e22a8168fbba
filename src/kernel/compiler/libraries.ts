import * as path from 'node:path';
import type { TypeScript } from './engine';

/** A declaration file of the language, and what proves that this Node has what it declares. */
const PROVED: Readonly<Record<string, () => boolean>> = {
  'es2023.array': () => 'toSorted' in Array.prototype,
  'es2023.collection': () => true,
  'es2023.intl': () => true,
  'es2024.arraybuffer': () => 'transfer' in ArrayBuffer.prototype,
  'es2024.collection': () => 'groupBy' in Map,
  'es2024.object': () => 'groupBy' in Object,
  'es2024.promise': () => 'withResolvers' in Promise,
  'es2024.regexp': () => 'unicodeSets' in RegExp.prototype,
  'es2024.sharedmemory': () => 'waitAsync' in Atomics,
  'es2024.string': () => 'isWellFormed' in String.prototype,
  'esnext.array': () => 'fromAsync' in Array,
  'esnext.collection': () => 'union' in Set.prototype,
  'esnext.decorators': () => true,
  'esnext.disposable': () => 'dispose' in Symbol,
  'esnext.error': () => 'isError' in Error,
  'esnext.float16': () => 'Float16Array' in globalThis,
  'esnext.iterator': () => 'Iterator' in globalThis,
  'esnext.promise': () => 'try' in Promise,
  'esnext.sharedmemory': () => 'pause' in Atomics,
};

/** The declarations that match the Node that runs: a cell that uses what it lacks is told so before it runs. */
export function librariesOf(ts: typeof TypeScript): string[] {
  const known = new Set((ts as unknown as { libs: readonly string[] }).libs);
  const proved = Object.entries(PROVED).filter(([name, isThere]) => known.has(name) && isThere());
  return ['es2022', ...proved.map(([name]) => name)].map((name) => `lib.${name}.d.ts`);
}

/** The package with the declarations of the Node that runs, or of the newest before it. */
export function nodeTypes(installation: string, version = process.versions.node): string {
  const major = Number(version.split('.')[0]);
  const name = major >= 24 ? 'node-types-24' : major >= 22 ? 'node-types-22' : path.join('@types', 'node');
  return path.join(installation, 'node_modules', name).replaceAll('\\', '/');
}
