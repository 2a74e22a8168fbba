import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { checkPlainFile, parseJSON } from '../../core';
import type { NamedTensor } from '../weights';
import { openArchive } from './archive';
import { fileError } from './fileError';
import { readHDF5, textsOf } from './hdf5';

/** A model file of Keras: its configuration as it is, and the weights of its layers. */
export interface KerasFile {
  config: unknown;
  /** What the model was compiled with, as Keras writes it; undefined where it was not. */
  compiled: unknown;
  /** The version of Keras that has written it. */
  keras: 2 | 3;
  /** Values of all weights together. */
  count: number;
  /** The weights of a layer in Keras's order, by where Keras 3 files it (`layers/dense_1`), in which parts, and by its name. */
  weightsOf(folder: string, layer: string, parts?: readonly string[]): NamedTensor[];
}

/** Text that a configuration may have: that of the largest models takes a few megabytes. */
const MOST_TEXT = 64 * 2 ** 20;

/** Reads a `.keras` archive or an `.h5` file, told apart by their first bytes. */
export async function readKerasFile(file: string): Promise<KerasFile> {
  checkPlainFile('inspect.file', file);
  const status = fs.statSync(file);
  if (status.isDirectory())
    throw fileError(
      'not-this-format',
      'the path is a folder, and no model of Keras',
      { file },
      { expected: 'what model.save("model.keras") or model.save("model.h5") wrote' },
    );
  const { size } = status;
  const start = Buffer.alloc(8);
  const descriptor = fs.openSync(file, 'r');
  fs.readSync(descriptor, start, 0, 8, 0);
  fs.closeSync(descriptor);
  if (start.toString('latin1').startsWith('PK')) return readArchive(file, size);
  if (start.toString('latin1') === '\x89HDF\r\n\x1a\n') return readOld(file, size);
  throw fileError(
    size === 0 ? 'truncated' : 'not-this-format',
    size === 0 ? 'the file is empty' : 'the file is no model of Keras',
    { file },
    {
      received: `bytes that begin with ${start.toString('hex')}`,
      expected: 'what model.save("model.keras") or model.save("model.h5") wrote',
    },
  );
}

async function readArchive(file: string, size: number): Promise<KerasFile> {
  const archive = await openArchive(file, size);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-'));
  try {
    const entry = (name: string) => {
      const match = archive.entries.find((one) => one.name === name);
      if (match) return match;
      const received = archive.entries.map((one) => one.name);
      throw fileError('malformed', `the archive has no ${name}`, { file }, { received });
    };
    const text = entry('config.json');
    if (text.size > MOST_TEXT)
      throw fileError(
        'too-large',
        'the configuration is larger than any',
        { file, entry: text.name },
        { received: text.size },
      );
    const config = parse(Buffer.from(await text.read()).toString('utf8'), { file, entry: text.name });
    const metadata = archive.entries.find(({ name, size }) => name === 'metadata.json' && size <= MOST_TEXT);
    const about =
      metadata && parse(Buffer.from(await metadata.read()).toString('utf8'), { file, entry: metadata.name });
    const weights = path.join(folder, 'model.weights.h5');
    const { name, size, read } = entry('model.weights.h5');
    fs.writeFileSync(weights, await read());
    const tensors = await readHDF5(weights, size, { file, entry: name }, (_, place) => place.replace(/^\//, ''));
    const byPath = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    return {
      config,
      compiled: (config as { compile_config?: unknown } | null)?.compile_config ?? undefined,
      keras: versionOf((about as { keras_version?: unknown } | undefined)?.keras_version),
      count: valuesIn(tensors),
      weightsOf: (place, _, parts = ['']) =>
        parts.flatMap((part) => {
          const folder = part === '' ? place : `${place}/${part}`;
          // Recurrent layers file their weights with their cell.
          const at = [`${folder}/vars`, `${folder}/cell/vars`].find((vars) => byPath.has(`${vars}/0`));
          const weights: NamedTensor[] = [];
          for (let k = 0; at && byPath.has(`${at}/${k}`); k++) weights.push(byPath.get(`${at}/${k}`)!);
          return weights;
        }),
    };
  } finally {
    archive.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The layout of Keras 2, which Keras 3 still writes for `.h5`. */
async function readOld(file: string, size: number): Promise<KerasFile> {
  let text: string | undefined;
  let version: string | undefined;
  let training: string | undefined;
  const names = new Map<string, string[]>();
  const tensors = await readHDF5(
    file,
    size,
    { file },
    (_, place) => place.replace(/^\//, ''),
    (root) => {
      [text] = textsOf(root, '/', 'model_config');
      [version] = textsOf(root, '/', 'keras_version');
      [training] = textsOf(root, '/', 'training_config');
      for (const layer of textsOf(root, 'model_weights', 'layer_names'))
        names.set(layer, textsOf(root, `model_weights/${layer}`, 'weight_names'));
    },
  );
  if (text === undefined) {
    throw fileError(
      'malformed',
      'the file has weights and no model',
      { file },
      {
        fix: 'save the whole model with model.save, or look at the weights with inspect.file',
      },
    );
  }
  const byPath = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const all = [...names].flatMap(([layer, weightNames]) => weightNames.map((name) => `model_weights/${layer}/${name}`));
  return {
    config: parse(text, { file }),
    compiled: training === undefined ? undefined : parse(training, { file }),
    keras: versionOf(version),
    count: valuesIn(tensors),
    weightsOf: (_, layer) => {
      // The layers of a nested model are filed under the nested model.
      const filed = names.get(layer)?.map((name) => `model_weights/${layer}/${name}`);
      const paths = filed ?? all.filter((place) => place.split('/').slice(2, -1).includes(layer));
      return paths.flatMap((place) => byPath.get(place) ?? []);
    },
  };
}

/** Values of all tensors together. */
export const valuesIn = (tensors: readonly NamedTensor[]): number =>
  tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);

/** Files that do not say are those of Keras 3. */
const versionOf = (text: unknown): 2 | 3 => (/^2\./.test(String(text)) ? 2 : 3);

function parse(text: string, where: Record<string, string>): unknown {
  try {
    return parseJSON(text);
  } catch (cause) {
    throw fileError('malformed', 'the configuration of the model is not JSON', where, { cause });
  }
}
