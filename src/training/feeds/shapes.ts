import { ReluctantError, type TF, tf } from '../../core';
import type { MetricChoice } from '../history';
import type { TrainingBatch } from '../step/batch';
import type { ModelFace, Named } from '../trainable';

/** A shape without the rows; null where any length will do. */
type RowShape = readonly (number | null)[];

/** What targets and predictions are compared by. */
export interface HeadSettings {
  /** By head, names or functions. */
  losses?: Named<unknown>;
  metrics?: Named<readonly MetricChoice[]>;
}

/**
 * Compares inputs, targets and weights of rows with the model, before anything is traced: shapes that do not fit would broadcast.
 *
 * @throws ReluctantError `input-shape`, `targets-shape`, `weights-shape`, `weights-not-usable`.
 */
export function checkShapes(face: ModelFace, batch: TrainingBatch, where: string, settings: HeadSettings): void {
  checkInputShapes(face, batch.inputs, where);
  checkElements({ targets: batch.targets, weights: batch.weights }, where);
  const outputs = face.outputShapes ?? measured(face, batch.inputs);
  for (const head of face.heads) {
    checkTargets(head, batch.targets[head]!, outputs[head]!, where, settings);
    const weights = batch.weights[head];
    if (weights) checkWeights(head, weights, outputs[head]!, where);
  }
}

/** The same of inputs alone. @throws ReluctantError `input-shape`, `tensor-not-usable`. */
export function checkInputShapes(face: ModelFace, inputs: Named<TF.Tensor>, where: string): void {
  checkElements({ inputs }, where);
  for (const [name, tensor] of Object.entries(inputs)) {
    const expected = face.inputShapes?.[name];
    if (expected && !fits(tensor.shape.slice(1), expected)) throw inputShape(name, tensor, expected, where);
  }
}

const text = (shape: RowShape, rows: number | 'rows' = 'rows'): string =>
  `[${[rows, ...shape.map((length) => length ?? 'any')].join(', ')}]`;

const fits = (shape: RowShape, expected: RowShape): boolean =>
  shape.length === expected.length && expected.every((length, k) => length === null || length === shape[k]);

function checkElements(batch: Partial<TrainingBatch>, where: string): void {
  for (const [kind, tensors] of Object.entries(batch)) {
    for (const [name, tensor] of Object.entries(tensors)) {
      const problem = tensor.isDisposed
        ? 'was disposed of'
        : ['string', 'complex64'].includes(tensor.dtype)
          ? `holds ${tensor.dtype === 'string' ? 'text' : 'complex numbers'}`
          : undefined;
      if (!problem) continue;
      throw new ReluctantError({
        code: 'tensor-not-usable',
        operation: 'fit',
        problem: `a tensor of the ${kind} ${problem}`,
        where: { samples: where, name },
        expected: 'a tensor of float32, int32 or bool that is still alive',
      });
    }
  }
}

const inputShape = (name: string, { shape }: TF.Tensor, expected: RowShape, where: string) =>
  new ReluctantError({
    code: 'input-shape',
    operation: 'fit',
    problem: `the input "${name}" has another shape than the model takes`,
    where: { samples: where, input: name },
    received: `shape [${shape.join(', ')}]`,
    expected: `shape ${text(expected)}`,
  });

/** The shapes of what a function predicts for a row or two. */
function measured(face: ModelFace, inputs: Named<TF.Tensor>): Named<RowShape> {
  return tf.tidy(() => {
    const few = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [name, tensor.slice(0, Math.min(2, tensor.shape[0]!))]),
    );
    const predictions = face.forward(few, false);
    const shapes = face.heads.map((head) => [head, predictions[head]!.shape.slice(1)] as const);
    return Object.fromEntries(shapes) as unknown as TF.TensorContainerObject;
  }) as unknown as Named<RowShape>;
}

/** Metrics that take class numbers as targets. */
const OF_LABELS: ReadonlySet<unknown> = new Set(['accuracy', 'precision', 'recall', 'f1']);

function checkTargets(head: string, targets: TF.Tensor, output: RowShape, where: string, settings: HeadSettings): void {
  const shape = targets.shape.slice(1);
  const loss = settings.losses?.[head];
  if (output.length === 0) {
    throw new ReluctantError({
      code: 'targets-shape',
      operation: 'fit',
      problem: 'the predictions of a head have no axis beside the rows',
      where: { head },
      received: 'shape [rows]',
      expected: 'shape [rows, 1]',
      fix: 'end predict with .expandDims(1)',
    });
  }
  if (typeof loss === 'string' && loss.startsWith('sparse')) {
    checkLabels(head, shape, output, where);
    const other = (settings.metrics?.[head] ?? []).find(
      (metric) => typeof metric === 'string' && !OF_LABELS.has(metric),
    );
    if (other === undefined) return;
    throw new ReluctantError({
      code: 'targets-shape',
      operation: 'fit',
      problem: `the metric "${String(other)}" compares number by number, and the targets are labels`,
      where: { samples: where, head },
      expected: `one of the metrics ${[...OF_LABELS].map((name) => `"${name}"`).join(', ')}, or one-hot targets`,
      fix: 'make the targets one-hot with tf.oneHot, and use the loss "categoricalCrossentropy"',
    });
  }
  const byName = (settings.metrics?.[head] ?? []).filter((metric) => typeof metric === 'string');
  // A loss of one's own may take targets of another shape; what it does with them is seen when it is called.
  const comparing = typeof loss === 'string' ? `the loss "${loss}"` : byName[0] && `the metric "${byName[0]}"`;
  if (!comparing || fits(shape, output)) return;
  const classes = output.at(-1);
  const areLabels = shape.length === output.length && shape.at(-1) === 1 && (classes ?? 0) > 1;
  throw new ReluctantError({
    code: 'targets-shape',
    operation: 'fit',
    problem: `${comparing} compares number by number, and the targets have another shape than the predictions`,
    where: { samples: where, head },
    received: `targets of shape ${text(shape)}`,
    expected: `shape ${text(output)}, that of the predictions`,
    ...(areLabels && {
      fix: `for labels from 0 to ${classes! - 1} use the loss "sparseCategoricalCrossentropy", or make them one-hot: tf.oneHot(labels, ${classes})`,
    }),
  });
}

function checkLabels(head: string, shape: RowShape, output: RowShape, where: string): void {
  if (fits(shape, [...output.slice(0, -1), 1]) || fits(shape, output.slice(0, -1))) return;
  throw new ReluctantError({
    code: 'targets-shape',
    operation: 'fit',
    problem: 'labels are one number where the predictions have one per class',
    where: { samples: where, head },
    received: `targets of shape ${text(shape)}`,
    expected: `shape ${text([...output.slice(0, -1), 1])}`,
    ...(fits(shape, output) && { fix: 'for one-hot targets use the loss "categoricalCrossentropy"' }),
  });
}

function checkWeights(head: string, weights: TF.Tensor, output: RowShape, where: string): void {
  const areOfSteps = output.length >= 2 && fits(weights.shape.slice(1), output.slice(0, 1));
  if (weights.rank !== 1 && !areOfSteps) {
    throw new ReluctantError({
      code: 'weights-shape',
      operation: 'fit',
      problem: 'weights have one number per row, or one per step of a head over time',
      where: { samples: where, head },
      received: `shape [${weights.shape.join(', ')}]`,
      expected: output.length >= 2 ? `shape [rows] or ${text(output.slice(0, 1))}` : 'shape [rows]',
      fix: 'weights.reshape([-1])',
    });
  }
  const values = weights.dataSync();
  const row = values.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (row < 0) return;
  throw new ReluctantError({
    code: 'weights-not-usable',
    operation: 'fit',
    problem: 'a weight of a row is not usable',
    where: { samples: where, head, row },
    received: values[row],
    expected: 'finite numbers of at least 0',
  });
}
