import { checkInteger, type TF, tf } from '../core';
import { inputNames, outputNames } from '../inspection';
import { evenRows } from '../inspection/layers';
import type { ProgramLike, ProgramParts } from '../programs';
import { toProgram } from '../programs/program';
import { fit } from '../training';
import type { SingleBatchFit } from './evidence/program';

/**
 * Trains the program's model on one batch alone: whatever can learn at all learns 16 rows by heart. A head that does not is
 * held back by the program (its loss, range, initial weights or optimiser), not by the data. The program is not changed.
 *
 * @param options `rows` of the batch, default 16; `steps` of training, default 1,000 (both TheDeepChecker's).
 * @returns a row per head that is trained.
 * @throws what `fit` throws.
 * @example
 * const [healthy] = await fitSingleBatch(benchmark.TWINS[5].build(1, false));
 * healthy.relativeError < 0.1; // true
 */
export async function fitSingleBatch(
  given: ProgramLike<TF.LayersModel>,
  options: { rows?: number; steps?: number } = {},
): Promise<SingleBatchFit[]> {
  const rows = checkInteger('fitSingleBatch', 'rows', options.rows ?? 16, 1);
  const steps = checkInteger('fitSingleBatch', 'steps', options.steps ?? 1000, 1);
  const program = await toProgram(given).parts();
  const model = await program.model();
  const { inputs, targets } = batchOf(program, rows, model);
  try {
    const { losses, lossWeights, optimizer, clipNorm, clipVariableNorm, clipValue, seed } = program.options;
    const settings = { losses, lossWeights, optimizer, clipNorm, clipVariableNorm, clipValue, seed };
    const known = Object.fromEntries(
      Object.entries(settings).filter(([, value]) => value !== undefined),
    ) as typeof settings;
    await fit(model, { inputs, targets }, { ...known, epochs: steps, batchSize: rows, shuffle: false, mode: 'graph' });
    const heads = outputNames(model);
    return tf.tidy(() => {
      const list = Object.values(inputs);
      const outputs = model.predict(list.length === 1 ? list[0]! : list);
      const told = Array.isArray(outputs) ? outputs : [outputs];
      return heads.flatMap((head, k) => {
        if (lossWeights?.[head as never] === 0) return [];
        const truth = targets[head] ?? Object.values(targets)[0]!;
        const error = tf.mean(tf.abs(tf.sub(truth, told[k]!))).dataSync()[0]!;
        const spread = Math.sqrt(tf.moments(truth).variance.dataSync()[0]!);
        return [{ head, error, relativeError: spread > 0 ? error / spread : Number.NaN }] as never;
      });
    }) as unknown as SingleBatchFit[];
  } finally {
    model.dispose();
    tf.dispose([Object.values(inputs), Object.values(targets)]);
  }
}

/** Evenly spaced rows of the training data, by name. */
function batchOf(
  { data }: ProgramParts,
  rows: number,
  model: TF.LayersModel,
): { inputs: Record<string, TF.Tensor>; targets: Record<string, TF.Tensor> } {
  const named = (given: TF.Tensor | Readonly<Record<string, TF.Tensor>>, alone: string) =>
    given instanceof tf.Tensor ? { [alone]: given } : { ...given };
  const [inputs, targets] = [named(data.inputs, inputNames(model)[0]!), named(data.targets, outputNames(model)[0]!)];
  const all = [...Object.values(inputs), ...Object.values(targets)];
  const sampled = tf.tidy(() => evenRows(all, rows).map((tensor) => tensor.clone()));
  const count = Object.keys(inputs).length;
  const take = (names: string[], from: number) =>
    Object.fromEntries(names.map((name, k) => [name, sampled[from + k]!]));
  return { inputs: take(Object.keys(inputs), 0), targets: take(Object.keys(targets), count) };
}
