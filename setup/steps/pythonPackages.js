'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { clusterPython, clusterVenv, python, root, scratch, state, venv } = require('../places');
const { run } = require('../run');
const stamp = require('../stamp');
const { findPython } = require('./prerequisites');

const QUIET = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
const TRANSLATOR = 'python/papermill';
const TRANSLATOR_FILES = ['pyproject.toml', 'build_in_copy.py', 'src/reluctant_papermill/__init__.py'].map(
  (name) => `${TRANSLATOR}/${name}`,
);
/** What Python, JupyterLab and the kernel's step write while they run. */
const OTHERS = /\/__pycache__$|^\.venv\/(etc|share\/jupyter\/(kernels|lab\/settings|runtime))$/;

/** What the virtual environment stands on: its folder (scripts name it) and the interpreter that it links to. */
function foundation() {
  try {
    return `${root}\n${fs.realpathSync(python)}`;
  } catch {
    return root;
  }
}

/**
 * Installs a lock file with hashes. The locks are complete, so pip resolves nothing (--no-deps) and TensorFlow's wheel
 * comes without the Python packages that only Keras needs.
 * @param {string} name of the step @param {string} lock @param {string[]} more arguments @param {import('../run').Tick} tick
 * @param {string} [into] the interpreter of the environment
 */
async function install(name, lock, more, tick, into = python) {
  const total = fs.readFileSync(path.join(root, lock), 'utf8').match(/^[\w-]+==/gm)?.length ?? 1;
  let seen = 0;
  const args = ['-m', 'pip', 'install', ...QUIET, '--no-deps', '--no-compile', '--require-hashes', ...more, '-r', lock];
  await run(into, args, {
    name,
    tick(line) {
      // pip names each package twice over: while it collects it, and all at once when it unpacks them (half of the time).
      if (/^(Collecting|Requirement already|Ignoring)/.test(line)) seen += 1;
      tick(line, Math.min(0.5, (0.5 * seen) / total));
    },
  });
}

/** The virtual environment with what `npm start` needs. @param {{gpu: boolean}} options */
function runtime({ gpu }) {
  const name = 'python-packages';
  const lock = gpu ? 'setup/requirements-gpu.lock' : 'requirements.lock';
  const key = () => stamp.digest(...stamp.contents(lock), foundation());
  const record = () => stamp.finish(name, key(), { made: ['.venv'], except: OTHERS });
  return {
    record,
    title: gpu ? 'Python packages (TensorFlow for GPUs)' : 'Python packages',
    gigabytes: gpu ? 9 : 2,
    reason: () => stamp.reason(name, key()),
    /** @param {import('../run').Tick} tick */
    async perform(tick) {
      stamp.start(name);
      stamp.remove('python-tests');
      const found = findPython();
      fs.rmSync(venv, { recursive: true, force: true });
      await run(found, ['-m', 'venv', venv], { name: `${name}-venv`, tick });
      await install(name, lock, [], tick);
      record();
    },
  };
}

/** What only the tests need, added to the same environment. @param {{gpu: boolean}} options */
function tests({ gpu }) {
  const name = 'python-tests';
  const lock = 'tests/requirements.lock';
  const key = () => stamp.digest(...stamp.contents(lock, ...TRANSLATOR_FILES), String(gpu), foundation());
  return {
    title: 'Python packages of the tests',
    gigabytes: 1,
    reason: () => stamp.reason(name, key()),
    /** @param {import('../run').Tick} tick */
    async perform(tick) {
      // pip takes a package that a killed pip left half-way for an installed one.
      const again = stamp.wasInterrupted(name) || stamp.reason(name, key())?.startsWith('damaged');
      stamp.start(name);
      await install(name, gpu ? withoutCpuBuild(lock) : lock, again ? ['--force-reinstall'] : [], tick);
      await installTranslator(tick);
      stamp.finish(name, key(), { made: ['.venv'], except: OTHERS });
      runtime({ gpu }).record(); // they share the environment: pip may have replaced what came with it (setuptools)
    },
  };
}

/** Ray and what reads S3 stores, in an environment of its own: a cluster prescribes their versions, and JupyterLab has others. */
function cluster() {
  const name = 'python-cluster';
  const lock = 'setup/cluster.lock';
  const key = () => stamp.digest(...stamp.contents(lock), foundation());
  return {
    title: 'Python packages of a cluster',
    gigabytes: 1,
    reason: () => stamp.reason(name, key()),
    /** @param {import('../run').Tick} tick */
    async perform(tick) {
      stamp.start(name);
      fs.rmSync(clusterVenv, { recursive: true, force: true });
      await run(findPython(), ['-m', 'venv', clusterVenv], { name: `${name}-venv`, tick });
      await install(name, lock, [], tick, clusterPython);
      stamp.finish(name, key(), { made: ['.venv-cluster'], except: /\/__pycache__$/ });
    },
  };
}

/** papermill's translator for TypeScript; built from a copy, since setuptools writes beside the sources. @param {import('../run').Tick} tick */
async function installTranslator(tick) {
  const copy = path.join(scratch, 'papermill');
  fs.rmSync(copy, { recursive: true, force: true });
  for (const name of TRANSLATOR_FILES) {
    const file = path.join(copy, path.relative(TRANSLATOR, name));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.copyFileSync(path.join(root, name), file);
  }
  const own = ['--no-index', '--no-deps', '--no-build-isolation', '--no-compile', '--force-reinstall'];
  await run(python, ['-m', 'pip', 'install', ...QUIET, ...own, copy], { name: 'papermill-translator', tick });
}

/** Both builds of TensorFlow have the same folder: the one for CPUs must not overwrite the one for GPUs. @param {string} lock */
function withoutCpuBuild(lock) {
  const entries = fs.readFileSync(path.join(root, lock), 'utf8').split(/\n(?=[\w#])/);
  const kept = path.join(state, 'tests-gpu.lock');
  fs.mkdirSync(state, { recursive: true });
  fs.writeFileSync(kept, entries.filter((entry) => !/^tensorflow(-cpu)?==/.test(entry)).join('\n'));
  return path.relative(root, kept);
}

module.exports = { cluster, runtime, tests };
