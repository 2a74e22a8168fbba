import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { isPrivate, isShared, Seals } from './seals';

/** Compiled functions, and graphs, kept on disk at most, up to a megabyte each; the longest unused go first. */
const LIMIT = 200;

/** The folder that XLA uses in this process. */
let inUse: { folder: string; seals: Seals } | undefined;

/**
 * The folder where XLA keeps machine code between processes, made if need be: one per processor model and TensorFlow build, since
 * code for one need not run on another. Code in it that was not made by this user's processes, or has changed since, is removed:
 * it would run. Undefined where there can be none (no home to write to, a folder that others may write to, or a path with blanks,
 * which TensorFlow's flags cannot carry): then everything is compiled anew, as without it.
 *
 * @param library TensorFlow's shared library, whose size and date tell builds apart.
 * @param flags how XLA is told to compile: code made with other flags is other code.
 */
export function compileCacheFolder(
  library: string,
  flags: string,
  home = cacheHome(),
  seals = Seals.open(),
): string | undefined {
  try {
    const { size, mtimeMs } = fs.statSync(library);
    const machine = [os.arch(), os.cpus()[0]?.model, size, mtimeMs, flags].join('|');
    const folder = path.join(home, 'reluctant', 'xla', createHash('sha256').update(machine).digest('hex').slice(0, 16));
    if (/\s/.test(folder) || !seals || !isUsable(folder, home)) return undefined;
    seals.clean(folder);
    prune(folder);
    inUse = { folder, seals };
    return folder;
  } catch {
    return undefined;
  }
}

/** Vouches for the machine code that XLA has just written; call it when something has been compiled. */
export function sealCompiledCode(): void {
  try {
    inUse?.seals.seal(inUse.folder);
  } catch {
    // Nothing is lost but time: what has no seal is compiled again.
  }
}

/**
 * The folder where graphs are kept between processes, made if need be, and the seals that they are known by. Undefined where there
 * can be none.
 */
export function graphCache(home = cacheHome(), seals = Seals.open()): { folder: string; seals: Seals } | undefined {
  try {
    const folder = path.join(home, 'reluctant', 'graphs');
    if (!seals || !isUsable(folder, home)) return undefined;
    prune(folder);
    return { folder, seals };
  } catch {
    return undefined;
  }
}

/** Makes a folder for this user alone; one that is there must be so, too. */
function isUsable(folder: string, home: string): boolean {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.accessSync(folder, fs.constants.W_OK);
  // Whoever may rename a folder above puts another one in its place.
  const parts = path.relative(home, folder).split(path.sep);
  if (!parts.every((_, k) => isPrivate(path.join(home, ...parts.slice(0, k + 1))))) return false;
  return !isShared(home);
}

function cacheHome(): string {
  return process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
}

function prune(folder: string): void {
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  if (files.length <= LIMIT) return;
  const used = (file: string) => fs.statSync(file).atimeMs;
  for (const file of files.sort((a, b) => used(a) - used(b)).slice(0, files.length - LIMIT)) {
    fs.rmSync(file, { recursive: true, force: true });
  }
}
