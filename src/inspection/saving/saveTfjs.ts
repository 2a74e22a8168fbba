import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { ReluctantError, type TF, tf, writeAtomically } from '../../core';
import { isOwnClass } from '../../layers/define';
import { folderFor } from './folderFor';

type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];

/** Classes of this project that compute what one of tfjs does, under the same settings. */
const IN_TFJS: Readonly<Record<string, string>> = {
  KeyedDropout: 'Dropout',
  BroadcastLayerNormalization: 'LayerNormalization',
  OrthogonalMatrix: 'Orthogonal',
};

/**
 * Writes a model as tfjs does, `model.json` beside its weights, in a form that tfjs alone can load, in a browser too: layers of this
 * project that tfjs has a like of are written as that; the first other one is named and nothing is written.
 *
 * @param folder is made where it is not there; `model.json` comes last, so that what was there before stays whole until then.
 * @throws ReluctantError `layer-not-saved`, `file-not-written`.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * const folder = require('node:path').join(require('node:os').tmpdir(), `saved-${process.pid}`);
 * await inspect.saveTfjs(model, folder);
 * (await tf.loadLayersModel(`file://${folder}/model.json`)).countParams(); // 3
 */
export async function saveTfjs(model: TF.LayersModel, folder: string): Promise<void> {
  const { modelTopology, weightSpecs, weightData, format, generatedBy } = await artifactsOf(model);
  const weights = new Uint8Array(joined(weightData!));
  // Named by what is in it: a `model.json` of before goes on to find its own.
  const file = `weights-${createHash('sha256').update(weights).digest('hex').slice(0, 12)}.bin`;
  const description = {
    format,
    generatedBy,
    convertedBy: 'reluctant',
    modelTopology: inTfjs(completed(modelTopology, model), undefined),
    weightsManifest: [{ paths: [file], weights: weightSpecs }],
  };
  folderFor('inspect.saveTfjs', folder);
  writeAtomically(path.join(folder, file), weights);
  writeAtomically(path.join(folder, 'model.json'), JSON.stringify(description));
}

async function artifactsOf(model: TF.LayersModel): Promise<Artifacts> {
  let kept: Artifacts | undefined;
  const result = { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      kept = artifacts;
      return result;
    }),
  );
  return kept!;
}

const joined = (data: NonNullable<Artifacts['weightData']>): ArrayBuffer =>
  Array.isArray(data) ? tf.io.concatenateArrayBuffers(data) : data;

/** A description with what tfjs leaves out of it: how many kernels a separable convolution has for each channel. */
function completed(description: unknown, model: TF.LayersModel): unknown {
  const left = new Map(
    model.layers.flatMap((layer) => {
      const { depthMultiplier } = layer as { depthMultiplier?: number };
      return depthMultiplier === undefined ? [] : [[layer.name, depthMultiplier] as const];
    }),
  );
  const { layers } = ((description as { config?: object }).config ?? {}) as { layers?: { config: { name: string } }[] };
  for (const { config } of layers ?? []) {
    const found = left.get(config.name);
    if (found !== undefined) Object.assign(config, { depth_multiplier: found });
  }
  return description;
}

/** A description with tfjs's own classes; settings by name of a class of this project are found as well. */
function inTfjs(value: unknown, layer: string | undefined): unknown {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one) => inTfjs(one, layer));
  if (value === null || typeof value !== 'object') return value;
  const { class_name: className, config } = value as { class_name?: string; config?: { name?: string } };
  const within = config?.name ?? layer;
  const entries = Object.entries(value).map(([key, one]) => {
    if (key === 'class_name' && typeof one === 'string') return [key, known(one, within)];
    if (key.endsWith('activation') && typeof one === 'string') {
      known(camelCase(one), within);
      return [key, one];
    }
    return [key, inTfjs(one, className === undefined ? layer : within)];
  });
  return Object.fromEntries(entries);
}

/** tfjs writes names of activations as Python would. */
const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function known(className: string, layer: string | undefined): string {
  const like = IN_TFJS[className] ?? className;
  if (like !== className || !isOwnClass(className)) return like;
  throw new ReluctantError({
    code: 'layer-not-saved',
    operation: 'inspect.saveTfjs',
    problem: `a layer cannot be saved for tfjs alone: tfjs has nothing like ${className}`,
    ...(layer !== undefined && { where: { layer } }),
    received: className,
    fix: 'save the model with model.save("file://folder"), which this project loads, or put another layer in its place',
  });
}
