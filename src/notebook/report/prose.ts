import type * as DOMPurifyPackage from 'dompurify';
import type * as HighlightPackage from 'highlight.js';
import type * as JSDOMPackage from 'jsdom';
import type * as MarkdownItPackage from 'markdown-it';
import { lazy } from '../../core';
import { escapeHTML } from '../../tables';

const highlighter = lazy(() => {
  const core = require('highlight.js/lib/core') as HighlightPackage.HLJSApi;
  core.registerLanguage('typescript', require('highlight.js/lib/languages/typescript'));
  core.registerLanguage('python', require('highlight.js/lib/languages/python'));
  return core;
});

const markdown = lazy(() => {
  const MarkdownIt = require('markdown-it') as typeof MarkdownItPackage.default;
  // html: false shows tags in prose as text instead of running them.
  return new MarkdownIt({ html: false, linkify: true, typographer: false, highlight: highlightCode });
});

const purify = lazy(() => {
  const { JSDOM } = require('jsdom') as typeof JSDOMPackage;
  const createPurify = require('dompurify') as typeof DOMPurifyPackage.default;
  const purify = createPurify(new JSDOM('').window as unknown as DOMPurifyPackage.WindowLike);
  purify.addHook('uponSanitizeAttribute', (_, attribute) => {
    if (attribute.attrName === 'style') attribute.attrValue = plainStyle(attribute.attrValue);
  });
  return purify;
});

/** What the style of an output may say: how its text and cells look, not where on the page it stands. */
const STYLES =
  /^(?:color|background-color|font-(?:weight|style|family)|text-(?:align|decoration)|white-space|vertical-align|(?:min-|max-)?width|border(?:-[a-z-]+)?|padding(?:-[a-z]+)?)$/;
const STYLE_VALUE = /^[\w\s.,%#()+-]{1,100}$/;

/** The declarations of a style attribute that cannot cover the page or fetch something. */
function plainStyle(style: string): string {
  return style
    .split(';')
    .map((declaration) => declaration.split(':').map((part) => part.trim()))
    .filter(([name, value, more]) => {
      if (name === undefined || value === undefined || more !== undefined) return false;
      return STYLES.test(name.toLowerCase()) && STYLE_VALUE.test(value) && !/url|expression|calc|var|attr/i.test(value);
    })
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
}

/** A heading of the report's table of contents. */
export interface Heading {
  level: number;
  text: string;
  identifier: string;
}

/** Markdown (CommonMark with tables) as HTML, with its headings numbered into identifiers from `firstHeading` on. */
export function renderMarkdown(source: string, firstHeading = 0): { html: string; headings: Heading[] } {
  const tokens = markdown.parse(source, {});
  const headings: Heading[] = [];
  for (const [k, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const identifier = `section-${firstHeading + headings.length + 1}`;
    token.attrSet('id', identifier);
    headings.push({ level: Number(token.tag.slice(1)), text: plain(tokens[k + 1]?.children ?? []), identifier });
  }
  return { html: markdown.renderer.render(tokens, markdown.options, {}), headings };
}

function plain(tokens: readonly { type: string; content: string }[]): string {
  return tokens.map(({ type, content }) => (type === 'softbreak' ? ' ' : content)).join('');
}

/** Characters of code whose keywords are marked: the time that it takes may grow with their square. */
const LONGEST_CODE = 20_000;

/** Code with its keywords marked; an unknown language is shown as it is. Safe to stand in HTML. */
export function highlightCode(code: string, language: string): string {
  const known = { ts: 'typescript', js: 'typescript', javascript: 'typescript', py: 'python' }[language] ?? language;
  if (code.length > LONGEST_CODE || !highlighter.getLanguage(known)) return escapeHTML(code);
  return highlighter.highlight(code, { language: known, ignoreIllegals: true }).value;
}

/**
 * HTML from an output with everything taken out that could run, load, submit or restyle the page: an output may carry names
 * from data, and the report is opened by people who did not run it.
 */
export function sanitizeHTML(html: string): string {
  return purify.sanitize(html, {
    USE_PROFILES: { html: true },
    // Forms, and what stands above the page by itself.
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'option', 'dialog', 'marquee'],
    // An identifier or a class could take the place of one of the page's own.
    FORBID_ATTR: ['id', 'name', 'class', 'srcset', 'background', 'popover', 'popovertarget', 'popovertargetaction'],
    // What the page's own script looks for.
    ALLOW_DATA_ATTR: false,
    // Links lead out when they are clicked; pictures come along or not at all.
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/(?:png|jpeg|gif|webp);)/i,
  });
}

/** Text with the colour codes of a terminal taken out, and lines that were overwritten by a carriage return as they ended. */
export function terminalText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what terminal codes begin with
      .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
      .replace(/\r\n/g, '\n')
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\r') + 1))
      .join('\n')
  );
}

/** How a line of progress begins: what is counted, and how far it has come. */
const PROGRESS = /^(.*): \d[\d,]*\/\d[\d,]* \([\d.]+ %\), (?:about .* left|starting|in )/;

/** A text without the lines of progress that a later one of the same work has made stale. */
export function withoutProgress(text: string): string {
  const lines = text.split('\n');
  const last = new Map(lines.map((line, k) => [PROGRESS.exec(line)?.[1], k] as const));
  return lines
    .filter((line, k) => {
      const work = PROGRESS.exec(line)?.[1];
      return work === undefined || last.get(work) === k;
    })
    .join('\n');
}
