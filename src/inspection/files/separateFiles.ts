import * as fs from 'node:fs';
import { parseJSON, ReluctantError, readPlainText } from '../../core';
import type { NamedTensor } from '../weights';
import { fileError } from './fileError';
import { type KerasFile, valuesIn } from './kerasFile';

/** Weights of Keras's layers in the order in which layers have them: files of names alone do not keep it. */
const ORDER = [
  ...['embeddings', 'kernel', 'depthwise_kernel', 'pointwise_kernel', 'recurrent_kernel'],
  ...['gamma', 'beta', 'bias', 'alpha', 'moving_mean', 'moving_variance'],
];

/** Text that an architecture may have: that of the largest models takes a few megabytes. */
const MOST_TEXT = 64 * 2 ** 20;

/**
 * A model of Keras whose layers and weights lie apart: what `model.to_json()` gives, and weights under the paths that Keras has for them
 * (`dense/kernel`), as SavedModels keep them and `{one.path: one for one in model.weights}` does.
 *
 * @throws ReluctantError `malformed` for text that is no architecture, and where a layer's weights are not there.
 */
export function joinedKerasFile(architecture: string, file: string, tensors: readonly NamedTensor[]): KerasFile {
  const config = architectureOf(architecture);
  const byName = new Map(tensors.map((one) => [one.name, one]));
  return {
    config,
    compiled: (config as { compile_config?: unknown }).compile_config,
    keras: 3,
    count: valuesIn(tensors),
    weightsOf: (_, layer, parts = ['']) => {
      const own = [...byName.keys()].filter((name) => name.split('/').slice(0, -1).includes(layer));
      const found = parts.flatMap((part) => {
        const names = own.filter((name) => isOfPart(name, layer, part) && placeOf(name) >= 0);
        return names.sort((a, b) => placeOf(a) - placeOf(b)).map((name) => byName.get(name)!);
      });
      if (found.length > 0) return found;
      throw fileError(
        'malformed',
        'there are no weights of a layer',
        { file, layer },
        {
          received: own.length > 0 ? own : [...byName.keys()],
          expected: `names such as ${layer}/kernel, which {one.path: one for one in model.weights} gives`,
        },
      );
    },
  };
}

const placeOf = (name: string): number => ORDER.indexOf(name.split('/').at(-1)!);

/** Whether weights belong to a part of a layer: `bidirectional/forward_gru/gru_cell/kernel` to its `forward_layer`. */
function isOfPart(name: string, layer: string, part: string): boolean {
  const word = part.replace(/_?(layer|dense)$/, '').replace(/^output$/, 'attention_output');
  const inside = name.split('/');
  return word === '' || inside[inside.indexOf(layer) + 1]!.startsWith(word);
}

function architectureOf(file: string): object {
  if (!fs.existsSync(file)) throw fileError('not-readable', 'there is no such file', { file });
  const expected = 'what open("model.json", "w").write(model.to_json()) wrote';
  let config: unknown;
  try {
    config = parseJSON(readPlainText('inspect.model', file, MOST_TEXT));
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw fileError('malformed', 'the architecture is not JSON', { file }, { expected, cause });
  }
  if (typeof config === 'object' && config !== null && 'class_name' in config) return config;
  throw fileError('malformed', 'the architecture is none of a model of Keras', { file }, { expected });
}
