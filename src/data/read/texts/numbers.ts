/** How the numbers of a file are written. */
export interface NumberForm {
  decimal: '.' | ',';
  /** Between groups of digits; `any` is whatever of comma, point, blank, apostrophe and underscore the decimal mark is not. */
  thousands: 'any' | ',' | '.' | ' ' | "'" | '_';
}

/** A number as most programs write it. */
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)(?:inf|infinity|∞)$/i;
const CURRENCY = String.raw`(?:US\$|[$€£¥₹₽₩₿]|USD|EUR|GBP|JPY|CHF|INR|Rs\.?)`;
const DECORATED = new RegExp(
  String.raw`^(\()?([+-])?\s*(${CURRENCY})?\s*([+-])?((?:\d[\d.,'’_ \u00a0\u2007\u2009\u202f]*)?\d|[.,]\d+|\d[\d.,'’_ \u00a0\u2007\u2009\u202f]*[.,])([eE][+-]?\d+)?\s*(%|‰|bps|[KkMBT]|mn|bn|tn|Mio\.?|Mrd\.?)?\s*(${CURRENCY})?(\))?(-)?$`,
);
const FACTORS: Record<string, number> = {
  '%': 1e-2,
  '‰': 1e-3,
  bps: 1e-4,
  K: 1e3,
  k: 1e3,
  M: 1e6,
  mn: 1e6,
  Mio: 1e6,
  B: 1e9,
  bn: 1e9,
  Mrd: 1e9,
  T: 1e12,
  tn: 1e12,
};

/** A number taken apart: `body` holds digits and separators only. */
export interface NumberParts {
  negative: boolean;
  body: string;
  exponent: string;
  /** `%`, `M` ...; empty for none. */
  suffix: string;
  currency: string;
}

/** The number that a text is in the plain form of programs (1234.5, -3e2), or `undefined`. */
export function plainNumber(text: string): number | undefined {
  return PLAIN.test(text) ? Number(text) : undefined;
}

/** Infinity as programs write it. */
export function infiniteNumber(text: string): number | undefined {
  const sign = INFINITE.exec(text)?.[1];
  return sign === undefined ? undefined : sign === '-' ? -Infinity : Infinity;
}

/** Takes apart a number with separators, a currency, a percent sign, a suffix such as M, or brackets for below zero. */
export function numberParts(text: string): NumberParts | undefined {
  const match = DECORATED.exec(text.replace('−', '-'));
  if (!match) return undefined;
  const [, opened, sign, before, inner, body, exponent = '', suffix = '', after, closed, trailing] = match;
  if ((opened !== undefined) !== (closed !== undefined)) return undefined;
  const signs = [opened, sign, inner, trailing].filter((mark) => mark !== undefined);
  if (signs.length > 1 || (before !== undefined && after !== undefined)) return undefined;
  return {
    negative: signs[0] === '-' || signs[0] === '(',
    body: body!.replace(/[\u00a0\u2007\u2009\u202f]/g, ' ').replace('’', "'"),
    exponent,
    suffix: suffix.replace('.', ''),
    currency: before ?? after ?? '',
  };
}

/** The number that its parts make in a form, or `undefined` where the separators do not fit it. */
export function numberOf(parts: NumberParts, { decimal, thousands }: NumberForm): number | undefined {
  const { negative, body, exponent, suffix } = parts;
  const at = body.lastIndexOf(decimal);
  const whole = at < 0 ? body : body.slice(0, at);
  const fraction = at < 0 ? '' : body.slice(at + 1);
  if (!/^\d*$/.test(fraction)) return undefined;
  const separators = new Set(whole.replace(/\d/g, ''));
  if (separators.size > 1) return undefined;
  const [separator] = separators;
  if (separator !== undefined) {
    if (separator === decimal || (thousands !== 'any' && separator !== thousands)) return undefined;
    if (!isGrouped(whole, separator)) return undefined;
  }
  const digits = whole.replace(/\D/g, '');
  if (digits === '' && fraction === '') return undefined;
  // The power of ten goes into the text, so that 1.1K is the double nearest to 1100.
  const factor = suffix === '' ? 0 : Math.round(Math.log10(FACTORS[suffix]!));
  const power = factor + (exponent === '' ? 0 : Number(exponent.slice(1)));
  return Number(`${negative ? '-' : ''}${digits || '0'}.${fraction || '0'}e${power}`);
}

/** Groups of three digits, or of two after the first as in India (1,00,000). */
function isGrouped(whole: string, separator: string): boolean {
  const groups = whole.split(separator);
  const [first, ...rest] = groups as [string, ...string[]];
  if (!/^\d{1,3}$/.test(first) || rest.at(-1)!.length !== 3 || !groups.every((group) => /^\d+$/.test(group)))
    return false;
  const inner = rest.slice(0, -1);
  return (
    inner.every((group) => group.length === 3) || (first.length <= 2 && inner.every((group) => group.length === 2))
  );
}

/** What the separators of numbers say about how they are written. */
export class NumberEvidence {
  /** A text that only a decimal comma explains, and one that only a decimal point does. */
  comma: string | undefined;
  point: string | undefined;
  /** Texts that read as thousands or as three decimals: `1,234`, and `1.234`. */
  eitherComma: string | undefined;
  eitherPoint: string | undefined;

  /** Looks at the digits and separators of one number. */
  add(body: string): void {
    const [commas, points] = [count(body, ','), count(body, '.')];
    if (commas > 0 && points > 0) {
      if (body.lastIndexOf(',') > body.lastIndexOf('.')) this.comma ??= body;
      else this.point ??= body;
    } else if (commas > 1) this.point ??= body;
    else if (points > 1) this.comma ??= body;
    else if (commas === 1) {
      if (/^[1-9]\d{0,2},\d{3}$/.test(body)) this.eitherComma ??= body;
      else this.comma ??= body;
    } else if (points === 1) {
      if (/^[1-9]\d{0,2}\.\d{3}$/.test(body)) this.eitherPoint ??= body;
      else this.point ??= body;
    }
  }

  /**
   * The form that all of it fits.
   * @returns `undefined` where two texts contradict each other, or one can be read in two ways and nothing decides.
   */
  form(): NumberForm | undefined {
    if (this.comma !== undefined && this.point !== undefined) return undefined;
    if (this.comma !== undefined) return { decimal: ',', thousands: 'any' };
    if (this.point !== undefined || this.eitherComma === undefined) return { decimal: '.', thousands: 'any' };
    return undefined;
  }
}

const count = (text: string, mark: string): number => text.split(mark).length - 1;
