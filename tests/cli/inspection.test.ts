import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { tf } from '../../src/core';
import { runs } from '../../src/diagnosis';
import { Run } from '../../src/training';
import { Desk, ROOT, reluctant } from './notebooks';

const desk = new Desk();
after(() => desk.remove());
const reference = path.join(ROOT, 'tests', 'inspection', 'reference');
const file = (name: string, text: string | Buffer): string => {
  fs.writeFileSync(desk.path(name), text);
  return desk.path(name);
};

const GOOD = file('good.csv', 'volatility,volatility_target\n0.02,0.021\n0.03,0.028\n0.05,0.052\n0.04,0.043\n');
const BAD = file('bad.csv', 'volatility,volatility_target\n1,0.021\n1,0.028\n1,0.052\n1,0.043\n');
const CRITERIA = file(
  'criteria.json',
  JSON.stringify({
    name: 'range',
    must: [
      { name: 'not saturated', head: 'volatility', statistic: 'max', atMost: 0.15 },
      { name: 'loss', metric: 'val_loss', below: 0.1 },
    ],
    nice: [{ name: 'overfitting', value: 'pbo', below: 0.2 }],
    rollback: ['Lower the loss weights.'],
  }),
);
const HISTORY = file('history.json', JSON.stringify([{ val_loss: 0.3 }, { val_loss: 0.05 }]));

test('reluctant check ends with 0 when every must holds and 1 when one does not, with a table either way', async () => {
  const check = (predictions: string, ...more: string[]) =>
    reluctant(['check', predictions, '--criteria', CRITERIA, '--history', HISTORY, ...more]);
  const [good, bad, json] = await Promise.all([
    check(GOOD, '--value', 'pbo=0.1'),
    check(BAD),
    check(BAD, '--value', 'pbo=0.5', '--json'),
  ]);
  assert.equal(good.code, 0, good.errors);
  assert.match(good.out, /must +not saturated +0\.05000 +≤ 0\.15\S* +pass/);
  assert.match(good.out, /nice +overfitting +0\.1000 .* pass/);
  assert.match(good.out, /✔ every must is fulfilled/);
  assert.equal(bad.code, 1, bad.errors);
  assert.match(bad.out, /not saturated +1 .*FAIL/);
  assert.match(bad.out, /overfitting +NaN .*not given/);
  assert.match(bad.out, /✘ 1 of the musts not fulfilled\n {2}1\. Lower the loss weights\./);
  assert.equal(json.code, 1);
  const told = JSON.parse(json.out) as { passed: boolean; rows: { outcome: string }[]; rollback: string[] };
  assert.equal(told.passed, false);
  assert.deepEqual(
    told.rows.map(({ outcome }) => outcome),
    ['FAIL', 'pass', 'FAIL'],
  );
  assert.equal(told.rollback.length, 1);
});

test('reluctant check refuses files that are none with code 2, naming the file and the place', async () => {
  const criteria = (name: string, content: unknown) => file(name, JSON.stringify(content));
  const must = (bend: object) => ({
    name: 'x',
    must: [{ name: 'one', head: 'v', statistic: 'max', atMost: 1, ...bend }],
  });
  const cases: [args: string[], wanted: RegExp][] = [
    [['check', GOOD], /required option '--criteria/],
    [['check', desk.path('none.csv'), '--criteria', CRITERIA], /none\.csv/],
    [['check', GOOD, '--criteria', desk.path('none.json')], /no such file \(file .*none\.json/],
    [['check', GOOD, '--criteria', file('text.json', '{"must": [')], /not JSON/],
    [['check', GOOD, '--criteria', criteria('odd.json', must({ statistic: 'exec' }))], /must\.0\.statistic/],
    [
      ['check', GOOD, '--criteria', criteria('loose.json', must({ atMost: undefined }))],
      /needs atLeast, atMost, above or below/,
    ],
    [['check', GOOD, '--criteria', criteria('more.json', must({ command: 'rm' }))], /must\.0/],
    [['check', file('empty.csv', 'volatility\n'), '--criteria', CRITERIA], /0 rows .*empty\.csv/],
    [['check', file('words.csv', 'a,b\nx,y\n'), '--criteria', CRITERIA], /no column holds numbers/],
    [['check', file('lists.csv', 'volatility\n"[0.1, x]"\n'), '--criteria', CRITERIA], /column volatility, row 1/],
    [['check', file('other.csv', 'magnitude\n1\n'), '--criteria', CRITERIA], /volatility/],
    [['check', GOOD, '--criteria', CRITERIA], /loss +NaN .*not given/],
    [['check', GOOD, '--criteria', CRITERIA, '--history', BAD], /history cannot be read .*bad\.csv/],
    [['check', GOOD, '--criteria', CRITERIA, '--value', 'pbo'], /expected name=number/],
  ];
  const ended = await Promise.all(cases.map(([args]) => reluctant(args)));
  for (const [k, { code, out, errors }] of ended.entries()) {
    const [args, wanted] = cases[k]!;
    // A criterion on a history that was not given is unknown, and what is unknown does not pass.
    assert.equal(code, wanted.source.startsWith('loss') ? 1 : 2, `${args.join(' ')}: ${out}${errors}`);
    assert.match(`${out}${errors}`, wanted);
    assert.doesNotMatch(errors, /\n {4}at /, 'no stack is shown');
  }
});

test('reluctant inspect shows models and predictions as text, CSV and JSON', async () => {
  const model = path.join(reference, 'small.keras');
  const [text, csv, json, predictions] = await Promise.all([
    reluctant(['inspect', model]),
    reluctant(['inspect', path.join(reference, 'small.safetensors'), '--format', 'csv', '--no-rank']),
    reluctant(['inspect', path.join(reference, 'small_saved_model'), '--format', 'json']),
    reluctant(['inspect', file('two.csv', 'volatility,volatility_target,other\n0,0.02,1\n0,0.03,2\n0,0.01,3\n')]),
  ]);
  for (const { code, errors } of [text, csv, json, predictions]) assert.equal(code, 0, errors);
  assert.match(text.out, /trunk\/0 +\[3, 4\] +float32 +12/);
  const [head, ...rows] = csv.out.trim().split('\n');
  assert.match(head!, /^name,shape,dtype,count,mean/);
  assert.ok(rows.some((row) => row.startsWith('trunk/kernel,"[3, 4]"')));
  assert.equal((JSON.parse(json.out) as object[]).length, 4);
  assert.match(predictions.out, /volatility +3 .*100 %/);
  assert.match(predictions.errors, /"other" has no targets \(a column "other_target" would hold them\)/);
});

test('reluctant inspect refuses damaged and foreign files, naming them: code 1 for data at fault, else 2', async () => {
  const whole = fs.readFileSync(path.join(reference, 'small.keras'));
  const cases: [name: string, wanted: RegExp, code?: number][] = [
    [file('cut.keras', whole.subarray(0, whole.length / 2)), /cut\.keras/],
    [file('text.h5', 'not a model'), /none of the known kinds .*text\.h5/],
    [
      file('pickle.pt', Buffer.from([0x80, 2, 0x63, 0x6f, 0x73, 10, 0, 0, 0, 0])),
      /a pickle is a program and is not run/,
    ],
    [file('zero.csv', ''), /zero\.csv/, 1],
    [file('alone.csv', 'volatility\n1\n2\n'), /no targets .*head volatility/],
    [file('blank.csv', 'volatility,volatility_target\n,1\n,2\n'), /blank\.csv|volatility/],
    [desk.path('absent.npz'), /no such file .*absent\.npz/],
  ];
  const ended = await Promise.all(cases.map(([name]) => reluctant(['inspect', name])));
  for (const [k, { code, out, errors }] of ended.entries()) {
    assert.equal(code, cases[k]![2] ?? 2, `${cases[k]![0]}: ${out}${errors}`);
    assert.match(errors, cases[k]![1]);
    assert.doesNotMatch(errors, /\n {4}at /, 'no stack is shown');
  }
});

test('reluctant runs lists and compares what was recorded, and refuses names that leave the folder', async () => {
  const folder = desk.path('runs');
  const data = { inputs: tf.ones([2, 1]), targets: tf.ones([2, 1]) };
  for (const [name, loss] of [
    ['first', 0.5],
    ['second', 0.25],
  ] as const) {
    const run = Object.assign(new Run(), { seconds: 1.5, bestEpoch: 0 });
    run.history.push({ epoch: 0, loss });
    runs.write(folder, name, run, { data, options: { losses: 'meanSquaredError', batchSize: loss === 0.5 ? 8 : 16 } });
  }
  fs.mkdirSync(path.join(folder, 'foreign'));
  const ask = (...args: string[]) => reluctant(['runs', ...args, '--folder', folder]);
  const [list, json, compared, one, absent, outside, none] = await Promise.all([
    ask(),
    ask('--json'),
    ask('first', 'second'),
    ask('first'),
    ask('first', 'third'),
    ask('first', '../../etc'),
    reluctant(['runs', '--folder', desk.path('nowhere')]),
  ]);
  assert.equal(list.code, 0, list.errors);
  assert.match(list.out, /first .*finished +0\.5000/);
  assert.doesNotMatch(list.out, /foreign/);
  assert.equal((JSON.parse(json.out) as object[]).length, 2);
  assert.match(compared.out, /batchSize +8 +16/);
  assert.match(compared.out, /loss +0\.5000 +0\.2500/);
  assert.equal(one.code, 2);
  assert.match(one.errors, /give no run, or two to compare/);
  assert.equal(absent.code, 2);
  assert.match(absent.errors, /cannot be read: the file is not there .*third/);
  assert.equal(outside.code, 2);
  assert.match(outside.errors, /becomes a folder/);
  assert.deepEqual([none.code, none.out.trim()], [0, `Runs in ${desk.path('nowhere')}\n(no rows)`]);
});
