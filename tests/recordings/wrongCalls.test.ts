import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { it } from 'node:test';
import { trainingOfFolder } from '../../src/recordings';

const ROOT = path.join(__dirname, '..', '..');

/** What a recorder of either framework hands to the folder, and how each is refused. */
const WRONG: readonly [call: string, message: RegExp][] = [
  ['Folder(np.ones(3))', /the folder to write into comes first.*ndarray was given/],
  ['Folder(__file__)', /is a file, and a folder is to be written there/],
  ['named(iter([1]), ["a"], "inputs")', /list_iterator, and arrays are expected.*DataLoader/],
  ['named([["x"]], ["a"], "inputs")', /of the type <U1 .*numbers with a row per sample/],
  ['named(3.0, ["a"], "inputs")', /float, and arrays are expected/],
  ['named({"b": np.ones(3)}, ["a"], "inputs")', /no inputs \['a'\]; given are \['b'\]/],
  ['named(np.ones(3), ["a", "b"], "targets")', /one array of targets for 2/],
  ['named([np.ones(3)], ["a", "b"], "targets")', /1 arrays of targets for 2/],
  [
    'pair(np.ones((2, 3)), "validation_data")',
    /validation_data is a ndarray, and a pair \(inputs, targets\) is expected/,
  ],
  [
    'fitting("training", {"a": np.ones((9, 2))}, {"a": (None, 4)}, "inputs")',
    /\[9, 2\], and the model takes \[rows, 4\]/,
  ],
  ['fitting("training", {"a": np.ones((9, 4))}, {"a": (None, 5, 4)}, "inputs")', /the model takes \[rows, 5, 4\]/],
  ['thinned("training", {"a": np.ones((9, 2))}, {"b": np.ones(8)}, [])', /different numbers of rows/],
  ['thinned("training", {"a": np.ones((0, 2))}, {"b": np.ones(0)}, [])', /or none/],
  ['reluctant.diagnose(np.ones(3))', /the folder of a training comes first/],
];

it('what is handed to the recorders of Python in a wrong form is refused in words that say what is expected', () => {
  const code = `import json, numpy as np, reluctant
from reluctant._folder import Folder, fitting, named, pair, thinned
__file__ = ${JSON.stringify(path.join(ROOT, 'package.json'))}
def said(call):
    try:
        eval(call)
    except (TypeError, ValueError, FileExistsError) as error:
        return str(error)
    return ""
fitting("training", {"a": np.ones(9), "b": np.ones((9, 7, 2))}, {"a": (None, 1), "b": (None, None, 2)}, "inputs")
print(json.dumps([said(call) for call in ${JSON.stringify(WRONG.map(([call]) => call))}]))`;
  const env = { ...process.env, PYTHONPATH: path.join(ROOT, 'python', 'reluctant', 'src') };
  const python = path.join(ROOT, '.venv', 'bin', 'python');
  const said = JSON.parse(execFileSync(python, ['-c', code], { encoding: 'utf8', env })) as string[];
  for (const [k, [call, message]] of WRONG.entries()) assert.match(said[k]!, message, call);
});

it('a recording with a loss of its own is refused, and looked at by the loss that is named in its place', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'own-loss-'));
  try {
    fs.cpSync(path.join(__dirname, 'reference', 'torch'), folder, { recursive: true });
    const change = (name: string, map: (content: Record<string, unknown>) => object) => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, JSON.stringify(map(JSON.parse(fs.readFileSync(file, 'utf8')) as never)));
      return [createHash('sha256').update(fs.readFileSync(file)).digest('hex')];
    };
    const digest = change('recording.json', (one) => ({ ...one, losses: 'weighted_pinball' }));
    change('digests.json', (all) => ({ ...all, 'recording.json': digest }));
    await assert.rejects(trainingOfFolder(folder), /"weighted_pinball" is not known here.*option loss/s);
    const training = await trainingOfFolder(folder, { loss: ['mae'] });
    assert.deepEqual(new Set(Object.values(training.options.losses)), new Set(['meanAbsoluteError']));
    assert.match(training.notes.join(), /it was trained by "weighted_pinball"/);
    await training.dispose();
    await assert.rejects(trainingOfFolder(folder, { loss: ['price=mae'] }), /no head "price"/);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
