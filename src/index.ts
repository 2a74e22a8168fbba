/**
 * reluctant: find out why a neural network will not learn, mend it, and prove that it is mended.
 * This file is the whole public surface.
 */
export { Random, ReluctantError, type TF, tf } from './core';
export * as data from './data';
export * as evaluation from './evaluation';
export * as inspect from './inspection';
export * as plots from './plots';
export { Figure } from './plots';
export * as synthetic from './synthetic';
export { formatDuration, formatNumber, formatShare, Table } from './tables';
