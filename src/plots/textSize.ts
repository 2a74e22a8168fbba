/**
 * Widths of the printable ASCII characters in Helvetica, in thousandths of the font size (Adobe Font Metrics 1989), from
 * the space (32) to the tilde (126). A page drawn without a screen has no fonts to ask.
 */
const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
const OTHER = 600;
const WIDE = 1000;
/** Fallback fonts run wider than Helvetica; a little too much room looks better than text over text. */
const MARGIN = 1.18;
const ASCENT = 0.92;
const LINE = 1.2;

/** A box in pixels, as DOM calls return it. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The width of one line of text in pixels. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    // Zero-width space and joiners, which plotly.js puts into empty lines.
    if (code === 0x200b || code === 0x200d || code === 0xfeff) continue;
    sum += WIDTHS[code - 32] ?? (code >= 0x1100 ? WIDE : OTHER);
  }
  return (sum / 1000) * fontSize * MARGIN * (bold ? 1.06 : 1);
}

/** The text in lines no wider than `room` pixels, broken between words; a longer word stands alone. */
export function wrapped(text: string, room: number, fontSize: number, bold = false): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, fontSize, bold) <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The text in at most so many pixels, its middle left out. */
export function shortened(text: string, room: number, fontSize = 11): string {
  if (textWidth(text, fontSize) <= room) return text;
  let ends = Math.floor(text.length / 2);
  while (ends > 2 && textWidth(`${text.slice(0, ends)}…${text.slice(-ends)}`, fontSize) > room) ends--;
  return `${text.slice(0, ends)}…${text.slice(-ends)}`;
}

/** The box of an SVG element's text (of all text below it, for a group), in the coordinates of its parent. */
export function textBox(element: Element): Box {
  const box = element.tagName === 'text' ? lines(element) : group(element);
  return transformed(box, element.getAttribute('transform'));
}

function group(element: Element): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const child of element.children) {
    const inner = textBox(child);
    if (inner.right === inner.left && inner.bottom === inner.top) continue;
    box.left = Math.min(box.left, inner.left);
    box.top = Math.min(box.top, inner.top);
    box.right = Math.max(box.right, inner.right);
    box.bottom = Math.max(box.bottom, inner.bottom);
  }
  return box.left <= box.right ? box : { left: 0, top: 0, right: 0, bottom: 0 };
}

function lines(text: Element): Box {
  const spans = [...text.children].filter((child) => child.classList.contains('line'));
  const rows = spans.length ? spans : [text];
  const size = fontSize(text);
  const width = Math.max(...rows.map((row) => runWidth(row, size, isBold(text))));
  const x = Number.parseFloat(text.getAttribute('x') ?? '0') || 0;
  const y = Number.parseFloat(text.getAttribute('y') ?? '0') || 0;
  const anchor = styleOf(text, 'text-anchor') ?? text.getAttribute('text-anchor');
  const left = anchor === 'middle' ? x - width / 2 : anchor === 'end' ? x - width : x;
  if (width === 0) return { left, top: y, right: left, bottom: y };
  // plotly.js sets lines 1.3 em apart.
  const height = size * (LINE + 1.3 * (rows.length - 1));
  return { left, top: y - size * ASCENT, right: left + width, bottom: y - size * ASCENT + height };
}

/** Width of a run with its own and its spans' font sizes. */
function runWidth(node: Element, size: number, bold: boolean): number {
  let width = 0;
  for (const child of node.childNodes) {
    if (child.nodeType === 3) width += textWidth(child.textContent ?? '', size, bold);
    else if (child.nodeType === 1) {
      const element = child as Element;
      width += runWidth(element, fontSize(element, size), bold || isBold(element));
    }
  }
  return width;
}

function fontSize(element: Element, inherited = 12): number {
  const text = styleOf(element, 'font-size') ?? element.getAttribute('font-size');
  const size = Number.parseFloat(text ?? '');
  if (!Number.isFinite(size)) return inherited;
  return text!.endsWith('%') ? (inherited * size) / 100 : size;
}

function isBold(element: Element): boolean {
  const weight = styleOf(element, 'font-weight') ?? '';
  return weight === 'bold' || Number.parseInt(weight, 10) >= 600;
}

/** One declaration out of the style attribute: parsing a whole style object per label would take most of the time. */
function styleOf(element: Element, property: string): string | undefined {
  const style = element.getAttribute('style') ?? '';
  return new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([^;]+)`).exec(style)?.[1]?.trim();
}

/** Applies `translate` and `rotate`, right to left, and returns the box around the result. */
function transformed(box: Box, transform: string | null): Box {
  if (!transform) return box;
  const parts = [...transform.matchAll(/(translate|rotate)\(([^)]*)\)/g)].reverse();
  let corners = [
    [box.left, box.top],
    [box.right, box.top],
    [box.right, box.bottom],
    [box.left, box.bottom],
  ] as [number, number][];
  for (const [, kind, list] of parts) {
    const [a = 0, b = 0, c = 0] = list!
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    if (kind === 'translate') corners = corners.map(([x, y]) => [x + a, y + b]);
    else {
      const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
      corners = corners.map(([x, y]) => [b + (x - b) * cos - (y - c) * sin, c + (x - b) * sin + (y - c) * cos]);
    }
  }
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
