import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { trace } from '../../src/compile';
import { withGraphFolder } from '../../src/compile/graphCache';
import { signature } from '../../src/compile/signature';
import { graphCacheFolder, type TF, tf } from '../../src/core';

function inFolder(run: (folder: string) => void): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graphs-'));
  try {
    run(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const read = (folder: string) => fs.readFileSync(path.join(folder, 'saved_model.pb'), 'utf8');

test('withGraphFolder writes a graph once, and has it from the disk afterwards', () => {
  inFolder((cache) => {
    let written = 0;
    const write = () => {
      written++;
      return Buffer.from('graph');
    };
    for (let k = 0; k < 3; k++) assert.equal(withGraphFolder('key', write, read, cache), 'graph');
    assert.equal(written, 1);
    assert.equal(fs.statSync(path.join(cache, 'key', 'saved_model.pb')).mode & 0o777, 0o600);
    withGraphFolder('another', write, read, cache);
    assert.equal(written, 2);
    assert.deepEqual(fs.readdirSync(cache).sort(), ['another', 'key']);
  });
});

test('withGraphFolder makes a damaged graph anew, whatever was damaged', () => {
  inFolder((cache) => {
    const write = () => Buffer.from('graph');
    const damages = [
      (folder: string) => fs.writeFileSync(path.join(folder, 'saved_model.pb'), 'grapf'),
      (folder: string) => fs.rmSync(path.join(folder, 'saved_model.pb')),
      (folder: string) => fs.truncateSync(path.join(folder, 'sha256'), 10),
      (folder: string) => fs.rmSync(path.join(folder, 'sha256')),
    ];
    for (const damage of damages) {
      withGraphFolder('key', write, read, cache);
      damage(path.join(cache, 'key'));
      assert.equal(withGraphFolder('key', write, read, cache), 'graph');
      assert.equal(read(path.join(cache, 'key')), 'graph');
    }
  });
});

test('withGraphFolder keeps nothing that could not be loaded, and passes the reason on', () => {
  inFolder((cache) => {
    const load = () => {
      throw new Error('not a graph');
    };
    assert.throws(() => withGraphFolder('key', () => Buffer.from('x'), load, cache), /not a graph/);
    assert.deepEqual(fs.readdirSync(cache), []);
  });
});

test('graphCacheFolder is private, keeps the 200 used last, and is undefined where nothing can be written', () => {
  inFolder((home) => {
    const folder = graphCacheFolder(home)!;
    assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
    for (let k = 0; k < 205; k++) {
      fs.mkdirSync(path.join(folder, `g${k}`));
      fs.writeFileSync(path.join(folder, `g${k}`, 'saved_model.pb'), '');
      fs.utimesSync(path.join(folder, `g${k}`), k, k);
    }
    graphCacheFolder(home);
    assert.equal(fs.readdirSync(folder).length, 200);
    assert.equal(fs.existsSync(path.join(folder, 'g4')), false);
    const file = path.join(home, 'file');
    fs.writeFileSync(file, '');
    assert.equal(graphCacheFolder(file), undefined);
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
