import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { benchmark, runs, train } from '../../src/diagnosis';
import { crc32c } from '../../src/diagnosis/eventFile';
import { fit } from '../../src/training';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-test-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

test('crc32c gives the check value of its standard (RFC 3720, appendix B.4)', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
});

test('runs are written whole, read back, listed and compared', async () => {
  const twin = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!;
  for (const faulty of [true, false]) {
    const program = twin.build(51, faulty);
    const { run, model, diagnosis } = await train(program, { fit: { mode: 'graph', epochs: 8 } });
    const options = { ...program.options, epochs: 8 };
    const folder = runs.write(scratch, faulty ? 'relu' : 'softplus', {
      run,
      model,
      diagnosis,
      data: program.data,
      options,
    });
    assert.deepEqual(
      fs
        .readdirSync(folder)
        .map((name) => name.split('.')[0])
        .sort(),
      ['diagnosis', 'events', 'history', 'run'],
    );
    assert.throws(
      () => runs.write(scratch, 'relu', { run, data: program.data, options }),
      /a run of this name already/,
    );
  }
  const read = runs.read(scratch, 'relu');
  assert.equal(read.history.length, 8);
  assert.equal(read.seed, 51);
  assert.equal(read.verdicts[0]!.cause, 'dead-head');
  assert.match(read.dataHash, /^[0-9a-f]{64}$/);
  assert.equal(read.dataHash, runs.read(scratch, 'softplus').dataHash);
  assert.deepEqual(
    runs
      .list(scratch)
      .rows.map(({ run }) => run)
      .sort(),
    ['relu', 'softplus'],
  );
  const compared = runs.compare(scratch, 'relu', 'softplus');
  assert.match(String(compared.find({ what: 'verdicts' })!['relu']), /dead-head volatility/);
  assert.equal(compared.find({ what: 'data' }), undefined);
  assert.ok(Number(compared.find({ what: 'val_volatility_loss' })!['softplus']) > 0);
});

test('fit records itself when it is told to, with verdicts and the statistics of every epoch', async () => {
  const folder = path.join(scratch, 'recorded');
  const { model, data, options } = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!.build(52, true);
  const settings = { ...options, epochs: 6, mode: 'graph' as const };
  const built = await model();
  await fit(built, data, { ...settings, watch: [runs.record(folder, { name: 'one' })] });
  const record = runs.read(folder, 'one');
  assert.equal(record.verdicts[0]!.cause, 'dead-head');
  assert.equal(record.history.length, 6);
  const statistics = JSON.parse(fs.readFileSync(path.join(folder, 'one', 'statistics.json'), 'utf8')) as {
    of: string;
    epoch: number;
    head?: string;
    zeroShare: number;
  }[];
  const volatility = statistics.filter(({ head }) => head === 'volatility');
  assert.deepEqual(
    volatility.map(({ epoch, zeroShare }) => [epoch, zeroShare]),
    [0, 1, 2, 3, 4, 5].map((epoch) => [epoch, 1]),
  );
  assert.ok(['weight', 'gradient', 'prediction'].every((of) => statistics.some((row) => row.of === of)));
  // The name is refused before an epoch is trained, and a run without one gets one of its own.
  let epochs = 0;
  const counted = { ...settings, onEpoch: () => void epochs++ };
  await assert.rejects(fit(built, data, { ...counted, watch: [runs.record(folder, { name: 'one' })] }), /already/);
  assert.equal(epochs, 0);
  for (let k = 0; k < 2; k++)
    await fit(built, data, {
      ...counted,
      epochs: 1,
      watch: [runs.record(folder, { diagnose: false, statistics: false })],
    });
  assert.equal(runs.list(folder).rows.length, 3);
  assert.ok(runs.list(folder).rows.some(({ run }) => /^\d{4}-\d\d-\d\d-\d{6}-seed52(-2)?$/.test(String(run))));
});

test('train records the run it diagnosed', async () => {
  const program = benchmark.TWINS.find(({ fault }) => fault.includes('one unit'))!.build(53, true);
  const record = { folder: scratch, name: 'trained' };
  await train(program, { fit: { mode: 'graph', epochs: 2 }, record });
  assert.equal(runs.read(scratch, 'trained').verdicts[0]!.cause, 'one-unit-softmax');
  await assert.rejects(train(program, { record }), /already/);
});

test('names that would leave the folder are refused, and a damaged record names its file', () => {
  for (const name of ['../x', 'a/b', '.hidden', '', 'a\0b'])
    assert.throws(() => runs.read(scratch, name), /becomes a folder/);
  fs.mkdirSync(path.join(scratch, 'broken'));
  fs.writeFileSync(path.join(scratch, 'broken', 'run.json'), '{');
  assert.throws(() => runs.read(scratch, 'broken'), /cannot be read \(.*broken, file run\.json/);
  assert.equal(runs.list(path.join(scratch, 'none')).rows.length, 0);
});
