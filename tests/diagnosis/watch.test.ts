import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { benchmark, watchRules } from '../../src/diagnosis';
import { fit } from '../../src/training';

const build = (fault: string, faulty: boolean) =>
  benchmark.TWINS.find((twin) => twin.fault.includes(fault))!.build(41, faulty);

test('watchRules ends a run whose head is dead, with the verdict', async () => {
  const { model, data, options } = build('dead ReLU', true);
  const watcher = watchRules();
  const run = await fit(await model(), data, { ...options, mode: 'graph', watch: [watcher] });
  assert.equal(run.stopReason, 'requested');
  assert.equal(run.history.length, 10);
  assert.match(run.stopNote!, /dead.*volatility.*exactly 0/);
  assert.equal(watcher.last!.verdicts[0]!.cause, 'dead-head');
});

test('watchRules lets a healthy run finish and sees nothing at its end', async () => {
  const { model, data, options } = build('dead ReLU', false);
  const watcher = watchRules({ every: 20 });
  const run = await fit(await model(), data, { ...options, mode: 'graph', watch: [watcher] });
  assert.equal(run.stopReason, 'finished');
  assert.deepEqual(watcher.last!.verdicts, []);
  assert.deepEqual([...watcher.diagnoses.keys()], [19, 39, 59]);
});

test('watchRules applies all rules to a run that nothing is suspected of at its end alone, and keeps what was predicted', async () => {
  const { model, data, options } = build('dead ReLU', false);
  const watcher = watchRules();
  const run = await fit(await model(), data, { ...options, epochs: 20, mode: 'graph', watch: [watcher] });
  assert.equal(run.stopReason, 'finished');
  assert.deepEqual([...watcher.diagnoses.keys()], [20]);
  assert.equal(watcher.predictions.rows.length, 20 * 2);
  assert.ok(watcher.predictions.rows.every(({ notFinite }) => notFinite === 0));
});

test('watchRules ends a run whose loss rewards errors, although it falls', async () => {
  const { model, data, options } = build('flipped', true);
  const watcher = watchRules();
  const run = await fit(await model(), data, { ...options, mode: 'graph', watch: [watcher] });
  assert.notEqual(run.stopReason, 'finished');
  assert.equal(watcher.last!.verdicts[0]!.cause, 'loss-rewards-error');
});

test('watchRules names the loss of numbers when fit ends a run for it', async () => {
  const { model, data, options } = build('one unit', false);
  const watcher = watchRules();
  const log = (t: ReturnType<typeof tf.tensor>, p: ReturnType<typeof tf.tensor>) =>
    tf.mean(tf.square(tf.log(tf.sub(p, t))));
  const run = await fit(await model(), data, { ...options, losses: { y: log }, mode: 'graph', watch: [watcher] });
  assert.equal(run.stopReason, 'not-finite');
  assert.ok(watcher.last!.verdicts.some(({ cause }) => cause === 'numbers-left-range'));
});

test('watchRules refuses models without layers', async () => {
  const w = tf.variable(tf.zeros([1, 1]));
  const model = {
    heads: ['y'],
    variables: [w],
    predict: (x: Record<string, ReturnType<typeof tf.tensor>>) => ({ y: tf.matMul(Object.values(x)[0]! as never, w) }),
  };
  const data = { inputs: tf.ones([4, 1]), targets: tf.ones([4, 1]) };
  await assert.rejects(
    fit(model as never, data, { losses: 'meanSquaredError', watch: [watchRules()] }),
    /no.*layers|has none/,
  );
});
