import {
  CONFIRMATION_MIME,
  type ConfirmationRecord,
  confirmationRecord,
  confirmationStory,
  DIAGNOSIS_MIME,
  type DiagnosisRecord,
  diagnosisRecord,
  diagnosisStory,
} from '../../diagnosis/record';
import { Figure, followingScheme } from '../../plots';
import { FIGURE_MIME } from '../../plots/mime';
import { escapeHTML, formatValue } from '../../tables';
import { CLAIM_MIME, type ClaimedHead, headText } from '../claims';
import { RECORD_MIME } from '../record';
import { tooMuchMarkup } from './markupLimits';
import type { Output } from './notebookFile';
import { renderMarkdown, sanitizeHTML, terminalText, withoutProgress } from './prose';

/** A figure that the page brings to life: its JSON, to be found by number. */
export interface LiveFigure {
  number: number;
  json: string;
}

/** What the outputs of a notebook hold besides what stands in their places. */
export interface Found {
  figures: LiveFigure[];
  /** Milliseconds that are left for drawing figures that brought no picture along. */
  drawing: number;
  claims: { claim: string; holds: boolean; aside: string; isPoor: boolean }[];
  diagnoses: DiagnosisRecord[];
  confirmations: ConfirmationRecord[];
}

/** Renders one output; figures and claims are added to `found`. */
export function renderOutput(output: Output, found: Found): string {
  switch (output.output_type) {
    case 'stream':
      return textBlock(
        `stream ${output.name === 'stderr' ? 'stderr' : 'stdout'}`,
        withoutProgress(terminalText(output.text)),
      );
    case 'error':
      return renderError(output);
    default:
      return renderBundle(output.data, found);
  }
}

/** Text of a terminal; lines of a table keep their places, others are broken where the page ends. */
const textBlock = (kind: string, text: string): string =>
  text.trim() === ''
    ? ''
    : `<pre class="${kind}${/──|--\+--|\t/.test(text) ? ' aligned' : ''}">${escapeHTML(text)}</pre>`;

/** A value that is a text of one line, without the marks by which code tells it from a name. */
const unquoted = (text: string): string => /^'([^'\\\n]*)'$/.exec(text)?.[1] ?? text;

function renderError({ ename, evalue, traceback }: Extract<Output, { output_type: 'error' }>): string {
  const trace = terminalText(traceback.join('\n'));
  return [
    `<div class="error" role="alert"><p><strong>${escapeHTML(ename)}</strong>: ${escapeHTML(evalue)}</p>`,
    `<details><summary>where</summary><pre>${escapeHTML(trace)}</pre></details></div>`,
  ].join('\n');
}

/** The richest form of a value that a page without a kernel can show. */
function renderBundle(data: Record<string, unknown>, found: Found): string {
  if (isRecord(data[CLAIM_MIME])) return renderClaim(data[CLAIM_MIME], found);
  if (isRecord(data[FIGURE_MIME])) return renderFigure(data, data[FIGURE_MIME], found);
  const diagnosis = diagnosisRecord(data[DIAGNOSIS_MIME]);
  if (diagnosis) {
    found.diagnoses.push(diagnosis);
    return `<section id="diagnosis-${found.diagnoses.length}">${diagnosisStory(diagnosis)}</section>`;
  }
  const confirmation = confirmationRecord(data[CONFIRMATION_MIME]);
  if (confirmation) {
    found.confirmations.push(confirmation);
    return `${confirmationStory(confirmation)}${numbersOf(joined(data['text/plain']) ?? '')}`;
  }
  const text = (mime: string): string | undefined => joined(data[mime]);
  const svg = text('image/svg+xml');
  if (svg !== undefined) return image('image/svg+xml', Buffer.from(svg).toString('base64'), 'picture');
  for (const mime of ['image/png', 'image/jpeg', 'image/gif']) {
    const base64 = text(mime);
    if (base64 !== undefined) return image(mime, base64.replace(/[^A-Za-z0-9+/=]/g, ''), 'picture');
  }
  const html = text('text/html');
  const tooMuch = html === undefined ? undefined : tooMuchMarkup(html);
  if (html !== undefined && tooMuch === undefined) return `<div class="html">${withFigures(sanitizeHTML(html))}</div>`;
  const markdown = text('text/markdown');
  if (markdown !== undefined) return `<div class="prose">${renderMarkdown(markdown, 1e6).html}</div>`;
  const plain = text('text/plain') ?? text('application/json') ?? jsonOf(data);
  const said = tooMuch === undefined ? '' : `<p>Left out: HTML with ${tooMuch}.</p>`;
  return plain === '' ? said : `${said}${textBlock('value', unquoted(terminalText(plain)))}`;
}

/** Pictures of our figures within HTML, as those of tables that draw themselves, follow their reader into the dark as well. */
const withFigures = (html: string): string =>
  html.replace(/src="data:image\/svg\+xml;base64,([A-Za-z0-9+/=]*)"/g, (all, base64: string) => {
    const svg = Buffer.from(base64, 'base64').toString();
    if (!svg.includes('class="main-svg"')) return all;
    return `src="data:image/svg+xml;base64,${Buffer.from(followingScheme(svg)).toString('base64')}"`;
  });

/** A claim where it was made, to be found by its number from the list at the head of the page. */
function renderClaim(record: Record<string, unknown>, { claims }: Found): string {
  const claim = isPlain(record['claim']) ? String(record['claim'] ?? '') : JSON.stringify(record['claim']);
  const holds = record['holds'] === true;
  const head = claimedHead(record['head']);
  claims.push({ claim, holds, aside: head ? headText(head) : '', isPoor: head?.harmed === true });
  const evidence = isRecord(record['evidence']) ? Object.entries(record['evidence']) : [];
  const numbers = evidence.map(
    ([name, value]) =>
      `${escapeHTML(name)}&nbsp;<b>${escapeHTML(isPlain(value) ? formatValue(value) : (JSON.stringify(value) ?? ''))}</b>`,
  );
  const mark = `<span class="mark" aria-label="${holds ? 'holds' : 'does not hold'}">${holds ? '✔' : '✘'}</span>`;
  if (head) numbers.push(`<b${head.harmed ? ' class="poor"' : ''}>${escapeHTML(headText(head))}</b>`);
  const aside = numbers.length > 0 ? `<span class="evidence">${numbers.join(' · ')}</span>` : '';
  return `<div class="claim ${holds ? 'holds' : 'broken'}" id="claim-${claims.length}">${mark}<span>${escapeHTML(claim)}${aside}</span></div>`;
}

/** The head that a claim of a notebook speaks of, where what it says has the right form. */
function claimedHead(value: unknown): ClaimedHead | undefined {
  if (!isRecord(value)) return undefined;
  const { head, skill, harmed, verdicts } = value;
  if (typeof head !== 'string' || (typeof skill !== 'number' && typeof skill !== 'string')) return undefined;
  const titles = Array.isArray(verdicts) ? verdicts.filter((title) => typeof title === 'string') : [];
  return { head, skill, harmed: harmed === true, verdicts: titles };
}

function renderFigure(data: Record<string, unknown>, json: Record<string, unknown>, found: Found): string {
  const { figures } = found;
  const number = figures.length + 1;
  const { data: traces, config } = json;
  const given = isRecord(json['layout']) ? json['layout'] : {};
  const [width, height] = [sizeOf(given['width'], 860), sizeOf(given['height'], 450)];
  const layout = { ...given, width, height };
  figures.push({ number, json: JSON.stringify({ data: traces, layout, config: plainConfig(config) }) });
  const summary = joined(data['text/plain']) ?? '';
  const svg = joined(data['image/svg+xml']) ?? drawn(json, found);
  const title = summary.split('\n')[0] || `figure ${number}`;
  const still = svg
    ? image('image/svg+xml', Buffer.from(followingScheme(svg)).toString('base64'), title, width, height)
    : '<p class="still">This figure is drawn by the browser only; JavaScript is needed to see it.</p>';
  return [
    `<figure class="figure" data-figure="${number}">`,
    `<div class="still">${still}</div><div class="live" style="max-width:${width}px;height:${height}px" hidden></div>`,
    numbersOf(summary),
    '</figure>',
  ].join('\n');
}

/** The text of a figure or table, folded. */
const numbersOf = (text: string): string =>
  text && `<details><summary>the numbers</summary><pre>${escapeHTML(text)}</pre></details>`;

/** Whether an output is a table, a figure or a text: what a card may show again. */
export const isPlainOutput = (output: Output): boolean =>
  'data' in output && ![CLAIM_MIME, RECORD_MIME, DIAGNOSIS_MIME, CONFIRMATION_MIME].some((mime) => mime in output.data);

/** Settings of plotly.js that say how a figure is moved; others name addresses, and bring buttons and markup of their own. */
const PLAIN_SETTINGS = [
  'displaylogo',
  'displayModeBar',
  'doubleClick',
  'modeBarButtonsToRemove',
  'scrollZoom',
  'staticPlot',
];

function plainConfig(config: unknown): Record<string, unknown> {
  const settings = isRecord(config) ? Object.entries(config) : [];
  return Object.fromEntries(
    settings.filter(
      ([name, value]) =>
        PLAIN_SETTINGS.includes(name) &&
        (Array.isArray(value) ? value : [value]).every((one) => ['boolean', 'string'].includes(typeof one)),
    ),
  );
}

/** Milliseconds that the drawing of one figure may take, and of all of a page. */
const LONGEST = 2000;
export const LONGEST_DRAWING = 6000;

/** A figure of another maker, which brought no picture along, is drawn here if it can be. */
function drawn(json: Record<string, unknown>, found: Found): string | undefined {
  if (found.drawing <= 0) return undefined;
  const begun = performance.now();
  try {
    const layout = isRecord(json['layout']) ? json['layout'] : {};
    const size = { width: sizeOf(layout['width'], 860), height: sizeOf(layout['height'], 450) };
    return new Figure(json['data'] as never, { ...layout, ...size } as never).toSVG(Math.min(LONGEST, found.drawing));
  } catch {
    return undefined;
  } finally {
    found.drawing -= performance.now() - begun;
  }
}

/** Pictures stand in an element of their own: nothing inside one can run or reach the page. */
function image(mime: string, base64: string, title: string, width?: number, height?: number): string {
  const size = width && height ? ` width="${width}" height="${height}"` : '';
  return `<img alt="${escapeHTML(title)}"${size} src="data:${mime};base64,${base64}">`;
}

function sizeOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value > 0 && value < 10_000 ? Math.round(value) : otherwise;
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

function joined(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((line) => typeof line === 'string') ? value.join('') : undefined;
}

function jsonOf(data: Record<string, unknown>): string {
  const json = data['application/json'];
  return json === undefined ? '' : JSON.stringify(json, null, 2);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
