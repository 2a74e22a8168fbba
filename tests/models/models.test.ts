import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as models from '../../src/models';
import { MODELS } from '../training/modelRuns';

test('every model of the library is trained in every mode and with every optimiser by the suite of agreement', () => {
  const builders = Object.entries(models).filter(([, value]) => typeof value === 'function');
  assert.deepEqual(Object.keys(MODELS).sort(), builders.map(([name]) => name).sort());
});
