import * as fs from 'node:fs';
import * as path from 'node:path';
import { Random } from '../core';

/** Bytes that wait for each shard before they are written. */
const BUFFER_BYTES = 1 << 16;

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

  /** @param width numbers per row. @param seed decides which row goes where. */
  constructor(
    private readonly folder: string,
    private readonly width: number,
    shards: number,
    seed: number,
  ) {
    fs.mkdirSync(folder, { recursive: true });
    const rows = Math.max(1, Math.floor(BUFFER_BYTES / 4 / width));
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
    for (let shard = 0; shard < this.buffers.length; shard++) {
      this.flush(shard);
      const file = shardFile(this.folder, shard);
      const values = readShard(file);
      for (let at = 0; at < values.length; at += this.width) change(values.subarray(at, at + this.width));
      fs.writeFileSync(file, new Uint8Array(values.buffer));
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
  private loaded: { shard: number; values: Float32Array } | undefined;

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

  /** All row numbers: the shards in random order, the rows of each in random order. */
  order(random: Random): Int32Array {
    const order = new Int32Array(this.rows);
    let at = 0;
    for (const shard of random.permutation(this.counts.length)) {
      for (const row of random.permutation(this.counts[shard]!)) order[at++] = this.starts[shard]! + row;
    }
    return order;
  }

  /** The numbers of rows, row-major [rows, width]; fast where neighbours are of one shard. */
  read(rows: Int32Array): Float32Array {
    const found = new Float32Array(rows.length * this.width);
    let shard = this.loaded?.shard ?? 0;
    rows.forEach((row, k) => {
      if (row < this.starts[shard]! || row >= this.starts[shard + 1]!) shard = this.shardOf(row);
      const from = (row - this.starts[shard]!) * this.width;
      const values = this.load(shard);
      for (let j = 0; j < this.width; j++) found[k * this.width + j] = values[from + j]!;
    });
    return found;
  }

  /** Removes the files. */
  remove(): void {
    this.loaded = undefined;
    fs.rmSync(this.folder, { recursive: true, force: true });
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

  private load(shard: number): Float32Array {
    if (this.loaded?.shard !== shard) this.loaded = { shard, values: readShard(shardFile(this.folder, shard)) };
    return this.loaded.values;
  }
}

function readShard(file: string): Float32Array {
  const bytes = fs.readFileSync(file);
  // Small files come out of a pool, where they may begin at any byte.
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
