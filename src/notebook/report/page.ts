import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as zlib from 'node:zlib';
import { plotlyFile } from '../../plots';
import { escapeHTML } from '../../tables';
import { LOADER } from './loader';
import type { Cell, Notebook } from './notebookFile';
import { type Found, type LiveFigure, renderOutput } from './outputs';
import { type Heading, highlightCode, renderMarkdown } from './prose';
import { STYLE } from './style';

/** Renders a whole report; `name` stands in for a title that the notebook does not give. */
export function renderPage(notebook: Notebook, name: string): string {
  const found: Found = { figures: [], claims: [] };
  const headings: Heading[] = [];
  const language = notebook.metadata.kernelspec?.language ?? 'typescript';
  const body = notebook.cells.map((cell) => renderCell(cell, language, found, headings)).join('\n');
  const title = headings.find(({ level }) => level === 1)?.text ?? headings[0]?.text ?? name;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<title>${escapeHTML(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="page">
${contents(headings)}
<main>
${failures(notebook)}
${claimList(found.claims)}
${body.includes('<details class="code">') ? '<button type="button" id="all-code" aria-pressed="false" hidden>Show code</button>' : ''}
${body}
<footer>${escapeHTML(name)}${madeWith(notebook)}. This page needs no network.</footer>
</main>
</div>
${carried(found.figures)}
</body>
</html>
`;
}

function madeWith({ metadata, cells }: Notebook): string {
  const kernel = metadata.kernelspec?.display_name;
  const hasCode = cells.some(({ cell_type, source }) => cell_type === 'code' && source.trim() !== '');
  return kernel !== undefined || hasCode ? `, run with ${escapeHTML(kernel ?? 'an unnamed kernel')}` : '';
}

/** Nothing is loaded from anywhere, and no script runs but the loader and what it starts. */
function policy(): string {
  const hash = crypto.createHash('sha256').update(LOADER).digest('base64');
  return `default-src 'none'; script-src 'sha256-${hash}' 'strict-dynamic'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
}

function renderCell(cell: Cell, language: string, found: Found, headings: Heading[]): string {
  if (cell.cell_type === 'markdown') {
    const { html, headings: own } = renderMarkdown(cell.source, headings.length);
    headings.push(...own);
    return `<section class="cell prose">${html}</section>`;
  }
  if (cell.cell_type === 'raw') return cell.source ? `<pre>${escapeHTML(cell.source)}</pre>` : '';
  if (cell.source.trim() === '' && cell.outputs.length === 0) return '';
  const outputs = cell.outputs.map((output) => renderOutput(output, found)).join('\n');
  const firstLine = cell.source.split('\n').find((line) => line.trim() !== '');
  const code = [
    `<details class="code"><summary><code>${escapeHTML(firstLine ?? '')}</code></summary>`,
    `<pre><code>${highlightCode(cell.source, language)}</code></pre></details>`,
  ];
  return [
    '<section class="cell">',
    ...(firstLine === undefined ? [] : code), // a page that was made without a notebook shows results alone
    `<div class="outputs">${outputs}</div>`,
    '</section>',
  ].join('\n');
}

/** The table of contents: sections and, one step in, their parts. */
function contents(headings: readonly Heading[]): string {
  const items = headings
    .filter(({ level }) => level === 2 || level === 3)
    .map(
      ({ level, text, identifier }) =>
        `<li${level === 3 ? ' class="deeper"' : ''}><a href="#${identifier}">${escapeHTML(text)}</a></li>`,
    );
  return items.length < 2 ? '<nav hidden></nav>' : `<nav aria-label="contents"><ol>${items.join('\n')}</ol></nav>`;
}

function failures({ cells }: Notebook): string {
  const failed = cells.flatMap((cell, k) =>
    cell.cell_type === 'code' && cell.outputs.some(({ output_type }) => output_type === 'error') ? [k + 1] : [],
  );
  if (failed.length === 0) return '';
  return `<div class="banner failed">This notebook failed in cell ${failed.join(', ')}: its claims are not shown to hold.</div>`;
}

/** All claims at the head of the page, each leading to the place where it was checked. */
function claimList(claims: Found['claims']): string {
  if (claims.length === 0) return '';
  const held = claims.filter(({ holds }) => holds).length;
  const items = claims.map(
    ({ claim, holds }, k) =>
      `<li class="${holds ? 'holds' : 'broken'}"><a href="#claim-${k + 1}">${escapeHTML(claim)}</a></li>`,
  );
  const open = held < claims.length ? ' open' : '';
  const words = claims.length === 1 ? 'claim holds' : 'claims hold';
  return `<details class="claims${open && ' failed'}"${open}><summary>${held} of ${claims.length} ${words}</summary><ol>${items.join('\n')}</ol></details>`;
}

/** The figures' JSON, plotly.js once, and the script that joins them; nothing when there is no figure. */
function carried(figures: readonly LiveFigure[]): string {
  const loader = `<script>${LOADER}</script>`;
  if (figures.length === 0) return loader;
  const data = figures.map(
    // "<" would end the element when a name in the data holds "</script>".
    ({ number, json }) =>
      `<script type="application/json" id="figure-${number}">${json.replaceAll('<', '\\u003c')}</script>`,
  );
  return [...data, `<script type="text/plain" id="plotly">${packedPlotly()}</script>`, loader].join('\n');
}

let packed: string | undefined;

function packedPlotly(): string {
  packed ??= zlib.gzipSync(fs.readFileSync(plotlyFile()), { level: 9 }).toString('base64');
  return packed;
}
