// npm run test:setup: set-up with the real npm, pip and compiler in a fresh clone, broken in one way after another.
// Takes some minutes and about 3 GB of disk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { canMount, until } from './clone';
import { type Ending, FreshClone } from './freshClone';

const NOWHERE = 'http://127.0.0.1:9/'; // no one listens on the discard port
const BINDING = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node';

function stopsWith({ status, text }: Ending, problem: RegExp): void {
  assert.equal(status, 1, text);
  assert.equal(text.match(/Set-up stopped:/g)?.length, 1, text);
  assert.match(text, problem);
}

describe('a disk that really fills up', () => {
  const skip = canMount() ? false : 'needs root and a mount namespace';

  // Set-up stops wherever the disk was full, and the run after that repairs what was left.
  const MOMENTS: Record<string, string> = {
    'npm packages': 'node_modules/tslab',
    'Python packages': '.venv/bin/pip',
    'the library': '.setup/logs/library.log',
  };
  for (const [step, sign] of Object.entries(MOMENTS))
    test(`in step "${step}"`, { skip }, () => {
      const clone = new FreshClone();
      const script = `
        cp -a "${clone.folder}" "${clone.folder}.kept" && mount -t tmpfs -o size=5g none "${clone.folder}" || exit 99
        cd "${clone.folder}" && cp -a "${clone.folder}.kept/." .
        { until [ -e ${sign} ]; do sleep 0.1; done; exec dd if=/dev/zero of=filler bs=1M; } 2> /dev/null &
        node setup/setup.js; [ $? = 1 ] || exit 98
        wait; rm filler; echo AGAIN; node setup/setup.js && node setup/probe.js`;
      const env = { ...process.env, CI: 'true' };
      const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
        encoding: 'utf8',
        env,
      });
      clone.dispose();
      assert.equal(status, 0, stdout + stderr);
      assert.match(stderr, /Set-up stopped: the disk is full/);
      assert.match(stdout, /AGAIN[\s\S]*TensorFlow 2\.2\d/);
    });
});

describe('a fresh clone with the real tools', () => {
  let clone: FreshClone;
  before(() => {
    clone = new FreshClone();
  });
  after(() => clone.dispose());
  const setUp = (env: NodeJS.ProcessEnv = {}) => clone.run('node setup/setup.js', env);
  const works = async () => {
    const ending = await clone.run('node setup/probe.js');
    assert.match(ending.text, /^TensorFlow 2\.2\d/m);
  };
  const repaired = async () => {
    const ending = await setUp();
    assert.equal(ending.status, 0, ending.text);
    await works();
  };

  test('no network for npm', async () => {
    const cold = clone.path('..', 'cold-cache');
    const env = { npm_config_registry: NOWHERE, npm_config_cache: cold, npm_config_fetch_retries: '0' };
    stopsWith(await setUp(env), /the package index cannot be reached/);
  });

  test('kill -9 while npm installs leaves no process', { skip: process.platform !== 'linux' }, async () => {
    const started = clone.start('node setup/setup.js');
    await until(() => fs.existsSync(clone.path('node_modules', 'tslab')), 120);
    assert.ok(clone.processes().length >= 2);
    started.kill();
    await started.ending;
    await until(() => clone.processes().length === 0, 5);
  });

  test('no network for pip, after npm went through', async () => {
    const env = { PIP_INDEX_URL: `${NOWHERE}simple`, PIP_FIND_LINKS: '', PIP_NO_CACHE_DIR: '1', PIP_RETRIES: '0' };
    stopsWith(await setUp(env), /the package index cannot be reached/);
  });

  test('no C++ compiler', async () => {
    stopsWith(await setUp({ CXX: '/no/compiler' }), /no C\+\+ compiler was found/);
  });

  test('kill -9 while pip installs leaves no process', { skip: process.platform !== 'linux' }, async () => {
    const started = clone.start('node setup/setup.js');
    await until(
      () => clone.processes().length > 0 && fs.existsSync(clone.path('.setup', 'logs', 'python-packages.log')),
      120,
    );
    await new Promise((resolve) => setTimeout(resolve, 3000));
    started.kill();
    await started.ending;
    await until(() => clone.processes().length === 0, 5);
  });

  test('the next run goes on, and TensorFlow works', repaired);

  test('a run with everything in place takes under 3 seconds', async () => {
    const { status, seconds, text } = await setUp();
    assert.equal(status, 0, text);
    assert.ok(seconds < 3, `${seconds} s`);
  });

  const damages: [string, () => void][] = [
    ['half an add-on', () => fs.truncateSync(clone.path(BINDING), 10_000)],
    ['no libtensorflow', () => fs.rmSync(library())],
    ['half of libtensorflow', () => fs.truncateSync(library(), 1_000_000)],
    ['no Python in the environment', () => fs.rmSync(clone.path('.venv', 'bin', 'python'))],
    [
      'a part of node_modules gone',
      () => fs.rmSync(clone.path('node_modules', '@tensorflow', 'tfjs-layers'), { recursive: true }),
    ],
    ['a part of dist gone', () => fs.rmSync(clone.path('dist', 'core'), { recursive: true })],
  ];
  for (const [what, damage] of damages)
    test(`${what}: the next run repairs it`, async () => {
      damage();
      await repaired();
    });

  function library(): string {
    const link = clone.path('node_modules', '@tensorflow', 'tfjs-node-gpu', 'deps', 'lib', 'libtensorflow.so');
    return fs.realpathSync(link);
  }

  test('the lock with CUDA resolves to packages that exist, with these hashes', {
    skip: process.arch !== 'x64',
  }, async () => {
    const dry =
      '-m pip install --dry-run --ignore-installed --no-deps --require-hashes --quiet -r setup/requirements-gpu.lock';
    const { status, text } = await clone.run(`.venv/bin/python ${dry}`);
    assert.equal(status, 0, text);
  });
});
