// Pages that are kept as Markdown in the repository, with their links carried over.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { anchorOf, type Page } from './page';

const ROOT = path.resolve(__dirname, '..', '..');

/** Files of the repository that are pages of the site. */
const GUIDES: readonly { file: string; path: string; title: string; part: string }[] = [
  { file: 'README.md', path: 'index', title: 'reluctant', part: 'Start' },
  { file: 'docs/scale.md', path: 'guides/scale', title: 'Large sizes', part: 'Guides' },
  { file: 'CONTRIBUTING.md', path: 'guides/contributing', title: 'How to change it', part: 'Guides' },
  { file: 'SECURITY.md', path: 'guides/security', title: 'What is promised of other people’s files', part: 'Guides' },
  { file: 'CHANGELOG.md', path: 'guides/changelog', title: 'What has changed', part: 'Guides' },
];

/** The guides, and the files beside them that they show, by their place in the site. */
export function guidePages(): { pages: Page[]; files: Map<string, string> } {
  const files = new Map<string, string>();
  const pages = GUIDES.map(({ file, ...page }): Page => {
    const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
    const root = '../'.repeat(page.path.split('/').length - 1);
    const markdown = text.replace(/(!?\[[^\]]*\])\(([^)\s]+)\)/g, (all, words: string, link: string) => {
      if (/^(https?:|mailto:)/.test(link)) return all;
      const [target, anchor] = link.split('#') as [string, string | undefined];
      if (target === '') return `${words}(#${anchorOf(anchor ?? '')})`;
      const place = path.relative(ROOT, path.resolve(ROOT, path.dirname(file), target));
      const guide = GUIDES.find((one) => one.file === place);
      if (guide) return `${words}(${root}${guide.path}.html)`;
      files.set(`files/${place}`, path.join(ROOT, place));
      return `${words}(${root}files/${place})`;
    });
    return { ...page, markdown };
  });
  return { pages, files };
}
