import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** What marks the folder of a project. */
const MARKS = ['.reluctant', 'package.json', '.git'];

/**
 * The file in which this process notes what it trains: that of the environment variable `RELUCTANT_LEDGER`, else
 * `.reluctant/trials.jsonl` in the nearest folder above the working directory that is a project's (or in the working directory itself).
 * Undefined with `RELUCTANT_LEDGER=off`.
 */
export function ledgerFile(): string | undefined {
  const asked = process.env['RELUCTANT_LEDGER'];
  if (asked === 'off') return undefined;
  if (asked) return path.resolve(asked);
  const start = process.cwd();
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (MARKS.some((mark) => fs.existsSync(path.join(folder, mark))) && folder !== os.homedir())
      return path.join(folder, '.reluctant', 'trials.jsonl');
    if (folder === path.dirname(folder)) return path.join(start, '.reluctant', 'trials.jsonl');
  }
}
