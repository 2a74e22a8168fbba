import * as fs from 'node:fs';

/** Writes a file so that there is never half of it: a draft beside it first, then one rename. */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.draft`;
  try {
    fs.writeFileSync(draft, text);
    fs.renameSync(draft, file);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}
