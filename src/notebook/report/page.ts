import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as zlib from 'node:zlib';
import { plotlyFile } from '../../plots';
import { escapeHTML } from '../../tables';
import { VERDICT_TAG } from '../tags';
import { card, type Made } from './card';
import { LOADER } from './loader';
import type { Cell, Notebook } from './notebookFile';
import { type Found, isPlainOutput, type LiveFigure, LONGEST_DRAWING, renderOutput } from './outputs';
import { type Heading, highlightCode, renderMarkdown } from './prose';
import { STYLE } from './style';

/** What is gathered while the cells are rendered. */
interface Gathered extends Found {
  headings: Heading[];
  upshot: string[];
}

/** Renders a whole report; `name` stands in for a title that the notebook does not give. */
export function renderPage(notebook: Notebook, name: string, made?: Made): string {
  const headings: Heading[] = [];
  const found: Gathered = {
    figures: [],
    drawing: LONGEST_DRAWING,
    claims: [],
    diagnoses: [],
    confirmations: [],
    headings,
    upshot: [],
  };
  const language = notebook.metadata.kernelspec?.language ?? 'typescript';
  const { opening, body } = parted(notebook.cells.map((cell) => renderCell(cell, language, found)).join('\n'));
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
${opening}
${failures(notebook)}
${card(found, found.upshot.join('\n'), made)}
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

/** The question, which is the title and the first paragraph, stands above the answer. */
function parted(cells: string): { opening: string; body: string } {
  const [all, opening] = /^<section class="cell prose">(<h1[^>]*>.*?<\/h1>\s*(?:<p>.*?<\/p>)?)/s.exec(cells) ?? [];
  if (all === undefined) return { opening: '', body: cells };
  return {
    opening: `<header class="prose">${opening}</header>`,
    body: `<section class="cell prose">${cells.slice(all.length)}`,
  };
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

function renderCell(cell: Cell, language: string, found: Gathered): string {
  if (cell.cell_type === 'markdown') {
    const { html, headings } = renderMarkdown(cell.source, found.headings.length);
    found.headings.push(...headings);
    return `<section class="cell prose">${html}</section>`;
  }
  if (cell.cell_type === 'raw') return cell.source ? `<pre>${escapeHTML(cell.source)}</pre>` : '';
  if (cell.source.trim() === '' && cell.outputs.length === 0) return '';
  const rendered = cell.outputs.map((output) => renderOutput(output, found));
  if (cell.metadata?.tags?.includes(VERDICT_TAG))
    found.upshot.push(...rendered.filter((_, k) => isPlainOutput(cell.outputs[k]!)));
  const outputs = rendered.join('\n');
  const lines = cell.source.trim().split('\n').length;
  const code = [
    `<details class="code"><summary>code, ${lines} line${lines === 1 ? '' : 's'}</summary>`,
    `<pre><code>${highlightCode(cell.source, language)}</code></pre></details>`,
  ];
  return [
    '<section class="cell">',
    ...(cell.source.trim() === '' ? [] : code), // a page that was made without a notebook shows results alone
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
