import * as fs from 'node:fs';
import * as path from 'node:path';
import { brief, checkPlainFile, ReluctantError, statusOf } from '../../core';
import { FILE_FORMATS, type FileFormat } from '../table/form';

/** Extension -> format; a `.gz` or `.zst` after it is looked through. */
export const EXTENSIONS: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  txt: 'csv',
  dat: 'csv',
  prn: 'csv',
  asc: 'csv',
  parquet: 'parquet',
  pq: 'parquet',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  arrow: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
  xlsx: 'excel',
  xlsm: 'excel',
  xlsb: 'excel',
  xls: 'excel',
  ods: 'excel',
  duckdb: 'duckdb',
  ddb: 'duckdb',
  db: 'sqlite',
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
};

const WILDCARDS = /[*?[\]{}]/;

/**
 * The files that paths, lists and globs stand for, in order, each once. A path that exists is taken as it is, whatever
 * characters it has; only one that does not is read as a glob (`*`, `?`, `**`, `{a,b}`, `[a-z]`).
 * @throws ReluctantError `file-not-found`, `not-a-file`.
 */
export function findFiles(operation: string, source: string | readonly string[]): string[] {
  const sources = typeof source === 'string' ? [source] : source;
  if (!Array.isArray(sources) || sources.length === 0 || sources.some((s) => typeof s !== 'string' || s === '')) {
    throw new ReluctantError({
      code: 'path-not-usable',
      operation,
      problem: 'there is no path',
      received: source,
      expected: 'a path, a glob or a list of them',
    });
  }
  return [...new Set(sources.flatMap((one) => expand(operation, one)))];
}

function expand(operation: string, source: string): string[] {
  if (source.includes('\0')) throw notFound(operation, source);
  const found = statusOf(source);
  if (found && !found.isDirectory()) checkPlainFile(operation, source);
  if (found?.isFile()) return [path.resolve(source)];
  if (found) {
    throw new ReluctantError({
      code: 'not-a-file',
      operation,
      problem: 'the path is a folder',
      where: { file: source },
      expected: 'a file or a glob',
      fix: `for all files in it: ${brief(path.join(source, '*'), 200)}`,
    });
  }
  if (!WILDCARDS.test(source)) throw notFound(operation, source);
  const parts = path.resolve(source).split(path.sep);
  const fixed = parts.findIndex((part) => WILDCARDS.test(part));
  const base = parts.slice(0, fixed).join(path.sep) || path.sep;
  const files = walk(base, parts.slice(fixed)).sort();
  for (const file of files) checkPlainFile(operation, file);
  if (files.length === 0) throw notFound(operation, source);
  return files;
}

/** Files below `folder` whose path matches the parts of a glob. */
function walk(folder: string, [part, ...rest]: string[]): string[] {
  if (part === undefined) return [];
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  const into = (entry: fs.Dirent) => path.join(folder, entry.name);
  const isFolder = (entry: fs.Dirent) => entry.isDirectory();
  if (part === '**') {
    const below = entries.filter((e) => isFolder(e) && !e.name.startsWith('.'));
    const here = rest.length ? walk(folder, rest) : entries.filter((e) => !isFolder(e)).map(into);
    return [...here, ...below.flatMap((entry) => walk(into(entry), ['**', ...rest]))];
  }
  const pattern = toPattern(part);
  return entries
    .filter((entry) => pattern.test(entry.name))
    .flatMap((entry) => {
      if (rest.length) return isFolder(entry) || entry.isSymbolicLink() ? walk(into(entry), rest) : [];
      return statusOf(into(entry))?.isFile() ? [into(entry)] : [];
    });
}

/** One part of a glob as a regular expression. */
function toPattern(part: string): RegExp {
  let depth = 0;
  const body = part.replace(/\[(!?)([^\]]+)\]|[\s\S]/g, (token, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^\]]/g, '\\$&')}]`;
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token === '{') {
      depth += 1;
      return '(?:';
    }
    if (token === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    if (token === ',' && depth > 0) return '|';
    return token.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  });
  try {
    return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}(?:${body}${')'.repeat(depth)})$`, 'u');
  } catch {
    return /^(?!)/;
  }
}

/**
 * The format of a file by its extension.
 * @throws ReluctantError `format-unknown`.
 */
export function formatOf(operation: string, file: string): FileFormat {
  const extension = path
    .basename(file)
    .toLowerCase()
    .replace(/\.(gz|zst)$/, '')
    .split('.')
    .at(-1)!;
  if (Object.hasOwn(EXTENSIONS, extension)) return EXTENSIONS[extension]!;
  throw new ReluctantError({
    code: 'format-unknown',
    operation,
    problem: 'the format cannot be told from the name of the file',
    where: { file },
    expected: `an extension of ${Object.keys(EXTENSIONS).join(', ')}, with .gz or .zst after it or not`,
    fix: (say) => `say it: ${say('format', 'csv')} (${FILE_FORMATS.join(', ')})`,
  });
}

function notFound(operation: string, source: string): ReluctantError {
  const absolute = path.resolve(source.replaceAll('\0', ''));
  return new ReluctantError({
    code: 'file-not-found',
    operation,
    problem: 'no file of that name',
    where: { file: source.replaceAll('\0', '\\0') },
    received: absolute,
    expected: 'a path that exists, or a glob that matches one',
    fix: /^[a-z][a-z0-9+.-]+:\/\//i.test(source)
      ? 'nothing is fetched from the network: download it first'
      : 'relative paths start at the folder the program runs in',
  });
}
