import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../../src/data';
import { predictRobust, trainRobust, trainRobustFiles } from '../../src/programs';
import { market } from '../../src/synthetic';

let folder: string;
let csv: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-files-'));
  csv = path.join(folder, 'prices.csv');
  fs.writeFileSync(csv, market({ symbols: 4, days: 3000, seed: 3, informationCoefficient: 0.5 }).toCSV());
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const settings = { epochs: 3, batchSize: 32, learningRate: 0.001, warmupSteps: 50, mode: 'graph' as const };
const weights = (name: string) => JSON.stringify(JSON.parse(fs.readFileSync(at(`${name}/model.json`), 'utf8')).weights);

test('trainRobustFiles trains as trainRobust does: losses of the same size, a model that predicts', async () => {
  const streamed = await trainRobustFiles([csv], at('streamed'), settings, { memory: 64e6 });
  const whole = await trainRobust(await load(csv), at('whole'), settings);
  // Time is cut by all dates of the file, and by those of complete rows in memory.
  const near = (a: number, b: number) => assert.ok(Math.abs(a / b - 1) < 0.01, `${a} ${b}`);
  near(streamed.trainingRows, whole.rows.training.rows.length);
  near(streamed.validationRows, whole.rows.validation.rows.length);
  // Another order of the rows is another path, to the same place: as near as two runs in memory of other seeds.
  const [a, b] = [streamed.run.last!, whole.run.last!];
  for (const key of ['loss', 'val_loss'])
    assert.ok(Math.abs(a[key]! / b[key]! - 1) < 0.02, `${key} ${a[key]} ${b[key]}`);
  assert.ok(a.loss < streamed.run.history[0]!.loss);
  // That of predicting the middle rank always.
  assert.ok(a['val_loss']! < 1 / 24, `${a['val_loss']}`);
  const data = await load(csv);
  const [from, same] = [predictRobust(data, at('streamed')), predictRobust(data, at('whole'))];
  const apart = from.ranks.reduce((sum, rank, k) => sum + Math.abs(rank - same.ranks[k]!), 0) / from.ranks.length;
  assert.ok(apart < 0.03, `${apart}`);
  assert.ok(!fs.existsSync(at('streamed/rows')), 'nothing is left on disk');
});

test('trainRobustFiles repeats bit for bit, and resumed after a stop ends with the same bits', async () => {
  await trainRobustFiles([csv], at('first'), settings, { memory: 64e6 });
  const stop = new AbortController();
  const onEpoch = ({ epoch }: { epoch: number }) => (epoch === 1 ? stop.abort() : undefined);
  const { run } = await trainRobustFiles([csv], at('second'), settings, { memory: 64e6, onEpoch, signal: stop.signal });
  assert.equal(run.stopReason, 'aborted');
  assert.ok(!fs.existsSync(at('second/model.json')));
  await trainRobustFiles([csv], at('second'), settings, { memory: 64e6, resume: true });
  assert.equal(weights('second'), weights('first'));
  await assert.rejects(trainRobustFiles([csv], at('second'), settings, { memory: 80e6, resume: true }), {
    code: 'settings-differ',
  });
});
