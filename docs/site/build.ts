// npm run docs: the site as files that need neither network nor server: guides, causes with the runs that show them, executed notebooks,
// reference. Every page is there as Markdown as well, and llms.txt lists them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { publicNames } from '../../tests/architecture/publicSurface';
import { causePages, changes, type Numbers, type Shown, showAll } from './causes';
import { galleryPage, galleryPictures } from './gallery';
import { guidePages } from './guides';
import { brokenLinks } from './links';
import { notebookPages } from './notebooks';
import { asMarkdown, type Page, renderSitePage } from './page';
import { referencePages } from './reference';
import { placesOf } from './search';

const KEPT = path.join(__dirname, 'causes.json');

/** Writes the pages, their Markdown, what search looks through and the index for machines. */
export function writeSite(out: string, pages: readonly Page[], files: ReadonlyMap<string, string>): void {
  fs.rmSync(out, { recursive: true, force: true });
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(out, file)), { recursive: true });
    fs.writeFileSync(path.join(out, file), text);
  };
  for (const page of pages) {
    write(`${page.path}.html`, renderSitePage(page, pages));
    write(`${page.path}.md`, asMarkdown(page));
  }
  for (const [place, file] of files) {
    fs.mkdirSync(path.dirname(path.join(out, place)), { recursive: true });
    fs.cpSync(file, path.join(out, place), { recursive: true });
  }
  write('search.js', `window.sitePlaces = ${JSON.stringify(placesOf(pages)).replaceAll('<', '\\u003c')};`);
  const listed = pages.map(({ path: at, title, part }) => `- [${title}](${at}.md): ${part}`);
  write(
    'llms.txt',
    `# reluctant\n\n> Find out why a neural network will not learn, mend it, and prove that it is mended.\n\n${listed.join('\n')}\n`,
  );
}

/** Numbers of the runs beside those that were looked at; with `update` they take their place. */
function compareNumbers(shown: readonly Shown[], update: boolean): string[] {
  const now = Object.fromEntries(shown.map(({ twin, numbers }) => [twin.fault, numbers]));
  if (update) fs.writeFileSync(KEPT, `${JSON.stringify(now, undefined, 2)}\n`);
  return changes(shown, JSON.parse(fs.readFileSync(KEPT, 'utf8')) as Record<string, Numbers>);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: path.join('reports', 'site') },
      notebooks: { type: 'string', default: 'reports' },
      update: { type: 'boolean', default: false },
      'without-runs': { type: 'boolean', default: false },
    },
  });
  const shown = values['without-runs']
    ? []
    : await showAll((fault, seconds) => console.log(`✔ ${fault} (${seconds.toFixed(1)} s)`));
  const moved = shown.length > 0 ? compareNumbers(shown, values.update) : [];
  const { pages: guides, files } = guidePages();
  const notebooks = notebookPages(values.notebooks);
  const names = publicNames();
  const pictures = galleryPictures(names);
  const reference = referencePages(pictures, names);
  const pages = [...guides, galleryPage(pictures), ...notebooks.pages, ...causePages(shown), ...reference];
  writeSite(values.out, pages, new Map([...files, ...notebooks.files]));
  const broken = brokenLinks(
    values.out,
    placesOf(pages).map(({ at }) => at),
  );
  for (const change of moved) console.error(`✘ ${change}`);
  for (const link of broken) console.error(`✘ a link that leads nowhere: ${link}`);
  for (const name of notebooks.missing)
    console.error(`! ${name} was not executed: npx reluctant run notebooks/${name}.ipynb --html`);
  console.log(`${pages.length} pages in ${values.out}`);
  process.exitCode = moved.length + broken.length > 0 ? 1 : 0;
}

if (require.main === module) void main();
