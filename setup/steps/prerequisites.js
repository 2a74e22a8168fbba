'use strict';
// What must be on the machine already. Each absence is named with the command that mends it.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { root } = require('../places');
const { SetupFailure } = require('../failure');

const NODE = [20, 19];
const PYTHON = [3, 10];
const NEEDED_GIGABYTES = 4;

/** The first Python on the PATH that is new enough. @returns {string} */
function findPython() {
  const names = process.env['PYTHON']
    ? [process.env['PYTHON']]
    : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  const seen = [];
  for (const name of names) {
    const probe = spawnSync(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
    if (probe.status !== 0) continue;
    const [major = 0, minor = 0] = probe.stdout.trim().split('.').map(Number);
    seen.push(`${name} ${major}.${minor}`);
    if (major === PYTHON[0] && minor >= PYTHON[1] && minor <= 13) {
      const venv = spawnSync(name, ['-c', 'import venv, ensurepip'], { encoding: 'utf8' });
      if (venv.status === 0) return name;
      throw new SetupFailure(`${name} cannot make virtual environments (its venv module is not installed)`, {
        fix: `Debian and Ubuntu: sudo apt install python${major}.${minor}-venv`,
      });
    }
  }
  throw new SetupFailure(`Python 3.10 to 3.13 was not found${seen.length ? ` (found ${seen.join(', ')})` : ''}`, {
    fix: `${install('python3 python3-venv', 'python@3.12', 'python3')}; or set PYTHON to the path of one`,
  });
}

/** The C++ compiler. @returns {string} */
function findCompiler() {
  const names = process.env['CXX'] ? [process.env['CXX']] : ['c++', 'g++', 'clang++'];
  for (const name of names) if (spawnSync(name, ['--version']).status === 0) return name;
  throw new SetupFailure(`no C++ compiler was found (looked for ${names.join(', ')})`, {
    fix:
      process.platform === 'darwin'
        ? 'xcode-select --install'
        : `${install('g++', '', 'gcc-c++')}; or set CXX to the path of one`,
  });
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return;
  throw new SetupFailure(`Node ${process.versions.node} is too old; 20.19 or later is needed`, {
    fix: 'install a current Node from nodejs.org or with your version manager (nvm install 22)',
  });
}

function checkPlatform() {
  if (process.platform === 'linux' && process.arch === 'x64') return;
  if (process.platform === 'darwin' || process.platform === 'linux') return;
  throw new SetupFailure(`${process.platform} is not supported`, { fix: 'on Windows, use WSL 2' });
}

/** Refuses to start what cannot end: a download that fills the disk. */
function checkDisk() {
  const { bavail, bsize } = fs.statfsSync(root);
  const free = (bavail * bsize) / 1e9;
  if (free >= NEEDED_GIGABYTES) return;
  throw new SetupFailure(
    `the disk is full: ${free.toFixed(1)} GB are free in ${root}, set-up needs ${NEEDED_GIGABYTES} GB`,
    {
      fix: 'free some space and run the same command again; it goes on where it stopped',
    },
  );
}

/** @param {string} apt @param {string} brew @param {string} dnf */
function install(apt, brew, dnf) {
  if (process.platform === 'darwin') return `brew install ${brew}`;
  return fs.existsSync('/usr/bin/dnf') ? `sudo dnf install ${dnf}` : `sudo apt install ${apt}`;
}

module.exports = { checkDisk, checkNode, checkPlatform, findCompiler, findPython };
