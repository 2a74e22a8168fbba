// The executed notebooks: their reports as they are, and a page that leads to them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Page } from './page';

const FOLDER = path.resolve(__dirname, '..', '..', 'notebooks');

/** A page that lists the notebooks; reports of those that were executed, and all of them to download. */
export function notebookPages(reports: string): { pages: Page[]; files: Map<string, string>; missing: string[] } {
  const files = new Map<string, string>();
  const missing: string[] = [];
  const rows = fs
    .readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ipynb'))
    .map((file) => {
      const name = path.basename(file, '.ipynb');
      const report = path.join(reports, `${name}.html`);
      files.set(`notebooks/${file}`, path.join(FOLDER, file));
      if (fs.existsSync(report)) files.set(`notebooks/${name}.html`, report);
      else missing.push(name);
      const executed = files.has(`notebooks/${name}.html`) ? `[executed](${name}.html)` : 'not executed for this site';
      return `| ${titleOf(path.join(FOLDER, file))} | ${executed} | [notebook](${file}) |`;
    });
  const markdown = [
    '# Notebooks',
    'Each is an investigation in which every claim is checked against the runs made in it; one that does not hold ends the notebook.',
    ['| question | with its runs | to run yourself |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
  return { pages: [{ path: 'notebooks/index', title: 'Notebooks', part: 'Tutorials', markdown }], files, missing };
}

/** The first heading of a notebook. */
function titleOf(file: string): string {
  const { cells } = JSON.parse(fs.readFileSync(file, 'utf8')) as { cells: { source: string | string[] }[] };
  const text = [cells[0]?.source ?? ''].flat().join('');
  return /^# (.*)$/m.exec(text)?.[1] ?? path.basename(file);
}
