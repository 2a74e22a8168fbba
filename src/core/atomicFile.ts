import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from './errors';

/**
 * Writes a file so that it is there whole or not at all, whenever the machine stops: a draft is written and forced to
 * disk, then takes the name in one step, and the folder's entry is forced to disk as well.
 *
 * @param fix what the reader can do where the reason of a failure does not say it.
 * @throws ReluctantError `file-not-written`, e.g. on a full disk; what had the name before is still there, whole.
 * @example
 * const file = require('node:path').join(require('node:os').tmpdir(), 'note.txt');
 * writeAtomically(file, 'whole');
 * require('node:fs').readFileSync(file, 'utf8'); // 'whole'
 * require('node:fs').rmSync(file);
 */
export function writeAtomically(file: string, content: string | Uint8Array, fix?: string): void {
  const draft = draftOf(file);
  try {
    checkPlace(file);
    fs.writeFileSync(draft, content);
    settle(draft, file);
  } catch (cause) {
    throw notWritten(file, draft, cause, fix);
  }
}

/**
 * As {@link writeAtomically}, for a file that something else writes: `write` is given the path of the draft.
 *
 * @param write makes the file at the path it is given.
 * @throws ReluctantError `file-not-written`, and whatever `write` throws that is a ReluctantError.
 * @example
 * const file = require('node:path').join(require('node:os').tmpdir(), 'copy.txt');
 * await replaceAtomically(file, async (draft) => require('node:fs').writeFileSync(draft, 'whole'));
 * require('node:fs').rmSync(file);
 */
export async function replaceAtomically(file: string, write: (draft: string) => Promise<void> | void): Promise<void> {
  const draft = draftOf(file);
  try {
    checkPlace(file);
    await write(draft);
    settle(draft, file);
  } catch (cause) {
    throw notWritten(file, draft, cause);
  }
}

/**
 * Throws unless a file of that name could be written: its folder is there and may be written, and the name is neither a
 * folder nor a device. For commands that work long before they write.
 *
 * @throws ReluctantError `file-not-written`.
 * @example
 * const os = require('node:os');
 * checkWritable(require('node:path').join(os.tmpdir(), 'predictions.csv'));
 */
export function checkWritable(file: string): void {
  try {
    checkPlace(file);
    fs.accessSync(path.dirname(path.resolve(file)), fs.constants.W_OK);
    if (fs.existsSync(file)) fs.accessSync(file, fs.constants.W_OK);
  } catch (cause) {
    throw notWritten(file, undefined, cause);
  }
}

const draftOf = (file: string): string => `${file}.${process.pid}.draft`;

/** A rename would replace a device, a pipe or an empty folder by a file: these are refused. */
function checkPlace(file: string): void {
  const folder = path.dirname(path.resolve(file));
  const place = fs.statSync(folder, { throwIfNoEntry: false });
  if (!place) throw new Refusal('the folder does not exist', `make it first: ${folder}`);
  if (!place.isDirectory()) throw new Refusal('its folder is a file', 'choose another path');
  const standing = fs.statSync(file, { throwIfNoEntry: false });
  if (standing?.isDirectory()) throw new Refusal('the path is a folder', 'name a file in it');
  if (standing && !standing.isFile()) throw new Refusal('the path is a device or a pipe', 'name a plain file');
}

/** Why a place was refused, before anything was tried. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** Forces a draft to disk, gives it its name, and forces that to disk. */
function settle(draft: string, file: string): void {
  const handle = fs.openSync(draft, 'r+');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(draft, file);
  syncFolder(path.dirname(file));
}

function syncFolder(folder: string): void {
  try {
    const handle = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    // Windows cannot open a folder; the rename is all there is.
  }
}

/**
 * A refusal of the system to write, on a full or a read-only disk or where this user may not, in words.
 *
 * @returns undefined for any other error.
 * @example
 * asNotWritten(Object.assign(new Error('full'), { code: 'ENOSPC', path: 'a.csv' })).code; // 'file-not-written'
 */
export function asNotWritten(error: unknown): ReluctantError | undefined {
  const { code = '', path: file } = Object(error) as NodeJS.ErrnoException;
  if (error instanceof ReluctantError || ![...FULL, ...FORBIDDEN].includes(code)) return undefined;
  return notWritten(file ?? 'unknown', undefined, error);
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const FORBIDDEN = ['EACCES', 'EPERM', 'EROFS'];

function notWritten(file: string, draft: string | undefined, cause: unknown, fix?: string): ReluctantError {
  try {
    if (draft !== undefined) fs.rmSync(draft, { force: true });
  } catch {
    // A path that cannot exist holds no draft; the error that is on its way says what is wrong with it.
  }
  if (cause instanceof ReluctantError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const reason =
    cause instanceof Refusal
      ? { problem: cause.message, fix: cause.fix }
      : FULL.includes(code) || /no space left/i.test(String(cause))
        ? { problem: 'there is no room for the file', fix: fix ?? 'make room on the disk' }
        : FORBIDDEN.includes(code)
          ? { problem: 'the file may not be written', fix: fix ?? 'look at the rights of the file and its folder' }
          : { problem: 'the file cannot be written', fix: fix ?? 'look at the disk and the rights of the folder' };
  return new ReluctantError({
    code: 'file-not-written',
    operation: 'write',
    ...reason,
    where: { file },
    ...(cause instanceof Refusal ? {} : { received: cause instanceof Error ? cause.message : cause }),
    cause,
  });
}
