import { mean, standardDeviation } from '../evaluation';
import { type Best, type FitOptions, historyKey, metricOf } from '../training';
import type { ExploredRun } from './exploredRun';

/** A number of the history that runs are compared by. */
export interface Measure {
  /** A key of the history, e.g. `val_direction_auc`. */
  key: string;
  best: Best;
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
    const values = runs.map((run) => run.value(key));
    return { setting, measure: key, mean: mean(values), spread: standardDeviation(values, 1), runs: runs.length };
  });
}

/** Of each head the first metric, or else its loss, on the validation rows; keys and directions are those of the table of metrics. */
export function defaultMeasures(heads: readonly string[], metrics: FitOptions['metrics'] = {}): Measure[] {
  return heads.map((head) => {
    const [first] = (Array.isArray(metrics) ? metrics : metrics[head as never]) ?? [];
    const { key, best } = first === undefined ? ({ key: 'loss', best: 'lowest' } as const) : metricOf(first);
    return { key: historyKey(heads, head, key, 'val_'), best };
  });
}
