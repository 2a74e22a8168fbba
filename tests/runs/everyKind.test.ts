// One folder with a run of every kind: whatever wrote them, they are listed, compared, and opened by Python.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { benchmark, runs } from '../../src/diagnosis';
import { Explorer } from '../../src/explorer';
import { loadProgram, train } from '../../src/programs';
import { readWeights } from '../../src/runs';
import { fit } from '../../src/training';

const ROOT = path.join(__dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-kinds-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const shell = (...args: string[]) =>
  execFileSync(process.execPath, [path.join(ROOT, 'bin', 'reluctant.js'), ...args], { cwd: ROOT, encoding: 'utf8' });

/** Two heads and few epochs: a volatility that is dead. */
const dead = (seed: number) => {
  const twin = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!.build(seed, true);
  return { ...twin, options: { ...twin.options, epochs: 2 } };
};

before(async () => {
  const source = { synthetic: { symbols: 2, days: 200, seed: 7 } };
  await train(await loadProgram('robust', { source, epochs: 2, mode: 'graph' }), {
    folder: path.join(folder, 'trained'),
  });
  const { model, data, options } = benchmark.TWINS[5]!.build(1, true);
  const watch = [runs.recordRun(folder, { name: 'recorded' })];
  await fit(await model(), data, { ...options, epochs: 2, mode: 'graph', watch });
  const explorer = await Explorer.open(dead(1), { folder });
  await explorer.run({}, { name: 'explored' });
  await explorer.runTogether({ swept: {}, 'swept too': { lossWeights: { y: 2 } } });
  fs.cpSync(path.join(__dirname, 'samples', 'train-0.1.0'), path.join(folder, 'before'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'damaged'));
  fs.writeFileSync(path.join(folder, 'damaged', 'run.json'), '{"formatVersion": 2, "na');
});

const KINDS = ['trained', 'recorded', 'explored', 'swept', 'swept-too', 'before'];

test('reluctant runs lists every run and names the folder that cannot be read', () => {
  const text = shell('runs', '--folder', folder);
  for (const name of KINDS) assert.match(text, new RegExp(`^${name} `, 'm'));
  assert.match(text, /^not listed: damaged: .*run\.json/m);
  const rows = JSON.parse(shell('runs', '--folder', folder, '--json')) as {
    run: string;
    loss: number;
    epochs: number;
  }[];
  assert.deepEqual(rows.map(({ run }) => run).sort(), [...KINDS].sort());
  for (const { run, loss, epochs } of rows) assert.ok(Number.isFinite(loss) && epochs === 2, run);
});

test('any two runs are compared, a run with itself as well', () => {
  for (const a of KINDS)
    for (const b of KINDS) {
      const compared = runs.compare(folder, a, b);
      assert.equal(compared.columns.length, 4, `${a} and ${b}`);
      assert.ok(compared.find({ what: 'loss' }), `${a} and ${b}`);
      const rows = compared.rows.filter(({ what }) =>
        ['program', 'seed', 'lossWeights', 'batchSize'].includes(String(what)),
      );
      if (a === b) assert.deepEqual(rows, [], a);
      if ((a === 'before') !== (b === 'before')) assert.ok(rows.length > 0, `${a} and ${b}`);
    }
});

test("the weights of every run that has them open in Python's safetensors, with the names, shapes and values of the model", () => {
  const script = `import json, sys
from safetensors.numpy import load_file
print(json.dumps({name: [list(t.shape), str(t.dtype), t.reshape(-1)[:3].tolist()] for name, t in load_file(sys.argv[1]).items()}))`;
  const python = path.join(ROOT, '.venv', 'bin', 'python');
  for (const name of KINDS.slice(0, -1)) {
    const place = path.join(folder, name);
    const read = JSON.parse(
      execFileSync(python, ['-c', script, path.join(place, 'weights.safetensors')], { encoding: 'utf8' }),
    ) as Record<string, unknown[]>;
    const written = readWeights(place).map(({ name: weight, shape, values }) => [
      weight,
      [shape, 'float32', [...values.slice(0, 3)]],
    ]);
    assert.deepEqual(read, Object.fromEntries(written), name);
    assert.ok(written.length > 3, name);
  }
});
