import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Writes a file so that it is there whole or not at all, whenever the machine stops: a draft is written and forced to
 * disk, then takes the name in one step, and the folder's entry is forced to disk as well.
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
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error;
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
