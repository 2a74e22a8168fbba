import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';

const SOURCES = path.join(__dirname, '..', '..', 'src');

/** Trains one epoch of four steps, and has XLA write down what it made of the loop: it reads its flags when it first compiles. */
const program = (model: string, shapes: { inputs: number[]; targets: Record<string, number[]> }) => `
const { tf } = require('./core');
const { fit } = require('./training');
const models = require('./models');
const model = ${model};
process.env.XLA_FLAGS += ' --xla_dump_hlo_as_text --xla_dump_to=' + process.env.XDG_CACHE_HOME;
const { inputs, targets } = ${JSON.stringify(shapes)};
const ones = (shapes) => Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.ones(shape)]));
const losses = Object.fromEntries(Object.keys(targets).map((head) => [head, 'meanSquaredError']));
fit(model, { inputs: tf.ones(inputs), targets: ones(targets) }, { losses, epochs: 1, batchSize: inputs[0] / 4, mode: 'xla' });
`;

function isOneFunction(source: string): boolean {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'loops-'));
  try {
    const { XLA_FLAGS: _, TF_XLA_FLAGS: __, ...env } = process.env;
    execFileSync(process.execPath, ['--import', 'tsx', '-e', source], {
      cwd: SOURCES,
      encoding: 'utf8',
      env: { ...env, XDG_CACHE_HOME: home },
    });
    const made = fs.readdirSync(home).filter((name) => name.endsWith('cpu_after_optimizations.txt'));
    const loops = made
      .map((name) => fs.readFileSync(path.join(home, name), 'utf8'))
      .filter((text) => / while\(/.test(text));
    assert.equal(loops.length, 1, 'one loop is compiled');
    return loops[0]!.includes('xla_cpu_small_call="true"');
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

test('the loop around a step of the robust model becomes one function of machine code', () => {
  const model = 'models.robustMLP({ features: 5 })';
  assert.ok(isOneFunction(program(model, { inputs: [64, 5], targets: { target: [64, 1] } })));
});

test('the loop around a step of the WaveNet stays a list of operations, each with code of its own', () => {
  const model = 'models.financialWaveNet({ window: 32, features: 9 })';
  const targets = { direction: [64, 3], volatility: [64, 1], magnitude: [64, 1] };
  assert.ok(!isOneFunction(program(model, { inputs: [64, 32, 9], targets })));
});
