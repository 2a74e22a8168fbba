import { type Snapshot, snapshot } from '../inspection';
import { checkRunName, freeRunName, watchHistograms, writeRun } from '../runs';
import type { Row } from '../tables';
import { type RunOrigin, type ValueWatcher, type Watcher, watchValues } from '../training';
import { isLayersModel } from '../training/trainable';
import { diagnose } from './diagnose';

/** How {@link recordRun} records. */
export interface RecordOptions {
  /** Name of the run's folder: letters, digits, `.`, `-` and `_`. Default: date, time and seed. */
  name?: string;
  /** Statistics of weights, gradients and predictions after every epoch. Default true. */
  statistics?: boolean;
  /** Diagnoses the run at its end, for a `tf.LayersModel`. Default true. */
  diagnose?: boolean;
}

/**
 * A watcher for `fit(..., { watch: [...] })` that writes the run to `folder/name` when it ends, however it ends: what
 * `runs.write` writes, with the verdicts and the statistics of every epoch. Use one per run.
 *
 * @throws ReluctantError `name-not-usable`; `run-exists` before anything is trained.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, name: 'sum' })] });
 * const inputs = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
 * const watch = [runs.recordRun('runs', { name: 'recorded' })];
 * await rl.fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', epochs: 3, watch });
 * runs.read('runs', 'recorded').history.length; // 3
 */
export function recordRun(folder: string, options: RecordOptions = {}): Watcher {
  const { statistics = true, diagnose: isDiagnosed = true } = options;
  let name = '';
  let origin: Omit<RunOrigin, 'initialWeights'> | undefined;
  let initialWeights: Snapshot | undefined;
  let values: ValueWatcher | undefined;
  let histograms = watchHistograms();
  return {
    begin(start) {
      name = options.name ?? freeRunName(folder, start.options.seed ?? 0);
      checkRunName(folder, name);
      origin = start;
      initialWeights = isDiagnosed && isLayersModel(start.model) ? snapshot(start.model) : undefined;
      values = statistics ? watchValues() : undefined;
      values?.begin?.(start);
      histograms = watchHistograms();
      histograms.begin!(start);
    },
    evaluate(event) {
      values?.evaluate(event);
      histograms.evaluate(event);
      return undefined;
    },
    end(run) {
      values?.end?.(run);
      const { model, data, options: given } = origin!;
      const diagnosis =
        isDiagnosed && isLayersModel(model)
          ? diagnose({ ...run, ...(initialWeights && { initialWeights }) }, { model, data, options: given })
          : undefined;
      writeRun(folder, name, run, {
        ...{ model, data, options: given },
        histograms: histograms.taken,
        ...(diagnosis && { diagnosis, verdicts: diagnosis.verdicts }),
        ...(values && { statistics: rowsOf(values) }),
      });
    },
  };
}

/** One list of rows, each with what it is of. */
function rowsOf({ weights, gradients, predictions }: ValueWatcher): Row[] {
  return [
    ...weights.rows.map((row) => ({ of: 'weight', ...row })),
    ...gradients.rows.map((row) => ({ of: 'gradient', ...row })),
    ...predictions.rows.map((row) => ({ of: 'prediction', ...row })),
  ];
}
