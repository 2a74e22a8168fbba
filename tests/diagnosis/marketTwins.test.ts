import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { benchmark } from '../../src/diagnosis';
import type { Evidence } from '../../src/diagnosis/evidence/evidence';
import { wiringEvidence } from '../../src/diagnosis/evidence/wiring';
import { crossingSymbols } from '../../src/diagnosis/rules/crossingSymbols';
import { fittedOnValidation } from '../../src/diagnosis/rules/fittedOnValidation';
import { futureInputs } from '../../src/diagnosis/rules/futureInputs';
import { movedClasses } from '../../src/diagnosis/rules/movedClasses';
import type { Rule } from '../../src/diagnosis/rules/rule';
import { unusedParts } from '../../src/diagnosis/rules/unusedParts';
import { answerOf, WIRED } from './marketTwins';

const RULES: readonly Rule[] = [crossingSymbols, fittedOnValidation, futureInputs, movedClasses, unusedParts];

/** The kinds of symptoms that the rules of wiring see in a program that was not trained. */
async function seen(twin: benchmark.MarketTwin, seed: number, faulty: boolean): Promise<string[]> {
  const program = twin.build(seed, faulty);
  const { data, model: build, options } = await program.parts();
  const model = (await build()) as TF.LayersModel;
  const wiring = wiringEvidence(model, data, model.outputNames, options);
  const symptoms = RULES.flatMap(({ thresholds, evaluate }) =>
    evaluate(
      { wiring } as Evidence,
      Object.fromEntries(Object.entries(thresholds).map(([name, { value }]) => [name, value])),
    ),
  );
  model.dispose();
  await program.dispose();
  return symptoms.map(({ rule, kind }) => `${rule} ${kind}`);
}

const EXPECTED: Readonly<Record<string, string>> = {
  'targets counted along rows of all symbols': 'crossing-symbols targets',
  'windows cut along rows of all symbols': 'crossing-symbols windows',
  'the return to come left among the features': 'future-inputs return',
  'the return of a row written one row too early': 'future-inputs return',
  'the target itself among the features': 'future-inputs target',
  'warm-up filled backwards': 'future-inputs filled',
  'a scaler fitted to all rows': 'fitted-on-validation scaler',
  'ranks among all rows as targets': 'fitted-on-validation ranks',
  'a label of -1 as the last class': 'moved-classes order',
  'twelve features named, five arrive': 'unused-parts features',
  'a setting that nothing reads': 'unused-parts setting',
};

for (const twin of benchmark.MARKET_TWINS) {
  test(`${twin.fault}: seen on at least 9 of 10 seeds, and nothing on any healthy twin`, async () => {
    let count = 0;
    for (let seed = 1; seed <= 10; seed++) {
      if ((await seen(twin, seed, true)).includes(EXPECTED[twin.fault]!)) count++;
      assert.deepEqual(await seen(twin, seed, false), [], `healthy twin of seed ${seed}`);
    }
    assert.ok(count >= 9, `${count} of 10`);
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
