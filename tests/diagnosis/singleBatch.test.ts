import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';
import { benchmark, diagnose, fitSingleBatch } from '../../src/diagnosis';
import { train } from '../../src/programs';

const build = (faulty: boolean) => benchmark.TWINS.find(({ fault }) => fault.includes('one unit'))!.build(71, faulty);

test('a healthy program learns 16 rows by heart, and keeps no tensors', async () => {
  const program = build(false);
  const before = tf.memory().numTensors;
  const [head] = await fitSingleBatch(program);
  assert.equal(head!.head, 'y');
  assert.ok(head!.relativeError < 0.1, String(head!.relativeError));
  assert.equal(tf.memory().numTensors, before);
});

test('a program that cannot learn shows the symptom when it is asked for', async () => {
  const run = await train(build(true), { mode: 'graph', epochs: 2 });
  const singleBatch = await fitSingleBatch(build(true));
  const { history, origin } = run;
  const diagnosis = diagnose({ history, origin, singleBatch });
  assert.ok(diagnosis.symptoms.some(({ rule, where }) => rule === 'single-batch-fit' && where === 'y'));
});
