import { statusOf, type TF, tf } from '../../core';
import { tensors } from '../files';
import { fileError } from '../files/fileError';
import { type KerasFile, readKerasFile } from '../files/kerasFile';
import { joinedKerasFile } from '../files/separateFiles';
import { buildBlank } from './build';
import { type ConvertedLayer, type ConvertedModel, convertModel } from './config';
import type { CompileSettings, Place } from './description';
import { folderOf } from './filing';
import { readTfjsModel, tfjsDescription } from './tfjsModel';

export type { CompileSettings } from './description';
export { saveKeras } from './save';

/** Where the layers of a model are, if its file has weights alone. */
export interface KerasFileOptions {
  /** What `model.to_json()` gave, for weights in a `.safetensors` or `.npz` file or a SavedModel folder. */
  architecture?: string;
}

/**
 * A model of Keras, to run, inspect and train: from a `.keras` file (Keras 3) or a `.h5` one; or one of tfjs, from its `model.json`. Layers that tfjs computes as
 * Keras does are built and given their weights; the first one it does not know is named and nothing is built. No code in a
 * file is run: `Lambda` and layers of one's own are refused.
 *
 * @param path the file that `model.save(path)` wrote, or the folder, of tfjs; or weights alone, with the layers in `architecture`.
 * @returns the model, which is the caller's to dispose of.
 * @throws ReluctantError `unsupported` naming the layer, `malformed`, `not-this-format`, `truncated`, `too-large`.
 * @example
 * const path = require('node:path').join(process.cwd(), 'model.keras');
 * require('node:fs').existsSync(path) ? (await inspect.model(path)).summary() : 'no model here';
 */
export async function model(path: string, options: KerasFileOptions = {}): Promise<TF.LayersModel> {
  return (await compiledModel(path, options)).model;
}

/**
 * {@link model}, and loss, loss weights and optimiser that it was compiled with; none of them for one that was not compiled.
 *
 * @throws ReluctantError as {@link model}.
 * @example
 * const path = require('node:path').join(process.cwd(), 'model.keras');
 * require('node:fs').existsSync(path) ? (await inspect.compiledModel(path)).compiled.loss : 'no model here';
 */
export async function compiledModel(
  path: string,
  options: KerasFileOptions = {},
): Promise<{ model: TF.LayersModel; compiled: CompileSettings }> {
  const description = options.architecture === undefined ? tfjsDescription(path) : undefined;
  if (description !== undefined) return readTfjsModel(description);
  const file = await readThere(path, options);
  return { model: await modelOf(path, file), compiled: settingsOf(file) };
}

async function readThere(path: string, { architecture }: KerasFileOptions): Promise<KerasFile> {
  const status = statusOf(path);
  if (!status) throw fileError('not-readable', 'there is no such file', { file: path });
  refuseONNX(path);
  const isWhole = !status.isDirectory() && !/\.(safetensors|npz)$/i.test(path);
  if (isWhole && architecture === undefined) return readKerasFile(path);
  if (!isWhole && architecture !== undefined) return joinedKerasFile(architecture, path, await tensors(path));
  if (isWhole) {
    throw fileError(
      'malformed',
      'a whole model says itself what its layers are',
      { file: path },
      { received: { architecture }, fix: 'leave the architecture out' },
    );
  }
  throw fileError(
    'malformed',
    'there are weights, and nothing says what the layers are',
    { file: path },
    {
      expected: 'the architecture of the model, as open("model.json", "w").write(model.to_json()) writes it',
      fix: (say) =>
        `name it: ${say('architecture', 'model.json')}; or save the whole model with model.save("model.keras")`,
    },
  );
}

/** A format that is written here and read elsewhere is told apart from files that are no model at all. */
function refuseONNX(path: string): void {
  if (!/\.onnx$/i.test(path)) return;
  throw fileError(
    'not-this-format',
    'models of ONNX are written here, and not read',
    { file: path },
    {
      expected: 'what model.save("model.keras") or model.save("model.h5") of Keras, or model.save(...) of tfjs wrote',
      fix: 'take the model that it was made from, saved by model.save("model.keras") or inspect.saveKeras',
    },
  );
}

async function modelOf(path: string, file: KerasFile): Promise<TF.LayersModel> {
  const place: Place = { file: path };
  const { layers, ...topology } = converted(file, place);
  const built = await buildBlank(JSON.parse(JSON.stringify(topology)), file.count, place);
  try {
    setWeights(built, layers, file, 'layers', place);
    return built;
  } catch (error) {
    built.dispose();
    throw error;
  }
}

function converted({ config, keras }: KerasFile, place: Place): ConvertedModel {
  try {
    return convertModel(config, place, { keras, depth: 0 });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw fileError('malformed', 'the layers are too many in a row, or too deep within one another', place, { cause });
  }
}

function settingsOf({ compiled }: KerasFile): CompileSettings {
  if (typeof compiled !== 'object' || compiled === null) return {};
  const { loss, loss_weights: lossWeights, optimizer, optimizer_config: before } = compiled as Record<string, unknown>;
  return {
    loss: loss ?? undefined,
    lossWeights: lossWeights ?? undefined,
    optimizer: optimizer ?? before ?? undefined,
  };
}

function setWeights(
  owner: TF.LayersModel,
  layers: ConvertedLayer[],
  file: KerasFile,
  folder: string,
  place: Place,
): void {
  const used = new Map<string, number>();
  for (const { kerasClass, name, kerasName = name, isExtra, inner, parts = [''] } of layers) {
    if (isExtra) continue;
    const layerFolder = `${folder}/${folderOf(kerasClass, used)}`;
    const layer = owner.layers.find((one) => one.name === name);
    if (!layer) continue;
    if (inner) {
      const wrapped = (layer as unknown as { layer?: TF.LayersModel }).layer;
      const at = wrapped ? `${layerFolder}/${parts[0]}` : layerFolder;
      setWeights(wrapped ?? (layer as unknown as TF.LayersModel), inner, file, `${at}/layers`, place);
      continue;
    }
    if (layer.weights.length === 0) continue;
    const filed = file.weightsOf(layerFolder, kerasName, parts);
    const tensors = kerasClass === 'SpectralNormalization' ? withVectorLast(filed) : filed;
    const wanted = layer.weights.map(({ shape }) => shape.map(Number));
    const given = tensors.map(({ shape }) => [...shape]);
    if (JSON.stringify(given) !== JSON.stringify(wanted)) {
      throw fileError(
        'malformed',
        'the weights of a layer do not fit it',
        { ...place, layer: name },
        {
          received: given,
          expected: JSON.stringify(wanted),
        },
      );
    }
    tf.tidy(() =>
      layer.setWeights(tensors.map(({ values, shape }) => tf.tensor(singles(values()), [...shape], 'float32'))),
    );
  }
}

type FiledWeights = ReturnType<KerasFile['weightsOf']>;

/**
 * The weights of a layer in a SpectralNormalization, then its vector: Keras 3 files the kernel with both, `.h5` files have the vector
 * behind the kernel.
 */
function withVectorLast(filed: FiledWeights): FiledWeights {
  const named = filed.findIndex(({ name }) => /vector_u/.test(name));
  if (named >= 0) return [...filed.slice(0, named), ...filed.slice(named + 1), filed[named]!];
  return filed.filter((_, k) => k !== filed.length - 2);
}

/** tfjs takes no doubles. */
const singles = (values: ArrayLike<number>): Float32Array =>
  values instanceof Float32Array ? values : Float32Array.from(values);
