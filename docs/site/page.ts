// A page of the site: HTML that needs neither network nor server, and the same as Markdown.
import { renderMarkdown } from '../../src/notebook/report/prose';
import { STYLE } from '../../src/notebook/report/style';
import { escapeHTML } from '../../src/tables';
import { SEARCH } from './search';

/** A page before it is written. */
export interface Page {
  /** Where it goes, without its ending: `reference/plots`. */
  path: string;
  title: string;
  /** Heading under which the navigation lists it. */
  part: string;
  /** Markdown; a line `{{name}}` stands for a block of `html`. */
  markdown: string;
  /** Pictures and tables as HTML, by name. Made by this library: every text in them is escaped. */
  html?: Readonly<Record<string, string>>;
}

const OWN_STYLE = `
.page { grid-template-columns: minmax(0, 1fr); }
nav { position: static; max-height: none; order: 2; border-top: 1px solid var(--line); padding-top: 16px; }
.menu { font-size: 14px; }
nav summary { font-weight: 600; color: var(--text); padding: 4px 0; font-size: 14px; }
#search { font: inherit; font-size: 14px; width: 100%; padding: 6px 10px; border: 1px solid var(--edge); border-radius: 6px; background: var(--page); color: var(--text); }
#found { list-style: none; margin: 6px 0 12px; padding: 0; border: 0; }
#found small { color: var(--quiet); display: block; }
nav { display: block; }
@media (min-width: 1000px) { .menu { display: none; } nav { order: 0; border: 0; padding: 0; } .page { grid-template-columns: 250px minmax(0, 1fr); } nav { position: sticky; top: 24px; max-height: calc(100vh - 48px); } }
.prose h3 { border-top: 1px solid var(--line); padding-top: 14px; }
.prose h3 a { color: inherit; }
.prose img { max-width: 100%; height: auto; }
a[aria-current] { font-weight: 600; color: var(--text); }
`;

/** Up from a page to the root of the site. */
const up = (path: string): string => '../'.repeat(path.split('/').length - 1);

/** Whole HTML of a page, with the list of all pages beside it. */
export function renderSitePage(page: Page, all: readonly Page[]): string {
  const root = up(page.path);
  const parts = [...new Set(all.map(({ part }) => part))].map((part) => {
    const items = all
      .filter((one) => one.part === part)
      .map((one) => {
        const here = one.path === page.path ? ' aria-current="page"' : '';
        return `<li><a href="${root}${one.path}.html"${here}>${escapeHTML(one.title)}</a></li>`;
      });
    return `<details${part === page.part ? ' open' : ''}><summary>${escapeHTML(part)}</summary><ol>${items.join('\n')}</ol></details>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHTML(page.title)} · reluctant</title>
<link rel="alternate" type="text/markdown" href="${root}${page.path}.md">
<style>${STYLE}${OWN_STYLE}</style>
</head>
<body>
<div class="page">
<a class="menu" href="#pages">all pages, and search</a>
<nav id="pages" aria-label="pages">
<input id="search" type="search" placeholder="search" aria-label="search the documentation" autocomplete="off" hidden>
<ol id="found" aria-live="polite"></ol>
${parts.join('\n')}
</nav>
<main><section class="cell prose">${filled(page)}</section>
<footer><a href="${root}${page.path}.md">this page as Markdown</a></footer></main>
</div>
<script>window.siteRoot = ${JSON.stringify(root)};${SEARCH}</script>
</body>
</html>
`;
}

/** Markdown as HTML, with headings that can be linked by their words, and blocks in their places. */
function filled({ markdown, html = {} }: Page): string {
  const named = withAnchors(renderMarkdown(markdown).html);
  return named.replace(/<p>\{\{([\w-]+)\}\}<\/p>/g, (_, name: string) => {
    const block = html[name];
    if (block === undefined) throw new Error(`there is no block "${name}" on this page`);
    return `<div class="html">${block}</div>`;
  });
}

/** The address of a heading within its page. */
export const anchorOf = (heading: string): string => heading.replace(/[^\w.]+/g, '-').replace(/^-|-$/g, '');

const withAnchors = (html: string): string =>
  html.replace(/<h([1-4]) id="[^"]*">(.*?)<\/h\1>/gs, (_, level: string, inner: string) => {
    const anchor = anchorOf(inner.replace(/<[^>]*>/g, '').replace(/&\w+;/g, ''));
    return `<h${level} id="${anchor}">${inner}</h${level}>`;
  });

/** The page as Markdown, for readers that are machines: pictures are left out, tables keep their numbers. */
export const asMarkdown = ({ markdown }: Page): string => `${markdown.replace(/^\{\{[\w-]+\}\}\n*/gm, '')}\n`;
