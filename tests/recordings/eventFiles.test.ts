import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { readHistory } from '../../src/recordings';
import { eventBytes } from '../../src/runs/events';

const EVENTS = path.join(__dirname, 'reference', 'events');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'event-files-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

test('what Keras wrote for TensorBoard is the history that fit returned', async () => {
  const expected = JSON.parse(fs.readFileSync(path.join(EVENTS, 'keras.json'), 'utf8')) as Record<string, number[]>;
  const rows = await readHistory(path.join(EVENTS, 'keras'));
  assert.equal(rows.length, 3);
  for (const [name, values] of Object.entries(expected))
    values.forEach((value, epoch) => void assert.ok(near(rows[epoch]![name]!, value), `${name} of epoch ${epoch}`));
});

test("what PyTorch's writer and Lightning's logger wrote has Keras's names, a row per epoch", async () => {
  for (const [writer, extra] of [
    ['torch', ['val_Accuracy']],
    ['lightning', []],
  ] as const) {
    const rows = await readHistory(path.join(EVENTS, writer));
    assert.equal(rows.length, 3, writer);
    rows.forEach((row, epoch) => {
      assert.deepEqual(Object.keys(row).sort(), ['epoch', 'loss', 'val_loss', ...extra].sort());
      assert.ok(near(row['loss']!, 1 / (epoch + 1)) && near(row['val_loss']!, 2 / (epoch + 1)), writer);
    });
  }
});

test('what this library wrote is read back, infinities and all', async () => {
  const history = [
    { epoch: 0, loss: 1, val_loss: Number.NaN, learning_rate: 0.5 },
    { epoch: 1, loss: Infinity, val_loss: 0.25, learning_rate: 0.25 },
  ];
  const file = path.join(folder, 'events.out.tfevents.1.run');
  fs.writeFileSync(file, eventBytes(history, []));
  assert.deepEqual(await readHistory(file), history);
});

test('a file that is still written to ends at its last whole record; a damaged one is refused, whichever byte it is', async () => {
  const whole = fs.readFileSync(path.join(EVENTS, 'torch', 'events.out.tfevents.1'));
  const file = path.join(folder, 'events.out.tfevents.2');
  fs.writeFileSync(file, whole.subarray(0, whole.length - 20));
  assert.equal((await readHistory(file)).length, 3);
  for (let at = 0; at < whole.length; at += 7) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 4;
    fs.writeFileSync(file, bytes);
    await assert.rejects(readHistory(file), /is damaged/, `byte ${at}`);
  }
});

test('event files without numbers by epoch are refused, with the tags there are', async () => {
  const file = path.join(folder, 'events.out.tfevents.3');
  fs.writeFileSync(file, eventBytes([], []));
  await assert.rejects(readHistory(file), /hold no numbers by epoch.*epoch_loss/);
});
