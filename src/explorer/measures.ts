import { type FitOptions, historyKey, type MetricChoice, metricOf } from '../training';
import type { ExploredRun } from './exploredRun';

/** A number of the history that runs are compared by. */
export interface Measure {
  /** A key of the history, e.g. `val_direction_auc`. */
  key: string;
  best: 'highest' | 'lowest';
}

/** One row of {@link Explorer.overSeeds}. */
export interface SeedRow {
  setting: string;
  measure: string;
  mean: number;
  spread: number;
  runs: number;
}

/** Mean and standard deviation (n - 1) of each measure over runs of one setting. */
export function spreadOver(setting: string, runs: readonly ExploredRun[], measures: readonly Measure[]): SeedRow[] {
  return measures.map(({ key }) => {
    const values = runs.map(({ last }) => last?.[key] ?? Number.NaN);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { setting, measure: key, mean, spread: Math.sqrt(squares / (values.length - 1)), runs: runs.length };
  });
}

/** Of each head the first metric, or else its loss. */
export function defaultMeasures(heads: readonly string[], metrics: FitOptions['metrics']): Measure[] {
  return heads.map((head) => {
    const byHead = metrics as Record<string, readonly MetricChoice[]> | undefined;
    const metric = (Array.isArray(metrics) ? (metrics as readonly MetricChoice[]) : byHead?.[head])?.[0];
    const { key, best } = metric === undefined ? { key: 'loss', best: 'lowest' as const } : metricOf(metric);
    return { key: historyKey(heads, head, key, 'val_'), best };
  });
}
