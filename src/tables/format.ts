/** A value as short text: numbers with four significant digits, whole numbers with thousands separators. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/**
 * Four significant digits by default; exponents only where a plain number would mislead or be long.
 *
 * @example
 * formatNumber(1234.5678); // '1235'
 * formatNumber(0.0000123456); // '1.235e-5'
 */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return value.toExponential(digits - 1);
  const text = value.toPrecision(digits);
  return text.includes('e') ? value.toFixed(0) : text;
}

/**
 * A fraction as a percentage.
 *
 * @example
 * formatShare(0.123); // '12.3 %'
 */
export function formatShare(fraction: number): string {
  if (!Number.isFinite(fraction)) return formatNumber(fraction);
  const percent = fraction * 100;
  const size = Math.abs(percent);
  // Near 0 and near all, a tenth of a per cent is much.
  const digits = size < 1 || (size > 99 && size < 100) ? 2 : 1;
  return `${size === 0 || size === 100 ? percent : percent.toFixed(digits)} %`;
}

/**
 * A duration for people.
 *
 * @param seconds at least 0.
 * @example
 * formatDuration(0.4); // '0.4 s'
 * formatDuration(7440); // '2 h 4 min'
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
