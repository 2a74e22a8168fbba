import { formatDuration, formatNumber } from '../../tables';
import type { HistoryRow } from '../history';

/** One line of a verbose run. */
export function epochLine(row: HistoryRow, epochs: number, seconds: number): string {
  const numbers = Object.entries(row)
    .filter(([key]) => key !== 'epoch')
    .map(([key, value]) => `${key} ${formatNumber(value)}`);
  return `epoch ${row.epoch + 1}/${epochs}  ${formatDuration(seconds)}  ${numbers.join('  ')}`;
}
