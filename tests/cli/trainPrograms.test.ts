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
