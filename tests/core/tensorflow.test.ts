import assert from 'node:assert/strict';
import { test } from 'node:test';

import util = require('node:util');

import { tf } from '../../src/core';

test('tf is the native TensorFlow 2.2x', () => {
  assert.deepEqual([...tf.add([1], [2]).dataSync()], [3]);
  assert.equal(tf.getBackend(), 'tensorflow');
  const backend = tf.backend() as unknown as { binding: { TF_Version: string } };
  assert.match(backend.binding.TF_Version, /^2\.2\d/);
});

test("importing the library puts back what tfjs-node calls of Node's util, in the module itself", () => {
  const { isArray, isNullOrUndefined } = util as unknown as Record<string, (value: unknown) => boolean>;
  assert.equal(isArray!([]) && !isArray!({}), true);
  assert.equal(isNullOrUndefined!(null) && !isNullOrUndefined!(0), true);
});
