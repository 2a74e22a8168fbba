import * as fs from 'node:fs';
import * as path from 'node:path';

/** How many files a folder holds, at any depth, and how large they are. */
export function filesIn(folder: string): { bytes: number; count: number } {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);
  return { bytes, count: files.length };
}
