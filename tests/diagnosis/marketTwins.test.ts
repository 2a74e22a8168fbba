import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { benchmark } from '../../src/diagnosis';
import type { Evidence } from '../../src/diagnosis/evidence/evidence';
import { wiringEvidence } from '../../src/diagnosis/evidence/wiring';
import { crossingSymbols } from '../../src/diagnosis/rules/crossingSymbols';
import { answerOf, timesSeen, WIRED } from './marketTwins';

for (const twin of benchmark.MARKET_TWINS) {
  test(`${twin.fault}: seen without training on 2 of 3 seeds at least, and nothing on its healthy twin`, async () => {
    assert.ok((await timesSeen(twin, [1, 2, 3])) >= 2);
  });
}

test('windows dealt from several symbols are seen without knowing the symbols, and those of one symbol are not', async () => {
  const twin = WIRED.find(({ fault }) => fault.startsWith('windows cut'))! as benchmark.MarketTwin;
  for (const faulty of [true, false]) {
    const given = (await twin.build(4, faulty).parts()).data.inputs as TF.Tensor3D;
    const [all, steps, features] = given.shape;
    // Windows of three times the length: the next ones along the rows, or those of the same symbol five days later.
    const apart = faulty ? steps : 6 * steps;
    const rows = all - 2 * apart;
    const whole = tf.concat(
      [0, 1, 2].map((k) => tf.slice(given, [k * apart, 0, 0], [rows, steps, features])),
      1,
    );
    const layers = [tf.layers.flatten({ inputShape: [3 * steps, features] }), tf.layers.dense({ units: 1, name: 'y' })];
    const model = tf.sequential({ layers });
    const data = { inputs: whole, targets: tf.randomNormal([rows, 1], 0, 1, 'float32', 1) };
    const wiring = wiringEvidence(model, data, ['y'], { losses: 'meanSquaredError' });
    const thresholds = Object.entries(crossingSymbols.thresholds).map(([name, { value }]) => [name, value]);
    const symptoms = crossingSymbols.evaluate({ wiring } as Evidence, Object.fromEntries(thresholds));
    assert.deepEqual(
      symptoms.map(({ kind }) => kind),
      faulty ? ['interleaved'] : [],
    );
    if (faulty) assert.equal(wiring.interleavedWindows[0]!.distance % 6, 0);
  }
});

for (const fault of [
  'targets counted along rows of all symbols',
  'a sigmoid before a loss that applies its own',
  'a setting that nothing reads',
]) {
  test(`${fault}: named first after training, and the healthy twin has no verdict`, async () => {
    const { first, onHealthy, cause } = await answerOf(WIRED.find((twin) => twin.fault === fault)!, 3);
    assert.equal(first, cause);
    assert.deepEqual(onHealthy, []);
  });
}
