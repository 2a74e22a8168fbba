import * as fs from 'node:fs';
import { ReluctantError } from '../../core';

/** Makes a folder where it is not there. @throws ReluctantError `file-not-written`. */
export function folderFor(operation: string, folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new ReluctantError({
      code: 'file-not-written',
      operation,
      problem: 'the folder cannot be made',
      where: { folder },
      cause,
    });
  }
}
