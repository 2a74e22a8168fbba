// A sweep on a cluster of Ray: npm run test:cluster. Two nodes on this machine; a worker and then a node are killed in mid-sweep.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { TrialLedger } from '../../src/ledger';
import { type Search, type Space, search } from '../../src/trials';
import { clusterEnvironment, freePort, peersEnvironment, ROOT } from './clusterEnvironment';

const MODULE = path.join(__dirname, 'sample.ts');
const COMMAND = path.join(ROOT, 'bin', 'reluctant.js');
const space: Space = { learningRate: { log: [1e-3, 1e-1] }, units: [2, 4, 8] };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ray-'));
const numbers = ({ trials }: Pick<Search, 'trials'>) =>
  trials.map(({ id, objective, last, epochs }) => ({ id, objective, last, epochs }));
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A sweep from the shell, with a ledger of its own. */
function sweep(place: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = { ...process.env, RELUCTANT_LEDGER: path.join(place, 'ledger.jsonl'), ...environment };
  return spawn(process.execPath, [COMMAND, 'sweep', ...args, '-o', place, '--fresh-seeds', '0', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function endOf(child: ChildProcess): Promise<{ status: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (text) => {
    stdout += text;
  });
  child.stderr!.on('data', (text) => {
    stderr += text;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

const finishedIn = (place: string): number =>
  fs.existsSync(path.join(place, 'trials'))
    ? fs
        .readdirSync(path.join(place, 'trials'))
        .filter((id) => fs.existsSync(path.join(place, 'trials', id, 'result.json'))).length
    : 0;

async function until(child: ChildProcess, what: () => boolean): Promise<void> {
  while (!what()) {
    assert.equal(child.exitCode, null, 'the sweep ended before its time');
    await pause(100);
  }
}

function checkLedger(place: string, trials: number): void {
  const noted = TrialLedger.open(path.join(place, 'ledger.jsonl')).trials;
  assert.equal(noted.length, trials);
  assert.ok(noted.every(({ status }) => status === 'finished'));
}

before(() => {
  process.env['RELUCTANT_CLUSTER_PYTHON'] = clusterEnvironment();
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('a sweep on two nodes of Ray', () => {
  let cluster: ChildProcess;
  let answers: AsyncIterator<string>;
  let address: string;
  const ask = async (what: string) => {
    cluster.stdin!.write(`${what}\n`);
    return (JSON.parse((await answers.next()).value as string) as { killed: number[] }).killed;
  };
  before(async () => {
    const script = path.join(__dirname, 'twoNodes.py');
    const python = process.env['RELUCTANT_CLUSTER_PYTHON']!;
    cluster = spawn(python, [script, String(await freePort())], { stdio: ['pipe', 'pipe', 'ignore'] });
    answers = readline.createInterface({ input: cluster.stdout! })[Symbol.asyncIterator]();
    ({ address } = JSON.parse((await answers.next()).value as string) as { address: string });
  });
  after(async () => {
    cluster.stdin!.end();
    await once(cluster, 'close');
  });

  it('trains all 64 settings to the bits of one machine, though a worker and then a node are killed', async () => {
    const alone = await search(MODULE, space, { folder: path.join(folder, 'alone'), trials: 64, freshSeeds: 0 });
    const place = path.join(folder, 'killed');
    const child = sweep(place, [MODULE, JSON.stringify(space), '--trials', '64', '--on', address]);
    const end = endOf(child);
    await until(child, () => finishedIn(place) >= 8);
    assert.equal((await ask('worker')).length, 1, 'a worker that ran a trial was killed');
    await until(child, () => finishedIn(place) >= 20);
    const held = await ask('node');
    console.log(`killed with its node: ${held.length} trials`);
    const { status, stdout, stderr } = await end;
    assert.equal(status, 0, stderr);
    const found = JSON.parse(stdout) as Search;
    assert.deepEqual(numbers(found), numbers(alone));
    checkLedger(place, 64);
  });

  it('lets a poisoned setting fail alone, with its log, and one that kills its process be tried three times', async () => {
    const place = path.join(folder, 'poisoned');
    const wrong = JSON.stringify({ poison: [false, true], units: [2, 4] });
    const child = sweep(place, [MODULE, wrong, '--method', 'grid', '--on', address]);
    const { status, stdout, stderr } = await endOf(child);
    assert.equal(status, 1, stderr);
    const { trials } = JSON.parse(stdout) as Search;
    assert.deepEqual(
      trials.map(({ error }) => error),
      [undefined, undefined, 'the well is poisoned', 'the well is poisoned'],
    );
    const dead = await endOf(
      sweep(path.join(folder, 'dead'), [MODULE, '{"crash": [true, false]}', '--method', 'grid', '--on', address]),
    );
    const ends = (JSON.parse(dead.stdout) as Search).trials.map(({ error }) => error);
    assert.equal(ends[0], undefined);
    assert.match(ends[1]!, /ended with -9[\s\S]*about to crash/);
  });
});

describe('a sweep on a cluster of this machine', () => {
  it('goes on after kill -9 of the sweep, keeps what was finished, and leaves no process behind', async () => {
    const place = path.join(folder, 'driver');
    const args = [MODULE, JSON.stringify(space), '--trials', '8', '--on', 'ray', '--workers', '2'];
    const first = sweep(place, args);
    await until(first, () => finishedIn(place) >= 3);
    first.kill('SIGKILL');
    const kept = finishedIn(place);
    const times = fs.readdirSync(path.join(place, 'trials')).map((id) => path.join(place, 'trials', id, 'result.json'));
    const written = times
      .filter((file) => fs.existsSync(file))
      .map((file) => [file, fs.statSync(file).mtimeMs] as const);
    const { status, stderr } = await endOf(sweep(place, args));
    assert.equal(status, 0, stderr);
    assert.ok(kept >= 3 && finishedIn(place) === 8);
    for (const [file, time] of written) assert.equal(fs.statSync(file).mtimeMs, time, 'it was not trained again');
    checkLedger(place, 8);
    await pause(3000);
    const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    assert.ok(!stdout.includes(path.join(place, 'parameters')), 'a trial is still running');
  });

  it('reads its data from a store that speaks S3, on the cluster and in processes', async () => {
    const python = peersEnvironment();
    const port = await freePort();
    const store = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    try {
      const environment = {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_DEFAULT_REGION: 'us-east-1',
        RELUCTANT_CACHE: path.join(folder, 'cache'),
      };
      const filling = `
import boto3, time
for _ in range(100):
    try:
        boto3.client("s3").create_bucket(Bucket="rows"); break
    except Exception: time.sleep(0.2)
boto3.client("s3").put_object(Bucket="rows", Key="daily/part/rows.json", Body=b"[[1, 2], [2, 4], [3, 6], [4, 8]]")`;
      const filled = spawnSync(python, ['-c', filling], { env: { ...process.env, ...environment }, encoding: 'utf8' });
      assert.equal(filled.status, 0, filled.stderr);
      const args = [path.join(__dirname, 'fileSample.ts'), '{"learningRate": [0.01, 0.1]}', '--method', 'grid'];
      const given = [...args, '--data', 's3://rows/daily', '--setting', '{"file": "part/rows.json"}'];
      const ends = [];
      for (const on of ['ray', 'processes']) {
        const { status, stdout, stderr } = await endOf(
          sweep(path.join(folder, `s3-${on}`), [...given, '--on', on], environment),
        );
        assert.equal(status, 0, stderr);
        ends.push(numbers(JSON.parse(stdout) as Search));
      }
      assert.deepEqual(ends[0], ends[1]);
      const absent = await endOf(
        sweep(path.join(folder, 's3-absent'), [...args, '--data', 's3://rows/weekly'], environment),
      );
      assert.match(absent.stderr, /nothing under s3:\/\/rows\/weekly/);
    } finally {
      store.kill();
    }
  });
});
