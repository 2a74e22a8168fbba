import * as fs from 'node:fs';
import { builtinModules } from 'node:module';
import * as path from 'node:path';

/** Something that may be typed. */
export interface Candidate {
  text: string;
  /** What it is, in the words of the compiler: `const`, `function`, `property`, `module` ... */
  kind: string;
}

const SOURCE = /(?<!\.d)\.([cm]?[jt]sx?|json)$/;

/**
 * What an import may name, by what is typed so far.
 * @param folders the folder that relative names start from, and further ones whose packages can be imported
 */
export function specifiersFor(typed: string, folders: readonly string[]): Candidate[] {
  const all =
    /^\.{0,2}\//.test(typed) || typed.startsWith('.') ? filesFor(typed, folders[0]!) : packagesFor(typed, folders);
  return all.filter(({ text }) => text.startsWith(typed)).sort((a, b) => (a.text < b.text ? -1 : 1));
}

function filesFor(typed: string, folder: string): Candidate[] {
  const head = typed.slice(0, typed.lastIndexOf('/') + 1);
  if (head === '') return ['./', '../'].map((text) => ({ text, kind: 'directory' }));
  return entriesOf(path.resolve(folder, head)).flatMap((entry): Candidate[] => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return [{ text: `${head}${entry.name}`, kind: 'directory' }];
    return SOURCE.test(entry.name)
      ? [{ text: `${head}${entry.name.replace(/\.[cm]?[jt]sx?$/, '')}`, kind: 'module' }]
      : [];
  });
}

function packagesFor(typed: string, folders: readonly string[]): Candidate[] {
  const names = new Set(
    builtinModules.filter((name) => !name.startsWith('_')).flatMap((name) => [name, `node:${name}`]),
  );
  for (const start of folders) {
    for (let folder = start; ; folder = path.dirname(folder)) {
      for (const name of packagesIn(path.join(folder, 'node_modules'), typed)) names.add(name);
      if (folder === path.dirname(folder)) break;
    }
  }
  return [...names].map((text) => ({ text, kind: 'module' }));
}

function packagesIn(modules: string, typed: string): string[] {
  const names = entriesOf(modules).map(({ name }) => name);
  const scope = /^(@[^/]+)\//.exec(typed)?.[1];
  if (scope) return entriesOf(path.join(modules, scope)).map(({ name }) => `${scope}/${name}`);
  return names.filter((name) => !name.startsWith('.') && name !== '@types');
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
