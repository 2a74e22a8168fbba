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

/** Words before `_loss` that are no heads. */
const NO_HEADS = new Set(['val', 'train', 'training', 'valid', 'validation', 'test', 'total', 'regularization']);

/**
 * Throws for a history with the losses of several heads, none of which is the model's: it is of another run.
 *
 * @throws ReluctantError `history-of-another-run`.
 */
export function checkHistory(history: RunLike['history'], heads: readonly string[]): void {
  const names = Object.keys(history[0] ?? {}).flatMap((key) => /^(?:val_)?(.+)_loss$/.exec(key)?.[1] ?? []);
  const named = [...new Set(names)].filter((name) => !NO_HEADS.has(name));
  if (named.length < 2 || named.some((name) => heads.includes(name))) return;
  throw new ReluctantError({
    code: 'history-of-another-run',
    operation: 'diagnose',
    problem: 'the history has losses of heads that the model does not have',
    received: named,
    expected: heads.map((head) => `${head}_loss`).join(', '),
    fix: 'give the history of the training that this model comes from, or none',
  });
}

/** Throws for keys of the context that are not understood, and for what is no context. */
export function checkContext(context: object): void {
  if (context instanceof tf.LayersModel || typeof context !== 'object' || context === null) {
    throw new ReluctantError({
      code: 'arguments-in-another-order',
      operation: 'diagnose',
      problem: `the second argument is ${context instanceof tf.LayersModel ? 'a model' : 'no object'}`,
      received: context instanceof tf.LayersModel ? context.name : context,
      expected: 'diagnose(run, { model, data, options })',
    });
  }
  for (const [name, value] of Object.entries(context)) {
    if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') continue;
    throw new ReluctantError({
      code: 'promise-not-awaited',
      operation: 'diagnose',
      problem: `${name} is a promise`,
      expected: `the ${name} itself`,
      fix: `write { ${name}: await ... }`,
    });
  }
  checkNames('diagnose', context, ['name', 'model', 'data', 'options', 'thresholds', 'rules', 'causes'], {
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
