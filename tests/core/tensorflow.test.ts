import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/core';

test('tf is the native TensorFlow 2.2x', () => {
  assert.deepEqual([...tf.add([1], [2]).dataSync()], [3]);
  assert.equal(tf.getBackend(), 'tensorflow');
  const backend = tf.backend() as unknown as { binding: { TF_Version: string } };
  assert.match(backend.binding.TF_Version, /^2\.2\d/);
});
