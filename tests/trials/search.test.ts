import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, describe, it } from 'node:test';
import { plan, type SearchOptions, type Space, search, sobol } from '../../src/trials';

const ROOT = path.join(__dirname, '..', '..');
const MODULE = path.join(__dirname, 'sample.ts');
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'trials-'));
after(() => fs.rmSync(base, { recursive: true, force: true }));
let count = 0;
const fresh = () => path.join(base, `sweep-${count++}`);

const space: Space = { learningRate: { log: [1e-3, 1e-1] }, units: [2, 4, 8] };
const options = (more: Partial<SearchOptions> = {}): SearchOptions => ({
  folder: fresh(),
  trials: 6,
  workers: 1,
  freshSeeds: 0,
  ...more,
});
const numbers = (found: Awaited<ReturnType<typeof search>>) =>
  found.trials.map(({ id, objective, last, epochs }) => ({ id, objective, last, epochs }));

describe('settings of a sweep', () => {
  it('are those of the Sobol sequence as SciPy has it', () => {
    // scipy.stats.qmc.Sobol(d=5, scramble=False).random(8), rows 1 to 7.
    const scipy = [
      [0.5, 0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25, 0.75],
      [0.25, 0.75, 0.75, 0.75, 0.25],
      [0.375, 0.375, 0.625, 0.875, 0.375],
      [0.875, 0.875, 0.125, 0.375, 0.875],
      [0.625, 0.125, 0.875, 0.625, 0.625],
      [0.125, 0.625, 0.375, 0.125, 0.125],
    ];
    assert.deepEqual(sobol(8, 5).slice(1), scipy);
    for (let dimension = 0; dimension < 21; dimension++) {
      // In every dimension the first 2^k points are one in each of 2^k parts.
      const parts = sobol(64, 21).map((point) => Math.floor(point[dimension]! * 64));
      assert.equal(new Set(parts).size, 64);
    }
  });

  it('are each once, the same with the same seed, and within their ranges', () => {
    assert.equal(plan({ a: [1, 2], b: [1, 2, 3] }, { method: 'grid' }).length, 6);
    assert.deepEqual(plan(space, { trials: 9, seed: 3 }), plan(space, { trials: 9, seed: 3 }));
    assert.notDeepEqual(plan(space, { trials: 9, seed: 3 }), plan(space, { trials: 9, seed: 4 }));
    assert.equal(plan({ a: [1, 2] }, { trials: 50 }).length, 2);
    for (const method of ['random', 'sobol', 'halving'] as const)
      for (const { changes } of plan(
        { a: { integer: [1, 3] }, 'b.c': { uniform: [0, 1] }, d: { log: [0.1, 10] } },
        { method, trials: 40 },
      )) {
        const { a, b, d } = changes as { a: number; b: { c: number }; d: number };
        assert.ok(Number.isInteger(a) && a >= 1 && a <= 3 && b.c >= 0 && b.c <= 1 && d >= 0.1 && d <= 10);
      }
  });
});

describe('a sweep', () => {
  it('gives the same bits in one process and in two, after a kill and when it is called again', async () => {
    const alone = await search(MODULE, space, options());
    assert.equal(alone.trials.length, 6);
    const two = options({ workers: 2 });
    assert.deepEqual(numbers(await search(MODULE, space, two)), numbers(alone));
    const begun = performance.now();
    assert.deepEqual(numbers(await search(MODULE, space, two)), numbers(alone));
    assert.ok(performance.now() - begun < 2000, 'what is finished is not trained again');
    // Killed in the middle: what was finished stays, and the rest is trained.
    const folder = fresh();
    const program = path.join(ROOT, 'bin', 'reluctant.js');
    const line = [
      'sweep',
      MODULE,
      JSON.stringify(space),
      '-o',
      folder,
      '--trials',
      '6',
      '--workers',
      '2',
      '--fresh-seeds',
      '0',
      '--json',
    ];
    const child = spawn(process.execPath, [program, ...line], { stdio: 'ignore' });
    while (!fs.existsSync(path.join(folder, 'trials')) || fs.readdirSync(path.join(folder, 'trials')).length < 2)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL'); // its workers may still hold the folders of their trials: they are waited for
    const { stdout, status, stderr } = spawnSync(process.execPath, [program, ...line], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.deepEqual(numbers(JSON.parse(stdout)), numbers(alone));
  });

  it('ranks by the best epoch of the direction that is asked for', async () => {
    const own = options({ trials: 2, objective: 'loss' });
    const ends = { learningRate: [0.001, 0.1] };
    const least = await search(MODULE, ends, { ...own, method: 'grid' });
    assert.deepEqual(
      least.trials.map(({ objective }) => objective),
      least.trials.map(({ lowest }) => lowest['loss']!).sort((a, b) => a - b),
    );
    const most = await search(MODULE, ends, { ...own, method: 'grid', maximize: true });
    assert.deepEqual(
      most.trials.map(({ objective }) => objective),
      most.trials.map(({ highest }) => highest['loss']!).sort((a, b) => b - a),
    );
    assert.ok(most.best!.objective > least.trials.at(-1)!.objective);
  });

  it('gives the trial of a worker that died to another, and lets a poisoned one fail alone', async () => {
    const flag = path.join(base, 'died');
    const died = await search(
      MODULE,
      { die: ['', flag], learningRate: [0.01, 0.02] },
      options({ method: 'grid', workers: 2 }),
    );
    assert.ok(fs.existsSync(flag));
    assert.equal(died.trials.filter(({ error }) => error === undefined).length, 4);
    const poisoned = await search(MODULE, { poison: [false, true], units: [2, 4] }, options({ method: 'grid' }));
    assert.deepEqual(
      poisoned.trials.map(({ error }) => error !== undefined),
      [false, false, true, true],
    );
    assert.match(poisoned.trials.at(-1)!.error!, /the well is poisoned/);
  });

  it('says that a process does not start, rather than to try for ever', async () => {
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = '--require /no/such/file.js';
    try {
      await assert.rejects(search(MODULE, { units: [2] }, options({ trials: 1 })), /did not start/);
    } finally {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    }
  });

  it('by halving trains few for long, and all a little; the best is judged on fresh seeds', async () => {
    const found = await search(
      MODULE,
      space,
      options({ method: 'halving', trials: 9, freshSeeds: 2, setting: { epochs: 9 } }),
    );
    const epochs = found.trials.map((trial) => trial.epochs);
    assert.deepEqual(epochs, [9, 3, 3, 1, 1, 1, 1, 1, 1]);
    assert.equal(found.fresh.length, 2);
    assert.ok(Number.isFinite(found.deflated!.optimism));
    assert.match(found.toString(), /seeds that it was not chosen by/);
  });

  it('refuses what it does not understand before anything is trained', async () => {
    const wrong: [object, Partial<SearchOptions>, RegExp][] = [
      [{}, {}, /at least one setting/],
      [{ learningrate: [0.1] }, {}, /learningRate/],
      [{ units: [] }, {}, /at least one value/],
      [{ units: [2, 2] }, {}, /every value once/],
      [{ units: { logarithmic: [1, 2] } }, {}, /kind of range/],
      [{ learningRate: { log: [0, 1] } }, {}, /least/],
      [{ learningRate: { uniform: [2, 1] } }, {}, /most/],
      [{ learningRate: { uniform: [0, 1] } }, { method: 'grid' }, /grid needs values/],
      [{ units: [2] }, { workers: 0 }, /workers/],
      [{ units: [2] }, { wrokers: 2 } as never, /workers/],
      [{ epochs: [0] }, {}, /epochs/],
      [{ units: [2] }, { trials: 1, objective: 'val_los' }, /val_loss/],
    ];
    for (const [given, more, message] of wrong)
      await assert.rejects(search(MODULE, given as Space, options(more)), message);
    const { folder } = await (async () => {
      const own = options({ trials: 1 });
      await search(MODULE, { units: [2] }, own);
      return own;
    })();
    fs.appendFileSync(path.join(folder, 'trials', fs.readdirSync(path.join(folder, 'trials'))[0]!, 'result.json'), ' ');
    await assert.rejects(search(MODULE, { units: [2] }, { ...options(), folder }), /not what was written/);
    await assert.rejects(
      search(MODULE, { units: [2] }, { ...options(), folder, setting: { seed: 5 } }),
      /another program or setting/,
    );
  });
});
