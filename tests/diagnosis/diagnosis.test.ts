import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { benchmark, confirm, diagnose } from '../../src/diagnosis';
import { lossBehaviour } from '../../src/diagnosis/evidence/lossBehaviour';
import { rowLosses } from '../../src/losses';
import { train } from '../../src/programs';
import { fit } from '../../src/training';

const graph = { mode: 'graph' as const };
const twinOf = (fault: string) => benchmark.TWINS.find((twin) => twin.fault.includes(fault))!;

test('a run just made is diagnosed alone, as with its origin spelt out, until its model or data are disposed of', async () => {
  const program = twinOf('dead ReLU').build(21, true);
  const model = await program.model();
  const inputs = tf.clone(program.data.inputs as TF.Tensor);
  const run = await fit(model, { ...program.data, inputs }, { ...program.options, mode: 'graph' });
  const { data, options, initialWeights } = run.origin!;
  const alone = diagnose(run);
  assert.equal(alone.verdicts[0]!.cause, 'dead-head');
  assert.deepEqual(
    alone.toJSON(),
    diagnose({ history: run.history, initialWeights: initialWeights! }, { model, data, options }).toJSON(),
  );
  inputs.dispose();
  assert.throws(() => diagnose(run), { code: 'origin-disposed', message: /inputs/ });
  assert.equal(diagnose(run, { data: program.data }).verdicts[0]!.cause, 'dead-head');
  model.dispose();
  assert.throws(() => diagnose(run, { data: program.data }), { code: 'origin-disposed', message: /model/ });
  assert.throws(() => diagnose({ history: [] }), { code: 'run-without-origin', message: /model, data, options/ });
});

test('a loss is known by what it does with made-up predictions', () => {
  const targets = tf.randomNormal([64, 1], 0, 1, 'float32', 3);
  const square = (t: typeof targets, p: typeof targets) => tf.mean(tf.squaredDifference(t, p));
  const healthy = lossBehaviour(square as never, targets);
  assert.deepEqual(
    [healthy.constant, healthy.unpaired, healthy.rewardsError, healthy.logarithmic],
    [false, false, false, false],
  );
  assert.ok(Math.abs(healthy.rowsFactor - 1) < 1e-4);
  const summed = lossBehaviour((t, p) => tf.sum(tf.squaredDifference(t, p)), targets);
  assert.ok(Math.abs(summed.rowsFactor - 2) < 1e-4);
  assert.ok(lossBehaviour((t, p) => tf.neg(tf.mean(tf.squaredDifference(t, p))), targets).rewardsError);
  assert.ok(lossBehaviour((t, p) => tf.mean(tf.square(tf.sub(tf.reshape(t, [-1]), p))), targets).unpaired);
  assert.ok(lossBehaviour((_, p) => tf.zerosLike(p), targets).constant);
  assert.ok(lossBehaviour(rowLosses.binaryCrossentropy, tf.ones([64, 1])).logarithmic);
  for (const name of ['meanSquaredError', 'meanAbsoluteError', 'huber', 'logCosh'] as const) {
    const { constant, unpaired, rewardsError, logarithmic, rowsFactor } = lossBehaviour(rowLosses[name], targets);
    assert.ok(!constant && !unpaired && !rewardsError && !logarithmic && rowsFactor < 1.01, name);
  }
});

test('a dead head is named with its evidence, and confirm shows that the change mends it', async () => {
  const program = twinOf('dead ReLU').build(21, true);
  const run = await train(program, graph);
  const diagnosis = diagnose(run);
  const [verdict] = diagnosis.verdicts;
  assert.equal(verdict!.cause, 'dead-head');
  assert.equal(verdict!.where, 'volatility');
  assert.ok(verdict!.symptoms.some(({ rule }) => rule === 'flat-validation-loss'));
  assert.equal(verdict!.evidence[0]!.value, 1);
  assert.match(diagnosis.toString(), /1\. A rectified head is dead.*volatility/);
  assert.match(diagnosis.toHTML(), /<ol class="verdicts"><li>/);

  // The same from the history alone, without the initial weights.
  const before = tf.memory().numTensors;
  const later = diagnose({ history: run.history }, { model: run.model, data: program.data, options: program.options });
  assert.equal(later.verdicts[0]!.cause, 'dead-head');
  assert.equal(tf.memory().numTensors, before, 'a diagnosis keeps no tensors');

  const confirmation = await confirm(verdict!, program, graph);
  assert.ok(confirmation.confirmed, confirmation.toString());
  assert.ok(!confirmation.remaining.some((one) => /dead-head|flat-validation/.test(one)), confirmation.toString());
  assert.ok(confirmation.after.heads.find(({ head }) => head === 'volatility')!.skill > 0.5);
});

test('a healthy program has no verdict, and thresholds can be moved until it has symptoms', async () => {
  const program = twinOf('dead ReLU').build(22, false);
  const run = await train(program, graph);
  const { initialWeights } = run;
  const model = run.model;
  const diagnosis = diagnose(run);
  assert.deepEqual(diagnosis.verdicts, []);
  assert.match(diagnosis.toString(), /No verdict/);
  const context = { model, data: program.data, options: program.options };
  const strict = diagnose(
    { history: run.history, ...(initialWeights && { initialWeights }) },
    { ...context, thresholds: { 'update-ratio': { high: -6 } } },
  );
  // A first step alone says nothing of the rate: a symptom, and no verdict on what works.
  assert.ok(strict.symptoms.some(({ rule, kind }) => rule === 'update-ratio' && kind === 'high'));
  assert.deepEqual(strict.verdicts, []);
  assert.throws(
    () => diagnose(run, { ...context, thresholds: { 'dead-relu': { deadUnit: 1 } } }),
    /no such threshold \(rule dead-relu\); expected deadUnits; received "deadUnit"/,
  );
  assert.throws(() => diagnose(run, { ...context, thresholds: { nope: {} } }), /no such rule/);
});

test('diagnose refuses heads without targets and runs without options, naming the head', async () => {
  const program = twinOf('dead ReLU').build(23, false);
  const model = await program.model();
  const y = (program.data.targets as Record<string, ReturnType<typeof tf.tensor>>)['y']!;
  const data = { inputs: program.data.inputs, targets: { y } };
  assert.throws(
    () => diagnose({ history: [] }, { model, data, options: program.options }),
    /no training targets \(head volatility\)/,
  );
  assert.throws(() => diagnose({ history: [] }, { model, data: program.data }), /does not remember options/);
});

test('a verdict whose change only a person can make is refused by confirm, saying what to do', async () => {
  const program = twinOf('shuffled').build(24, true);
  const diagnosis = diagnose(await train(program, graph));
  assert.equal(diagnosis.verdicts[0]!.cause, 'inputs-unrelated-to-targets');
  await assert.rejects(
    confirm(diagnosis.verdicts[0]!, program),
    /cannot be made by a program.*join inputs and targets/,
  );
});

test('the benchmark counts what is named first, and twins of a seed share their data', async () => {
  const result = await benchmark.runBenchmark(benchmark.twinPrograms([twinOf('one unit')]), { seeds: [31] });
  assert.equal(result.rows.length, 2);
  assert.equal(result.named, 1);
  assert.equal(result.falseAlarms, 0);
  assert.match(result.toString(), /one-unit-softmax/);
  const range = result.rules().find({ rule: 'output-range' })!;
  assert.deepEqual([range.faulty, range.healthy, range.precision, range.recall], [1, 0, 1, 1]);
  assert.match(result.toMarkdown(), /\| `one-unit-softmax` \| 1 \| 100.% \| 100.% \|/);
  assert.match(result.toMarkdown(), /named first in 1 of 1 faulty runs .* 0 of 1 healthy runs/);
  const values = (faulty: boolean) => {
    const { inputs } = twinOf('one unit').build(5, faulty).data;
    return [...(inputs as ReturnType<typeof tf.tensor>).dataSync()];
  };
  assert.deepEqual(values(true), values(false));
});
