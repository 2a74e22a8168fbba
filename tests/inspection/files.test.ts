import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import * as zlib from 'node:zlib';
import { Random, ReluctantError } from '../../src/core';
import * as inspect from '../../src/inspection';
import reference from './reference/model_files.json';

const folder = path.join(__dirname, 'reference');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-test-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));
const FILES = ['small.keras', 'small.h5', 'small.npz', 'small.safetensors'];

function near(actual: number, wanted: number): void {
  assert.ok(Math.abs(actual - wanted) < 1e-7, `${actual} is not ${wanted}`);
}

const names = (file: string, kernel: boolean, layer: string): string => {
  if (file === 'small.keras') return `${layer}/${kernel ? 0 : 1}`;
  if (file === 'small.npz') return `${layer}.${kernel ? 'kernel' : 'bias'}`;
  return `${file === 'small_saved_model' ? 'sequential/' : ''}${layer}/${kernel ? 'kernel' : 'bias'}`;
};

for (const file of [...FILES, 'small_saved_model']) {
  test(`inspect.file reads ${file} as NumPy does`, async () => {
    const table = await inspect.file(path.join(folder, file));
    for (const [name, { mean, std, shape }] of Object.entries(reference.weights)) {
      const [layer, part] = name.split('/');
      const row = table.find({ name: names(file, part === 'kernel', layer!) });
      assert.ok(row, `${name} is missing`);
      near(row.mean, mean);
      near(row.std, std);
      assert.equal(row.shape, `[${shape.join(', ')}]`);
    }
  });
}

test('inspect.file reads half precision and big-endian values, NaN and infinity counted', async () => {
  const table = await inspect.file(path.join(folder, 'small.npz'));
  const half = table.find({ name: 'half' })!;
  assert.deepEqual([half.nan, half.infinite, half.max, half.min], [1, 1, 1.5, -2]);
  near(table.find({ name: 'big' })!.mean, reference.weights['trunk/kernel'].mean);
  const tensors = await inspect.tensors(path.join(folder, 'small.safetensors'));
  assert.deepEqual([...tensors.find(({ name }) => name === 'half')!.values()], [0.5, -3]);
});

/** Every damage ends in an error of this project that names the file, or in tensors: never in a crash. */
async function survives(name: string, bytes: Buffer): Promise<'read' | 'refused'> {
  const file = path.join(scratch, name);
  fs.writeFileSync(file, bytes);
  try {
    for (const tensor of await inspect.tensors(file)) tensor.values();
    return 'read';
  } catch (error) {
    assert.ok(error instanceof ReluctantError, `${name}: ${(error as Error).stack}`);
    assert.ok(error.message.includes(name), error.message);
    return 'refused';
  }
}

for (const file of FILES) {
  test(`a cut-off ${file} is refused, naming the file`, async () => {
    const whole = fs.readFileSync(path.join(folder, file));
    for (let k = 0; k < 12; k++) {
      assert.equal(
        await survives(file, whole.subarray(0, Math.floor((k * whole.length) / 12))),
        'refused',
        `${k} twelfths`,
      );
    }
  });

  test(`a ${file} with flipped bytes is read or refused, never a crash`, async () => {
    const random = new Random(5);
    const whole = fs.readFileSync(path.join(folder, file));
    for (let k = 0; k < 40; k++) {
      const bytes = Buffer.from(whole);
      for (let flips = random.integer(1, 4); flips > 0; flips--)
        bytes[random.integer(0, bytes.length - 1)]! ^= 1 << random.integer(0, 7);
      await survives(file, bytes);
    }
  });
}

test('a damaged SavedModel is refused', async () => {
  const copy = path.join(scratch, 'saved');
  const index = path.join(copy, 'variables', 'variables.index');
  fs.cpSync(path.join(folder, 'small_saved_model'), copy, { recursive: true });
  const whole = fs.readFileSync(index);
  const random = new Random(6);
  for (let k = 0; k < 60; k++) {
    const bytes = Buffer.from(k < 20 ? whole.subarray(0, Math.floor((k * whole.length) / 20)) : whole);
    if (k >= 20) bytes[random.integer(0, bytes.length - 1)]! ^= 255;
    fs.writeFileSync(index, bytes);
    try {
      for (const tensor of await inspect.tensors(copy)) tensor.values();
    } catch (error) {
      assert.ok(error instanceof ReluctantError, (error as Error).stack);
    }
  }
  fs.writeFileSync(index, whole);
  fs.truncateSync(path.join(copy, 'variables', 'variables.data-00000-of-00001'), 10);
  await assert.rejects(inspect.file(copy), /ends before|ends early|damaged/);
  await assert.rejects(inspect.file(scratch), /no variables\/variables\.index/);
});

test('files of the wrong kind are refused, and programs in them are not run', async () => {
  assert.equal(await survives('empty.h5', Buffer.alloc(0)), 'refused');
  assert.equal(await survives('text.keras', Buffer.from('this is no model at all, but text')), 'refused');
  await assert.rejects(inspect.file(path.join(scratch, 'absent.npz')), /no such file/);
  await assert.rejects(inspect.file(path.join(folder, 'objects.npz')), /programs and are not run/);
  const pickle = path.join(scratch, 'model.pt');
  fs.writeFileSync(pickle, Buffer.from([0x80, 2, 0x63, 0x6f, 0x73, 10, 0, 0, 0, 0]));
  await assert.rejects(inspect.file(pickle), /pickle is a program/);
  const header = Buffer.from('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,999999999]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const liar = path.join(scratch, 'liar.safetensors');
  fs.writeFileSync(liar, Buffer.concat([length, header]));
  await assert.rejects(inspect.file(liar), /place does not fit its shape.*tensor w|tensor w.*16 bytes/);
});

/** A zip archive of one deflated entry that claims `claimed` bytes. */
function zipOf(name: string, data: Buffer, claimed: number): Buffer {
  const packed = zlib.deflateRawSync(data);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(zlib.crc32(data), 14);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(claimed, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(zlib.crc32(data), 16);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt32LE(claimed, 24);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, central, Buffer.from(name), end]);
}

test('zip bombs are refused before they unpack, and entries that lie about their size while they do', async () => {
  const bomb = path.join(scratch, 'bomb.npz');
  fs.writeFileSync(bomb, zipOf('a.npy', Buffer.alloc(1000), 4_000_000_000));
  await assert.rejects(inspect.file(bomb), /far more than it can rightly hold.*bomb\.npz.*a\.npy/);
  const liar = path.join(scratch, 'lying.npz');
  fs.writeFileSync(liar, zipOf('a.npy', Buffer.alloc(50_000_000), 1000));
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(inspect.file(liar), /damaged|too many bytes|longer/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 20_000_000);
  assert.equal(await survives('none.npz', zipOf('readme.txt', Buffer.from('hello'), 5)), 'refused');
});
