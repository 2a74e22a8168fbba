import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError, readPlainFile, statusOf } from '../core';
import { crc32c } from '../runs';

/** Bytes that an event file may have, and numbers by epoch that are taken from it. */
const MOST_BYTES = 2 ** 29;
const MOST_NUMBERS = 2 ** 22;

/** Whether a path is an event file of TensorBoard, or a folder with some. */
export const isEventLog = (place: string): boolean =>
  statusOf(place)?.isDirectory() ? eventFilesIn(place).length > 0 : /tfevents/.test(path.basename(place));

/** One number of an event file. */
interface Scalar {
  tag: string;
  step: number;
  value: number;
}

/**
 * Numbers by epoch out of TensorBoard's event files, by Keras's names: as Keras's own callback writes them (folders `train` and
 * `validation`, tags `epoch_loss`), PyTorch's `SummaryWriter` (`Loss/train`, a step per epoch), Lightning (`train_loss`, `val_loss`, with
 * `epoch` beside them), and this library. Of several values in one epoch the last counts.
 *
 * @param place an event file, or a folder that is searched for them.
 * @throws ReluctantError `file-damaged`, `history-not-understood` for files without numbers.
 */
export function historyOfEvents(place: string): Record<string, number>[] {
  const isFolder = statusOf(place)?.isDirectory();
  const files = isFolder ? eventFilesIn(place) : [place];
  const all = files.flatMap((file) => {
    const part = isFolder ? path.relative(place, path.dirname(file)) : '';
    return scalarsOf(file).map((one) => ({ ...one, name: nameOf(part, one.tag) }));
  });
  const epochAt = new Map(all.filter(({ name }) => name === 'epoch').map(({ step, value }) => [step, value]));
  const isByEpoch = all.some(({ tag }) => /(^|\/)epoch_/.test(tag));
  const rows = new Map<number, Map<string, number>>();
  for (const { tag, name, step, value } of all) {
    // Beside the numbers of an epoch stand those of single steps, which are no history.
    const isOfStep = /_step$|_vs_iterations$|(^|\/)batch_/.test(tag) || (isByEpoch && !/(^|\/)epoch_/.test(tag));
    if (name === 'epoch' || isOfStep) continue;
    const epoch = epochAt.size > 0 ? epochAt.get(step) : step;
    if (epoch === undefined) continue;
    const row = rows.get(epoch) ?? new Map<string, number>();
    rows.set(epoch, row.set(name, value));
  }
  if (rows.size === 0) {
    throw new ReluctantError({
      code: 'history-not-understood',
      operation: 'diagnose',
      problem: 'the event files hold no numbers by epoch',
      where: { file: place },
      received: [...new Set(all.map(({ tag }) => tag))],
      expected: 'scalars such as epoch_loss, Loss/train or val_loss',
      fix: 'write what TensorBoard shows as CSV (its download link), and name that file',
    });
  }
  const names = [...new Set([...rows.values()].flatMap((row) => [...row.keys()]))];
  if (names.length * rows.size > MOST_NUMBERS) {
    throw new ReluctantError({
      code: 'history-not-understood',
      operation: 'diagnose',
      problem: 'the event files name more numbers than a training has',
      where: { file: place },
      received: `${names.length} numbers at ${rows.size} epochs`,
      expected: `at most ${MOST_NUMBERS} in all`,
      fix: 'name the event file of one run',
    });
  }
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([, row]) => Object.fromEntries(names.map((name) => [name, row.get(name) ?? Number.NaN])));
}

function eventFilesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.includes('tfevents'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

const VALIDATION = /^(val|valid|validation)$/i;
const TRAINING = /^(train|training)$/i;

/** Keras's name of a number: the folder or a part of the tag says whether it is of the validation rows. */
function nameOf(folder: string, tag: string): string {
  const parts = [...folder.split(path.sep), ...tag.split('/')].filter((part) => part !== '');
  const rest = parts.filter((part) => !VALIDATION.test(part) && !TRAINING.test(part));
  const plain = (rest.at(-1) ?? 'loss')
    .replace(/^epoch_/, '')
    .replace(/_epoch$/, '')
    .replace(/^(train|training)_/, '')
    .replace(/^(valid|validation)_/, 'val_')
    .replace(/^(val_)?loss$/i, (text) => text.toLowerCase());
  return parts.some((part) => VALIDATION.test(part)) && !plain.startsWith('val_') ? `val_${plain}` : plain;
}

/**
 * The scalars of one event file: TFRecords (a length, its checksum, content, its checksum) of protocol buffers `Event` (event.proto,
 * summary.proto and tensor.proto of TensorFlow). A last record that is not whole is one that is being written.
 */
function scalarsOf(file: string): Scalar[] {
  const bytes = readPlainFile('diagnose', file, MOST_BYTES);
  const found: Scalar[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    if (!isKept(bytes.subarray(at, at + 8), bytes.readUInt32LE(at + 8))) throw damaged(file, at);
    const length = Number(bytes.readBigUInt64LE(at));
    const end = at + 12 + length;
    if (end + 4 > bytes.length) break;
    const content = bytes.subarray(at + 12, end);
    if (!isKept(content, bytes.readUInt32LE(end))) throw damaged(file, at);
    try {
      found.push(...scalarsOfEvent(content));
    } catch (cause) {
      throw damaged(file, at, cause);
    }
    at = end + 4;
  }
  return found;
}

/** Whether bytes have the checksum that is kept of them, turned and shifted (TensorFlow's crc32c::Mask). */
function isKept(bytes: Buffer, kept: number): boolean {
  const turned = (kept - 0xa282ead8) >>> 0;
  return ((turned << 15) | (turned >>> 17)) >>> 0 === crc32c(bytes);
}

const damaged = (file: string, at: number, cause?: unknown) =>
  new ReluctantError({
    code: 'file-damaged',
    operation: 'diagnose',
    problem: 'the event file is damaged',
    where: { file, byte: at },
    expected: 'an event file as TensorBoard reads it',
    ...(cause !== undefined && { cause }),
  });

/** Fields of a protocol buffer: number, and bytes or number by its wire type. */
function* fieldsOf(bytes: Buffer): Generator<{ field: number; bytes: Buffer; value: number }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('it ends within a number');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw new RangeError('it ends within a field');
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, kind] = [Math.floor(key / 8), key % 8];
    if (kind === 0) yield { field, bytes: Buffer.alloc(0), value: varint() };
    else if (kind === 1) yield { field, bytes: take(8), value: Number.NaN };
    else if (kind === 2) yield { field, bytes: take(varint()), value: Number.NaN };
    else if (kind === 5) yield { field, bytes: take(4), value: Number.NaN };
    else throw new RangeError(`there is no kind ${kind} of fields`);
  }
}

function scalarsOfEvent(event: Buffer): Scalar[] {
  let step = 0;
  const values: Buffer[] = [];
  for (const { field, bytes, value } of fieldsOf(event)) {
    if (field === 2) step = value;
    else if (field === 5) for (const entry of fieldsOf(bytes)) if (entry.field === 1) values.push(entry.bytes);
  }
  return values.flatMap((entry) => {
    let tag = '';
    let value: number | undefined;
    for (const { field, bytes } of fieldsOf(entry)) {
      if (field === 1) tag = bytes.toString('utf8');
      else if (field === 2) value = bytes.readFloatLE();
      else if (field === 8) value = numberOf(bytes);
    }
    return value === undefined ? [] : [{ tag, step, value }];
  });
}

/** The only number of a tensor of 32 or 64 bit floats; undefined for others, such as pictures. */
function numberOf(tensor: Buffer): number | undefined {
  let kind = 0;
  let content: Buffer | undefined;
  for (const { field, bytes, value } of fieldsOf(tensor)) {
    if (field === 1) kind = value;
    else if (field === 4 || field === 5 || field === 6) content = bytes;
  }
  if (kind === 1 && content?.length === 4) return content.readFloatLE();
  return kind === 2 && content?.length === 8 ? content.readDoubleLE() : undefined;
}
