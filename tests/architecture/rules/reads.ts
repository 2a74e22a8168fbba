import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Complaint } from './rules';
import { sources } from './sizes';

/** What opens a file for reading. */
const OPENS = /\b(readFileSync|openSync|createReadStream)\(/;
/** What looks first whether it is one: a pipe or a device in its place keeps a reader waiting for ever. */
const LOOKS = /\b(readPlainFile|readPlainText|checkPlainFile)\(/;

/** Files that open what a path names without a look at what it is. */
export function unseenReads(root: string): Complaint[] {
  return sources(root, ['src'])
    .filter((file) => !file.startsWith('src/core/plainFile'))
    .filter((file) => {
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      return OPENS.test(text) && !LOOKS.test(text);
    })
    .map((file) => ({
      subject: file,
      text: `${file} opens a file that may be a pipe or a device: readPlainFile and readPlainText of core look first`,
    }));
}
