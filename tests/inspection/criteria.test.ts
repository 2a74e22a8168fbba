import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import * as inspect from '../../src/inspection';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-test-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));
const write = (name: string, text: string): string => {
  fs.writeFileSync(path.join(scratch, name), text);
  return path.join(scratch, name);
};
const RUN_3 = path.join(__dirname, '..', '..', 'data', 'criteria', 'run-3.json');

const CSV = `date,direction,direction_target,volatility,volatility_target,magnitude,magnitude_target
2024-01-02,"[0.7, 0.2, 0.1]","[1, 0, 0]",[0.02],[0.03],[0.05],[0.04]
2024-01-03,"[0.1 0.8 0.1]","[0 1 0]",[0.01],[0.01],[0.02],[0.03]
2024-01-04,"[0.2, 0.2, 0.6]","[0, 0, 1]",[0.08],[0.05],[0.30],[0.25]
`;

test('inspect.predictionFile reads lists as Python and NumPy print them, and tells targets from predictions', async () => {
  const found = await inspect.predictionFile(write('good.csv', CSV));
  assert.deepEqual(Object.keys(found.predictions), ['direction', 'volatility', 'magnitude']);
  assert.deepEqual(Object.keys(found.targets), ['direction', 'volatility', 'magnitude']);
  assert.deepEqual(found.predictions['direction']![1], [0.1, 0.8, 0.1]);
  assert.equal(inspect.predictions(found.targets, found.predictions).find({ head: 'volatility' })!.rows, 3);
});

test('the criteria of run 3 pass on healthy predictions and fail on the saturated run, with the rollback', async () => {
  const criteria = inspect.readCriteria(RUN_3);
  const healthy = await inspect.checkCriteria(criteria, write('good.csv', CSV), { values: { pbo: 0.1 } });
  assert.ok(healthy.passed, healthy.toString());
  assert.equal(healthy.find({ criterion: 'probability of backtest overfitting' })!.outcome, 'pass');
  assert.equal(healthy.find({ criterion: 'Sharpe ratio, confidence threshold optimised' })!.outcome, 'not given');
  assert.deepEqual(healthy.rollback, []);
  const saturated = CSV.replaceAll(/,\[0\.0[128]\],/g, ',[0.9999],');
  const broken = await inspect.checkCriteria(criteria, write('saturated.csv', saturated));
  assert.ok(!broken.passed);
  assert.equal(broken.find({ criterion: 'volatility at most 0.15' })!.outcome, 'FAIL');
  assert.equal(broken.find({ criterion: 'volatility not saturated: share above 0.999' })!.value, 1);
  assert.equal(broken.rollback.length, 4);
});

test('criteria can look at the history of a run, at its last or its best epoch', async () => {
  const source = { predictions: {}, targets: {}, rows: 0 };
  const history = [{ val_auc: 0.7 }, { val_auc: 0.6 }];
  const check = (more: object) =>
    inspect.checkCriteria({ name: 'c', must: [{ name: 'auc', metric: 'val_auc', atLeast: 0.65, ...more }] }, source, {
      history,
    });
  assert.ok(!(await check({})).passed);
  assert.ok((await check({ best: 'max' })).passed);
  await assert.rejects(check({ metric: 'val_acu' }), /history has no "val_acu".*criterion auc/);
});

test('at least and at most include the bound, above and below leave it out', async () => {
  const source = { predictions: { v: [[0.25], [0.75]] }, targets: {}, rows: 2 };
  const outcome = async (bounds: object) => {
    const must = [{ name: 'mean', head: 'v', statistic: 'mean', ...bounds }];
    return (await inspect.checkCriteria({ name: 'c', must }, source)).passed;
  };
  assert.deepEqual(
    await Promise.all([{ atLeast: 0.5 }, { atMost: 0.5 }, { above: 0.5 }, { below: 0.5 }].map(outcome)),
    [true, true, false, false],
  );
  assert.deepEqual(
    await Promise.all([{ atLeast: 0.51 }, { atMost: 0.49 }, { above: 0.49 }, { below: 0.51 }].map(outcome)),
    [false, false, true, true],
  );
});

test('NaN predictions fulfil no criterion', async () => {
  const source = { predictions: { v: [[0.1], [Number.NaN]] }, targets: {}, rows: 2 };
  const must = [{ name: 'max', head: 'v', statistic: 'max', atMost: 1 }];
  assert.ok(!(await inspect.checkCriteria({ name: 'c', must }, source)).passed);
});

test('broken files of predictions and of criteria are refused with the place', async () => {
  await assert.rejects(inspect.predictionFile(write('empty.csv', 'volatility\n')), /0 rows|no rows|empty/i);
  await assert.rejects(inspect.predictionFile(write('text.csv', 'name\nhello\n')), /no column holds numbers/);
  await assert.rejects(
    inspect.predictionFile(write('ragged.csv', 'd\n"[0.1, 0.2]"\n"[0.1]"\n')),
    /list of 2 numbers \(.*column d, row 2/,
  );
  await assert.rejects(inspect.predictionFile(write('code.csv', 'd\n"[0.1]"\n"[__import__(1)]"\n')), /not a list/);
  const missing = [{ name: 'm', head: 'magnitude', statistic: 'max', atMost: 1 }];
  await assert.rejects(
    inspect.checkCriteria({ name: 'c', must: missing }, write('v.csv', 'volatility\n0.1\n')),
    /no predictions of "magnitude".*criterion m/,
  );
  const targets = [{ name: 't', head: 'volatility', statistic: 'ic', atLeast: 0 }];
  await assert.rejects(
    inspect.checkCriteria({ name: 'c', must: targets }, write('v.csv', 'volatility\n0.1\n')),
    /needs its targets; name their column volatility_target/,
  );
  assert.throws(() => inspect.readCriteria(write('bad.json', '{')), /not JSON/);
  assert.throws(
    () => inspect.readCriteria(write('none.json', '{"name":"x","must":[{"name":"a","metric":"b"}]}')),
    /must\.0: a criterion needs atLeast/,
  );
  assert.throws(
    () =>
      inspect.readCriteria(
        write('typo.json', '{"name":"x","must":[{"name":"a","head":"v","statistic":"maxx","atMost":1}]}'),
      ),
    /must\.0\.statistic/,
  );
});
