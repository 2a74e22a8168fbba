import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Random, ReluctantError, type TF, tf } from '../../src/core';
import { TrialLedger } from '../../src/ledger';
import { readRecord } from '../../src/runs';
import { fit, type Run, sweep, type TrainingState } from '../../src/training';

const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ledger-'));
const asked = process.env['RELUCTANT_LEDGER'];
let file: string;
let count = 0;
let data: { inputs: TF.Tensor; targets: TF.Tensor };
before(() => {
  const inputs = tf.randomNormal([40, 2], 0, 1, 'float32', 3);
  data = { inputs, targets: inputs.sum(1, true) };
});
beforeEach(() => {
  file = path.join(folder, `trials-${count++}.jsonl`);
  process.env['RELUCTANT_LEDGER'] = file;
});
after(() => {
  if (asked === undefined) delete process.env['RELUCTANT_LEDGER'];
  else process.env['RELUCTANT_LEDGER'] = asked;
  fs.rmSync(folder, { recursive: true });
});

const make = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
const options = { losses: 'meanSquaredError', epochs: 2 } as const;
const returns = (seed: number, mean = 0) => {
  const random = new Random(seed);
  return Float64Array.from({ length: 200 }, () => 0.01 * (mean + random.normal()));
};

test('every training is in the ledger, however it ended: whole, repeated, stopped, failed, not finite, in a sweep', async () => {
  const run = await fit(make(), data, options);
  await fit(make(), data, { ...options, seed: 1 });
  await fit(make(), data, { ...options, onEpoch: ({ stop }) => stop('seen enough') });
  const broken = () => {
    throw new Error('the disk is full');
  };
  await assert.rejects(fit(make(), data, { ...options, onEpoch: broken }));
  await fit(make(), { ...data, targets: tf.fill([40, 1], Number.NaN) }, options);
  await sweep(make(), data, options, [{ learningRate: 0.1 }, { learningRate: 0.2 }]);
  await sweep(make(), data, options, [{ seed: 1 }, { seed: 2 }]);
  const { trials } = TrialLedger.open();
  assert.deepEqual(
    trials.map(({ status, reason, trained }) => `${status}: ${reason}, ${trained}`),
    [
      'finished: finished, 2',
      'finished: finished, 2',
      'stopped: seen enough, 1',
      'failed: the disk is full, 1',
      'failed: not-finite, 0',
      ...Array(4).fill('finished: finished, 2'),
    ],
  );
  assert.equal(run.trial, trials[0]!.id);
  // The same program and data but for the seed; a sweep's settings are programs of their own.
  assert.equal(trials[0]!.program, trials[1]!.program);
  assert.notEqual(trials[0]!.program, trials[5]!.program);
  assert.notEqual(trials[5]!.program, trials[6]!.program);
  assert.deepEqual(new Set(trials.map((trial) => trial.data)).size, 2);
  assert.deepEqual([trials[1]!.seed, trials[7]!.seed, trials[8]!.seed], [1, 1, 2]);
});

test('a training whose process is killed was begun all the same', () => {
  const script = `
    const { tf, fit } = require(${JSON.stringify(path.resolve('dist'))});
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] });
    const data = { inputs: tf.ones([8, 1]), targets: tf.ones([8, 1]) };
    fit(model, data, { losses: 'meanSquaredError', epochs: 9, onEpoch: () => process.kill(process.pid, 'SIGKILL') });`;
  const { signal } = spawnSync(process.execPath, ['-e', script], { env: process.env });
  assert.equal(signal, 'SIGKILL');
  assert.deepEqual(
    TrialLedger.open().trials.map(({ status }) => status),
    ['unfinished'],
  );
});

test('the deflated Sharpe ratio counts every trial on the same data, and refuses one that is not in the ledger', async () => {
  const runs: Run[] = [];
  for (let seed = 0; seed < 4; seed++) runs.push(await fit(make(), data, { ...options, seed }));
  await fit(make(), { inputs: tf.ones([8, 2]), targets: tf.ones([8, 1]) }, options); // other data
  const ledger = TrialLedger.open();
  assert.throws(() => ledger.deflatedSharpe(runs[0]!), code('trial-not-evaluated'));
  ledger.evaluate(runs[0]!, returns(1, 0.3));
  assert.throws(() => ledger.deflatedSharpe(runs[0]!), code('too-few-evaluated'));
  ledger.evaluate(runs[1]!, returns(2));
  const before = ledger.deflatedSharpe(runs[0]!);
  assert.deepEqual([before.tried, before.evaluated, before.trials], [4, 2, 4]);
  // The same numbers from the file, and a higher bar after one more attempt.
  assert.equal(TrialLedger.open().deflatedSharpe(runs[0]!).probability, before.probability);
  await fit(make(), data, { ...options, seed: 9 });
  const later = TrialLedger.open();
  assert.ok(later.deflatedSharpe(runs[0]!).threshold > before.threshold);
  assert.equal(later.best().trial.id, runs[0]!.trial);
  assert.equal(later.overfitting({ blocks: 4 }).evaluated, 2);
  assert.throws(() => later.trial('0000'), code('trial-unknown'));
  assert.throws(() => later.deflatedSharpe({ trial: undefined }), code('trial-unknown'));
  assert.throws(() => later.evaluate(runs[2]!, [0.1, 0.1, 0.1]), code('zero-variance'));
});

test('a run that was stopped and goes on is one trial, with the end of its last part', async () => {
  const states: TrainingState[] = [];
  // A name that the library gives is another one each time.
  const named = () => tf.sequential({ layers: [tf.layers.dense({ name: 'sum', inputShape: [2], units: 1 })] });
  const stopped = await fit(named(), data, {
    ...options,
    epochs: 3,
    onCheckpoint: (save) => void states.push(save()),
    onEpoch: ({ epoch, stop }) => {
      if (epoch === 1) stop('power cut');
    },
  });
  const whole = await fit(named(), data, { ...options, epochs: 3, resumeFrom: states[0]! });
  assert.equal(whole.trial, stopped.trial);
  const { trials } = TrialLedger.open();
  assert.deepEqual(
    trials.map(({ status, trained }) => `${status}, ${trained}`),
    ['finished, 3'],
  );
});

test('trainings of other processes and of notebooks in other folders of the project are counted by one verdict', async () => {
  delete process.env['RELUCTANT_LEDGER'];
  const project = fs.mkdtempSync(path.join(folder, 'project-'));
  fs.writeFileSync(path.join(project, 'package.json'), '{}');
  const script = (seed: number) => `
    const { tf, fit } = require(${JSON.stringify(path.resolve('dist'))});
    const inputs = tf.randomNormal([40, 2], 0, 1, 'float32', 3);
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
    fit(model, { inputs, targets: inputs.sum(1, true) }, { losses: 'meanSquaredError', epochs: 1, seed: ${seed} });`;
  for (const [seed, place] of ['first', 'second/deep'].entries()) {
    const cwd = path.join(project, 'notebooks', place);
    fs.mkdirSync(cwd, { recursive: true });
    const child = spawnSync(process.execPath, ['-e', script(seed)], {
      cwd,
      encoding: 'utf8',
    });
    assert.equal(child.status, 0, child.stderr);
  }
  const ledger = TrialLedger.open(path.join(project, '.reluctant', 'trials.jsonl'));
  assert.deepEqual(
    ledger.trials.map(({ seed, status }) => `${seed} ${status}`),
    ['0 finished', '1 finished'],
  );
  for (const [k, { id }] of ledger.trials.entries()) ledger.evaluate(id, returns(k, 0.2));
  assert.equal(ledger.deflatedSharpe(ledger.trials[0]!.id).tried, 2);
});

test('what was tried on other features or another window counts where it is named; an unknown fingerprint is refused', async () => {
  const run = await fit(make(), data, options);
  const narrow = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] });
  const other = await fit(narrow, { ...data, inputs: tf.slice(data.inputs, [0, 0], [40, 1]) }, options);
  const ledger = TrialLedger.open();
  ledger.evaluate(run, returns(1, 0.3));
  ledger.evaluate(other, returns(2));
  assert.equal(ledger.deflatedSharpe(run).tried, 1);
  const both = [ledger.trial(run).data, ledger.trial(other).data];
  assert.equal(ledger.deflatedSharpe(run, { data: both }).tried, 2);
  assert.equal(ledger.deflatedSharpe(run, { data: 'all' }).tried, 2);
  assert.equal(ledger.overfitting({ data: 'all', blocks: 4 }).evaluated, 2);
  assert.throws(() => ledger.best({ data: 'abc' }), code('data-unknown'));
  ledger.evaluate(other, returns(2).slice(1));
  assert.throws(() => ledger.best({ data: 'all' }), code('length-mismatch'));
  assert.throws(() => ledger.overfitting({ data: 'all', periods: 200 }), code('too-few-columns'));
});

test('ledgers of two machines are one when read together, and a copy counts once', async () => {
  const first = file;
  const run = await fit(make(), data, options);
  const second = path.join(folder, 'other-machine.jsonl');
  process.env['RELUCTANT_LEDGER'] = second;
  await fit(make(), data, { ...options, seed: 1 });
  const copy = path.join(folder, 'copy.jsonl');
  fs.copyFileSync(second, copy);
  const ledger = TrialLedger.open(first, second, copy);
  assert.equal(ledger.trials.length, 2);
  assert.equal(ledger.trial(run).status, 'finished');
});

test('a run in a folder that is killed before its first checkpoint, and begins again, was tried once', () => {
  const place = path.join(folder, 'killed-early');
  const script = (resume: boolean) => `
    const { tf, train } = require(${JSON.stringify(path.resolve('dist'))});
    const program = {
      model: () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] }),
      data: { inputs: tf.ones([8, 1]), targets: tf.ones([8, 1]) },
      options: { losses: 'meanSquaredError', epochs: 2, mode: 'graph' },
    };
    const watch = ${resume} ? [] : [{ begin: () => process.kill(process.pid, 'SIGKILL'), evaluate: () => undefined }];
    train(program, { folder: ${JSON.stringify(place)}, resume: ${resume}, watch });`;
  for (const resume of [false, true]) {
    const { signal, stderr } = spawnSync(process.execPath, ['-e', script(resume)], {
      env: process.env,
      encoding: 'utf8',
    });
    assert.equal(signal, resume ? null : 'SIGKILL', stderr);
    const [trial, ...others] = TrialLedger.open().trials;
    assert.deepEqual(others, []);
    assert.equal(trial!.status, resume ? 'finished' : 'unfinished');
    assert.equal(readRecord(place)!.trial, trial!.id);
  }
});

test('a line that was changed or taken out is noticed; half a line of a killed process is not held against anyone', async () => {
  for (let seed = 0; seed < 2; seed++) await fit(make(), data, { ...options, seed });
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  const written = (changed: string[]) => fs.writeFileSync(file, `${changed.join('\n')}\n`);
  written([lines[0]!.replace('"epochs":2', '"epochs":3'), ...lines.slice(1)]);
  assert.throws(() => TrialLedger.open(), /line 1.*restore it/);
  written([lines[0]!, ...lines.slice(2)]);
  assert.throws(() => TrialLedger.open(), code('ledger-altered'));
  fs.writeFileSync(file, `${lines.join('\n')}\n{"format":1,"previous":"ab`);
  assert.equal(TrialLedger.open().trials.length, 2);
  await fit(make(), data, { ...options, seed: 2 });
  assert.equal(TrialLedger.open().trials.length, 3);
  const cut = lines.at(-1)!;
  for (const changed of [cut.replace('finished', 'stopped'), cut.slice(0, -1), `${cut.slice(0, -1)}|`]) {
    written([...lines.slice(0, -1), changed]);
    assert.throws(() => TrialLedger.open(), code('ledger-altered'), `the last line as ${changed}`);
  }
  written([...lines, 'nonsense']);
  assert.throws(() => TrialLedger.open(), code('ledger-altered'));
  assert.throws(() => TrialLedger.open(path.join(folder, 'none.jsonl')), code('ledger-missing'));
});

test('RELUCTANT_LEDGER=off keeps none, and says so when one is asked for', async () => {
  process.env['RELUCTANT_LEDGER'] = 'off';
  assert.equal((await fit(make(), data, options)).trial, undefined);
  assert.throws(() => TrialLedger.open(), code('ledger-off'));
});

test('a ledger that cannot be written does not stop a training, which then is in none', async (context) => {
  const warned = context.mock.method(console, 'warn', () => undefined);
  fs.writeFileSync(file, '');
  process.env['RELUCTANT_LEDGER'] = path.join(file, 'below-a-file.jsonl');
  const run = await fit(make(), data, options);
  assert.deepEqual([run.history.length, run.trial], [2, undefined]);
  assert.match(String(warned.mock.calls[0]!.arguments[0]), /cannot be written.*RELUCTANT_LEDGER/);
});

test('without a setting the ledger lies in the folder of the project, however deep the working directory', async () => {
  delete process.env['RELUCTANT_LEDGER'];
  const project = path.join(folder, 'project');
  const deep = path.join(project, 'notebooks', 'deep');
  fs.mkdirSync(deep, { recursive: true });
  fs.writeFileSync(path.join(project, 'package.json'), '{}');
  const home = process.cwd();
  process.chdir(deep);
  try {
    await fit(make(), data, options);
  } finally {
    process.chdir(home);
  }
  assert.ok(fs.existsSync(path.join(project, '.reluctant', 'trials.jsonl')));
});

test('two processes that write at once lose nothing', () => {
  const script = `
    const { appendLine } = require(${JSON.stringify(path.resolve('src/ledger/lines.ts'))});
    for (let k = 0; k < 50; k++) appendLine(process.argv[1], { event: 'ended', trial: process.pid + '-' + k, time: '', status: 'finished', reason: '', epochs: 1, seconds: 1 });`;
  const shell = `for k in 1 2 3; do "$0" --import tsx -e "$1" "$2" & done; wait`;
  assert.equal(spawnSync('sh', ['-c', shell, process.execPath, script, file]).status, 0);
  assert.equal(TrialLedger.open().trials.length, 0); // nothing was begun; every line is read and chained
  assert.equal(fs.readFileSync(file, 'utf8').trimEnd().split('\n').length, 150);
});
