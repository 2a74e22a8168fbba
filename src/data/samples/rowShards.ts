import * as fs from 'node:fs';
import * as path from 'node:path';
import { Random } from '../../core';

/** Bytes that wait for each shard before they are written, where memory allows. */
const BUFFER_BYTES = 1 << 16;
const LEAST_BUFFER_BYTES = 1 << 10;

const shardFile = (folder: string, shard: number) => path.join(folder, `shard-${String(shard).padStart(5, '0')}.f32`);

/**
 * Writes rows of float32 numbers to files, each row to one drawn at random: so every shard is a random sample of all rows,
 * and shuffling within shards shuffles nearly as well as shuffling everything, with one shard in memory at a time.
 */
export class ShardWriter {
  private readonly buffers: Float32Array[];
  private readonly filled: Int32Array;
  private readonly counts: number[];
  private readonly random: Random;

  /** @param width numbers per row. @param seed decides which row goes where. @param memory bytes that may wait to be written. */
  constructor(
    private readonly folder: string,
    private readonly width: number,
    shards: number,
    seed: number,
    memory: number,
  ) {
    fs.mkdirSync(folder, { recursive: true });
    const waiting = Math.min(BUFFER_BYTES, Math.max(LEAST_BUFFER_BYTES, memory / shards));
    const rows = Math.max(1, Math.floor(waiting / 4 / width));
    this.buffers = Array.from({ length: shards }, () => new Float32Array(rows * width));
    this.filled = new Int32Array(shards);
    this.counts = new Array<number>(shards).fill(0);
    this.random = new Random(seed).fork('shards');
    for (let shard = 0; shard < shards; shard++) fs.writeFileSync(shardFile(folder, shard), '');
  }

  /** Room for one row of a shard drawn at random, to be filled in before the next call. */
  next(): Float32Array {
    const shard = Math.floor(this.random.uniform() * this.buffers.length);
    const buffer = this.buffers[shard]!;
    if (this.filled[shard]! === buffer.length) this.flush(shard);
    const from = this.filled[shard]!;
    this.filled[shard] = from + this.width;
    this.counts[shard]! += 1;
    return buffer.subarray(from, from + this.width);
  }

  /** Writes what waits, changes every row once (when what was learnt from all of them is known), and ends the writing. */
  finish(change: (row: Float32Array) => void): RowShards {
    const room = new Float32Array(Math.max(...this.counts) * this.width);
    for (let shard = 0; shard < this.buffers.length; shard++) {
      this.flush(shard);
      const file = shardFile(this.folder, shard);
      const values = readShard(file, room.subarray(0, this.counts[shard]! * this.width));
      for (let at = 0; at < values.length; at += this.width) change(values.subarray(at, at + this.width));
      fs.writeFileSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    return new RowShards(this.folder, this.width, this.counts);
  }

  private flush(shard: number): void {
    const { buffer, byteOffset } = this.buffers[shard]!;
    fs.appendFileSync(shardFile(this.folder, shard), new Uint8Array(buffer, byteOffset, 4 * this.filled[shard]!));
    this.filled[shard] = 0;
  }
}

/** Rows in the files of a {@link ShardWriter}; one file at a time is in memory. */
export class RowShards {
  readonly rows: number;
  private readonly starts: Int32Array;
  private loaded: number | undefined;
  private values = new Float32Array(0);

  constructor(
    private readonly folder: string,
    /** Numbers per row. */
    readonly width: number,
    private readonly counts: readonly number[],
  ) {
    this.starts = new Int32Array(counts.length + 1);
    counts.forEach((count, shard) => {
      this.starts[shard + 1] = this.starts[shard]! + count;
    });
    this.rows = this.starts[counts.length]!;
  }

  /** All row numbers: the shards in random order, the rows of each in random order. Of each shard when it is come to. */
  order(random: Random): RowOrder {
    return new ShardOrder(random, this.counts, this.starts);
  }

  /** The numbers of rows, row-major [rows, width]; fast where neighbours are of one shard. */
  read(rows: Int32Array): Float32Array {
    const found = new Float32Array(rows.length * this.width);
    this.visit(rows, (values, from, k) => {
      for (let j = 0; j < this.width; j++) found[k * this.width + j] = values[from + j]!;
    });
    return found;
  }

  /** The same in two: all numbers but the last, row-major [rows, width - 1], and the last [rows]. */
  readApart(rows: Int32Array): { inputs: Float32Array; targets: Float32Array } {
    const inner = this.width - 1;
    const [inputs, targets] = [new Float32Array(rows.length * inner), new Float32Array(rows.length)];
    this.visit(rows, (values, from, k) => {
      for (let j = 0; j < inner; j++) inputs[k * inner + j] = values[from + j]!;
      targets[k] = values[from + inner]!;
    });
    return { inputs, targets };
  }

  /** Removes the files. */
  remove(): void {
    this.loaded = undefined;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private visit(rows: Int32Array, use: (values: Float32Array, from: number, k: number) => void): void {
    let shard = this.loaded ?? 0;
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]!;
      if (row < this.starts[shard]! || row >= this.starts[shard + 1]!) shard = this.shardOf(row);
      if (this.loaded !== shard) this.load(shard);
      use(this.values, (row - this.starts[shard]!) * this.width, k);
    }
  }

  private shardOf(row: number): number {
    let low = 0;
    let high = this.counts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Into the same memory every time: what is left behind would be collected long after. */
  private load(shard: number): void {
    const numbers = this.counts[shard]! * this.width;
    if (this.values.length < numbers) this.values = new Float32Array(Math.max(...this.counts) * this.width);
    readShard(shardFile(this.folder, shard), this.values.subarray(0, numbers));
    this.loaded = shard;
  }
}

/** Row numbers in the order of an epoch; an `Int32Array` is one. */
export interface RowOrder {
  /** The numbers at the places from `first` to before `last`. */
  subarray(first: number, last: number): Int32Array;
}

/** The order of the rows of shards: that of one shard is in memory at a time, since four bytes a row are a tenth of a file. */
class ShardOrder implements RowOrder {
  private readonly random: Random;
  private readonly shards: Int32Array;
  /** Where in the order each of `shards` begins. */
  private readonly places: number[] = [0];
  private held: { position: number; rows: Int32Array } | undefined;

  constructor(
    random: Random,
    private readonly counts: readonly number[],
    private readonly starts: Int32Array,
  ) {
    this.random = new Random(random.integer(0, 0xffffffff));
    this.shards = this.random.fork('order').permutation(counts.length);
    for (const shard of this.shards) this.places.push(this.places.at(-1)! + counts[shard]!);
  }

  subarray(first: number, last: number): Int32Array {
    const until = Math.min(last, this.places.at(-1)!);
    const found = new Int32Array(Math.max(0, until - first));
    let position = Math.max(0, this.places.findIndex((place) => place > first) - 1);
    for (let place = first; place < until; position++) {
      const begin = this.places[position]!;
      const rows = this.rowsOf(position).subarray(place - begin, until - begin);
      found.set(rows, place - first);
      place += rows.length;
    }
    return found;
  }

  private rowsOf(position: number): Int32Array {
    if (this.held?.position !== position) {
      const shard = this.shards[position]!;
      const start = this.starts[shard]!;
      const rows = this.random.fork(shard).permutation(this.counts[shard]!);
      for (let k = 0; k < rows.length; k++) rows[k]! += start;
      this.held = { position, rows };
    }
    return this.held.rows;
  }
}

/** Fills `into` from the beginning of a file. */
function readShard(file: string, into: Float32Array): Float32Array {
  const handle = fs.openSync(file, 'r');
  try {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const read = fs.readSync(handle, bytes, at, bytes.length - at, at);
      if (read === 0) throw new Error(`${file} is shorter than the rows that were written to it`);
      at += read;
    }
    return into;
  } finally {
    fs.closeSync(handle);
  }
}
