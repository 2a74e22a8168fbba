import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { trace } from '../../src/compile';
import { withGraphFolder } from '../../src/compile/graphCache';
import { signature } from '../../src/compile/signature';
import { graphCache, type TF, tf } from '../../src/core';
import { Seals } from '../../src/core/seals';

function inFolder(run: (folder: string, cache: NonNullable<ReturnType<typeof graphCache>>) => void): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graphs-'));
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'state-'));
  try {
    run(folder, { folder, seals: Seals.open(home)! });
  } finally {
    for (const one of [folder, home]) fs.rmSync(one, { recursive: true, force: true });
  }
}

const read = (folder: string) => fs.readFileSync(path.join(folder, 'saved_model.pb'), 'utf8');

test('withGraphFolder writes a graph once, and has it from the disk afterwards', () => {
  inFolder((folder, cache) => {
    let written = 0;
    const write = () => {
      written++;
      return Buffer.from('graph');
    };
    for (let k = 0; k < 3; k++) assert.equal(withGraphFolder('key', write, read, cache), 'graph');
    assert.equal(written, 1);
    assert.equal(fs.statSync(path.join(folder, 'key', 'saved_model.pb')).mode & 0o777, 0o600);
    withGraphFolder('another', write, read, cache);
    assert.equal(written, 2);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['another', 'key']);
  });
});

test('withGraphFolder makes a damaged graph anew, whatever was damaged', () => {
  inFolder((folder, cache) => {
    const write = () => Buffer.from('graph');
    const damages = [
      (place: string) => fs.writeFileSync(path.join(place, 'saved_model.pb'), 'grapf'),
      (place: string) => fs.rmSync(path.join(place, 'saved_model.pb')),
      (place: string) => fs.truncateSync(path.join(place, 'seal'), 10),
      (place: string) => fs.rmSync(path.join(place, 'seal')),
      // Another graph's, with its seal.
      (place: string) => {
        withGraphFolder('another', () => Buffer.from('another graph'), read, cache);
        fs.cpSync(path.join(folder, 'another'), place, { recursive: true });
      },
    ];
    for (const damage of damages) {
      withGraphFolder('key', write, read, cache);
      damage(path.join(folder, 'key'));
      assert.equal(withGraphFolder('key', write, read, cache), 'graph');
      assert.equal(read(path.join(folder, 'key')), 'graph');
    }
  });
});

test('withGraphFolder keeps nothing that could not be loaded, and passes the reason on', () => {
  inFolder((folder, cache) => {
    const load = () => {
      throw new Error('not a graph');
    };
    assert.throws(() => withGraphFolder('key', () => Buffer.from('x'), load, cache), /not a graph/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });
});

test('graphCache is private, keeps the 200 used last, and is undefined where nothing can be written', () => {
  inFolder((home) => {
    const { folder } = graphCache(home, Seals.open(home))!;
    assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
    for (let k = 0; k < 205; k++) {
      fs.mkdirSync(path.join(folder, `g${k}`));
      fs.writeFileSync(path.join(folder, `g${k}`, 'saved_model.pb'), '');
      fs.utimesSync(path.join(folder, `g${k}`), k, k);
    }
    graphCache(home, Seals.open(home));
    assert.equal(fs.readdirSync(folder).length, 200);
    assert.equal(fs.existsSync(path.join(folder, 'g4')), false);
    const file = path.join(home, 'file');
    fs.writeFileSync(file, '');
    assert.equal(graphCache(file, Seals.open(home)), undefined);
  });
});

test('signature is the same for the same step, and another for anything that changes its graph', () => {
  const weight = tf.variable(tf.scalar(2));
  const sign = (step: (x: TF.Tensor) => TF.Tensor, x: TF.Tensor, more: string[] = []) =>
    signature(
      trace('test', ([input]) => [step(input!)], [x]),
      more,
    );
  const x = tf.zeros([3]);
  const first = sign((input) => input.mul(weight).add(1), x);
  assert.equal(
    sign((input) => input.mul(weight).add(1), x),
    first,
  );
  const others = [
    sign((input) => input.mul(weight).add(1.0000001), x),
    sign((input) => input.mul(weight).sub(1), x),
    sign((input) => input.mul(weight).mul(1), x),
    sign((input) => input.mul(2).add(1), x),
    sign((input) => input.mul(weight).add(1), tf.zeros([4])),
    sign((input) => input.mul(weight).add(1), tf.zeros([3], 'int32')),
    sign((input) => input.mul(weight).add(1), x, ['xla']),
    sign((input) => input.mul(weight).add(input), x),
    sign((input) => input.reshape([3, 1]).sum(0).mul(weight).add(1), x),
    sign((input) => input.reshape([3, 1]).sum(1).mul(weight).add(1), x),
  ];
  assert.equal(new Set([first, ...others]).size, 1 + others.length);
});
