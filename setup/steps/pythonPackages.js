'use strict';
const fs = require('node:fs');
const { python, root, venv } = require('../places');
const { run } = require('../run');
const stamp = require('../stamp');
const { findPython } = require('./prerequisites');

/**
 * The virtual environment, filled from lock files with hashes. The locks are complete, so pip resolves nothing
 * (--no-deps) and TensorFlow's wheel comes without the Python packages that only Keras needs.
 * @param {{name: string, title: string, lock: string, base?: boolean}} options `base` creates the environment
 */
function pythonPackages({ name, title, lock, base = false }) {
  const key = () => stamp.digest(...stamp.contents(lock));
  return {
    title,
    isDone: () => stamp.holds(name, key()) && fs.existsSync(python),
    /** @param {(line: string) => void} tick */
    async perform(tick) {
      stamp.remove(name);
      if (base) {
        stamp.remove('python-tests');
        const found = findPython();
        fs.rmSync(venv, { recursive: true, force: true });
        await run(found, ['-m', 'venv', venv], { name: `${name}-venv`, tick });
      }
      const quiet = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
      await run(
        python,
        ['-m', 'pip', 'install', ...quiet, '--no-deps', '--no-compile', '--require-hashes', '-r', lock],
        { name, cwd: root, tick },
      );
      stamp.write(name, key());
    },
  };
}

module.exports = {
  /** @param {{gpu: boolean}} options */
  runtime: ({ gpu }) =>
    pythonPackages({
      name: 'python-packages',
      title: gpu ? 'Python packages (TensorFlow for GPUs)' : 'Python packages',
      lock: gpu ? 'setup/requirements-gpu.lock' : 'requirements.lock',
      base: true,
    }),
  tests: () =>
    pythonPackages({ name: 'python-tests', title: 'Python packages of the tests', lock: 'tests/requirements.lock' }),
};
