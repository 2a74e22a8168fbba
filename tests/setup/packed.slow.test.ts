// npm run test:package: the package in empty folders with nothing else, on three Nodes, and README's four quick starts there as they stand.
// RELUCTANT_TEST_PYTHON names a Python that has TensorFlow and PyTorch; without it an environment of 6 GB is made.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, it } from 'node:test';

const ROOT = path.join(__dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-packed-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A command's own variables decide what it does, not those of the runner that started this. */
const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^RELUCTANT_/.test(name)));
const at = (cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = own) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });

/** The folder of a Node's program. Those of other versions come from npm's index as well. */
function nodeOf(version: string): string {
  if (process.versions.node.startsWith(`${version}.`)) return path.dirname(process.execPath);
  const place = path.join(folder, `node-${version}`);
  fs.mkdirSync(place, { recursive: true });
  at(place, 'npm', ['init', '-y']);
  at(place, 'npm', ['install', `node-${process.platform}-${process.arch}@${version}`]);
  return path.join(place, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
}

function pythonWithFrameworks(): string {
  const named = process.env['RELUCTANT_TEST_PYTHON'];
  if (named) return named;
  at(folder, process.env['PYTHON'] ?? 'python3', ['-m', 'venv', 'python']);
  const python = path.join(folder, 'python', 'bin', 'python');
  at(folder, python, ['-m', 'pip', 'install', '-q', 'tensorflow', 'torch']);
  return python;
}

const README = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
/** The first block of a language behind words of the README. */
function block(words: string, language: string): string {
  const from = README.indexOf(words);
  const [, code] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(README.slice(from)) ?? [];
  assert.ok(from >= 0 && code, `README has no ${language || 'block'} behind "${words}"`);
  return code;
}

/** What the quick start in Keras takes for granted: a model that does not learn, and its rows. */
const KERAS = `import keras, numpy as np
keras.utils.set_random_seed(1)
rows = np.random.default_rng(0).normal(size=(1200, 4)).astype("float32")
marks = np.abs(rows[:, :1])
x, x_val, y, y_val = rows[:960], rows[960:], marks[:960], marks[960:]
dead = keras.initializers.Constant(-3)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="relu", bias_initializer=dead)])
model.compile("adam", loss="mse")
`;
const TORCH = `import torch
torch.manual_seed(1)
rows = torch.randn(1200, 4)
x, y = rows[:960], rows[:960, :1].abs()
last = torch.nn.Linear(16, 1)
torch.nn.init.constant_(last.bias, -3)
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), last, torch.nn.ReLU())
optimizer, loss = torch.optim.Adam(model.parameters(), 1e-3), torch.nn.MSELoss()
def train_one_epoch():
    for batch in torch.randperm(960).split(32):
        optimizer.zero_grad()
        loss(model(x[batch]), y[batch]).backward()
        optimizer.step()
    return loss(model(x), y).item()
def validate():
    return loss(model(rows[960:]), rows[960:, :1].abs()).item()
`;

const PROGRAM = `const { tf } = rl;
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'price' })] });
const inputs = tf.randomNormal([256, 2], 0, 1, 'float32', 7);
rl.fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', epochs: 30, optimizer: { kind: 'adam', learningRate: 0.05 } })
  .then((run) => console.log(String(rl.diagnose(run)).split('\\n')[0]));`;

describe('the package', () => {
  let archive: string;
  let python: string;
  before(() => {
    at(ROOT, process.execPath, [path.join(ROOT, 'bin', 'pack.js'), folder]);
    archive = path.join(folder, fs.readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
    python = pythonWithFrameworks();
  });

  it('is small, has no dependencies of npm, and says what to do before it is set up', () => {
    assert.ok(fs.statSync(archive).size < 4e6);
    const project = path.join(folder, 'bare');
    fs.mkdirSync(project);
    at(project, 'npm', ['init', '-y']);
    at(project, 'npm', ['install', archive]);
    const packages = fs.readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(packages, ['reluctant']);
    const { status, stderr } = spawnSync('npx', ['reluctant', 'train'], { cwd: project, encoding: 'utf8', env: own });
    assert.equal(status, 1);
    assert.match(stderr, /npx reluctant setup/);
  });

  for (const version of ['20', '22', '24']) {
    describe(`in an empty folder on Node ${version}`, () => {
      const project = path.join(folder, `project-${version}`);
      let env: NodeJS.ProcessEnv;
      const here = (command: string, ...args: string[]) => at(project, command, args, env);
      const write = (name: string, text: string) => fs.writeFileSync(path.join(project, name), text);
      const shell = (lines: string) => here('sh', '-ec', lines);
      before(() => {
        fs.mkdirSync(project);
        env = { ...own, PATH: `${nodeOf(version)}${path.delimiter}${own['PATH']}`, TF_CPP_MIN_LOG_LEVEL: '3' };
        assert.match(here('node', '--version'), new RegExp(`^v${version}\\.`));
      });

      it('is installed, set up, and runs the quick start in TypeScript', () => {
        write('program.mts', block('**From a program.**', 'ts'));
        const lines = block('**In a project of your own.**', '').replace('path/to/reluctant-0.1.0.tgz', archive);
        assert.match(shell(lines), /^Ready[\s\S]*^1\. Training ended before the model arrived/m);
        if (version === '24') assert.match(here('node', 'program.mts'), /^1\. /);
      });

      it('runs the quick start in a notebook', () => {
        const source = block('**In a notebook.**', 'ts');
        const cell = { cell_type: 'code', id: 'a', execution_count: null, metadata: {}, outputs: [], source };
        const kernelspec = { name: 'reluctant', display_name: 'TypeScript (reluctant)', language: 'typescript' };
        write('one.ipynb', JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: [cell] }));
        here('npx', 'reluctant', 'run', 'one.ipynb', '--out', 'reports');
        assert.match(fs.readFileSync(path.join(project, 'reports', 'one.ipynb'), 'utf8'), /\[ \d+, 16, \d+ \]/);
      });

      for (const [framework, setting] of Object.entries({ Keras: KERAS, PyTorch: TORCH }))
        it(`runs the quick start in ${framework}`, () => {
          const [, install] = /`pip install (\.\/node_modules[^`]+)`/.exec(README)!;
          here(python, '-m', 'pip', 'install', '-q', install!);
          fs.rmSync(path.join(project, 'runs'), { recursive: true, force: true });
          write('train.py', setting + block(`**From ${framework}.**`, 'python'));
          const said = here(python, 'train.py');
          assert.match(said, /^1\. A rectified head is dead[\s\S]*the model is better/m);
        });

      it('is required, imported and run as TypeScript, with types', () => {
        here('npm', 'install', 'tsx@4.21.0', 'typescript@5.9.3');
        assert.match(here('npx', 'reluctant', 'setup'), /^Ready/, 'it stays set up when other packages come');
        write('a.cjs', `const rl = require('reluctant');\n${PROGRAM}`);
        const both = `import * as rl from 'reluctant';\nimport { fit } from 'reluctant';\nif (fit !== rl.fit) throw new Error('two');\n`;
        write('b.mjs', both + PROGRAM);
        write('c.ts', `import * as rl from 'reluctant';\n${PROGRAM}`);
        for (const args of [['a.cjs'], ['b.mjs'], ['--import', 'tsx', 'c.ts']])
          assert.match(here('node', ...args), /No verdict: every head does as well/, args.join(' '));
        const args = [
          '--noEmit',
          '--strict',
          '--skipLibCheck',
          '--module',
          'nodenext',
          '--moduleResolution',
          'nodenext',
        ];
        here('npx', 'tsc', ...args, '--target', 'es2022', 'c.ts');
      });

      it('trains and diagnoses from the shell', () => {
        fs.copyFileSync(path.join(ROOT, 'data', 'market.csv'), path.join(project, 'market.csv'));
        here('npx', 'reluctant', 'train', '--data', 'market.csv', '--output-dir', 'runs/second', '--epochs', '2');
        const args = ['reluctant', 'diagnose', 'runs/second', '--json'];
        const { status } = spawnSync('npx', args, { cwd: project, encoding: 'utf8', env });
        assert.ok(status === 0 || status === 1);
      });
    });
  }
});
