import type { Histogram } from './histograms';

/**
 * A TensorBoard event file in memory: records of a length, its checksum, a protocol buffer `Event` and its checksum
 * (TFRecord; event.proto and summary.proto of TensorFlow). Written by hand since the writer of tfjs knows no histograms and keeps its
 * files open.
 */
export class EventFile {
  private readonly records: Buffer[] = [];

  constructor() {
    this.add(field(3, Buffer.from('brain.Event:2')));
  }

  /** One point of a curve. */
  scalar(tag: string, value: number, step: number): void {
    const own = Buffer.alloc(4);
    own.writeFloatLE(value);
    this.summary(tag, step, Buffer.concat([key(2, 5), own]));
  }

  /** How a tensor's values are spread. */
  histogram(tag: string, { count, min, max, sum, sumOfSquares, bins }: Histogram, step: number): void {
    const width = (max - min) / bins.length;
    const edges = bins.map((_, k) => (k === bins.length - 1 ? Math.max(max, min + 1e-12) : min + (k + 1) * width));
    const own = Buffer.concat([
      double(1, min),
      double(2, max),
      double(3, count),
      double(4, sum),
      double(5, sumOfSquares),
      field(6, doubles(edges)),
      field(7, doubles(bins)),
    ]);
    this.summary(tag, step, field(5, own));
  }

  /** The whole file. */
  bytes(): Buffer {
    return Buffer.concat(this.records);
  }

  private summary(tag: string, step: number, value: Buffer): void {
    const entry = Buffer.concat([field(1, Buffer.from(tag)), value]);
    this.add(Buffer.concat([key(2, 0), varint(step), field(5, field(1, entry))]));
  }

  /** An event, with the time of writing, as a record. */
  private add(content: Buffer): void {
    const event = Buffer.concat([double(1, Date.now() / 1000), content]);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(event.length));
    this.records.push(length, masked(length), event, masked(event));
  }
}

const key = (number: number, kind: number): Buffer => varint(number * 8 + kind);
const field = (number: number, bytes: Buffer): Buffer => Buffer.concat([key(number, 2), varint(bytes.length), bytes]);

function double(number: number, value: number): Buffer {
  return Buffer.concat([key(number, 1), doubles([value])]);
}

function doubles(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, k) => {
    bytes.writeDoubleLE(value, 8 * k);
  });
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.from(bytes);
}

/** CRC-32C (Castagnoli 1993), reflected polynomial 0x82f63b78, by table. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** CRC-32C of some bytes. */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** The checksum turned and shifted, as records keep it (TensorFlow's crc32c::Mask). */
function masked(bytes: Buffer): Buffer {
  const crc = crc32c(bytes);
  const own = Buffer.alloc(4);
  own.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return own;
}
