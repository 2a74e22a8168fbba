import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Clone, type Outcome } from './clone';

const NPM = 'npm packages';
const PYTHON = 'Python packages';
const ADD_ON = "TensorFlow's add-on for Node";
const LIBRARY = 'the library';
const TESTS = 'Python packages of the tests';
const ALL = [NPM, PYTHON, ADD_ON, LIBRARY, TESTS];
const BINDING = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node';
const SITE = '.venv/lib/python3/site-packages';

/** The steps of this project; another helper's steps (the kernel's) may stand between them. */
const ours = ({ performed }: Outcome) => performed.filter((title) => ALL.includes(title));

describe('a fresh clone', () => {
  const clone = new Clone();
  after(() => clone.dispose());

  test('performs every step in order, says why, and ends ready', async () => {
    const outcome = await clone.setUp(['--tests']);
    assert.equal(outcome.status, 0, outcome.errors);
    assert.deepEqual(ours(outcome), ALL);
    assert.match(outcome.out, /npm packages … \(not done yet\)/);
    assert.match(outcome.out, /Ready\./);
    assert.equal(outcome.errors, '');
    assert.ok(
      !['\r', '\u001b'].some((character) => outcome.out.includes(character)),
      'output that is not on a terminal has no control characters',
    );
  });

  test('performs nothing the second time, in under 3 seconds', async () => {
    const outcome = await clone.setUp(['--tests']);
    assert.equal(outcome.status, 0, outcome.errors);
    assert.deepEqual(outcome.performed, []);
    assert.ok(outcome.seconds < 3, `${outcome.seconds} s`);
  });

  test('installs npm packages without their scripts and Python packages by hash only', () => {
    const calls = clone.calls();
    assert.ok(calls.some((call) => /^npm ci --ignore-scripts/.test(call)));
    const pip = calls.filter((call) => call.includes('pip install'));
    assert.equal(pip.length, 2);
    for (const call of pip) assert.match(call, /--no-deps .*--require-hashes .*-r /);
  });
});

describe('what changes is made anew, and only that', () => {
  const clone = new Clone();
  before(() => clone.setUp(['--tests']));
  after(() => clone.dispose());

  const cases: { what: string; change: () => void; reason: RegExp; steps: string[] }[] = [
    {
      what: 'a source file edited',
      change: () => clone.write('src/index.ts', 'export const edited = 1;\n'),
      reason: /has changed/,
      steps: [LIBRARY],
    },
    {
      what: 'a file of dist/ deleted',
      change: () => clone.remove('dist/index.js'),
      reason: /damaged: dist\/index\.js is missing/,
      steps: [LIBRARY],
    },
    { what: 'dist/ deleted', change: () => clone.remove('dist'), reason: /damaged: dist/, steps: [LIBRARY] },
    {
      what: 'the add-on cut short',
      change: () => clone.write(BINDING, 'mach'),
      reason: /has changed/,
      steps: [ADD_ON],
    },
    {
      what: 'the add-on overwritten by as many other bytes',
      change: () => clone.write(BINDING, 'MACHINE CODE'),
      reason: /has changed/,
      steps: [ADD_ON],
    },
    { what: 'the add-on deleted', change: () => clone.remove(BINDING), reason: /has changed/, steps: [ADD_ON] },
    {
      what: 'a TensorFlow library deleted',
      change: () => clone.remove(`${SITE}/tensorflow/libtensorflow_cc.so.2`),
      reason: /damaged: .*libtensorflow_cc\.so\.2 is missing/,
      steps: [PYTHON, TESTS],
    },
    {
      what: 'a TensorFlow library cut short',
      change: () => clone.write(`${SITE}/tensorflow/libtensorflow_framework.so.2`, ''),
      reason: /damaged: .*libtensorflow_framework\.so\.2 has changed/,
      steps: [PYTHON, TESTS],
    },
    {
      what: 'the Python of the environment deleted',
      change: () => clone.remove('.venv/bin/python'),
      reason: /has changed|damaged/,
      steps: [PYTHON, TESTS],
    },
    {
      what: 'a Python package of the tests deleted',
      change: () => clone.remove(`${SITE}/pytest`),
      reason: /damaged: .*pytest/,
      steps: [PYTHON, TESTS],
    },
    {
      what: 'a package of node_modules deleted',
      change: () => clone.remove('node_modules/zod'),
      reason: /damaged: node_modules\/zod\/package\.json is missing/,
      steps: [NPM, ADD_ON],
    },
    {
      what: 'a file of node_modules emptied',
      change: () => clone.write('node_modules/typescript/bin/tsc', ''),
      reason: /damaged: node_modules\/typescript\/bin\/tsc has changed/,
      steps: [NPM, ADD_ON],
    },
    {
      what: 'the lock of the npm packages changed',
      change: () => clone.write('package-lock.json', '{"packages":{"":{},"node_modules/zod":{"version":"2"}}}'),
      reason: /npm packages … \(what it is made from has changed\)/,
      steps: [NPM, ADD_ON, LIBRARY],
    },
    { what: 'the folder of stamps deleted', change: () => clone.remove('.setup'), reason: /not done yet/, steps: ALL },
  ];
  for (const { what, change, reason, steps } of cases)
    test(`${what}: ${steps.join(', ')}`, async () => {
      change();
      const outcome = await clone.setUp(['--tests']);
      assert.equal(outcome.status, 0, outcome.errors);
      assert.match(outcome.out, reason);
      assert.deepEqual(ours(outcome), steps);
      assert.deepEqual((await clone.setUp(['--tests'])).performed, []);
    });

  test('a clone that was moved makes again what names its folder', async () => {
    const old = clone.folder;
    fs.renameSync(old, `${old}-moved`);
    Object.assign(clone, { folder: `${old}-moved` });
    const outcome = await clone.setUp(['--tests']);
    assert.equal(outcome.status, 0, outcome.errors);
    assert.deepEqual(ours(outcome).includes(PYTHON) && ours(outcome).includes(ADD_ON), true);
  });
});

describe('--gpu', () => {
  const clone = new Clone();
  after(() => clone.dispose());
  const supported = process.platform === 'linux' && process.arch === 'x64';

  test('installs from the lock with CUDA, and the next command remembers it', { skip: !supported }, async () => {
    assert.equal((await clone.setUp(['--gpu'])).status, 0);
    assert.ok(clone.calls().some((call) => /-r setup\/requirements-gpu\.lock/.test(call)));
    assert.deepEqual((await clone.setUp()).performed, []);
  });

  test('keeps the build for CPUs that the tests ask for out of it', { skip: !supported }, async () => {
    assert.equal((await clone.setUp(['--tests'])).status, 0);
    const pip = clone.calls().filter((call) => call.includes('pip install'));
    assert.equal(pip.length, 1);
    assert.match(pip[0]!, /-r \.setup\/tests-gpu\.lock$/);
    assert.equal(clone.read('.setup/tests-gpu.lock').trim(), 'pytest==9.2.0 \\\n    --hash=sha256:2');
  });

  test('is taken back by --cpu', { skip: !supported }, async () => {
    const outcome = await clone.setUp(['--cpu']);
    assert.ok(ours(outcome).includes(PYTHON));
    assert.ok(clone.calls().some((call) => /-r requirements\.lock/.test(call)));
    assert.deepEqual((await clone.setUp()).performed, []);
  });
});
