import * as path from 'node:path';
import { graphOfStep } from '../../compile';
import { ReluctantError, type TF, writeAtomically } from '../../core';
import { faceOf } from '../../training/trainable';
import { folderFor } from './folderFor';

/** The most that a protobuf can hold, less what a graph has beside its weights. */
const MOST_BYTES = 2 ** 31 - 2 ** 24;

/**
 * Writes a model as a SavedModel of TensorFlow with the signature `serving_default`, for TensorFlow Serving, Python
 * (`tf.saved_model.load(folder).signatures['serving_default']`, `keras.layers.TFSMLayer`) and what else runs it: as it predicts, for any
 * number of rows; it does not learn any more, since its weights are constants. What cannot be a graph is named by its line.
 *
 * @param folder is made where it is not there; the one file in it is written whole or not at all.
 * @throws ReluctantError `layer-not-saved` for lengths that are not known beside the rows, `too-large` from 2 GB on, `file-not-written`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'sum' })] });
 * const folder = require('node:path').join(require('node:os').tmpdir(), `saved-model-${process.pid}`);
 * await inspect.saveSavedModel(model, folder);
 * require('node:fs').readdirSync(folder); // ['saved_model.pb']
 */
export async function saveSavedModel(model: TF.LayersModel, folder: string): Promise<void> {
  const operation = 'inspect.saveSavedModel';
  const face = faceOf(model);
  if (face.states)
    throw new ReluctantError({
      code: 'layer-not-saved',
      operation,
      problem: 'a layer keeps its state from one batch to the next, for which a graph of constants has no place',
      where: { layer: face.states.layer },
      received: 'stateful: true',
      expected: 'layers that begin every batch anew',
      fix: 'save it by inspect.saveKeras, or make the layer with stateful: false',
    });
  const bytes = face.weights.reduce((sum, { size }) => sum + 4 * size, 0);
  if (bytes > MOST_BYTES)
    throw new ReluctantError({
      code: 'too-large',
      operation,
      problem: 'the weights do not fit into a protobuf',
      received: `${bytes} bytes`,
      expected: 'less than 2 GB',
    });
  const inputs = Object.entries(face.inputShapes!).map(([name, shape]) => ({ name, shape: known(name, shape) }));
  const step = (given: TF.Tensor[]) => {
    const named = Object.fromEntries(inputs.map(({ name }, k) => [name, given[k]!]));
    return Object.values(face.forwardWithMasks(named, false).predictions);
  };
  const graph = graphOfStep(operation, { step, inputs, outputs: face.heads! });
  folderFor(operation, folder);
  writeAtomically(path.join(folder, 'saved_model.pb'), graph);
}

function known(input: string, shape: readonly (number | null)[]): number[] {
  if (shape.every((length) => length !== null)) return [...shape];
  throw new ReluctantError({
    code: 'layer-not-saved',
    operation: 'inspect.saveSavedModel',
    problem: 'an input has a length that is not known',
    where: { input },
    received: ['rows', ...shape],
    expected: 'lengths that are known, but for the rows',
    fix: 'make the model with the length that it is to be used with, or save it by inspect.saveKeras',
  });
}
