import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, it } from 'node:test';

const ROOT = path.join(__dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-packed-'));
const project = path.join(folder, 'project');
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (cwd: string, command: string, ...args: string[]) => execFileSync(command, args, { cwd, encoding: 'utf8' });

/** Nodes of other versions come from npm's index as well. */
function nodeOf(version: string): string {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const place = path.join(folder, `node-${version}`);
  fs.mkdirSync(place, { recursive: true });
  at(place, 'npm', 'init', '-y');
  at(place, 'npm', 'install', `node-${process.platform}-${process.arch}@${version}`);
  return path.join(place, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
}

const PROGRAM = `const { tf } = rl;
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'price' })] });
const inputs = tf.randomNormal([256, 2], 0, 1, 'float32', 7);
rl.fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', epochs: 30, optimizer: { kind: 'adam', learningRate: 0.05 } })
  .then((run) => console.log(String(rl.diagnose(run)).split('\\n')[0]));`;

describe('the package in an empty project', () => {
  before(() => {
    at(ROOT, process.execPath, path.join(ROOT, 'bin', 'pack.js'), folder);
    fs.mkdirSync(project);
    at(project, 'npm', 'init', '-y');
    const [archive] = fs.readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    at(project, 'npm', 'install', path.join(folder, archive!));
  });

  it('is small, has no dependencies of npm, and says what to do before it is set up', () => {
    const [archive] = fs.readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    assert.ok(fs.statSync(path.join(folder, archive!)).size < 4e6);
    assert.deepEqual(
      fs.readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['reluctant'],
    );
    const { status, stderr } = spawnSync('npx', ['reluctant', 'train'], { cwd: project, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /npx reluctant setup/);
  });

  it('sets itself up, and stays so when other packages come', () => {
    at(project, 'npx', 'reluctant', 'setup');
    at(project, 'npm', 'install', 'tsx@4.21.0', 'typescript@5.9.3');
    assert.match(at(project, 'npx', 'reluctant', 'setup'), /^Ready/);
  });

  for (const version of ['20', '22', '24']) {
    it(`is required, imported and run as TypeScript on Node ${version}`, () => {
      const node = nodeOf(version);
      fs.writeFileSync(path.join(project, 'a.cjs'), `const rl = require('reluctant');\n${PROGRAM}`);
      fs.writeFileSync(
        path.join(project, 'b.mjs'),
        `import * as rl from 'reluctant';\nimport { fit } from 'reluctant';\nif (fit !== rl.fit) throw new Error('two');\n${PROGRAM}`,
      );
      fs.writeFileSync(path.join(project, 'c.ts'), `import * as rl from 'reluctant';\n${PROGRAM}`);
      for (const args of [['a.cjs'], ['b.mjs'], ['--import', 'tsx', 'c.ts']])
        assert.match(at(project, node, ...args), /No verdict: every head does as well/, args.join(' '));
    });
  }

  it('has types', () => {
    const args = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--moduleResolution', 'nodenext'];
    at(project, 'npx', 'tsc', ...args, '--target', 'es2022', 'c.ts');
  });

  it('trains, diagnoses and runs a notebook from the shell', () => {
    fs.copyFileSync(path.join(ROOT, 'data', 'market.csv'), path.join(project, 'market.csv'));
    at(project, 'npx', 'reluctant', 'train', '--data', 'market.csv', '--output-dir', 'runs/first', '--epochs', '2');
    const { status } = spawnSync('npx', ['reluctant', 'diagnose', 'runs/first', '--json'], {
      cwd: project,
      encoding: 'utf8',
    });
    assert.ok(status === 0 || status === 1);
    const cell = {
      cell_type: 'code',
      id: 'a',
      execution_count: null,
      metadata: {},
      outputs: [],
      source: "import * as rl from 'reluctant';\nrl.formatNumber(1 + 1)",
    };
    const kernelspec = { name: 'reluctant', display_name: 'TypeScript (reluctant)', language: 'typescript' };
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: [cell] };
    fs.writeFileSync(path.join(project, 'one.ipynb'), JSON.stringify(notebook));
    at(project, 'npx', 'reluctant', 'run', 'one.ipynb', '--out', 'reports');
    assert.match(fs.readFileSync(path.join(project, 'reports', 'one.ipynb'), 'utf8'), /"2"|'2'/);
  });
});
