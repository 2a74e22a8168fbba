import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { DuckDBResult } from '@duckdb/node-api';
import type { DataChunk, Result } from '@duckdb/node-bindings';
import { lazy } from '../../../core';

const bindings = lazy(() => require('@duckdb/node-bindings') as typeof import('@duckdb/node-bindings'));

/** The bits of a chunk where every value is there. */
const ALL = Buffer.alloc(256, 0xff);

/** Some rows of a result (2048 at most), read where DuckDB keeps them: what it gives is valid until the next chunk is asked for. */
export interface Chunk {
  rows: number;
  /** The values of a column, `bytesPerRow` each. */
  bytes(column: number, bytesPerRow: number): Uint8Array;
  /** A bit per row, 0 where the value is missing; nothing where none is. */
  validity(column: number): Uint8Array | undefined;
  /** Bytes that a value points to, from the place of the pointer in what `bytes` gave. */
  follow(values: Uint8Array, at: number, length: number): Uint8Array;
}

/**
 * The chunks of a streamed result, each fetched while the one before is used: DuckDB's threads and this one work at the same
 * time. Below the package's vector classes, which look up the type of each column of each chunk: a tenth of the whole time.
 */
export class Chunks implements Chunk {
  rows = 0;
  private readonly result: Result;
  /** Its memory goes with it, so it is held until the next one takes its place. */
  private held: DataChunk | null = null;
  private next: Promise<DataChunk | null>;
  /** Copies of vectors that were given out since the last chunk. */
  private given: ArrayBuffer[] = [];
  private readonly drain = new Drain();

  constructor(result: DuckDBResult) {
    this.result = (result as unknown as { result: Result }).result;
    this.next = bindings.fetch_chunk(this.result);
  }

  /** Goes on to the next chunk, if there is one. */
  async advance(): Promise<boolean> {
    this.drain.free(this.given);
    this.given = [];
    this.held = await this.next;
    this.rows = this.held ? bindings.data_chunk_get_size(this.held) : 0;
    if (this.rows === 0) return false;
    this.next = bindings.fetch_chunk(this.result);
    // A failure is for whoever asks for the next chunk; until then nobody listens, which is no fault.
    this.next.catch(() => undefined);
    return true;
  }

  /** Waits until nothing is under way, so that the connection can be closed. */
  async settle(): Promise<void> {
    await this.next.catch(() => undefined);
    this.held = null;
    this.drain.close();
  }

  bytes(column: number, bytesPerRow: number): Uint8Array {
    const bytes = bindings.vector_get_data(this.vector(column), bytesPerRow * this.rows);
    this.given.push(bytes.buffer as ArrayBuffer);
    return bytes;
  }

  validity(column: number): Uint8Array | undefined {
    // Untyped by the package: null where every value is there.
    const bits: Uint8Array | null = bindings.vector_get_validity(this.vector(column), 8 * Math.ceil(this.rows / 64));
    // DuckDB often makes room for the bits and then sets all of them.
    return bits === null || ALL.compare(bits, 0, bits.length, 0, bits.length) === 0 ? undefined : bits;
  }

  follow(values: Uint8Array, at: number, length: number): Uint8Array {
    return bindings.get_data_from_pointer(values.buffer as ArrayBuffer, values.byteOffset + at, length);
  }

  private vector(column: number) {
    return bindings.data_chunk_get_vector(this.held!, column);
  }
}

/**
 * Frees memory at once. What the package gives is a copy, 160 kB for a chunk of prices, and left to the collector of garbage, which
 * sees little of it, all of them lie there to the end: fresh memory for each takes longer than the copying. A message that nobody
 * can receive takes its buffers with it; `ArrayBuffer.transfer` would do the same in Node 22.
 */
class Drain {
  private readonly port: MessagePort;
  private isOpen = true;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    port1.unref();
    this.port = port1;
  }

  free(buffers: readonly ArrayBuffer[]): void {
    if (!this.isOpen || buffers.length === 0) return;
    try {
      this.port.postMessage(null, buffers);
    } catch {
      // Buffers that may not be taken away stay as they are, for the collector.
      this.isOpen = false;
    }
  }

  close(): void {
    this.port.close();
  }
}
