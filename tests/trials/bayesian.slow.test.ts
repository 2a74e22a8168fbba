// npm run test:cluster: settings that Optuna suggests.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type SearchOptions, search } from '../../src/trials';
import { Suggestions } from '../../src/trials/suggestions';
import { clusterEnvironment } from './clusterEnvironment';

const MODULE = path.join(__dirname, 'sample.ts');
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bayesian-'));
before(() => {
  process.env['RELUCTANT_CLUSTER_PYTHON'] = clusterEnvironment();
});
after(() => fs.rmSync(base, { recursive: true, force: true }));

describe('settings that are suggested', () => {
  it('come nearer to the best than random ones do, on a valley in four dimensions', async () => {
    const space = {
      a: { uniform: [-5, 5] },
      b: { uniform: [-5, 5] },
      c: { log: [1e-4, 1] },
      d: ['x', 'y', 'z'],
    } as const;
    const cost = (given: Readonly<Record<string, unknown>>) => {
      const { a, b, c, d } = given as { a: number; b: number; c: number; d: string };
      return (a - 1) ** 2 + (b + 2) ** 2 + (Math.log10(c) + 2) ** 2 + (d === 'y' ? 0 : 3);
    };
    const bests: number[] = [];
    const firsts: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const suggestions = new Suggestions(space, seed);
      const costs: number[] = [];
      for (let k = 0; k < 8; k++) {
        const batch = (await suggestions.ask(8)).map(({ changes }) => cost(changes));
        costs.push(...batch);
        // One that failed is no reason to stop.
        suggestions.tell(batch.map((value, place) => (place === 7 ? Number.NaN : value)));
      }
      suggestions.close();
      firsts.push(Math.min(...costs.slice(0, 8)));
      bests.push(Math.min(...costs));
      const late = costs.slice(32).reduce((sum, value) => sum + value, 0) / 32;
      const early = costs.slice(0, 8).reduce((sum, value) => sum + value, 0) / 8;
      assert.ok(late < early / 2, `seed ${seed}: ${late} against ${early}`);
    }
    console.log(
      `best of the first batch, of all: ${firsts.map((value) => value.toFixed(2))}; ${bests.map((value) => value.toFixed(2))}`,
    );
  });

  it('are the same with one process and with two, and when the sweep is called again', async () => {
    const space = { learningRate: { log: [1e-3, 1e-1] }, units: [2, 4, 8] } as const;
    const options = (name: string, workers: number): SearchOptions => ({
      ...{ folder: path.join(base, name), method: 'bayesian', trials: 20, workers, freshSeeds: 0 },
    });
    const seen: [number, number][] = [];
    const onProgress = ({ done, trials }: { done: number; trials: number }) => void seen.push([done, trials]);
    const one = await search(MODULE, space, { ...options('one', 1), onProgress });
    const two = await search(MODULE, space, options('two', 2));
    const again = await search(MODULE, space, options('one', 2));
    const ids = ({ trials }: typeof one) => trials.map(({ id, objective }) => [id, objective]);
    assert.equal(one.trials.length, 20);
    assert.deepEqual(ids(two), ids(one));
    assert.deepEqual(ids(again), ids(one));
    assert.deepEqual(seen.at(-1), [20, 20]);
  });
});
