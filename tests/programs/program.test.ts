import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { benchmark, diagnose } from '../../src/diagnosis';
import { loadProgram, Program, program, train } from '../../src/programs';
import { weightsOf } from '../../src/runs';

const SUM = path.join(__dirname, 'samples', 'sumOfTwo.ts');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-program-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

function small() {
  let made = 0;
  const defined = program({
    name: 'small',
    defaults: { rows: 8, note: null as string | null, scale: { of: 'inputs', by: 1 } },
    choices: { activation: ['tanh', 'relu'] },
    presets: { long: { epochs: 9 } },
    data: ({ rows }) => {
      made++;
      return { inputs: tf.ones([rows, 2]), targets: tf.zeros([rows, 1]) };
    },
    model: ({ activation, seed }) => {
      const kernelInitializer = tf.initializers.glorotUniform({ seed: seed + 1 });
      return tf.sequential({
        layers: [tf.layers.dense({ name: 'dense', units: 1, inputShape: [2], activation, kernelInitializer })],
      });
    },
    options: { losses: { dense: 'huber' }, optimizer: { kind: 'sgd', learningRate: 0.5, momentum: 0.1 }, epochs: 2 },
  });
  return { defined, made: () => made };
}

test('a setting is the defaults, the first of each choice and what is asked for, and standard settings go over the options', async () => {
  const { defined } = small();
  assert.deepEqual(defined.setting, {
    seed: 0,
    rows: 8,
    note: null,
    scale: { of: 'inputs', by: 1 },
    activation: 'tanh',
  });
  const at = defined.with({ activation: 'relu', epochs: 5, learningRate: 0.1 }).with({ lossWeights: { dense: 2 } });
  const { options } = await at.with({ lossWeights: { other: 1 }, mode: 'graph', balancer: 'equal' }).parts();
  assert.deepEqual(options, {
    losses: { dense: 'huber' },
    optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0.1 },
    epochs: 5,
    seed: 0,
    lossWeights: { dense: 2, other: 1 },
    mode: 'graph',
    balancer: 'equal',
    program: {
      name: 'small',
      setting: { ...at.setting, lossWeights: { dense: 2, other: 1 }, mode: 'graph', balancer: 'equal' },
    },
  });
  assert.equal(defined.setting.activation, 'tanh', 'the program it came from is as it was');
  assert.deepEqual(Object.keys(defined.with(defined.presets['long']!).setting).includes('epochs'), true);
  assert.throws(() => Object.assign(at.setting, { rows: 1 }), TypeError);
});

test('a setting that is unknown, no JSON, of another kind or no choice is refused by name, with a suggestion', () => {
  const { defined } = small();
  const given = (setting: object) => () => defined.with(setting as never);
  assert.throws(given({ activaton: 'relu' }), /no setting "activaton".*did you mean "activation"/);
  assert.throws(given({ epoch: 3 }), /did you mean "epochs"/);
  assert.throws(given({ completelyOther: 3 }), (error: Error) => !/did you mean/.test(error.message));
  assert.throws(given({ activation: 'elu' }), /no such choice; expected one of "tanh", "relu"/);
  assert.throws(given({ rows: '8' }), /rows is not usable; expected a number/);
  assert.throws(given({ scale: { by: Number.NaN } }), { code: 'setting-not-json' });
  assert.throws(given({ scale: { by: () => 1 } }), { code: 'setting-not-json' });
  assert.throws(given({ note: tf.scalar(1) }), { code: 'setting-not-json' });
  assert.throws(given({ note: new Map() }), { code: 'setting-not-json' });
  assert.throws(given({ seed: -1 }), { code: 'integer-out-of-range' });
  assert.throws(given({ epochs: 0 }), { code: 'integer-out-of-range' });
  assert.throws(given({ mode: 'fast' }), { code: 'unknown-choice' });
  assert.throws(given({ lossWeights: [1, 2] }), /lossWeights is not usable/);
});

test('a definition that lacks a part, or has one that is unknown, is refused by name', () => {
  const { definition } = small().defined as unknown as { definition: object };
  const of = (change: object) => () => program({ ...definition, ...change } as never);
  assert.throws(of({ data: undefined }), /there is no data/);
  assert.throws(of({ model: 'dense' }), /there is no model, a function/);
  assert.throws(of({ optons: {} }), /has no "optons".*did you mean "options"/);
  assert.throws(() => program(undefined as never), { code: 'not-a-program' });
});

test('what a part reads of its setting and has no default is named, and a seed of its own in made options is refused', async () => {
  const parts = { data: { inputs: tf.ones([4, 2]), targets: tf.zeros([4, 1]) } };
  const model = (setting: object) => {
    const { units } = setting as { units: number };
    return tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2] })] });
  };
  const reads = program({ ...parts, defaults: { unit: 1 }, model, options: { losses: 'huber', epochs: 1 } });
  await assert.rejects(train(reads), /reads the setting "units", which has no default.*did you mean "unit"/);
  const seeded = program({
    ...parts,
    model: () => model({ units: 1 }),
    options: () => ({ losses: 'huber' as const, seed: 7 }),
  });
  await assert.rejects(train(seeded), { code: 'seed-given-twice' });
});

test('data are made once for all settings that agree in what is read of them, and are let go of', async () => {
  const { defined, made } = small();
  const before = tf.memory().numTensors;
  await Promise.all([defined.parts(), defined.with({ activation: 'relu' }).parts(), defined.with({ seed: 5 }).parts()]);
  assert.equal(made(), 1);
  await defined.with({ rows: 16 }).parts();
  assert.equal(made(), 2);
  await defined.dispose();
  assert.equal(tf.memory().numTensors, before);
  const run = await train(defined, { epochs: 1, mode: 'graph' });
  assert.equal(made(), 3);
  run.model.dispose();
});

test('a change is kept in words, goes along to other settings, and is seen in the record', async () => {
  const twin = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!.build(81, true);
  const before = program({ name: 'dead ReLU', ...twin } as never) as unknown as Program;
  const { change } = diagnose(await train(before as never, { mode: 'graph', epochs: 8 })).verdicts[0]!;
  const after = before.changed({ says: change.says, apply: change.apply! } as never).with({ epochs: 5, mode: 'graph' });
  const run = await train(after as never);
  assert.equal(run.history.length, 5);
  assert.deepEqual(run.origin!.options.program!.changes, [change.says]);
  assert.match(String(after), /changed: /);
  assert.ok(diagnose(run).verdicts.every(({ cause }) => cause !== 'dead-head'));
});

test('a program on disk is loaded with the files it imports, and what is no program is refused with the file', async () => {
  const loaded = await loadProgram(SUM, { units: 6 });
  assert.equal(loaded.name, 'sum of two');
  assert.equal(loaded.reference.module, SUM);
  const { model } = await train(loaded, { epochs: 1 });
  assert.deepEqual(
    weightsOf(model).map(({ shape }) => shape),
    [[2, 6], [6], [6, 1], [1]],
  );
  const write = (name: string, text: string) => {
    fs.writeFileSync(path.join(scratch, name), text);
    return path.join(scratch, name);
  };
  await assert.rejects(loadProgram(path.join(scratch, 'none.ts')), { code: 'module-not-found' });
  await assert.rejects(loadProgram(write('half.ts', 'export default {')), /half\.ts/);
  await assert.rejects(
    loadProgram(write('empty.ts', 'export const x = 1;')),
    /not-a-program|there is no data.*empty\.ts/,
  );
  await assert.rejects(loadProgram(SUM, { unit: 1 }), /did you mean "units"/);
  const named = write(
    'named.mjs',
    `import { tf } from 'reluctant';
    export const data = { inputs: tf.ones([8, 2]), targets: tf.zeros([8, 1]) };
    export const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    export const options = { losses: 'huber', epochs: 1, mode: 'graph' };`,
  );
  assert.equal((await train(await loadProgram(named))).history.length, 1);
  assert.ok((await loadProgram(named)) instanceof Program);
});

test('a program of the benchmark comes from a module that says its cause, and the cause is named', async () => {
  const file = path.join(__dirname, '..', '..', 'bench', 'programs', 'saturatedMagnitude.ts');
  const given = benchmark.programOfModule(file);
  assert.equal(given.cause, 'output-out-of-range');
  const result = await benchmark.runBenchmark([given], { seeds: [1] });
  assert.equal(result.rows[0]!.named, given.cause);
  const wrong = path.join(scratch, 'wrong.ts');
  fs.writeFileSync(
    wrong,
    `export * from '${SUM}'; export { default } from '${SUM}'; export const cause = 'dead-haed';`,
  );
  assert.throws(() => benchmark.programOfModule(wrong), /no diagnosis names this cause.*"dead-haed"/);
});

test('a run that could not begin leaves its folder free, and one that was begun by another hand is left alone', async () => {
  const folder = path.join(scratch, 'cannot-begin');
  await assert.rejects(train(await loadProgram('robust'), { folder }), { code: 'source-missing' });
  assert.ok(!fs.existsSync(folder));
  const { defined } = small();
  await train(defined, { folder, mode: 'graph' });
  await assert.rejects(train(defined, { folder }), { code: 'run-exists' });
  assert.ok(fs.existsSync(path.join(folder, 'weights.safetensors')));
  await assert.rejects(loadProgram('robst'), /did you mean "robust"/);
});

test('the numbers of a run are known to the compiler by the losses, metrics and validation rows of the program', async () => {
  const rows = () => ({ inputs: tf.ones([8, 2]), targets: { y: tf.zeros([8, 1]), z: tf.ones([8, 1]) } });
  const two = program({
    data: { ...rows(), validation: rows() },
    model: () => {
      const input = tf.input({ shape: [2] });
      const head = (name: string) => tf.layers.dense({ units: 1, name }).apply(input) as TF.SymbolicTensor;
      return tf.model({ inputs: input, outputs: [head('y'), head('z')] });
    },
    options: { losses: { y: 'huber', z: 'meanSquaredError' }, metrics: { y: ['mae'] }, mode: 'graph' },
  });
  const run = await train(two.with({ epochs: 1 }));
  assert.ok(Number.isFinite(run.last.val_y_mae + run.last.z_loss));
  // @ts-expect-error: no such number
  assert.equal(run.last.val_z_mae, undefined);
  assert.equal(run.model.outputNames.join(), 'y,z');
});
