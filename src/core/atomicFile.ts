import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from '.';

/**
 * Writes a file so that it is there whole or not at all, whenever the machine stops: a draft is written and forced to
 * disk, then takes the name in one step, and the folder's entry is forced to disk as well.
 *
 * @throws ReluctantError `file-not-written`, e.g. on a full disk; what had the name before is still there, whole.
 */
export function writeAtomically(file: string, content: string | Uint8Array): void {
  const draft = `${file}.${process.pid}.draft`;
  try {
    const handle = fs.openSync(draft, 'w');
    try {
      fs.writeFileSync(handle, content);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(draft, file);
  } catch (cause) {
    fs.rmSync(draft, { force: true });
    const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as NodeJS.ErrnoException).code ?? '');
    throw new ReluctantError({
      code: 'file-not-written',
      operation: 'write',
      problem: isFull ? 'there is no room for the file' : 'the file cannot be written',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'make room, or look at the rights of the folder; a run goes on from its last checkpoint with --resume',
      cause,
    });
  }
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
