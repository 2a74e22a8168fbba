import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { type TF, tf } from '../../src/core';
import { benchmark, diagnose, runs } from '../../src/diagnosis';
import { train } from '../../src/programs';
import { crc32c } from '../../src/runs/eventFile';
import { type FitOptions, fit, type TrainingState } from '../../src/training';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-test-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

test('crc32c gives the check value of its standard (RFC 3720, appendix B.4)', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
});

test('runs are written whole, read back, listed and compared', async () => {
  const twin = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!;
  for (const faulty of [true, false]) {
    const run = await train(twin.build(51, faulty), { mode: 'graph', epochs: 8 });
    const diagnosis = diagnose(run);
    const { verdicts } = diagnosis;
    const folder = runs.write(scratch, faulty ? 'relu' : 'softplus', run, { diagnosis, verdicts });
    assert.deepEqual(
      fs
        .readdirSync(folder)
        .map((name) => name.split('.')[0])
        .sort(),
      ['diagnosis', 'digests', 'events', 'history', 'run', 'weights'],
    );
    assert.throws(() => runs.write(scratch, 'relu', run), /a run of this name already/);
  }
  const read = runs.read(scratch, 'relu');
  assert.equal(read.history.length, 8);
  assert.equal(read.seed, 51);
  assert.equal(read.verdicts![0]!.cause, 'dead-head');
  assert.match(read.dataHash!, /^[0-9a-f]{64}$/);
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
  const last = compared.find({ what: 'val_volatility_loss' })!;
  assert.ok(Number(last['softplus']) > 0);
  assert.equal(last['difference'], Number(last['softplus']) - Number(last['relu']));
});

test('two runs of other models are compared tensor by tensor', async () => {
  const inputs = tf.ones([8, 2]);
  for (const [name, units] of [
    ['narrow', 2],
    ['wide', 3],
  ] as const) {
    const layers = [
      tf.layers.dense({ units, inputShape: [2], name: 'hidden' }),
      tf.layers.dense({ units: 1, name: 'head' }),
    ];
    const run = await fit(
      tf.sequential({ layers }),
      { inputs, targets: tf.ones([8, 1]) },
      { losses: 'huber', epochs: 1, mode: 'eager' },
    );
    runs.write(path.join(scratch, 'models'), name, run);
  }
  const compared = runs.compare(path.join(scratch, 'models'), 'narrow', 'wide');
  assert.deepEqual(compared.find({ what: 'weights hidden/kernel' }), {
    what: 'weights hidden/kernel',
    narrow: '[2, 2]',
    wide: '[2, 3]',
  });
  assert.equal(compared.find({ what: 'weights head/bias' }), undefined);
});

test('fit records itself when it is told to, with verdicts and the statistics of every epoch', async () => {
  const folder = path.join(scratch, 'recorded');
  const { model, data, options } = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!.build(52, true);
  const settings = { ...options, epochs: 6, mode: 'graph' as const };
  const built = await model();
  await fit(built, data, { ...settings, watch: [runs.recordRun(folder, { name: 'one' })] });
  const record = runs.read(folder, 'one');
  assert.equal(record.verdicts![0]!.cause, 'dead-head');
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
  await assert.rejects(fit(built, data, { ...counted, watch: [runs.recordRun(folder, { name: 'one' })] }), /already/);
  assert.equal(epochs, 0);
  for (let k = 0; k < 2; k++)
    await fit(built, data, {
      ...counted,
      epochs: 1,
      watch: [runs.recordRun(folder, { diagnose: false, statistics: false })],
    });
  assert.equal(runs.list(folder).rows.length, 3);
  assert.ok(runs.list(folder).rows.some(({ run }) => /^\d{4}-\d\d-\d\d-\d{6}-seed52(-2)?$/.test(String(run))));
});

/** Steps at which an event file has a histogram, by tag, with the number of values: read by the wire format alone. */
function histogramsIn(folder: string): Map<string, [step: number, count: number][]> {
  const file = fs.readdirSync(folder).find((name) => name.startsWith('events'))!;
  const bytes = fs.readFileSync(path.join(folder, file));
  const fields = (part: Buffer): Map<number, (Buffer | number)[]> => {
    const found = new Map<number, (Buffer | number)[]>();
    let at = 0;
    const varint = () => {
      let [value, scale] = [0, 1];
      for (;;) {
        const byte = part[at++]!;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
        scale *= 128;
      }
    };
    while (at < part.length) {
      const key = varint();
      const kind = key % 8;
      let value: Buffer | number;
      if (kind === 0) value = varint();
      else {
        const length = kind === 2 ? varint() : kind === 1 ? 8 : 4;
        value = part.subarray(at, at + length);
        at += length;
      }
      found.set(key >> 3, [...(found.get(key >> 3) ?? []), value]);
    }
    return found;
  };
  const result = new Map<string, [number, number][]>();
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const event = fields(bytes.subarray(at + 12, at + 12 + length));
    at += 16 + length;
    const [summary] = (event.get(5) ?? []) as Buffer[];
    if (!summary) continue;
    const value = fields(fields(summary).get(1)![0] as Buffer);
    const [histogram] = (value.get(5) ?? []) as Buffer[];
    if (!histogram) continue;
    const tag = String(value.get(1)![0]);
    const count = (fields(histogram).get(3)![0] as Buffer).readDoubleLE();
    result.set(tag, [...(result.get(tag) ?? []), [(event.get(2)?.[0] as number | undefined) ?? 0, count]]);
  }
  return result;
}

test('a recorded run has histograms of its weights after every epoch, and of a long one after at most a hundred', async () => {
  const folder = path.join(scratch, 'histograms');
  const data = { inputs: tf.ones([8, 2]), targets: tf.ones([8, 1]) };
  for (const [name, epochs, wanted] of [
    ['short', 5, [0, 1, 2, 3, 4]],
    ['long', 250, [...Array.from({ length: 83 }, (_, k) => 3 * k + 2), 249]],
  ] as const) {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const watch = [runs.recordRun(folder, { name, diagnose: false, statistics: false })];
    await fit(model, data, { losses: 'meanSquaredError', epochs, mode: 'graph', watch });
    const found = histogramsIn(path.join(folder, name));
    assert.equal(found.size, 2);
    const [kernel, bias] = [...found.values()];
    assert.deepEqual(
      kernel,
      wanted.map((step) => [step, 2]),
    );
    assert.deepEqual(
      bias,
      wanted.map((step) => [step, 1]),
    );
  }
});

test('names that would leave the folder are refused, and a damaged record is named and skipped', () => {
  for (const name of ['../x', 'a/b', '.hidden', '', 'a\0b'])
    assert.throws(() => runs.read(scratch, name), /becomes a folder/);
  const damage = (name: string, file: string, text: string) => {
    fs.mkdirSync(path.join(scratch, 'damaged', name), { recursive: true });
    fs.writeFileSync(path.join(scratch, 'damaged', name, file), text);
  };
  damage('cut-off', 'run.json', '{');
  damage('no-record', 'history.json', '[]');
  damage('no-number', 'run.json', fs.readFileSync(path.join(scratch, 'relu', 'run.json'), 'utf8'));
  damage('no-number', 'history.json', '[{"loss": "low"}]');
  damage('not-a-run', 'notes.txt', 'something else');
  fs.cpSync(path.join(scratch, 'relu'), path.join(scratch, 'damaged', 'renamed by hand'), { recursive: true });
  const { rows, skipped } = runs.list(path.join(scratch, 'damaged'));
  assert.deepEqual(
    rows.map(({ run }) => run),
    ['renamed by hand'],
  );
  assert.deepEqual(skipped.map(({ folder }) => folder).sort(), ['cut-off', 'no-number', 'no-record']);
  assert.match(runs.list(path.join(scratch, 'damaged')).toString(), /not listed: cut-off: .*\(run\.json\)/);
  assert.throws(() => runs.read(path.join(scratch, 'damaged'), 'cut-off'), /cannot be read.*cut-off, file run\.json/);
  assert.equal(runs.list(path.join(scratch, 'none')).rows.length, 0);
});

test('no option of fit puts anything but what decides the result into a record, and weights never', async () => {
  const folder = path.join(scratch, 'resumed');
  const { model, data, options } = benchmark.TWINS[5]!.build(54, true);
  const states: TrainingState[] = [];
  const losses = {
    y: (targets: TF.Tensor, predictions: TF.Tensor) => tf.mean(tf.squaredDifference(targets, predictions)),
  } as FitOptions['losses'];
  const given = { ...options, losses, mode: 'graph' as const, epochs: 2 };
  await fit(await model(), data, { ...given, onCheckpoint: (save) => void states.push(save()) });
  const watch = [runs.recordRun(folder, { name: 'resumed', diagnose: false, statistics: false })];
  await fit(await model(), data, {
    ...given,
    epochs: 3,
    resumeFrom: states[1]!,
    signal: new AbortController().signal,
    onEpoch: () => {},
    watch,
  });
  const { options: recorded, history } = runs.read(folder, 'resumed');
  assert.deepEqual(Object.keys(recorded).sort(), [
    'batchSize',
    'epochs',
    'lossWeights',
    'losses',
    'mode',
    'optimizer',
    'seed',
  ]);
  assert.deepEqual(recorded['losses'], { y: 'function y' });
  assert.equal(history.length, 3);
  assert.ok(fs.statSync(path.join(folder, 'resumed', 'run.json')).size < 2000);
});

test('data has one hash per content: any tensor, weights of samples and validation rows count, the order of names does not', () => {
  const [inputs, targets] = [tf.ones([4, 2]), tf.zeros([4, 1])];
  const sampleWeights = tf.tensor1d([1, 1, 1, 2]);
  const base = { inputs, targets };
  const hashes = [
    base,
    { ...base, sampleWeights },
    { ...base, sampleWeights: tf.ones([4]) as TF.Tensor1D },
    { ...base, sampleWeights: { y: sampleWeights } },
    { ...base, validation: base },
    { ...base, validation: { ...base, sampleWeights } },
    { inputs: targets, targets: inputs },
    { ...base, inputs: tf.ones([2, 4]) },
    { ...base, inputs: tf.ones([4, 2], 'int32') },
  ].map((data) => runs.dataHash(data));
  assert.equal(new Set(hashes).size, hashes.length);
  assert.equal(runs.dataHash({ inputs: tf.ones([4, 2]), targets: tf.zeros([4, 1]) }), hashes[0]);
  const byName = runs.dataHash({ inputs: { a: inputs, b: targets }, targets });
  assert.equal(runs.dataHash({ inputs: { b: targets, a: inputs }, targets }), byName);
});
