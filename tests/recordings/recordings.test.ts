import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, describe, it } from 'node:test';
import { type TF, tf } from '../../src/core';
import { diagnose } from '../../src/diagnosis';
import { tensors } from '../../src/inspection';
import { readHistory, trainingOfFolder } from '../../src/recordings';
import { lossNamed, optimizerNamed } from '../../src/recordings/kerasNames';
import { fit, historyRows } from '../../src/training';

const ROOT = path.join(__dirname, '..', '..');
const PROGRAM = path.join(ROOT, 'bin', 'reluctant.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recordings-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const shell = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', cwd: folder });
  return { status, stdout, stderr };
};

/** The same, with others at once. */
const asked = (...args: string[]) =>
  new Promise<{ status: number | null; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('close', (status) => resolve({ status, stderr }));
  });

const python = (code: string[], env: Record<string, string> = {}) =>
  execFileSync(path.join(ROOT, '.venv', 'bin', 'python'), code, {
    encoding: 'utf8',
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      PYTHONPATH: path.join(ROOT, 'python', 'reluctant', 'src'),
      TF_CPP_MIN_LOG_LEVEL: '3',
      ...env,
    },
  });

describe('a model of Keras that Python recorded', () => {
  it('has its dead head named first and mended, in one command without TypeScript', () => {
    const script = path.join(ROOT, 'tests', 'recordings', 'record_keras.py');
    const said = JSON.parse(
      python([script, path.join(folder, 'keras')], { RELUCTANT_COMMAND: `"${process.execPath}" "${PROGRAM}"` }),
    ) as {
      first: string[];
      confirmed: boolean;
      seconds: number;
      html: string;
      text: string;
      predicted: object;
      untouched: boolean;
      looked: object;
    };
    assert.deepEqual(said.first.slice(0, 2), ['dead-head', 'volatility']);
    assert.match(said.first[2]!, /keras\.layers\.Dense\(1, activation="softplus", name="volatility"\)/);
    assert.equal(said.confirmed, true);
    assert.ok(said.seconds < 60, `${said.seconds} s`);
    assert.match(said.text, /the model is better/);
    assert.match(said.html, /<code>volatility<\/code>/);
    const page = fs.readFileSync(path.join(folder, 'keras.html'), 'utf8');
    assert.ok(page.indexOf('What keeps keras from learning') < page.indexOf('What was looked at'));
    assert.match(page, /activation=/);
    assert.match(page, /Norm of the gradients by epoch/);
    const { aliveGradient, ...dead } = said.looked as Record<string, number>;
    assert.deepEqual(dead, { deadGradient: 0, deadUnits: 1, predicted: 1 });
    assert.ok(aliveGradient! > 0);
    assert.equal(said.untouched, true, 'looking changes neither weights nor metrics');
  });

  it('stands in the list of runs, and gives here what it gave there', async () => {
    assert.match(shell('runs', '--folder', folder).stdout, /keras/);
    const training = await trainingOfFolder(path.join(folder, 'keras'));
    assert.deepEqual(training.model.outputNames, ['direction', 'volatility', 'magnitude']);
    assert.equal(training.run.history.length, 20);
    assert.ok(training.run.initialWeights);
    assert.ok(training.statistics.some(({ of, layer }) => of === 'activation' && layer !== undefined));
    await training.dispose();
  });

  it('is diagnosed from its files, by the names of arrays and the loss it was compiled with', () => {
    const place = path.join(folder, 'keras');
    python([
      '-c',
      `import numpy as np; d=np.load("${place}/data.npz"); np.savez("rows.npz", **{k.split(".")[2]: d[k] for k in d if k.startswith("training")})`,
    ]);
    const { status, stdout } = shell(
      'diagnose',
      `${place}/model.keras`,
      '--data',
      'rows.npz',
      '--history',
      `${place}/history.json`,
      '--json',
    );
    assert.equal(status, 1);
    const said = JSON.parse(stdout) as { verdicts: { cause: string; where: string }[]; unknown: string[] };
    assert.deepEqual([said.verdicts[0]!.cause, said.verdicts[0]!.where], ['dead-head', 'volatility']);
    assert.match(said.unknown.join(), /before the first step are not known/);
  });
});

describe('a module of PyTorch that was recorded', () => {
  const reference = path.join(ROOT, 'tests', 'recordings', 'reference');
  const place = path.join(reference, 'torch');

  const kinds = ['recurrent', 'gated', 'convolutional', 'pictures', 'words'].map((kind) => `torchLayers/${kind}`);
  for (const name of ['torch', ...kinds])
    it(`gives here what it gave there, to 1e-5 (${name})`, async () => {
      const training = await trainingOfFolder(path.join(reference, name));
      const inputs = Object.values(training.data.validation!.inputs as Record<string, TF.Tensor>);
      const given = [training.model.predict(inputs)].flat();
      const theirs = await tensors(path.join(reference, name, 'predicted.npz'));
      training.model.outputNames.forEach((head, k) => {
        const other = (theirs.length > 1 ? theirs.find((one) => one.name === head) : theirs[0])!.values();
        const mine = given[k]!.dataSync();
        assert.equal(mine.length, other.length, head);
        assert.ok(
          mine.every((value, row) => Math.abs(value - other[row]!) < 1e-5),
          head,
        );
      });
      tf.dispose(given);
      await training.dispose();
    });

  it('is trained further here, whatever its layers are', async () => {
    for (const kind of kinds) {
      const training = await trainingOfFolder(path.join(reference, kind));
      const before = training.model.trainableWeights.map((weight) => weight.read().dataSync());
      const { history } = await fit(training.model, training.data, { ...training.options, epochs: 2, mode: 'eager' });
      assert.ok(
        history.every(({ loss }) => Number.isFinite(loss)),
        kind,
      );
      training.model.trainableWeights.forEach((weight, k) => {
        const now = weight.read().dataSync();
        assert.ok(
          now.some((value, place) => value !== before[k]![place]),
          `${kind} ${weight.name}`,
        );
      });
      await training.dispose();
    }
  });

  it('has its dead head named first, and mended', () => {
    const { status, stdout } = shell('diagnose', place, '--confirm');
    assert.equal(status, 1);
    assert.match(stdout, /^1\. A rectified head is dead: constant zero, without a gradient \(volatility\)/);
    assert.match(stdout, /in code: torch\.nn/);
    assert.match(stdout, /confirmed: the model is better/);
  });

  it('and cannot be rebuilt is looked at by what was seen of it', () => {
    const opaque = (kind: string) => path.join(reference, 'torchOpaque', kind);
    const dead = shell('diagnose', opaque('dead'), '--json');
    assert.equal(dead.status, 1);
    const { verdicts, unknown } = JSON.parse(dead.stdout);
    assert.deepEqual(
      verdicts.map(({ cause, where, probability }: Record<string, unknown>) => [cause, where, probability]),
      [['dead-head', 'volatility', null]],
    );
    assert.match(unknown.join(), /TransformerEncoderLayer has no counterpart/);
    const healthy = shell('diagnose', opaque('healthy'));
    assert.equal(healthy.status, 0);
    assert.match(healthy.stdout, /^No verdict from what was recorded; the model itself was not looked at/);
    const confirmed = shell('diagnose', opaque('dead'), '--confirm');
    assert.equal(confirmed.status, 2);
    assert.match(confirmed.stderr, /cannot be rebuilt here.*"confirm"/s);
  });

  it('that was damaged is refused', () => {
    const copy = path.join(folder, 'damaged');
    fs.cpSync(place, copy, { recursive: true });
    fs.writeFileSync(
      path.join(copy, 'recording.json'),
      fs.readFileSync(path.join(copy, 'recording.json'), 'utf8').replace('MSELoss', 'L1Loss'),
    );
    const { status, stderr } = shell('diagnose', copy);
    assert.equal(status, 2);
    assert.match(stderr, /not what was written/);
  });

  it('is refused whichever of its files was damaged, and wherever', async () => {
    const files = Object.keys(JSON.parse(fs.readFileSync(path.join(place, 'digests.json'), 'utf8')) as object);
    assert.ok(files.includes('graph.json') && files.includes('weights.npz') && files.includes('data.npz'));
    for (const file of files.filter((name) => name !== 'run.json')) {
      const copy = fs.mkdtempSync(path.join(folder, 'flipped-'));
      fs.cpSync(place, copy, { recursive: true });
      const bytes = fs.readFileSync(path.join(copy, file));
      bytes[bytes.length >> 1]! ^= 1;
      fs.writeFileSync(path.join(copy, file), bytes);
      await assert.rejects(trainingOfFolder(copy), /not what was written/, file);
    }
  });
});

describe('histories', () => {
  it('are understood in every form that people have', async () => {
    const expected = [
      { epoch: 0, loss: 1, val_loss: 2 },
      { epoch: 1, loss: 0.5, val_loss: 1 },
    ];
    const columns = { loss: [1, 0.5], val_loss: [2, 1] };
    assert.deepEqual(historyRows(columns), expected);
    assert.deepEqual(historyRows({ epoch: [0, 1], history: columns }), expected);
    assert.deepEqual(historyRows(expected), expected);
    assert.ok(Number.isNaN(historyRows({ loss: ['NaN'] })[0]!['loss']));
    fs.writeFileSync(path.join(folder, 'log.csv'), 'epoch,loss,val_loss\n0,1,2\n1,0.5,1\n');
    assert.deepEqual(await readHistory(path.join(folder, 'log.csv')), expected);
    fs.writeFileSync(
      path.join(folder, 'metrics.csv'),
      'epoch,step,loss,val_loss\n0,9,1,\n0,9,,2\n1,19,0.5,\n1,19,,1\n',
    );
    const merged = await readHistory(path.join(folder, 'metrics.csv'));
    assert.deepEqual(
      merged.map(({ loss, val_loss }) => [loss, val_loss]),
      [
        [1, 2],
        [0.5, 1],
      ],
    );
    fs.writeFileSync(path.join(folder, 'python.json'), '{"loss": [NaN, Infinity], "NaN": [1, -Infinity]}');
    assert.deepEqual(await readHistory(path.join(folder, 'python.json')), [
      { epoch: 0, loss: Number.NaN, NaN: 1 },
      { epoch: 1, loss: Infinity, NaN: -Infinity },
    ]);
    for (const wrong of [null, 3, 'loss', {}, { loss: 1 }, { loss: [1], val_loss: [1, 2] }, [[1]], [{ loss: 'x' }]])
      assert.throws(() => historyRows(wrong), /diagnose: .*histor|numbers of a history/);
  });
});

describe('names of others', () => {
  it('of losses and optimisers are ours, and what is not understood is said', () => {
    const names = {
      mse: 'meanSquaredError',
      MeanSquaredError: 'meanSquaredError',
      mean_squared_error: 'meanSquaredError',
      MSELoss: 'meanSquaredError',
      BCEWithLogitsLoss: 'binaryCrossentropyFromLogits',
      CrossEntropyLoss: 'sparseCategoricalCrossentropyFromLogits',
      kl_divergence: 'klDivergence',
      'torch.nn.L1Loss': 'meanAbsoluteError',
    };
    for (const [theirs, ours] of Object.entries(names)) assert.equal(lossNamed(theirs).loss, ours);
    const smoothed = lossNamed({
      class_name: 'CategoricalCrossentropy',
      config: { from_logits: true, label_smoothing: 0.1 },
    });
    assert.equal(smoothed.loss, 'categoricalCrossentropyFromLogits');
    assert.match(smoothed.note!, /label smoothing/);
    assert.throws(() => lossNamed('mean_sqared_error'), /meanSquaredError/);
    assert.deepEqual(optimizerNamed({ class_name: 'SGD', config: { learning_rate: 0.1, momentum: 0.9 } }).optimizer, {
      kind: 'sgd',
      learningRate: 0.1,
      momentum: 0.9,
    });
    const clipped = { learning_rate: 0.1, initial_accumulator_value: 0.2, global_clipnorm: 2, clipvalue: 0.5 };
    const adagrad = optimizerNamed({ class_name: 'Adagrad', config: clipped });
    assert.deepEqual(adagrad.optimizer, { kind: 'adagrad', learningRate: 0.1, initialAccumulator: 0.2 });
    assert.equal(adagrad.clipNorm, 2);
    assert.match(adagrad.note!, /clipvalue.*left out/);
    assert.match(optimizerNamed({ class_name: 'Ftrl', config: {} }).note!, /Ftrl is not known/);
  });
});

describe('wrong ways of calling', () => {
  it('in code are refused in our words', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'only' })] });
    const data = { inputs: tf.ones([60, 2]), targets: tf.ones([60, 1]) };
    const options = { losses: 'meanSquaredError' } as const;
    const run = { history: [] };
    const wrong: [unknown[], RegExp][] = [
      [[model, { history: [] }], /first argument is a model/],
      [[Promise.resolve({ history: [] }), { model, data, options }], /promise/],
      [[{ history: [] }, { modle: model }], /there is no option "modle".*model/s],
      [[{ history: [] }, { model, data: { x: data.inputs, y: data.targets }, options }], /no inputs or no targets/],
      [[{ history: [] }, { model, data, options: { epochs: 3 } }], /trained by/],
      [
        [
          { loss: [1, 2], val_loss: [1] },
          { model, data, options },
        ],
        /different numbers of epochs/,
      ],
      [[undefined, { model, data, options }], /history is none of the forms/],
      [[{ history: [] }, { model, data, options: { losses: 'mse' } }], /meanSquaredError/],
      [[run, model], /second argument is a model.*\{ model, data, options \}/],
      [[run, { model: Promise.resolve(model), data, options }], /model is a promise.*await/],
      [[run, { model: tf.sequential(), data, options }], /the model has no layers/],
      [[run, { model, data: { ...data, inputs: [[1, 2]] }, options }], /inputs are no tensors.*tf\.tensor2d/],
      [
        [run, { model, data: { ...data, inputs: tf.ones([60, 3]) }, options }],
        /has shape \[60,3\], the model takes \[,2\]/,
      ],
      [
        [run, { model, data: { ...data, targets: tf.ones([60, 2]) }, options }],
        /other columns.*\[rows, 1\].*\[60, 2\]/,
      ],
      [
        [run, { model, data: { ...data, targets: tf.ones([50, 1]) }, options }],
        /different numbers of rows.*"targets":50/,
      ],
      [
        [run, { model, data: { ...data, validation: { inputs: data.inputs, targets: tf.ones([9, 1]) } }, options }],
        /different numbers of rows \(samples validation\)/,
      ],
      [[run, { model, data: { inputs: tf.zeros([0, 2]), targets: tf.zeros([0, 1]) }, options }], /has 0 rows/],
      [[run, { model, data, options: { losses: { price: 'huber' } } }], /no head "price".*only/s],
      [
        [run, { model, data, options: { ...options, lossWeights: { price: 2 } } }],
        /no head "price" \(options lossWeights\)/,
      ],
      [
        [
          { loss: [1], up_loss: [1], down_loss: [1] },
          { model, data, options },
        ],
        /losses of heads that the model does not have.*only_loss.*"up","down"/,
      ],
      [[run, { model, data, options, thresholds: { 'dead-head': { zeroes: 1 } } }], /no such threshold.*zeros/],
    ];
    assert.ok(wrong.length >= 16);
    for (const [args, message] of wrong)
      assert.throws(
        () => diagnose(...(args as Parameters<typeof diagnose>)),
        (error: Error) => error.name === 'ReluctantError' && message.test(error.message),
        String(message),
      );
    assert.ok(diagnose({ loss: [1, 0.5] }, { model, data, options }));
  });

  it('in the shell are refused in the words of the shell, before any work', async () => {
    const model = path.join(folder, 'keras', 'model.keras');
    const apart = path.join(ROOT, 'tests', 'inspection', 'reference', 'apart');
    const weights = path.join(apart, 'weights.safetensors');
    const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
    write('rows.csv', 'a,b\n1,2\n3,4\n');
    write('empty.keras', '');
    write('other.json', '{"loss": [1], "up_loss": [1], "down_loss": [1]}');
    const { compile_config: _, ...uncompiled } = JSON.parse(fs.readFileSync(path.join(apart, 'model.json'), 'utf8'));
    write('uncompiled.json', JSON.stringify(uncompiled));
    fs.mkdirSync(path.join(folder, 'nothing'));
    const rows = ['--data', 'rows.npz'];
    const ofApart = [weights, '--data', path.join(apart, 'rows.npz'), '--targets', 'a=predicted_a', 'b=predicted_b'];
    const wrong: [string[], RegExp][] = [
      [['missing.keras', ...rows], /no such file/],
      [[model], /which rows.*--data/s],
      [[model, '--data', 'missing.npz'], /no such file/],
      [[model, '--data', 'rows.csv'], /what the input "prices" is.*--inputs/s],
      [[model, '--data', 'rows.csv', '--inputs', 'a', 'c', '--targets', 'direction=b'], /no column "c"/],
      [[model, '--data', 'rows.csv', '--inputs', 'a', '--targets', 'b'], /direction=NAME/],
      [[model, ...rows, '--loss', 'mean_sqared_error'], /did you mean meanSquaredError/],
      [[model, ...rows, '--html', 'page.txt'], /\.html/],
      [[path.join(folder, 'keras'), '--epochs', '3'], /says itself/],
      [['rows.csv', ...rows], /no model of Keras/],
      [[model, ...rows, '--hist', 'x'], /unknown option/],
      [[model, ...rows, '--inputs', 'prices', 'direction'], /several arrays.*"prices"/s],
      [['rows.npz', '--data', model], /--data names a model.*reluctant diagnose MODEL --data ROWS/],
      [['empty.keras', ...rows], /the file is empty/],
      [['nothing'], /run\.json/],
      [[model, ...rows, '--history', 'missing.csv'], /no file of that name/],
      [[model, ...rows, '--history', 'other.json'], /losses of heads that the model does not have/],
      [[model, ...rows, '--history', 'rows.npz'], /the file is no history.*json\.dump/],
      [[model, ...rows, '--initial', 'missing.keras'], /no such file/],
      [[model, ...rows, '--validation-share', '2'], /from 0 to 0\.9/],
      [[model, ...rows, '--epochs', 'many'], /whole number/],
      [[model, ...rows, '--architecture', 'uncompiled.json'], /says itself what its layers are/],
      [ofApart, /nothing says what the layers are.*--architecture model\.json/],
      [[...ofApart, '--architecture', 'uncompiled.json'], /what the head "a" was trained by.*--loss a=mse/s],
      [[...ofApart, '--architecture', 'missing.json'], /no such file/],
    ];
    assert.ok(wrong.length >= 16);
    const ends = await Promise.all(
      wrong.map(async ([args, message]) => ({ args, message, ...(await asked('diagnose', ...args)) })),
    );
    for (const { args, message, status, stderr } of ends) {
      assert.ok(status === 1 || status === 2, `${args.join(' ')}: ${status}`);
      assert.match(stderr, message, args.join(' '));
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });
});
