import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, it } from 'node:test';
import { tf } from '../../src/core';
import { type Cause, diagnose, type Rule } from '../../src/diagnosis';
import { saveKeras } from '../../src/inspection';

const rows = () => {
  const inputs = tf.randomNormal([300, 2], 0, 1, 'float32', 3);
  return { inputs, targets: tf.zeros([300, 1]).add(inputs.sum(1, true)) };
};
const network = () =>
  tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'head', kernelInitializer: 'zeros' })],
  });
const options = { losses: 'meanSquaredError' } as const;

const fewWeights: Rule = {
  id: 'few-weights',
  watches: 'how many weights the model has',
  thresholds: { weights: { value: 10, source: 'a house rule' } },
  evaluate({ model }, { weights }) {
    const count = (model as unknown as { countParams(): number }).countParams();
    if (count >= weights!) return [];
    return [
      {
        rule: 'few-weights',
        kind: 'few',
        where: '',
        evidence: [{ quantity: 'weights', value: count, unit: '', threshold: weights! }],
      },
    ];
  },
};
const tooFew: Cause = {
  id: 'house-too-few-weights',
  title: 'The model has fewer weights than the house allows',
  tier: 1,
  needs: 'nothing',
  find: (seen) =>
    seen.of('few-weights').map((symptom) => ({
      where: '',
      says: 'few',
      severity: 1,
      symptoms: [symptom],
      change: { says: 'add some' },
      wrongIf: 'it had more',
    })),
};

describe('rules and causes of one’s own', () => {
  it('count for the call they are given to, and print the keys of the thresholds they used', () => {
    const [model, data] = [network(), rows()];
    const given = { model, data, options };
    const own = diagnose({ history: [] }, { ...given, rules: [fewWeights], causes: [tooFew] });
    assert.equal(own.verdicts[0]!.cause, 'house-too-few-weights');
    assert.match(own.toString(), /how sure is not known/);
    assert.match(own.toString(), /thresholds: few-weights\.weights 10/);
    assert.deepEqual(own.verdicts[0]!.thresholds, { 'few-weights': { weights: 10 } });
    const moved = diagnose(
      { history: [] },
      { ...given, rules: [fewWeights], causes: [tooFew], thresholds: { 'few-weights': { weights: 2 } } },
    );
    assert.ok(moved.verdicts.every(({ cause }) => cause !== 'house-too-few-weights'));
    assert.ok(diagnose({ history: [] }, given).verdicts.every(({ cause }) => cause !== 'house-too-few-weights'));
  });

  it('are refused where they cannot work, and so are thresholds that are none', () => {
    const given = { model: network(), data: rows(), options };
    const wrong: [object, RegExp][] = [
      [{ rules: [{ id: 'x' }] }, /no watches, thresholds, evaluate/],
      [{ rules: [{ ...fewWeights, id: 'dead-head' }] }, /id is taken/],
      [{ rules: [{ ...fewWeights, thresholds: { a: 3 } }] }, /threshold "a" has no value/],
      [{ causes: [{ ...tooFew, find: 'x' }] }, /find is no function/],
      [{ causes: [tooFew, tooFew] }, /id is taken/],
      [{ rules: fewWeights }, /no list/],
      [{ thresholds: { 'dead-head': { zeroShare: 'high' } } }, /no such threshold|no number/],
      [{ thresholds: { 'collapsed-head': { scale: Number.NaN } } }, /no number.*default is 0\.2/s],
    ];
    for (const [more, message] of wrong)
      assert.throws(() => diagnose({ history: [] }, { ...given, ...more } as never), message);
  });

  it('in a file work from the shell', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rules-'));
    try {
      fs.writeFileSync(
        path.join(folder, 'house.ts'),
        `export const rules = [{ id: 'house', watches: 'nothing', thresholds: { least: { value: 1, source: 'mine' } }, evaluate: () => [{ rule: 'house', kind: 'a', where: '', evidence: [] }] }];
export const causes = [{ id: 'of-the-house', title: 'A cause of the house', tier: 1, needs: 'nothing', probability: 0.5, find: (seen: any) => seen.of('house').map((one: any) => ({ where: '', says: 'so', severity: 1, symptoms: [one], change: { says: 'this' }, wrongIf: 'that' })) }];`,
      );
      await saveKeras(network(), path.join(folder, 'model.keras'));
      const python = `import numpy as np; x=np.random.default_rng(0).normal(size=(200,2)); np.savez('rows.npz', x=x, y=x.sum(1))`;
      execFileSync(path.join(__dirname, '..', '..', '.venv', 'bin', 'python'), ['-c', python], { cwd: folder });
      const program = path.join(__dirname, '..', '..', 'bin', 'reluctant.js');
      const line = [
        'diagnose',
        'model.keras',
        '--data',
        'rows.npz',
        '--inputs',
        'x',
        '--targets',
        'y',
        '--loss',
        'mse',
      ];
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...line, '--rules', 'house.ts'], {
        cwd: folder,
        encoding: 'utf8',
      });
      assert.equal(status, 1, stderr);
      assert.match(stdout, /^1\. A cause of the house, 50\.0 % sure/);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
