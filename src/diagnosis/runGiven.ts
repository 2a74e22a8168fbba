import { checkNames, ReluctantError, tf } from '../core';
import { historyRows, type RunOrigin } from '../training';
import type { RunLike } from './evidence/program';

/** A run as people have it in their hands. */
export type RunGiven =
  | (RunLike & { origin?: RunOrigin | undefined })
  /** A history: rows of epochs, numbers by name (Keras's `history.history`), or the `History` of `model.fit` of tfjs. */
  | readonly Readonly<Record<string, number>>[]
  | Readonly<Record<string, readonly number[]>>
  | { readonly history: Readonly<Record<string, readonly unknown[]>> };

/**
 * The run in one form.
 *
 * @throws ReluctantError `arguments-in-another-order`, `promise-not-awaited`, `history-not-understood`, `history-lengths-differ`.
 */
export function runOf(given: unknown): RunLike & { origin?: RunOrigin | undefined } {
  if (given instanceof tf.LayersModel) {
    throw new ReluctantError({
      code: 'arguments-in-another-order',
      operation: 'diagnose',
      problem: 'the first argument is a model, and a run is expected there',
      received: given.name,
      expected: 'diagnose(run, { model, data, options })',
      fix: 'without a run, say what is known: diagnose({ history: [] }, { model, data, options: { losses } })',
    });
  }
  if (typeof (given as { then?: unknown } | null | undefined)?.then === 'function') {
    throw new ReluctantError({
      code: 'promise-not-awaited',
      operation: 'diagnose',
      problem: 'the first argument is a promise of a run',
      expected: 'the run itself',
      fix: 'write diagnose(await fit(...))',
    });
  }
  const history = (given as { history?: unknown } | null | undefined)?.history;
  if (Array.isArray(history)) return { ...fieldsOf(given as RunLike), history: historyRows(history) };
  return { history: historyRows(given) };
}

/** A run of `fit` keeps what it remembers in accessors, which a spread leaves behind. */
function fieldsOf(run: RunLike & { origin?: RunOrigin | undefined }) {
  const { initialWeights, notFinite, singleBatch, origin } = run;
  return {
    ...(initialWeights && { initialWeights }),
    ...(notFinite && { notFinite }),
    ...(singleBatch && { singleBatch }),
    ...(origin && { origin }),
  };
}

/** Throws for keys of the context that are not understood. */
export function checkContext(context: object): void {
  checkNames('diagnose', context, ['model', 'data', 'options', 'thresholds', 'rules', 'causes'], {
    fix: 'pass { model, data: { inputs, targets }, options: { losses } }',
  });
  const { data, options } = context as { data?: object; options?: object };
  if (data && !('inputs' in data && 'targets' in data)) {
    throw new ReluctantError({
      code: 'tensors-missing',
      operation: 'diagnose',
      problem: 'the data have no inputs or no targets',
      received: Object.keys(data),
      expected: 'data: { inputs, targets }, and validation: { inputs, targets } where there are such rows',
    });
  }
  if (options && !('losses' in options)) {
    throw new ReluctantError({
      code: 'run-without-origin',
      operation: 'diagnose',
      problem: 'nothing says what the model was trained by',
      received: Object.keys(options),
      expected: "options: { losses }, such as { losses: 'meanSquaredError' }",
    });
  }
}
