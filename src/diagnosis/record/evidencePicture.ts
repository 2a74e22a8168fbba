import { escapeHTML, formatNumber, formatShare } from '../../tables';
import type { VerdictRecord } from './record';

type Measurement = VerdictRecord['evidence'][number];

const [WIDTH, HEIGHT] = [120, 14];
/** Beyond this ratio of value and threshold a linear scale shows one of them only. */
const WIDE = 30;

/** A value in its unit. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return 'not finite';
  return unit === 'share' ? formatShare(value) : `${formatNumber(value)}${unit ? ` ${unit}` : ''}`;
}

/**
 * A measurement beside its threshold as a picture of a line's height: a bar, and a stroke where the rule begins to speak. Empty where
 * there is nothing to compare with.
 */
export function evidencePicture({ quantity, value, unit, threshold }: Measurement): string {
  const limit = threshold ?? undefined;
  if (value === null || (limit === undefined && unit !== 'share')) return '';
  const place = scale(value, limit, unit);
  const said = `${quantity}: ${valueText(value, unit)}${limit === undefined ? '' : `, threshold ${valueText(limit, unit)}`}`;
  const [from, to] = [place(0), place(value)];
  const bar = `<rect x="${Math.min(from, to).toFixed(1)}" y="3" width="${Math.max(1.5, Math.abs(to - from)).toFixed(1)}" height="8" fill="currentColor" opacity="0.55"/>`;
  const stroke =
    limit === undefined
      ? ''
      : `<path d="M${place(limit).toFixed(1)} 0V${HEIGHT}" stroke="currentColor" stroke-width="2"/>`;
  return `<svg role="img" aria-label="${escapeHTML(said)}" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><path d="M0 7H${WIDTH}" stroke="currentColor" opacity="0.2"/>${bar}${stroke}</svg>`;
}

/** From a value to pixels: shares from 0 to 1, other numbers from 0 to beyond both, by powers of ten where they are far apart. */
function scale(value: number, threshold: number | undefined, unit: string): (x: number) => number {
  const all = [value, threshold ?? value];
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const inside = (x: number) => 1 + (WIDTH - 2) * Math.min(1, Math.max(0, x));
  if (unit === 'share' && low >= 0 && high <= 1) return inside;
  const [least, most] = [Math.min(...all), Math.max(...all)];
  if (least > 0 && most > WIDE * least) {
    const [from, to] = [Math.log10(least) - 0.5, Math.log10(most) + 0.2];
    return (x) => inside(x <= 0 ? 0 : (Math.log10(x) - from) / (to - from));
  }
  const room = 1.1 * (high - low) || 1;
  return (x) => inside((x - 1.05 * low) / room);
}
