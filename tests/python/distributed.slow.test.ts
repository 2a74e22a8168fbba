// npm run test:cluster: one model over two workers, from partitioned Parquet.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { tf } from '../../src/core';
import * as inspect from '../../src/inspection';
import { peersEnvironment, ROOT } from '../trials/clusterEnvironment';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'distributed-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Trained {
  losses: number[];
  files: string[];
}

let python: string;
const run = (code: string): string =>
  execFileSync(python, ['-c', code], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONPATH: path.join(ROOT, 'python', 'reluctant', 'src'), TF_CPP_MIN_LOG_LEVEL: '3' },
  });

/** 100 steps of the model of this library, over so many workers. */
function trained(workers: number, more: string): Trained[] {
  const call = `model="model.keras", rows="rows", inputs=["a", "b", "c"], targets=["y"], steps=100, batch_size=32, learning_rate=0.01`;
  const code = `import json, reluctant.distributed as d; print(json.dumps(d.train_here(${workers}, ${call}${more})))`;
  return JSON.parse(run(code).trim().split('\n').at(-1)!) as Trained[];
}

describe('one model over several workers', () => {
  before(async () => {
    python = peersEnvironment();
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 16, activation: 'tanh', inputShape: [3], name: 'hidden' }),
        tf.layers.dense({ units: 1, name: 'y' }),
      ],
    });
    await inspect.saveKeras(model, path.join(folder, 'model.keras'));
    // Seven files of uneven lengths, as DuckDB writes partitions.
    run(`
import duckdb
duckdb.execute("SELECT setseed(0.5)")
duckdb.execute("CREATE TABLE rows AS SELECT random() AS a, random() AS b, random() AS c, CAST(power(range, 1.5) / 3000 AS INT) AS part FROM range(1000)")
duckdb.execute("COPY (SELECT *, a + sin(3 * b) - c * a AS y FROM rows) TO 'rows' (FORMAT parquet, PARTITION_BY (part))")`);
  });

  it('has the loss of one process within 1e-4 over 100 steps, and each worker reads its partitions only', () => {
    const [alone] = trained(1, ', shards=2') as [Trained];
    const two = trained(2, ', save="trained.keras"');
    const [first, second] = two as [Trained, Trained];
    assert.equal(alone.losses.length, 100);
    assert.ok(alone.losses.at(-1)! < alone.losses[0]! / 3, 'it learns');
    assert.deepEqual(first.losses, second.losses);
    const difference = Math.max(...alone.losses.map((loss, k) => Math.abs(loss - first.losses[k]!)));
    console.log(`largest difference of the losses over 100 steps: ${difference}`);
    assert.ok(difference < 1e-4, String(difference));
    assert.ok(first.files.length > 0 && second.files.length > 0);
    assert.deepEqual([...first.files, ...second.files].sort(), [...alone.files].sort());
    assert.ok(first.files.every((file) => !second.files.includes(file)));
    // Another seed of the comparison: two workers that are not told of each other differ.
    const other = trained(1, ', shards=1')[0]!;
    assert.ok(other.losses.some((loss, k) => Math.abs(loss - first.losses[k]!) > 1e-2));
  });

  it('gives a model that this library reads', async () => {
    const model = await inspect.model(path.join(folder, 'trained.keras'));
    assert.equal(model.weights.length, 4);
    model.dispose();
  });

  it('says what does not go together', () => {
    assert.throws(() => trained(2, ', shards=3'), /each must be divided by the next/);
    assert.throws(() => trained(1, ', shards=32'), /7 Parquet files for 32 shards|\d+ Parquet files for 32 shards/);
  });
});
