// `reluctant train` with programs: what it refuses, in the words of the command line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { EXIT } from '../../src/cli/exitCodes';
import { readRun } from '../../src/runs';

const ROOT = path.join(__dirname, '..', '..');
const SUM = path.join(ROOT, 'tests', 'programs', 'samples', 'sumOfTwo.ts');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-train-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const train = (name: string, ...args: string[]) => {
  const command = [path.join(ROOT, 'bin', 'reluctant.js'), 'train', ...args, '--output-dir', path.join(scratch, name)];
  return spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
};

test('flags, settings and programs that do not fit are refused by name, and nothing is left', () => {
  const cases: [args: string[], says: RegExp][] = [
    [[], /expected --data prices\.csv/],
    [['robst'], /did you mean "robust"/],
    [[SUM, '--setting', '{bad'], /it is not JSON/],
    [[SUM, '--setting', 'none.json'], /there is no file "none\.json"/],
    [[SUM, '--setting', '{"unts": 3}'], /did you mean "units"/],
    [[SUM, '--horizon', '3'], /--horizon is for the robust recipe/],
    [[SUM, '--data', 'prices.csv'], /--data is for the robust recipe.*"source"/],
    [[SUM, '--column', 'close=price'], /--column is for the robust recipe/],
  ];
  for (const [k, [args, says]] of cases.entries()) {
    const { status, stderr } = train(`refused${k}`, ...args);
    assert.equal(status, EXIT.usage, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
    assert.ok(!fs.existsSync(path.join(scratch, `refused${k}`)), args.join(' '));
  }
});

test('a flag goes over the setting, the diagnosis is printed and recorded', () => {
  const { status, stdout, stderr } = train(
    'kept',
    SUM,
    '--setting',
    '{"epochs": 9, "units": 3}',
    '--epochs',
    '2',
    '--diagnose',
  );
  assert.equal(status, EXIT.ok, stderr);
  assert.match(stdout, /weights: .*weights\.safetensors/);
  const { history, program, verdicts } = readRun(scratch, 'kept');
  assert.deepEqual([history.length, program!.setting['epochs'], program!.setting['units']], [2, 2, 3]);
  assert.ok(Array.isArray(verdicts));
});

test('a program that fails in code of its own is told by its message and its own lines, without the library’s', () => {
  const broken = (name: string, text: string): string => {
    const file = path.join(scratch, name);
    fs.writeFileSync(file, text);
    return file;
  };
  const program = (data: string) =>
    `import * as rl from 'reluctant';\nexport default rl.program({ name: 'p', defaults: { seed: 1 }, ${data}, model: () => rl.tf.sequential({ layers: [rl.tf.layers.dense({ units: 1, inputShape: [2] })] }), options: { losses: 'meanSquaredError' } });\n`;
  const cases: [file: string, says: RegExp, code: number][] = [
    [
      broken('throws.ts', 'const one = 1;\nthrow new Error("mine " + one);\n'),
      /Error: mine 1\n.*throws\.ts:2/,
      EXIT.failed,
    ],
    [
      broken('import.ts', "import { x } from './nowhere';\nexport default x;\n"),
      /imports "\.\/nowhere", .*import\.ts/,
      EXIT.usage,
    ],
    [
      broken('package.ts', "import x from 'no-such-package-here';\nexport default x;\n"),
      /imports "no-such-package-here"/,
      EXIT.usage,
    ],
    [
      broken('data.ts', program('data: () => { throw new TypeError("no rows today"); }')),
      /TypeError: no rows today\n.*data\.ts/,
      EXIT.failed,
    ],
  ];
  for (const [k, [file, says, code]] of cases.entries()) {
    const { status, stderr } = train(`broken${k}`, file);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /unexpected|dist\/|node:internal/);
    assert.equal(status, code, stderr);
  }
});
