import * as path from 'node:path';
import { formFault, parseJSON, readPlainFile, readPlainText, statusOf, type TF, tf, z } from '../../core';
import { countOf, fileError } from '../files/fileError';
import { buildBlank } from './build';
import type { CompileSettings } from './description';

/** What tfjs writes beside the weights of a model. */
const form = () =>
  z.looseObject({
    format: z.string().optional(),
    modelTopology: z.looseObject({}),
    weightsManifest: z.array(
      z.object({
        paths: z.array(z.string().min(1)),
        weights: z.array(
          z.looseObject({
            name: z.string(),
            shape: z.array(z.number().int().min(0)),
            dtype: z.string(),
            /** `optimizer` of what is no weight of a layer. */
            group: z.string().optional(),
          }),
        ),
      }),
    ),
    trainingConfig: z.looseObject({}).nullish(),
  });
type Description = ReturnType<ReturnType<typeof form>['parse']>;

/**
 * The description of a model that tfjs has written, if `given` is one, or a folder that holds one.
 */
export function tfjsDescription(given: string): string | undefined {
  const file = statusOf(given)?.isDirectory() ? path.join(given, 'model.json') : given;
  if (!/\.json$/i.test(file) || !statusOf(file)?.isFile()) return undefined;
  // Keras's `to_json` has no such field.
  return readPlainText('inspect.model', file).includes('"modelTopology"') ? file : undefined;
}

/**
 * A model of layers that tfjs has written: `model.json`, and beside it the weights that it names.
 *
 * @throws ReluctantError `malformed`, `truncated`, `unsupported` for a graph model.
 */
export async function readTfjsModel(file: string): Promise<{ model: TF.LayersModel; compiled: CompileSettings }> {
  const described = descriptionIn(file);
  const specs = described.weightsManifest.flatMap(({ weights }) => weights);
  const tensors = weightsOf(file, described, specs);
  try {
    const count = specs.reduce((sum, { shape }) => sum + countOf(shape, { file }), 0);
    const model = await buildBlank({ modelTopology: described.modelTopology }, count, { file });
    try {
      const own = specs.filter(({ group }) => group !== 'optimizer').map(({ name }) => [name, tensors[name]!]);
      model.loadWeights(Object.fromEntries(own));
    } catch (cause) {
      model.dispose();
      throw fileError(
        'malformed',
        `the weights do not fit the layers: ${(cause as Error).message}`,
        { file },
        { cause },
      );
    }
    const { loss, optimizer_config: optimizer } = described.trainingConfig ?? {};
    return { model, compiled: { loss: loss ?? undefined, optimizer: optimizer ?? undefined } };
  } finally {
    tf.dispose(tensors);
  }
}

function descriptionIn(file: string): Description {
  let content: unknown;
  try {
    content = parseJSON(readPlainText('inspect.model', file));
  } catch (cause) {
    throw fileError('malformed', `the file is not JSON: ${(cause as Error).message}`, { file }, { cause });
  }
  const parsed = form().safeParse(content);
  if (!parsed.success) throw fileError('malformed', formFault(parsed.error), { file });
  if (parsed.data.format === 'graph-model') {
    throw fileError(
      'unsupported',
      'a graph model of tfjs holds operations, and no layers that could be looked at or trained',
      { file },
      { expected: 'a model of layers, as model.save(...) of tfjs writes it' },
    );
  }
  return parsed.data;
}

function weightsOf(
  file: string,
  { weightsManifest }: Description,
  specs: readonly { name: string }[],
): TF.NamedTensorMap {
  const folder = path.dirname(file);
  const parts = weightsManifest
    .flatMap(({ paths }) => paths)
    .map((name) => {
      // A description must not have files read from elsewhere.
      if (path.basename(name) !== name || name === '..')
        throw fileError('malformed', 'weights lie beside the description', { file }, { received: name });
      return readPlainFile('inspect.model', path.join(folder, name));
    });
  const bytes = Buffer.concat(parts);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    return tf.io.decodeWeights(data, specs as never);
  } catch (cause) {
    throw fileError('truncated', `the weights cannot be read: ${(cause as Error).message}`, { file }, { cause });
  }
}
