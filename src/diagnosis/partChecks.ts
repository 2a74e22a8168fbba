import { checkNames, ReluctantError, type TF, tf } from '../core';
import { outputNames } from '../inspection';
import type { Samples, TrainingData } from '../training';
import type { TrainingOptions } from './evidence/program';

/**
 * Refuses a model, data and options that do not fit each other, before rules compute with them: shapes that do not fit would broadcast.
 *
 * @throws ReluctantError `model-empty`, `not-tensors`, `rows-differ`, `targets-shape`, `unknown-head`.
 */
export function checkParts(model: TF.LayersModel, data: TrainingData, options: TrainingOptions): void {
  // A Sequential model has outputs once it has a layer.
  if ((model.outputs ?? []).length === 0) {
    throw new ReluctantError({
      code: 'model-empty',
      operation: 'diagnose',
      problem: 'the model has no layers',
      where: { model: model.name },
      expected: 'a model that was built and trained',
    });
  }
  const heads = outputNames(model);
  for (const name of ['losses', 'lossWeights'] as const) {
    const given = options[name];
    if (typeof given === 'object' && given !== null && !Array.isArray(given))
      checkNames('diagnose', given, heads, { code: 'unknown-head', kind: 'head', where: { options: name } });
  }
  for (const [part, samples] of Object.entries({ training: data, validation: data.validation }))
    if (samples) checkSamples(part, samples, model, heads, options);
}

type Named = readonly (readonly [name: string, tensor: TF.Tensor])[];

function checkSamples(
  part: string,
  { inputs, targets }: Samples,
  model: TF.LayersModel,
  heads: readonly string[],
  { losses }: TrainingOptions,
): void {
  const [given, wanted] = [tensorsOf(part, 'inputs', inputs), tensorsOf(part, 'targets', targets)];
  const rows = Object.fromEntries([...given, ...wanted].map(([name, { shape }]) => [name, shape[0]]));
  if (new Set(Object.values(rows)).size > 1) {
    throw new ReluctantError({
      code: 'rows-differ',
      operation: 'diagnose',
      problem: 'inputs and targets have different numbers of rows',
      where: { samples: part },
      received: rows,
      expected: 'a target for every row of the inputs',
    });
  }
  for (const [name, { shape }] of wanted) {
    const place = name === 'targets' ? 0 : heads.indexOf(name);
    const columns = model.outputs[place]?.shape.at(-1);
    const loss = typeof losses === 'object' ? (losses as Record<string, unknown>)[name] : losses;
    // A loss of one's own may take targets of another shape; one number a row may be that of a class.
    const comparesColumns = typeof loss === 'string' && !loss.startsWith('sparse');
    const isLabel = shape.length === 1 || shape.at(-1) === 1;
    if (place < 0 || columns === null || !comparesColumns || isLabel || shape.at(-1) === columns) continue;
    throw new ReluctantError({
      code: 'targets-shape',
      operation: 'diagnose',
      problem: `the targets of "${heads[place]}" have other columns than its predictions`,
      where: { samples: part },
      received: `shape [${shape.join(', ')}]`,
      expected: `shape [rows, ${columns}]`,
    });
  }
}

/** Tensors by name; of one alone, what it is. */
function tensorsOf(part: string, kind: 'inputs' | 'targets', given: Samples['inputs']): Named {
  if (given instanceof tf.Tensor) return [[kind, given]];
  const entries = Object.entries(given ?? {});
  if (!Array.isArray(given) && entries.length > 0 && entries.every(([, one]) => one instanceof tf.Tensor))
    return entries;
  throw new ReluctantError({
    code: 'not-tensors',
    operation: 'diagnose',
    problem: `the ${kind} are no tensors`,
    where: { samples: part },
    received: given,
    expected: `a tensor, or tensors by name of ${kind === 'inputs' ? 'input' : 'head'}`,
    fix: 'make tensors of lists: tf.tensor2d(rows)',
  });
}
