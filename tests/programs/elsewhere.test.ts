// A program given as module and setting, trained here and in another process: the same bits.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { loadProgram, type Setting, train } from '../../src/programs';
import { weightsOf } from '../../src/runs';

const ROOT = path.join(__dirname, '..', '..');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-elsewhere-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const source = { synthetic: { symbols: 3, days: 260, seed: 11, informationCoefficient: 0.3 } };
const CASES: readonly [module: string, setting: Setting][] = [
  [path.join(__dirname, 'samples', 'sumOfTwo.ts'), { units: 5, activation: 'relu', seed: 4 }],
  ['robust', { source, epochs: 2, batchSize: 64, mode: 'graph', seed: 5, hiddenDims: [6] }],
  [
    'financialWaveNet',
    {
      source,
      epochs: 2,
      window: 8,
      dilations: [1, 2],
      channels: 4,
      fusionUnits: 6,
      mode: 'graph',
      headActivation: 'relu',
    },
  ],
];

for (const [module, setting] of CASES) {
  test(`${path.basename(module)} and its setting train to the same bits in another process`, async () => {
    const folder = path.join(scratch, path.basename(module));
    const settingFile = `${folder}.json`;
    fs.writeFileSync(settingFile, JSON.stringify(setting));
    const command = [path.join(ROOT, 'bin', 'reluctant.js'), 'train', module, '--setting', settingFile];
    execFileSync(process.execPath, [...command, '--output-dir', folder], { cwd: ROOT, stdio: 'pipe' });
    const program = await loadProgram(module, setting);
    const here = path.join(scratch, `${path.basename(module)}-here`);
    const run = await train(program, { folder: here });
    const bytes = (place: string) => fs.readFileSync(path.join(place, 'weights.safetensors')).toString('base64');
    assert.equal(bytes(here), bytes(folder));
    const read = (place: string, file: string) => fs.readFileSync(path.join(place, file), 'utf8');
    assert.equal(read(here, 'history.json'), read(folder, 'history.json'));
    const { program: reference } = JSON.parse(read(folder, 'run.json')) as { program: unknown };
    assert.deepEqual(reference, JSON.parse(JSON.stringify(program.reference)));
    // And the record alone is enough to make it again.
    const { module: from, setting: at } = reference as { module: string; setting: Setting };
    const again = await train(await loadProgram(from, at));
    assert.deepEqual(weightsOf(again.model), weightsOf(run.model));
  });
}

test('a module that waits outside of any function, or is no program of JavaScript, is refused in our words', async () => {
  const refused = {
    waits: 'export default await Promise.resolve(1);',
    twice: 'export default 1;\nconst a = 1;\nlet a = 2;',
  };
  for (const [name, text] of Object.entries(refused)) {
    const file = path.join(scratch, `${name}.ts`);
    fs.writeFileSync(file, text);
    const isOurs = (error: Error) => error.name === 'ReluctantError' && error.message.includes(file);
    await assert.rejects(loadProgram(file, {}), isOurs, name);
  }
});
