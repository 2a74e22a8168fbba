// npm run test:cluster: what is exported to trackers, opened by the trackers themselves.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Search, search } from '../../src/trials';
import { freePort, peersEnvironment, ROOT } from '../trials/clusterEnvironment';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'trackers-'));
after(() => fs.rmSync(base, { recursive: true, force: true }));
const folder = path.join(base, 'first');
let python: string;
let found: Search;
let histories: Record<string, number[]>;

const run = (code: string, ...args: string[]): string =>
  execFileSync(python, ['-c', code, ...args], {
    cwd: base,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: path.join(ROOT, 'python', 'reluctant', 'src'), TF_CPP_MIN_LOG_LEVEL: '3' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const last = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1)!);

const READ_MLFLOW = `
import json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
place = client.get_experiment_by_name("first").experiment_id
print(json.dumps([{
    "name": run.info.run_name, "status": run.info.status, "parent": run.data.tags.get("mlflow.parentRunId"), "id": run.info.run_id,
    "units": run.data.params.get("units"),
    "losses": [one.value for one in sorted(client.get_metric_history(run.info.run_id, "val_loss"), key=lambda one: one.step)],
    "steps": sorted(one.step for one in client.get_metric_history(run.info.run_id, "val_loss")),
} for run in client.search_runs([place])]))`;

interface Tracked {
  name: string;
  status: string;
  parent: string | null;
  id: string;
  units: string | null;
  losses: number[];
  steps: number[];
}

function check(tracked: readonly Tracked[]): void {
  assert.equal(tracked.length, 5, 'the sweep and its four trials');
  const parent = tracked.find((one) => one.name === 'first')!;
  for (const { id, changes, error } of found.trials) {
    const one = tracked.find(({ name }) => name === id)!;
    assert.equal(one.parent, parent.id, 'nested in its sweep');
    assert.equal(one.status, error === undefined ? 'FINISHED' : 'FAILED');
    assert.equal(one.units, String(changes['units']));
    if (error !== undefined) continue;
    assert.deepEqual(one.losses, histories[id]);
    assert.deepEqual(one.steps, [0, 1, 2]);
  }
}

describe('a sweep in other trackers', () => {
  before(async () => {
    python = peersEnvironment();
    const space = { units: [2, 4], poison: [false, true] };
    found = await search(path.join(__dirname, '..', 'trials', 'sample.ts'), space, {
      ...{ folder, method: 'grid', workers: 1, freshSeeds: 0 },
    });
    const history = (id: string) =>
      JSON.parse(fs.readFileSync(path.join(folder, 'trials', id, 'history.json'), 'utf8')) as { val_loss: number }[];
    histories = Object.fromEntries(
      found.trials
        .filter(({ error }) => error === undefined)
        .map(({ id }) => [id, history(id).map((row) => row.val_loss)]),
    );
  });

  it('is in the database of MLflow, nested and with its steps, once however often it is exported', () => {
    const at = `sqlite:///${path.join(base, 'mlflow.db')}`;
    for (const count of [5, 0])
      assert.match(
        run(
          'import runpy; runpy.run_module("reluctant.trackers", run_name="__main__")',
          folder,
          '--to',
          'mlflow',
          '--at',
          at,
        ),
        new RegExp(`^${count} runs written`, 'm'),
      );
    check(last(run(READ_MLFLOW, at)) as Tracked[]);
  });

  it('is in a server of MLflow', async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const store = `sqlite:///${path.join(base, 'server.db')}`;
    const args = [
      '-m',
      'mlflow',
      'server',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--backend-store-uri',
      store,
    ];
    const server = spawn(python, [...args, '--workers', '1'], { cwd: base, stdio: 'ignore', detached: true });
    try {
      for (let k = 0; k < 300; k++) {
        const isUp = await fetch(`${address}/health`).then(
          ({ ok }) => ok,
          () => false,
        );
        if (isUp) break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      run('import sys, reluctant.trackers as t; t.to_mlflow(*sys.argv[1:])', folder, address);
      check(last(run(READ_MLFLOW, address)) as Tracked[]);
    } finally {
      process.kill(-server.pid!);
    }
  });

  it("is in the offline folder of W&B, in W&B's own records", () => {
    const to = 'import sys, json, reluctant.trackers as t; print(json.dumps(t.to_wandb(*sys.argv[1:])))';
    const write = () => last(run(to, folder, path.join(base, 'wandb'))) as string[];
    const written = write();
    assert.equal(written.length, 4);
    assert.deepEqual(write(), [], 'what is there is not written again');
    const rows = last(
      run(
        `
import glob, json, struct, sys
from wandb.proto import wandb_internal_pb2

def records(file):
    """Out of blocks of 32 KB, as in LevelDB's log."""
    data = open(file, "rb").read()
    place, whole = 7, b""
    while place + 7 <= len(data):
        if 32768 - place % 32768 < 7:
            place += 32768 - place % 32768
            continue
        _, length, kind = struct.unpack("<IHB", data[place : place + 7])
        whole += data[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):
            yield whole
            whole = b""

runs = {}
for place in sys.argv[1:]:
    name, losses = None, []
    for data in records(glob.glob(place + "/*.wandb")[0]):
        record = wandb_internal_pb2.Record.FromString(data)
        if record.run.display_name:
            name = (record.run.display_name, record.run.run_group)
        for item in record.history.item:
            if (item.key or ".".join(item.nested_key)) == "val_loss":
                losses.append(json.loads(item.value_json))
    runs[name[0]] = [name[1], losses]
print(json.dumps(runs))`,
        ...written,
      ),
    ) as Record<string, [string, number[]]>;
    for (const { id, error } of found.trials)
      assert.deepEqual(rows[id], ['first', error === undefined ? histories[id] : []]);
  });

  it('is in TensorBoard as it is, with its steps', () => {
    const read = last(
      run(
        `
import json, sys
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
events = EventMultiplexer().AddRunsFromDirectory(sys.argv[1]).Reload()
print(json.dumps({run: [(one.step, one.value) for one in events.Scalars(run, "validation/loss")] for run in events.Runs()}))`,
        path.join(folder, 'trials'),
      ),
    ) as Record<string, [number, number][]>;
    for (const [id, losses] of Object.entries(histories)) {
      const points = read[id]!;
      assert.deepEqual(
        points.map(([step]) => step),
        [0, 1, 2],
      );
      for (const [k, [, value]] of points.entries()) assert.ok(Math.abs(value - losses[k]!) < 1e-6);
    }
  });
});
