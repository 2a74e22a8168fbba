import type { DuckDBResult } from '@duckdb/node-api';
import type { DataChunk, Result } from '@duckdb/node-bindings';
import { lazy } from '../../../core';

const bindings = lazy(() => require('@duckdb/node-bindings') as typeof import('@duckdb/node-bindings'));

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

  constructor(result: DuckDBResult) {
    this.result = (result as unknown as { result: Result }).result;
    this.next = bindings.fetch_chunk(this.result);
  }

  /** Goes on to the next chunk, if there is one. */
  async advance(): Promise<boolean> {
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
  }

  bytes(column: number, bytesPerRow: number): Uint8Array {
    return bindings.vector_get_data(this.vector(column), bytesPerRow * this.rows);
  }

  validity(column: number): Uint8Array | undefined {
    // Untyped by the package: null where every value is there.
    const bits: Uint8Array | null = bindings.vector_get_validity(this.vector(column), 8 * Math.ceil(this.rows / 64));
    return bits ?? undefined;
  }

  follow(values: Uint8Array, at: number, length: number): Uint8Array {
    return bindings.get_data_from_pointer(values.buffer as ArrayBuffer, values.byteOffset + at, length);
  }

  private vector(column: number) {
    return bindings.data_chunk_get_vector(this.held!, column);
  }
}
