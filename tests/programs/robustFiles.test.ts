import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../../src/data';
import { predictRobust, robustRecipe, type TrainOptions, train, trainRobust } from '../../src/programs';
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
const weights = (name: string) => fs.readFileSync(at(`${name}/weights.safetensors`)).toString('base64');

/** The recipe on files that are streamed, trained into a folder. */
async function trainRobustFiles(folder: string, memory: number, options: TrainOptions = {}) {
  const program = robustRecipe().with({ ...settings, source: { files: [csv] }, memory });
  const run = await train(program, { ...options, folder });
  const { trainingRows, validationRows } = run.origin!.data as Awaited<ReturnType<typeof program.parts>>['data'] & Rows;
  await program.dispose();
  return { run, trainingRows, validationRows };
}
type Rows = { trainingRows: number; validationRows: number };

test('rows that are streamed train as rows in memory do: losses of the same size, a model that predicts', async () => {
  const streamed = await trainRobustFiles(at('streamed'), 64e6);
  const whole = await trainRobust(await load(csv), at('whole'), settings);
  // Time is cut by all dates of the file, and by those of complete rows in memory.
  const near = (a: number, b: number) => assert.ok(Math.abs(a / b - 1) < 0.01, `${a} ${b}`);
  const rows = whole.origin!.data as unknown as Rows;
  near(streamed.trainingRows, rows.trainingRows);
  near(streamed.validationRows, rows.validationRows);
  // Another order of the rows is another path, to the same place: as near as two runs in memory of other seeds.
  const [a, b] = [streamed.run.last!, whole.last!];
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

test('a run on streamed rows repeats bit for bit, and resumed after a stop ends with the same bits', async () => {
  await trainRobustFiles(at('first'), 64e6);
  const stop = new AbortController();
  const onEpoch = ({ epoch }: { epoch: number }) => (epoch === 1 ? stop.abort() : undefined);
  const { run } = await trainRobustFiles(at('second'), 64e6, { onEpoch, signal: stop.signal });
  assert.equal(run.stopReason, 'aborted');
  assert.ok(!fs.existsSync(at('second/weights.safetensors')));
  await trainRobustFiles(at('second'), 64e6, { resume: true });
  assert.equal(weights('second'), weights('first'));
  await assert.rejects(trainRobustFiles(at('second'), 80e6, { resume: true }), {
    code: 'settings-differ',
  });
});
