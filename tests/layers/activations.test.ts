import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type TF, tf } from '../../src/core';
import {
  ACTIVATIONS,
  type ActivationFacts,
  type ActivationName,
  activationFacts,
  isAtFlatEnd,
  registerLayers,
} from '../../src/layers';
import { leakyReLU } from '../../src/layers/activations';
import reference from './reference/keras_activations.json';

registerLayers();
const TABLE = Object.entries(ACTIVATIONS) as [ActivationName, ActivationFacts][];
const CURVES = TABLE.filter(([, { value }]) => value) as [ActivationName, Required<ActivationFacts>][];
/** From -60 to 60, denser than any bend; kinks are between the points. */
const GRID = Array.from({ length: 24_001 }, (_, k) => (k - 12_000) / 200 + 0.0013);

const close = (received: number, expected: number, tolerance: number, what: string): void =>
  assert.ok(
    Math.abs(received - expected) <= tolerance * (1 + Math.abs(expected)),
    `${what}: ${received}, not ${expected}`,
  );

/** What tfjs computes under this name. */
function inTfjs(name: string, values: number[]): number[] {
  const layer = tf.layers.activation({ activation: name as 'relu' });
  return [...(layer.apply(tf.tensor2d([values])) as TF.Tensor).dataSync()];
}

describe(`the table of activations agrees with Keras ${reference.keras}:`, () => {
  for (const [kerasName, { values, slopes }] of Object.entries(reference.activations))
    test(kerasName, () => {
      const [name, facts] = TABLE.find(([, { keras }]) => keras.includes(kerasName))!;
      inTfjs(name, reference.points).forEach((value, k) => {
        close(value, values[k]!, 2e-6, `tfjs's ${name} at ${reference.points[k]}`);
      });
      if (!facts.value) return;
      reference.points.forEach((x, k) => {
        close(facts.value!(x), values[k]!, 5e-7, `value at ${x}`);
        close(facts.slope!(x), slopes[k]!, 5e-7, `slope at ${x}`);
      });
    });

  test('every name of Keras in the table is compared', () => {
    const listed = TABLE.flatMap(([, { keras }]) => keras);
    assert.deepEqual(Object.keys(reference.activations).sort(), listed.sort());
  });
});

describe('of every activation', () => {
  for (const [name, { value, slope, range, flat, kind }] of CURVES)
    test(`${name}: range, slope and flat ends are those of its curve`, () => {
      const values = GRID.map(value);
      const slopes = GRID.map((x) => Math.abs(slope(x)));
      const [least, most] = [Math.min(...values), Math.max(...values)];
      assert.ok(least >= range[0] - 1e-7 && most <= range[1] + 1e-7, `${least} to ${most}`);
      // What is finite is approached; what is not is passed.
      if (Number.isFinite(range[0])) close(least, range[0], 0.02, 'least');
      else assert.ok(least < -5, `least ${least}`);
      if (Number.isFinite(range[1])) close(most, range[1], 0.02, 'most');
      else assert.ok(most > 40, `most ${most}`);

      for (let k = 0; k < GRID.length; k += 37) {
        const x = GRID[k]!;
        close(slope(x), (value(x + 1e-4) - value(x - 1e-4)) / 2e-4, 1e-3, `slope at ${x}`);
      }
      if (name === 'exponential') return; // its slope has no most
      const steepest = Math.max(...slopes);
      const isFlat = (x: number): boolean => Math.abs(slope(x)) < 0.01 * steepest;
      for (const x of GRID) if (x < flat[0] - 0.05 || x > flat[1] + 0.05) assert.ok(isFlat(x), `not flat at ${x}`);
      for (const [end, inwards] of [
        [flat[0], 0.01],
        [flat[1], -0.01],
      ] as const)
        if (Number.isFinite(end)) assert.ok(!isFlat(end + inwards), `flat already at ${end + inwards}`);
      if (kind === 'saturating') assert.equal(flat[0], -flat[1]);
      if (kind === 'rectified') assert.equal(value(-1), 0);
    });

  test('tfjs computes what the table says, also where Keras has no name for it', () => {
    for (const [name, { value }] of CURVES)
      inTfjs(name, reference.points).forEach((received, k) => {
        close(received, value(reference.points[k]!), 3e-6, `${name} at ${reference.points[k]}`);
      });
  });
});

test('a flat end is known from the output of rectified and saturating activations', () => {
  const at = (name: ActivationName, x: number): boolean => isAtFlatEnd(name, ACTIVATIONS[name as 'relu'].value(x));
  const answers = (name: ActivationName, ...points: number[]) => points.map((x) => at(name, x));
  assert.deepEqual(answers('relu', -2, 0.001), [true, false]);
  assert.deepEqual(answers('relu6', -2, 3, 6.5), [true, false, true]);
  assert.deepEqual(answers('sigmoid', -7, -5, 5, 7), [true, false, false, true]);
  assert.deepEqual(answers('tanh', -3.1, -2.9, 2.9, 3.1), [true, false, false, true]);
  assert.deepEqual(answers('hardSigmoidSixth', -3.1, 0, 2.9, 3.1), [true, false, false, true]);
  assert.deepEqual(answers('softplus', -20, 20), [false, false]);
  assert.equal(isAtFlatEnd('mine', 0), false);
  assert.equal(isAtFlatEnd('toString', 0), false);
});

test('a name that is not in the table has no facts, whatever objects inherit', () => {
  assert.equal(activationFacts('constructor'), undefined);
  assert.equal(activationFacts('relu')!.kind, 'rectified');
  assert.equal(leakyReLU(0.3).value(-2), -0.6);
});
