'use strict';
// What must be on the machine already. Each absence is named with the command that mends it.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { root } = require('../places');
const { SetupFailure } = require('../failure');

const PYTHON = { least: [3, 10], most: [3, 13] }; // what TensorFlow 2.21 has packages for
const PYTHON_NAMES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const COMPILER_NAMES = ['c++', 'g++', 'clang++'];

/** The first Python on the PATH that will do. @returns {string} */
function findPython() {
  const names = process.env['PYTHON'] ? [process.env['PYTHON']] : PYTHON_NAMES;
  const seen = [];
  /** @type {SetupFailure | undefined} */
  let noVenv;
  for (const name of names) {
    const probe = spawnSync(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
    if (probe.status !== 0) continue;
    const [major = 0, minor = 0] = probe.stdout.trim().split('.').map(Number);
    seen.push(`${name} ${major}.${minor}`);
    if (major !== PYTHON.least[0] || minor < (PYTHON.least[1] ?? 0) || minor > (PYTHON.most[1] ?? 0)) continue;
    if (spawnSync(name, ['-c', 'import venv, ensurepip']).status === 0) return name;
    noVenv ??= new SetupFailure(`${name} cannot make virtual environments (its venv module is not installed)`, {
      fix: install(`python${major}.${minor}-venv`, `python@${major}.${minor}`, 'python3-pip'),
    });
  }
  if (noVenv) throw noVenv;
  const found = process.env['PYTHON'] ? `PYTHON is "${process.env['PYTHON']}"` : '';
  const versions = seen.length ? `found ${seen.join(', ')}` : '';
  const known = [found, versions].filter(Boolean).join('; ');
  throw new SetupFailure(`Python 3.10 to 3.13 was not found${known ? ` (${known})` : ''}`, {
    fix: `${install('python3 python3-venv', 'python@3.12', 'python3')}; or set PYTHON to the path of one`,
  });
}

/** A C++ compiler that compiles and links. @returns {string} */
function findCompiler() {
  const names = process.env['CXX'] ? [process.env['CXX']] : COMPILER_NAMES;
  const seen = [];
  for (const name of names) {
    const trial = spawnSync(name, ['-std=c++17', '-shared', '-fPIC', '-x', 'c++', '-', '-o', '/dev/null'], {
      input: '#include <string>\nstd::string f() { return "x"; }\n',
      encoding: 'utf8',
    });
    if (trial.status === 0) return name;
    if (/** @type {NodeJS.ErrnoException | undefined} */ (trial.error)?.code !== 'ENOENT')
      seen.push(`${name}: ${trial.stderr.trim().split('\n')[0] || `exit code ${trial.status}`}`);
  }
  const problem = seen.length
    ? `the C++ compiler does not work (${seen[0]})`
    : `no C++ compiler was found (looked for ${names.join(', ')})`;
  throw new SetupFailure(problem, {
    fix:
      process.platform === 'darwin'
        ? 'xcode-select --install'
        : `${install('g++', '', 'gcc-c++')}; or set CXX to the path of one`,
  });
}

/** Systems that TensorFlow publishes no library for are told so at once. @param {{gpu: boolean}} options */
function checkPlatform({ gpu }) {
  const { platform, arch } = process;
  if (platform !== 'linux' && platform !== 'darwin')
    throw new SetupFailure(`${platform} is not supported`, { fix: 'on Windows, use WSL 2' });
  if (platform === 'darwin' && arch !== 'arm64')
    throw new SetupFailure('TensorFlow has no current package for Macs with Intel processors', {
      fix: 'use a Mac with an Apple processor, or Linux',
    });
  if (arch !== 'x64' && arch !== 'arm64')
    throw new SetupFailure(`TensorFlow has no package for the processor "${arch}"`, { fix: 'use x64 or arm64' });
  if (gpu && !(platform === 'linux' && arch === 'x64'))
    throw new SetupFailure('TensorFlow for GPUs exists for Linux on x64 only', {
      fix: 'run the command with --cpu',
    });
}

/** TensorFlow's libraries are built for glibc; reading the report takes 20 ms, so only before real work. */
function checkLibc() {
  if (process.platform !== 'linux') return;
  const { header } = /** @type {{header: {glibcVersionRuntime?: string}}} */ (process.report.getReport());
  if (header.glibcVersionRuntime) return;
  throw new SetupFailure('this Linux uses musl instead of glibc, which TensorFlow has no package for', {
    fix: 'use a distribution with glibc (Debian, Ubuntu, Fedora ...), for instance in a container',
  });
}

/** Refuses to start what cannot end: a download that fills the disk. @param {number} needed gigabytes */
function checkDisk(needed) {
  const { bavail, bsize } = fs.statfsSync(root);
  const free = (bavail * bsize) / 1e9;
  if (free >= needed) return;
  throw new SetupFailure(
    `the disk is full: ${free.toFixed(1)} GB are free in ${root}, what is still to do needs ${needed.toFixed(1)} GB`,
    { fix: 'free some space and run the same command again; it goes on where it stopped' },
  );
}

/** Says everything that is missing at once, so that one round of installing is enough. @param {(() => unknown)[]} checks */
function checkAll(checks) {
  const failures = checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (error instanceof SetupFailure) return [error];
      throw error;
    }
  });
  const [only] = failures;
  if (!only) return;
  if (failures.length === 1) throw only;
  throw new SetupFailure(failures.map(({ message }) => message).join(', and '), {
    fix: failures.map(({ fix }) => fix).join('\n              and: '),
  });
}

/** @param {string} apt @param {string} brew @param {string} dnf */
function install(apt, brew, dnf) {
  if (process.platform === 'darwin') return `brew install ${brew}`;
  return fs.existsSync('/usr/bin/dnf') ? `sudo dnf install ${dnf}` : `sudo apt install ${apt}`;
}

module.exports = { checkAll, checkDisk, checkLibc, checkPlatform, findCompiler, findPython };
