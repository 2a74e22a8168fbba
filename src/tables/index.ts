export { formatDuration, formatNumber, formatShare, formatValue } from './format';
export { type Cell, escapeHTML, type Row, setLineWidth, Table, type TableOptions } from './table';
